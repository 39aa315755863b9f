"""A project of OC4IDS as PostgreSQL writes it: the SQL of one line of JSON, and the marks that Python reads in it.

``oc4ids.project_of`` says what a project is; here stands the same for what most rows are made of, and a test holds both
against each other. A row that has more, or of which the database is not sure, has no line: Python writes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from psycopg.sql import SQL, Composable, Identifier, Literal

from projects.exports.cells import as_json
from projects.exports.dictionary import BLOCK_NAME
from projects.exports.oc4ids_beside import CONTRACT, contract, days_in, documents, owed, partner, related, steps
from projects.exports.oc4ids_parts import LOCAL_PREFIX, PRIVATE_PARTNER, STATE_PARTNER
from projects.exports.oc4ids_sql import URI, concat, filled, first, member, moment, period, plain, several, text, word
from projects.queries.records import COLUMN_NAMES
from reference.codelists import OC4IDS_STATUS
from reference.languages import LANGUAGES

_TEXTS = ("description", "objective", "place", "state_partner")
_DATES = {
    "implementationStart": "implementation_start",
    "contractSigned": "contract_signed_on",
    "commissioned": "commissioned_on",
    "contractEnds": "contract_ends_on",
}
_SUMS = {
    "asked": "asked_sum",
    "approved": "approved_sum",
    "signed": "signed_sum",
    "stateObligations": "state_obligations",
}
MORE: dict[str, str] = {
    **{f"{name}_{code}": f"{name}_{code}" for name in _TEXTS for code in LANGUAGES},
    **{f"group_title_{code}": f"group__title_{code}" for code in LANGUAGES},
    **{name: name for name in (*_DATES.values(), *_SUMS.values())},
    **{name: name for name in ("id", "initiator_size", "contract_type", "payment_sources", "group_size")},
    "excluded_by": "excluded_by_id",
    **CONTRACT,
}
"""What a line says beside the columns of a record, by the path from the project."""
NAMES = (*COLUMN_NAMES, *MORE)
APPROVAL, PAPERS, DECISIONS = "\x01", "\x02", "\x03"
"""Stand where ``oc4ids`` puts what it knows of the row's resolutions; nothing else in a line is such a character."""
PLACE = "\ue000"
"""Stands for the place in what is told of a territory with one, and before its code there."""


_HAS_PAPER = SQL("resolution IS NOT NULL OR excluded_by IS NOT NULL")
_DIFFICULT = SQL(
    """source_url !~ {} OR contract_id IS NOT NULL
    AND EXISTS (SELECT FROM projects_contractchange x WHERE x.contract_id = r.contract_id)"""
).format(Literal(URI))


@dataclass(frozen=True)
class Told:
    """What all lines of a view are made with: its language and past day, the site's address, JSON by codes.

    ``key``: what stands before the number in an id. ``sectors``: the standard's codes of each sector, empty where it
    has none. ``places``: the location in each territory without a place, and by ``PLACE`` and its code with one.
    """

    language: str
    site: str
    key: str
    day: str | None
    sectors: Mapping[str, str]
    places: Mapping[str, str]


def columns(told: Told) -> Composable:
    """Return the SQL of number, resolution, exclusion and line; the line is NULL where Python must write it."""
    return SQL("number, resolution, excluded_by, CASE WHEN NOT ({}) THEN {} END").format(_DIFFICULT, _project(told))


