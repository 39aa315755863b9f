"""A project of OC4IDS as PostgreSQL writes it: the SQL of one line of JSON, and the marks that Python reads in it.

``oc4ids.project_of`` says what a project is; here stands the same for what most rows are made of, and a test holds both
against each other. A row that has more, or of which the database is not sure, has no line: Python writes it.
"""

from collections.abc import Sequence

from django.conf import settings
from psycopg.sql import SQL, Composable, Identifier, Literal

from projects.exports.cells import as_json
from projects.exports.dictionary import BLOCK_NAME
from projects.exports.oc4ids_parts import LOCAL_PREFIX, PRIVATE_PARTNER, STATE_PARTNER
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
}
"""What a line says beside the columns of a record, by the path from the project."""
NAMES = (*COLUMN_NAMES, *MORE)
APPROVAL, PAPERS, DECISIONS = "\x01", "\x02", "\x03"
"""Stand where ``oc4ids`` puts what it knows of the row's resolutions; nothing else in a line is such a character."""
UNSURE = "\x04"
"""Stands in a line that Python must write."""
PLACE = "\ue000"
"""Stands for the place in what is told of a territory with one, and before its code there."""
_URI = "^[][A-Za-z0-9_.~/#%=:;$&()+,!?*@'-]*$"
"""Addresses that ``oc4ids_parts.url`` leaves as they are."""


def columns(language: str, key: str, day: str | None, sectors: dict[str, str], places: dict[str, str]) -> Composable:
    """Return the SQL of number, resolution, exclusion and line (NULL where Python must write it).

    ``key``: what stands before the number in an id; ``day``: the past day of the view; ``sectors``: the JSON of the
    standard's codes of each sector, empty where it has none; ``places``: the JSON of the location in each territory
    without a place, and by ``PLACE`` and the code of that with one.
    """
    return SQL("number, resolution, excluded_by, CASE WHEN NOT ({}) THEN {} END").format(
        _difficult(), _project(language, key, day, sectors, places)
    )


def _difficult() -> Composable:
    tables = {"document": " AND x.is_public", "contract": "", "obligation": ""}
    rows = [f"EXISTS (SELECT FROM projects_{name} x WHERE x.project_id = r.id{more})" for name, more in tables.items()]
    return SQL(" OR ").join([SQL("source_url !~ {}").format(Literal(_URI)), *map(SQL, rows)])


# --- pieces of JSON; NULL is what is left out ---


def _text(value: Composable) -> Composable:
    return SQL("to_json({})::text").format(value)


def _filled(name: str) -> Composable:
    return SQL("NULLIF({}, '')").format(Identifier(name))


def _first(name: str, language: str, table: str = "r") -> Composable:
    """Return the text in the language, or the first there is."""
    codes = dict.fromkeys((language, *LANGUAGES))
    texts = (SQL("NULLIF({}, '')").format(Identifier(table, f"{name}_{code}")) for code in codes)
    return SQL("COALESCE({})").format(SQL(", ").join(texts))


def _plain(value: Composable) -> Composable:
    """Return a code or a date as JSON: nothing in it must be escaped."""
    return SQL("""'"' || {} || '"'""").format(value)


def _member(name: str, value: Composable, before: str = ",") -> Composable:
    return SQL("{} || {}").format(Literal(f'{before}"{name}":'), value)


def _concat(*parts: Composable | str) -> Composable:
    """Return the parts one after the other; a part that is NULL is nothing."""
    return SQL("concat({})").format(SQL(", ").join(Literal(p) if isinstance(p, str) else p for p in parts))


def _several(parts: Sequence[Composable], around: str) -> Composable:
    """Return the parts that are not NULL, comma by comma in brackets; NULL where there is none."""
    inner = SQL("NULLIF(concat_ws(',', {}), '')").format(SQL(", ").join(parts))
    return SQL("{} || {} || {}").format(Literal(around[0]), inner, Literal(around[1]))


def _word(words: dict[str, str], code: Composable) -> Composable:
    return SQL("({}::jsonb ->> ({}))").format(Literal(as_json(words)), code)


# --- moments in the time of Almaty, as cells.moment writes them ---


def _offset(local: Composable, moment: Composable) -> Composable:
    return SQL("to_char({} - ({} AT TIME ZONE 'UTC'), 'HH24:MI')").format(local, moment)


