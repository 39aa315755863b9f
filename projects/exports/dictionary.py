"""The data dictionary: what every field of the open data means. Page, headers of tables and tests read this table."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _, override, pgettext_lazy

from reference.codelists import InitiatorType, ProjectStatus
from reference.languages import LANGUAGES, localized
from reference.models import Sector, Territory

Text = str | Promise
TEXT, INTEGER, DECIMAL, YES_NO, CODE, MOMENT, ADDRESS = (
    pgettext_lazy("type of data", "text"),
    pgettext_lazy("type of data", "whole number"),
    pgettext_lazy("type of data", "decimal number"),
    pgettext_lazy("type of data", "true or false"),
    pgettext_lazy("type of data", "code"),
    pgettext_lazy("type of data", "date and time (ISO 8601)"),
    pgettext_lazy("type of data", "web address"),
)
PARTIAL = pgettext_lazy("type of data", "date, month or year (ISO 8601)")
LIST = pgettext_lazy("type of data", "list")
BLOCK = pgettext_lazy("type of data", "group of fields")
TENGE, YEARS = pgettext_lazy("unit", "tenge"), pgettext_lazy("unit", "years")


@dataclass(frozen=True)
class CodeWords:
    """A code and its word in each language."""

    code: str
    words: tuple[str, ...]


def _of_choices(choices: Any) -> Callable[[], list[CodeWords]]:
    def read() -> list[CodeWords]:
        found: dict[str, list[str]] = {code: [] for code in choices.values}
        for language in LANGUAGES:
            with override(language):
                for code, label in choices.choices:
                    found[code].append(str(label))
        return [CodeWords(code, tuple(words)) for code, words in found.items()]

    return read


def _of_rows(model: type[Sector] | type[Territory]) -> Callable[[], list[CodeWords]]:
    def read() -> list[CodeWords]:
        rows = model.objects.order_by("code") if model is Territory else model.objects.all()
        return [
            CodeWords(row.pk, tuple(localized(row, "name", language).text for language in LANGUAGES)) for row in rows
        ]

    return read


@dataclass(frozen=True)
class Entry:
    """One field: its name in files, its label, what it means, and how it is written."""

    name: str
    label: Text
    meaning: Text
    kind: Text
    example: str
    unit: Text = ""
    codes: Callable[[], list[CodeWords]] | None = field(default=None, compare=False)


RECORD: tuple[Entry, ...] = (
    Entry("number", pgettext_lazy("register", "number"), _("In order of entry; never changes."), INTEGER, "17"),
    Entry(
        "title_kk",
        _("title in Kazakh"),
        _("As in the list or the source; empty when the source has none."),
        TEXT,
        "320 орындық балабақша салу",
    ),
    Entry(
        "title_ru",
        _("title in Russian"),
        _("As in the list or the source; empty when the source has none."),
        TEXT,
        "Строительство детского сада на 320 мест",
    ),
    Entry(
        "title_en",
        _("title in English"),
        _("As in the list or the source; empty when the source has none."),
        TEXT,
        "Kindergarten for 320 children",
    ),
    Entry("sector", _("sector"), _("Branch of the economy."), CODE, "education", codes=_of_rows(Sector)),
    Entry(
        "territory",
        _("territory"),
        _("Region, city or district by its code in the KATO classifier."),
        CODE,
        "750000000",
        codes=_of_rows(Territory),
    ),
    Entry(
        "initiator_type",
        _("initiator type"),
        _("Who proposed the project. Whether it was an SME is told as it was at filing."),
        CODE,
        "sme",
        codes=_of_choices(InitiatorType),
    ),
    Entry(
        "status",
        _("status"),
        _("Where the asset is today. Planned and excluded projects do not count as approved."),
        CODE,
        "approved",
        codes=_of_choices(ProjectStatus),
    ),
    Entry("cost", _("cost, tenge"), _("Empty when unknown: unknown is not zero."), INTEGER, "1100000000", TENGE),
    Entry("cost_known", _("cost is known"), _("Whether the cost is known."), YES_NO, "true"),
    Entry(
        "is_group",
        _("group of projects"),
        _("This row stands for several projects; its cost is theirs."),
        YES_NO,
        "false",
    ),
    Entry(
        "group",
        _("member of the group"),
        _("Number of the row that stands for the group. A member is neither counted nor added beside its group."),
        INTEGER,
        "12",
    ),
    Entry("term_years", _("term, years"), _("How long the contract lasts, building included."), DECIMAL, "10.5", YEARS),
    Entry("jobs", _("jobs"), _("Jobs promised."), INTEGER, "70"),
    Entry("year", _("year"), _("Year of the approval, or the year the source speaks of."), INTEGER, "2017"),
    Entry(
        "resolution",
        _("resolution"),
        _("Key of the resolution by which the project entered the list; empty: not on file."),
        INTEGER,
        "3",
    ),
    Entry(
        "private_partner",
        _("private partner"),
        _("Name of the company, as it writes itself."),
        TEXT,
        "«Жаңа мектеп» ЖШС",
    ),
    Entry(
        "source_url",
        _("address of the source"),
        _("Public page that tells of the project."),
        ADDRESS,
        "https://example.kz/news/1",
    ),
    Entry("updated_at", _("changed"), _("When the row was changed last."), MOMENT, "2026-03-02T15:04:05+05:00"),
)
"""The fields of a record, in the order in which tables print them."""

WORD_COLUMNS: tuple[Entry, ...] = (
    Entry("sector_name", _("sector, in words"), _("Name of the sector in the chosen language."), TEXT, "Білім беру"),
    Entry(
        "territory_name",
        _("territory, in words"),
        _("Name of the territory in the chosen language."),
        TEXT,
        "Алматы қаласы",
    ),
    Entry(
        "initiator_name",
        _("initiator type, in words"),
        _("The initiator type in the chosen language."),
        TEXT,
        "Шағын және орта бизнес субъектісі",
    ),
    Entry("status_name", _("status, in words"), _("The status in the chosen language."), TEXT, "Бекітілді"),
)
"""Columns that CSV and XLSX have beside the fields."""

BLOCK_NAME = "x_pppRegistry"
"""The one additional field of an OC4IDS project; everything that OC4IDS has no field for stands in it."""

OC4IDS_EXTRA: tuple[Entry, ...] = (
    Entry("number", pgettext_lazy("register", "number"), _("The number in the register."), INTEGER, "17"),
    Entry("titles", _("titles"), _("The title by language; only the languages that have one."), BLOCK, '{"kk": "…"}'),
    Entry("statusCode", _("status"), _("Our code of the status, finer than that of OC4IDS."), CODE, "contract_signed"),
    Entry("sectorCode", _("sector"), _("Our code of the sector."), CODE, "education"),
    Entry("territoryCode", _("territory"), _("KATO code of the territory."), CODE, "750000000"),
    Entry("initiatorType", _("initiator type"), _("Who proposed the project."), CODE, "sme"),
    Entry("initiatorSize", _("size of the SME"), _("As it was at filing."), CODE, "small"),
    Entry("costKnown", _("cost is known"), _("When false, the budget is left out and must not be read as 0."), YES_NO,
          "true"),
    Entry("isGroup", _("group of projects"), _("This row stands for several projects; its cost is theirs."), YES_NO,
          "false"),
    Entry("groupSize", _("projects in the group"), _("How many projects the row stands for."), INTEGER, "4"),
    Entry("groupNumber", _("member of the group"), _("A member is counted with its group and never added to it."),
          INTEGER, "12"),
    Entry("termYears", _("term, years"), _("How long the contract lasts, building included."), DECIMAL, "10.5", YEARS),
    Entry("jobs", _("jobs"), _("Jobs promised."), INTEGER, "70"),
    Entry("year", _("year"), _("Year of the approval, or the year the source speaks of."), INTEGER, "2017"),
    Entry("contractType", _("contract type"), _("Kind of PPP contract by the law."), CODE, "concession"),
    Entry("paymentSources", _("sources of payment"), _("From what the private partner is paid (Law 379-V, art. 9(2))."),
          LIST, '["sales"]'),
    Entry("decision", _("decision"), _("The resolution by which the project entered the list; absent: not on file."),
          BLOCK, '{"resolution": 3, "maslikhat": "…", "number": "277", "adopted": "2017-09-14", "url": "…"}'),
    Entry("exclusion", _("excluded by"), _("The resolution by which the project left the list."), BLOCK,
          '{"resolution": 9, "…": "…"}'),
    Entry("sums", _("sums, tenge"), _("Asked, approved and signed sums and state obligations over the whole term; "
          "they are different sums and are never added."), BLOCK, '{"approved": 1100000000}', TENGE),
    Entry("paymentsByYear", _("state obligations by year"), _("What the budget owes in each year."), LIST,
          '[{"year": 2019, "amount": 120000000}]', TENGE),
    Entry("dates", _("dates"), _("Known no more exactly than written; OC4IDS periods hold whole dates only."), PARTIAL,
          '{"contractSigned": "2018-05"}'),
    Entry("statusHistory", _("status history"), _("Each status with the date since which it holds, as far as known."),
          LIST, '[{"status": "approved", "since": "2017-09", "resolution": 3}]'),
    Entry("sourceUrl", _("address of the source"), _("Public page that tells of the project."), ADDRESS,
          "https://example.kz/news/1"),
    Entry("asOf", _("the list on the day"), _("Present when a past day was asked for: title, cost and term are of it."),
          PARTIAL, "2024-03-01"),
)  # fmt: skip
"""The additional facts of an OC4IDS project, all below one name."""


def labels(language: str) -> dict[str, str]:
    """Return the label of every column of a table in a language."""
    with override(language):
        return {entry.name: _first_large(str(entry.label)) for entry in (*RECORD, *WORD_COLUMNS)}


def _first_large(text: str) -> str:
    return text[:1].upper() + text[1:]