def _project(told: Told) -> Composable:
    language, key = told.language, told.key
    start = SQL("COALESCE(NULLIF(implementation_start, ''), contract_signed_on)")
    commissioned, ends, unknown = SQL("commissioned_on"), SQL("contract_ends_on"), SQL("NULL::int")
    authority = member("name", text(first("state_partner", language)))
    named = [
        SQL("{} || {} || {}").format(
            Literal(f'{{"id":"{STATE_PARTNER}"'), authority, Literal(',"roles":["publicAuthority"]}')
        ),
        SQL("{} || {} || '}}'").format(Literal(f'{{"id":"{PRIVATE_PARTNER}"'), partner()),
    ]
    source = SQL("""'{{"id":"source","url":"' || NULLIF(source_url, '') || '"}}'""").format()
    papers = SQL("CASE WHEN {} THEN {} END").format(_HAS_PAPER, Literal(PAPERS))
    approval = SQL("CASE WHEN resolution IS NOT NULL THEN {} ELSE '' END").format(Literal(APPROVAL))
    place = text(first("place", language))
    located = SQL("CASE WHEN {} IS NULL THEN {} ELSE replace({}, {}, {}) END").format(
        place, word(told.places, SQL("territory")), word(told.places, SQL("{} || territory").format(Literal(PLACE))),
        Literal(as_json(PLACE)), place,
    )  # fmt: skip
    titles = [
        SQL("CASE WHEN {} <> '' THEN {} END").format(Identifier(f"title_{code}"), Literal(f'"{code}"'))
        for code in dict.fromkeys((language, *LANGUAGES))
    ]
    return concat(
        f'{{"id":"{key}', SQL("number"), '","updated":"', moment(SQL("updated_at")), '","language":',
        SQL("COALESCE({})").format(SQL(", ").join(titles)),
        f',"identifiers":[{{"scheme":"{LOCAL_PREFIX}","id":"', SQL("number"), '"}]',
        member("title", text(first("title", language))),
        member("description", text(first("description", language))),
        member("purpose", text(first("objective", language))),
        member("status", word({str(code): as_json(told) for code, told in OC4IDS_STATUS.items()}, SQL("status"))),
        member("sector", SQL("NULLIF({}, '')").format(word(told.sectors, SQL("sector")))),
        ',"locations":[', located, "]",
        SQL("""',"budget":{{"amount":{{"amount":' || cost || ',"currency":"KZT"}}' || {} || '}}'""").format(approval),
        member("period", period(start, ends, days_in(SQL("term_years")))),
        member("implementationPeriod", period(SQL("implementation_start"), commissioned, unknown)),
        member("maintenancePeriod", period(commissioned, ends, unknown)),
        SQL("""{} || {} || '}}'""").format(Literal(f',"publicAuthority":{{"id":"{STATE_PARTNER}"'), authority),
        member("parties", several(named, "[]")),
        member("documents", several([documents(language, told.site), papers, source], "[]")),
        member("contractingProcesses", SQL("'[' || {} || ']'").format(contract(key))),
        member("relatedProjects", several(related(language, key), "[]")),
        f',"{BLOCK_NAME}":', _block(told.day), "}",
    )  # fmt: skip


def _block(day: str | None) -> Composable:
    """Return what OC4IDS has no field for, see ``oc4ids._block``."""
    titles = [member(code, text(filled(f"title_{code}")), "") for code in LANGUAGES]
    sums = [member(name, Identifier(column), "") for name, column in _SUMS.items()]
    dates = [member(name, plain(filled(column)), "") for name, column in _DATES.items()]
    sources = SQL("CASE WHEN payment_sources <> '{{}}' THEN to_json(payment_sources)::text END").format()
    return concat(
        '{"number":', SQL("number"),
        member("titles", several(titles, "{}")),
        ',"statusCode":"', SQL("status"), '","sectorCode":', text(SQL("sector")),
        ',"territoryCode":"', SQL("territory"), '","initiatorType":"', SQL("initiator_type"), '"',
        member("initiatorSize", plain(filled("initiator_size"))),
        SQL("""CASE WHEN cost IS NULL THEN ',"costKnown":false' ELSE ',"costKnown":true' END"""),
        SQL("""CASE WHEN is_group THEN ',"isGroup":true' ELSE ',"isGroup":false' END"""),
        member("groupSize", SQL("group_size")),
        member("groupNumber", Identifier("group")),
        member("termYears", SQL("trim_scale(term_years)")),
        member("jobs", SQL("jobs")),
        member("year", Identifier("year")),
        member("contractType", plain(filled("contract_type"))),
        member("paymentSources", sources),
        SQL("CASE WHEN {} THEN {} END").format(_HAS_PAPER, Literal(DECISIONS)),
        member("sums", several(sums, "{}")),
        member("dates", several(dates, "{}")),
        member("paymentsByYear", SQL("'[' || {} || ']'").format(owed())),
        member("statusHistory", SQL("'[' || {} || ']'").format(steps())),
        member("sourceUrl", plain(filled("source_url"))),
        *([f',"asOf":"{day}"'] if day else []),
        "}",
    )  # fmt: skip