def _moment(name: str) -> Composable:
    moment = Identifier(name)
    local = SQL("({} AT TIME ZONE {})").format(moment, Literal(settings.TIME_ZONE))
    # A session in another zone would do it shorter, and Django would read its moments wrongly meanwhile.
    return SQL(
        """to_char({local}, CASE WHEN {moment} = date_trunc('second', {moment})
        THEN 'YYYY-MM-DD"T"HH24:MI:SS' ELSE 'YYYY-MM-DD"T"HH24:MI:SS.US' END) || '+' || {offset}"""
    ).format(local=local, moment=moment, offset=_offset(local, moment))


def _begins(day: Composable) -> Composable:
    """Return the first moment of a day; NULL where only the month or year is known."""
    return SQL("CASE WHEN length({day}) = 10 THEN {day}::timestamp AT TIME ZONE {zone} END").format(
        day=day, zone=Literal(settings.TIME_ZONE)
    )


def _day(name: str, day: Composable) -> Composable:
    """Return the same as a member of a period."""
    offset = _offset(SQL("{}::timestamp").format(day), SQL("({})").format(_begins(day)))
    written = SQL("""{} || {} || 'T00:00:00+' || {} || '"'""").format(Literal(f'"{name}":"'), day, offset)
    return SQL("CASE WHEN length({}) = 10 THEN {} END").format(day, written)


def _period(start: Composable, end: Composable, years: Composable) -> Composable:
    """Return a period, see ``oc4ids_parts.period``."""
    begins, ends = _begins(start), _begins(end)
    lasts = SQL(
        """'"durationInDays":' || CASE WHEN length({start}) = 10 AND length({end}) = 10
        THEN floor(extract(epoch FROM ({ends}) - ({begins})) / 86400)::int ELSE {years} END"""
    ).format(start=start, end=end, begins=begins, ends=ends, years=years)
    backwards = SQL("CASE WHEN length({start}) = 10 AND length({end}) = 10 AND {start} > {end} THEN NULL ELSE {what} END")
    return _several(
        [
            _day("startDate", start),
            backwards.format(start=start, end=end, what=_day("endDate", end)),
            backwards.format(start=start, end=end, what=lasts),
        ],
        "{}",
    )


# --- the project ---


def _project(language: str, key: str, day: str | None, sectors: dict[str, str], places: dict[str, str]) -> Composable:
    start = SQL("COALESCE(NULLIF(implementation_start, ''), contract_signed_on)")
    commissioned, ends, unknown = SQL("commissioned_on"), SQL("contract_ends_on"), SQL("NULL::int")
    # To even numbers, as Python rounds: so does a double, and it holds every half.
    days = SQL("round((term_years * 365.25)::float8)::int")
    authority = _member("name", _text(_first("state_partner", language)))
    partner = _member("name", _text(_filled("private_partner")))
    named = [
        SQL("{} || {} || {}").format(
            Literal(f'{{"id":"{who}"'), name, Literal(f',"roles":["{role}"]}}')
        )
        for who, name, role in (
            (STATE_PARTNER, authority, "publicAuthority"),
            (PRIVATE_PARTNER, partner, "supplier"),
        )
    ]  # fmt: skip
    has_paper = SQL("resolution IS NOT NULL OR excluded_by IS NOT NULL")
    source = SQL("""'{{"id":"source","url":"' || NULLIF(source_url, '') || '"}}'""").format()
    papers = SQL("CASE WHEN {} THEN {} END").format(has_paper, Literal(PAPERS))
    approval = SQL("CASE WHEN resolution IS NOT NULL THEN {} ELSE '' END").format(Literal(APPROVAL))
    place = _text(_first("place", language))
    located = SQL("CASE WHEN {} IS NULL THEN {} ELSE replace({}, {}, {}) END").format(
        place, _word(places, SQL("territory")), _word(places, SQL("{} || territory").format(Literal(PLACE))),
        Literal(as_json(PLACE)), place,
    )  # fmt: skip
    titles = [
        SQL("CASE WHEN {} <> '' THEN {} END").format(Identifier(f"title_{code}"), Literal(f'"{code}"'))
        for code in dict.fromkeys((language, *LANGUAGES))
    ]
    return _concat(
        f'{{"id":"{key}', SQL("number"), '","updated":"', _moment("updated_at"), '","language":',
        SQL("COALESCE({})").format(SQL(", ").join(titles)),
        f',"identifiers":[{{"scheme":"{LOCAL_PREFIX}","id":"', SQL("number"), '"}]',
        _member("title", _text(_first("title", language))),
        _member("description", _text(_first("description", language))),
        _member("purpose", _text(_first("objective", language))),
        _member("status", _word({str(code): as_json(told) for code, told in OC4IDS_STATUS.items()}, SQL("status"))),
        _member("sector", SQL("NULLIF({}, '')").format(_word(sectors, SQL("sector")))),
        ',"locations":[', located, "]",
        SQL("""',"budget":{{"amount":{{"amount":' || cost || ',"currency":"KZT"}}' || {} || '}}'""").format(approval),
        _member("period", _period(start, ends, days)),
        _member("implementationPeriod", _period(SQL("implementation_start"), commissioned, unknown)),
        _member("maintenancePeriod", _period(commissioned, ends, unknown)),
        SQL("""{} || {} || '}}'""").format(Literal(f',"publicAuthority":{{"id":"{STATE_PARTNER}"'), authority),
        _member("parties", _several(named, "[]")),
        _member("documents", _several([papers, source], "[]")),
        _member("relatedProjects", _several(_related(language, key), "[]")),
        f',"{BLOCK_NAME}":', _block(day), "}",
    )  # fmt: skip


