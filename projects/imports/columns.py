"""The columns of a file of projects and of a file of resolutions: which fact each tells and how its cells are read."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from projects.imports import aliases, cells, header_names as headers
from projects.imports.headers import Column, ColumnSet
from projects.imports.names import Names, choice_names
from projects.imports.territories import Territories
from reference import codelists
from reference.languages import LANGUAGES
from reference.models import Sector


def _texts(target: str, parse: cells.Parser, bases: Mapping[str, tuple[str, ...]]) -> Iterator[Column]:
    """Yield the columns of a text in three languages. A bare name means the language it is in itself."""
    every_base = (*bases["en"], *bases["kk"], *bases["ru"])
    for language in LANGUAGES:
        names = [f"{bases['en'][0]}_{language}", f"{target}_{language}", *bases[language]]
        names += [f"{base} {form}" for base in every_base for form in headers.LANGUAGE_FORMS[language]]
        names += [f"{headers.LANGUAGE_BEFORE[language]} {base}" for base in bases["kk"]]
        yield Column(f"{target}_{language}", parse, tuple(names))


def _sums(target: str, names: tuple[str, ...], *, zero: str = "") -> Iterator[Column]:
    """Yield the columns of a sum: in tenge, in thousands and in millions."""
    for factor, forms in headers.TENGE_FORMS.items():
        written = tuple(f"{name} {form}".strip() for name in names for form in forms)
        yield Column(target, cells.amount(factor, zero=zero), written)


def _choice(
    target: str, names: tuple[str, ...], choices: type[TextChoices], words: Mapping[Any, Iterable[str]]
) -> Column:
    return Column(target, cells.one_of(choice_names(choices, words), _not_in_list()), names)


def _not_in_list() -> str:
    return _("This is not in the list. Write a code or a name from it.")


def _territory(territories: Territories) -> Column:
    message = _("There is no such territory. Write its KATO code or its full name.")
    return Column("territory", cells.one_of(territories, message), headers.TERRITORY)


def _refused() -> dict[str, tuple[str, ...]]:
    """Return the headers that no file may have, by the sentence that refuses them."""
    return {
        _("The register gives numbers itself. Delete this column."): headers.GIVEN_BY_REGISTER,
        _("The register itself remembers who entered a row. Delete this column."): headers.ABOUT_PEOPLE,
        _("The register itself remembers when a row was entered. Delete this column."): headers.ABOUT_TIME,
        _("Personal data must not stand in the register. Delete this column."): headers.PERSONAL,
    }


def project_columns(sectors: Iterable[Sector], territories: Territories) -> ColumnSet:
    """Return the columns of a file of projects. Targets are the fields of ProjectEntry, and ``region``."""
    sector_names = Names((name, row) for row in sectors for name in (row.code, row.name_kk, row.name_ru, row.name_en))
    no_such_sector = _("There is no such sector. Write its code or its name.")
    no_zero = _("A sum of 0 says that it costs nothing. Leave the cell empty when the sum is not known.")
    count = _("Write a whole number, digits only.")
    group_size = _("Write how many projects the group has: a whole number from 1.")
    group = _("Write the number of the group in the register, digits only.")
    payment_sources = choice_names(codelists.PaymentSource, aliases.PAYMENT_SOURCES)
    columns = (
        *_texts("title", cells.text_line, headers.TITLES),
        *_texts("description", cells.long_text, headers.DESCRIPTIONS),
        *_texts("objective", cells.long_text, headers.OBJECTIVES),
        *_texts("place", cells.text_line, headers.PLACES),
        *_texts("state_partner", cells.text_line, headers.STATE_PARTNERS),
        *_texts("note", cells.long_text, headers.NOTES),
        *_texts("status_note", cells.long_text, headers.STATUS_NOTES),
        Column("sector", cells.one_of(sector_names, no_such_sector), headers.SECTOR),
        _territory(territories),
        Column("region", cells.text_line, headers.REGION),
        _choice("status", headers.STATUS, codelists.ProjectStatus, aliases.STATUSES),
        _choice("initiator_type", headers.INITIATOR_TYPE, codelists.InitiatorType, aliases.INITIATOR_TYPES),
        _choice("initiator_size", headers.INITIATOR_SIZE, codelists.EnterpriseSize, aliases.ENTERPRISE_SIZES),
        Column("private_partner", cells.text_line, headers.PRIVATE_PARTNER),
        _choice("contract_type", headers.CONTRACT_TYPE, codelists.ContractType, aliases.CONTRACT_TYPES),
        Column("payment_sources", cells.several_of(payment_sources, _not_in_list()), headers.PAYMENT_SOURCES),
        *_sums("cost", headers.COST, zero=no_zero),
        *_sums("asked_sum", headers.ASKED_SUM, zero=no_zero),
        *_sums("approved_sum", headers.APPROVED_SUM, zero=no_zero),
        *_sums("signed_sum", headers.SIGNED_SUM, zero=no_zero),
        *_sums("state_obligations", headers.STATE_OBLIGATIONS),
        Column("is_group", cells.flag, headers.IS_GROUP),
        Column("group_size", cells.whole(1, group_size), headers.GROUP_SIZE),
        Column("group", cells.whole(1, group), headers.GROUP),
        Column("term_years", cells.term, headers.TERM_YEARS),
        Column("jobs", cells.whole(0, count), headers.JOBS),
        Column("capacity", cells.whole(1, count), headers.CAPACITY),
        _choice("capacity_unit", headers.CAPACITY_UNIT, codelists.CapacityUnit, aliases.CAPACITY_UNITS),
        Column("year", cells.calendar_year, headers.YEAR),
        Column("implementation_start", cells.partial_date, headers.IMPLEMENTATION_START),
        Column("contract_signed_on", cells.partial_date, headers.CONTRACT_SIGNED_ON),
        Column("commissioned_on", cells.partial_date, headers.COMMISSIONED_ON),
        Column("contract_ends_on", cells.partial_date, headers.CONTRACT_ENDS_ON),
        Column("resolution", cells.key, headers.RESOLUTION),
        Column("excluded_by", cells.key, headers.EXCLUDED_BY),
        Column("source_url", cells.web_address, headers.SOURCE_URL),
        Column("source", cells.text_line, headers.SOURCE),
    )
    refused = _refused()
    refused[_("The register gives numbers itself. Delete this column.")] += headers.GIVEN_TO_PROJECTS
    refused[
        _("The stage of a proposal cannot be imported. The status of a project stands in the column status_code.")
    ] = headers.OF_PROPOSALS
    needed = (("title_kk", "title_ru", "title_en"), ("sector",), ("territory", "region"), ("status",))
    return ColumnSet(columns, refused=refused, needed=needed)


def resolution_columns(territories: Territories) -> ColumnSet:
    """Return the columns of a file of resolutions.

    Targets are the fields of Resolution; ``body_*`` names the maslikhat, ``sme_*`` what is declared for SMEs.
    """
    count = _("Write a whole number, digits only.")
    no_zero = _("A sum of 0 says that it costs nothing. Leave the cell empty when the sum is not known.")
    columns = (
        Column("import_key", cells.key, headers.IMPORT_KEY),
        *_texts("body", cells.text_line, headers.BODIES),
        _territory(territories),
        _choice("kind", headers.KIND, codelists.ResolutionKind, aliases.RESOLUTION_KINDS),
        Column("session", cells.roman_number, headers.SESSION),
        Column("convocation", cells.roman_number, headers.CONVOCATION),
        Column("number", cells.text_line, headers.PAPER_NUMBER),
        Column("adopted", cells.partial_date, headers.ADOPTED),
        Column("votes_for", cells.whole(0, count), headers.VOTES_FOR),
        Column("votes_against", cells.whole(0, count), headers.VOTES_AGAINST),
        Column("votes_abstained", cells.whole(0, count), headers.VOTES_ABSTAINED),
        Column("justice_number", cells.text_line, headers.JUSTICE_NUMBER),
        Column("link", cells.web_address, headers.LINK),
        Column("declared_count", cells.whole(0, count), headers.DECLARED_COUNT),
        *_sums("declared_total", headers.DECLARED_TOTAL, zero=no_zero),
        Column("declared_is_approximate", cells.flag, headers.DECLARED_IS_APPROXIMATE),
        Column("sme_count", cells.whole(0, count), headers.SME_COUNT),
        *_sums("sme_total", headers.SME_TOTAL),
        *_texts("note", cells.long_text, headers.NOTES),
    )
    return ColumnSet(columns, refused=_refused(), needed=(("import_key",), ("territory",), ("kind",)))
