"""SQL of pieces of OC4IDS: texts, moments and periods as JSON. NULL is what is left out."""

from collections.abc import Mapping, Sequence

from django.conf import settings
from psycopg.sql import SQL, Composable, Identifier, Literal

from projects.exports.cells import as_json
from reference.languages import LANGUAGES

UNSURE = "\x04"
"""Stands in a line that Python must write."""
URI = "^[][A-Za-z0-9_.~/#%=:;$&()+,!?*@'-]*$"
"""Addresses that ``oc4ids_parts.url`` leaves as they are."""


def text(value: Composable) -> Composable:
    """Return a text as JSON has it."""
    return SQL("to_json({})::text").format(value)


def filled(name: str, table: str = "r") -> Composable:
    """Return a column; NULL for the empty text."""
    return SQL("NULLIF({}, '')").format(Identifier(table, name))


def first(name: str, language: str, table: str = "r") -> Composable:
    """Return the text in the language, or the first there is."""
    codes = dict.fromkeys((language, *LANGUAGES))
    texts = (SQL("NULLIF({}, '')").format(Identifier(table, f"{name}_{code}")) for code in codes)
    return SQL("COALESCE({})").format(SQL(", ").join(texts))


def plain(value: Composable) -> Composable:
    """Return a code or a date as JSON: nothing in it must be escaped."""
    return SQL("""'"' || {} || '"'""").format(value)


def member(name: str, value: Composable, before: str = ",") -> Composable:
    """Return a member of an object, of which the value is JSON."""
    return SQL("{} || {}").format(Literal(f'{before}"{name}":'), value)


def concat(*parts: Composable | str) -> Composable:
    """Return the parts one after the other; a part that is NULL is nothing."""
    return SQL("concat({})").format(SQL(", ").join(Literal(p) if isinstance(p, str) else p for p in parts))


def several(parts: Sequence[Composable], around: str) -> Composable:
    """Return the parts that are not NULL, comma by comma in brackets; NULL where there is none."""
    inner = SQL("NULLIF(concat_ws(',', {}), '')").format(SQL(", ").join(parts))
    return SQL("{} || {} || {}").format(Literal(around[0]), inner, Literal(around[1]))


def word(words: Mapping[str, str], code: Composable) -> Composable:
    """Return what stands for a code."""
    return SQL("({}::jsonb ->> ({}))").format(Literal(as_json(dict(words))), code)


# --- moments in the time of Almaty, as cells.moment writes them ---


def _offset(local: Composable, moment: Composable) -> Composable:
    return SQL("to_char({} - ({} AT TIME ZONE 'UTC'), 'HH24:MI')").format(local, moment)


def moment(value: Composable) -> Composable:
    """Return a moment, without quotes."""
    local = SQL("({} AT TIME ZONE {})").format(value, Literal(settings.TIME_ZONE))
    # A session in another zone would do it shorter, and Django would read its moments wrongly meanwhile.
    return SQL(
        """to_char({local}, CASE WHEN {value} = date_trunc('second', {value})
        THEN 'YYYY-MM-DD"T"HH24:MI:SS' ELSE 'YYYY-MM-DD"T"HH24:MI:SS.US' END) || '+' || {offset}"""
    ).format(local=local, value=value, offset=_offset(local, value))


def uri(value: Composable) -> Composable:
    """Return an address, without quotes; where Python must write it, the line is marked."""
    return SQL("CASE WHEN {value} IS NULL OR {value} ~ {safe} THEN {value} ELSE {unsure} END").format(
        value=value, safe=Literal(URI), unsure=Literal(UNSURE)
    )


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


def period(start: Composable, end: Composable, years: Composable) -> Composable:
    """Return a period, see ``oc4ids_parts.period``."""
    begins, ends = _begins(start), _begins(end)
    lasts = SQL(
        """'"durationInDays":' || CASE WHEN length({start}) = 10 AND length({end}) = 10
        THEN floor(extract(epoch FROM ({ends}) - ({begins})) / 86400)::int ELSE {years} END"""
    ).format(start=start, end=end, begins=begins, ends=ends, years=years)
    backwards = SQL(
        "CASE WHEN length({start}) = 10 AND length({end}) = 10 AND {start} > {end} THEN NULL ELSE {what} END"
    )
    return several(
        [
            _day("startDate", start),
            backwards.format(start=start, end=end, what=_day("endDate", end)),
            backwards.format(start=start, end=end, what=lasts),
        ],
        "{}",
    )