def _related(language: str, key: str) -> list[Composable]:
    def related(name: Composable, number: Composable, title: Composable) -> Composable:
        return SQL("""'{{"id":"' || {} || {} || {} || '"' || {} || '}}'""").format(
            name, Literal(f'","scheme":"oc4ids","identifier":"{key}'), number,
            SQL("COALESCE({}, '')").format(_member("title", _text(title))),
        )  # fmt: skip

    whole = related(SQL("'group'"), Identifier("group"), _first("group_title", language))
    part = related(SQL("'member-' || m.number"), SQL("m.number"), _first("title", language, "m"))
    members = SQL(
        """CASE WHEN is_group THEN (SELECT string_agg({}, ',' ORDER BY m.number)
        FROM projects_project m WHERE m.group_id = r.id) END"""
    ).format(part)
    return [whole, members]


def _block(day: str | None) -> Composable:
    """Return what OC4IDS has no field for, see ``oc4ids._block``."""
    titles = [_member(code, _text(_filled(f"title_{code}")), "") for code in LANGUAGES]
    sums = [_member(name, Identifier(column), "") for name, column in _SUMS.items()]
    dates = [_member(name, _plain(_filled(column)), "") for name, column in _DATES.items()]
    has_paper = SQL("resolution IS NOT NULL OR excluded_by IS NOT NULL")
    sources = SQL("CASE WHEN payment_sources <> '{{}}' THEN to_json(payment_sources)::text END").format()
    return _concat(
        '{"number":', SQL("number"),
        _member("titles", _several(titles, "{}")),
        ',"statusCode":"', SQL("status"), '","sectorCode":', _text(SQL("sector")),
        ',"territoryCode":"', SQL("territory"), '","initiatorType":"', SQL("initiator_type"), '"',
        _member("initiatorSize", _plain(_filled("initiator_size"))),
        SQL("""CASE WHEN cost IS NULL THEN ',"costKnown":false' ELSE ',"costKnown":true' END"""),
        SQL("""CASE WHEN is_group THEN ',"isGroup":true' ELSE ',"isGroup":false' END"""),
        _member("groupSize", SQL("group_size")),
        _member("groupNumber", Identifier("group")),
        _member("termYears", SQL("trim_scale(term_years)")),
        _member("jobs", SQL("jobs")),
        _member("year", Identifier("year")),
        _member("contractType", _plain(_filled("contract_type"))),
        _member("paymentSources", sources),
        SQL("CASE WHEN {} THEN {} END").format(has_paper, Literal(DECISIONS)),
        _member("sums", _several(sums, "{}")),
        _member("dates", _several(dates, "{}")),
        _member("statusHistory", _steps()),
        _member("sourceUrl", _plain(_filled("source_url"))),
        *([f',"asOf":"{day}"'] if day else []),
        "}",
    )  # fmt: skip


def _steps() -> Composable:
    address = SQL(
        """CASE WHEN s.source_url = '' THEN '' WHEN s.source_url ~ {}
        THEN ',"sourceUrl":"' || s.source_url || '"' ELSE {} END"""
    ).format(Literal(_URI), Literal(UNSURE))
    step = SQL(
        """concat('{{"status":"', s.status, CASE WHEN s.since <> '' THEN '","since":"' || s.since END, '"',
        ',"resolution":' || s.resolution_id, {}, '}}')"""
    ).format(address)
    return SQL(
        "'[' || (SELECT string_agg({}, ',' ORDER BY s.id) FROM projects_statuschange s WHERE s.project_id = r.id) || ']'"
    ).format(step)
