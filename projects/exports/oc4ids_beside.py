"""SQL of what other tables say of an OC4IDS project: its road, papers, contract, obligations and group."""

import uuid

from django.urls import reverse
from psycopg.sql import SQL, Composable, Identifier, Literal

from projects.exports.oc4ids_parts import BIN_SCHEME, OVER, PRIVATE_PARTNER
from projects.exports.oc4ids_sql import concat, filled, first, member, moment, period, plain, text, uri

CONTRACT = {
    **{f"contract_{name}": f"contract__{name}" for name in ("id", "number", "sum", "term_years")},
    **{f"contract_{name}": f"contract__{name}" for name in ("partner", "partner_bin")},
    "contract_signed_on_day": "contract__signed_on",
}
"""Columns of the contract, by the path from the project."""
_SOMEONE = uuid.UUID(int=0)


def days_in(years: Composable) -> Composable:
    """Return a term in days."""
    # To even numbers, as Python rounds: so does a double, and it holds every half.
    return SQL("round(({} * 365.25)::float8)::int").format(years)


def related(language: str, key: str) -> list[Composable]:
    """Return the group and the members."""

    def one(name: Composable, number: Composable, title: Composable) -> Composable:
        return SQL("""'{{"id":"' || {} || {} || {} || '"' || {} || '}}'""").format(
            name, Literal(f'","scheme":"oc4ids","identifier":"{key}'), number,
            SQL("COALESCE({}, '')").format(member("title", text(title))),
        )  # fmt: skip

    whole = one(SQL("'group'"), Identifier("group"), first("group_title", language))
    part = one(SQL("'member-' || m.number"), SQL("m.number"), first("title", language, "m"))
    members = SQL(
        """CASE WHEN is_group THEN (SELECT string_agg({}, ',' ORDER BY m.number)
        FROM projects_project m WHERE m.group_id = r.id) END"""
    ).format(part)
    return [whole, members]


def _rows(table: str, written: Composable, order: str, more: str = "") -> Composable:
    """Return rows that point to the project, comma by comma; NULL where there is none."""
    return SQL("(SELECT string_agg({}, ',' ORDER BY {}) FROM {} x WHERE x.project_id = r.id{})").format(
        written, SQL(order), Identifier(f"projects_{table}"), SQL(more)
    )


def steps() -> Composable:
    """Return the road of the project."""
    return _rows(
        "statuschange",
        concat(
            '{"status":"', SQL("x.status"), '"',
            member("since", plain(filled("since", "x"))),
            member("resolution", SQL("x.resolution_id")),
            member("sourceUrl", plain(uri(filled("source_url", "x")))),
            "}",
        ),
        "x.id",
    )  # fmt: skip


def owed() -> Composable:
    """Return the obligations of each year."""
    return _rows("obligation", concat('{"year":', SQL("x.year"), ',"amount":', SQL("x.amount"), "}"), "x.year")


def documents(language: str, site: str) -> Composable:
    """Return the public papers of the project."""
    before, _, after = f"{site}{reverse('document', args=[_SOMEONE]).removeprefix('/')}".partition(str(_SOMEONE))
    title = SQL("COALESCE({}, {})").format(first("title", language, "x"), filled("original_name", "x"))
    address = SQL("CASE WHEN x.url = '' THEN {} || x.id || {} ELSE {} END").format(
        Literal(before), Literal(after), uri(SQL("x.url"))
    )
    return _rows(
        "document",
        concat(
            '{"id":"', SQL("x.id"), '"',
            member("documentType", plain(filled("document_type", "x"))),
            member("title", text(title)),
            ',"url":"', address, '","datePublished":"', moment(SQL("x.created_at")), '"',
            member("format", text(filled("content_type", "x"))),
            member("language", plain(filled("language", "x"))),
            "}",
        ),
        "x.document_type, x.created_at",
        " AND x.is_public",
    )  # fmt: skip


def partner() -> Composable:
    """Return the private partner as a party; NULL where nobody is named."""
    told = concat(
        f'"scheme":"{BIN_SCHEME}","id":', text(filled("contract_partner_bin")),
        member("legalName", text(filled("contract_partner"))),
    )  # fmt: skip
    identifier = SQL("CASE WHEN contract_partner_bin <> '' THEN '{{' || {} || '}}' END").format(told)
    return SQL("{} || concat({}, {})").format(
        member("name", text(_named())), Literal(',"roles":["supplier"]'), member("identifier", identifier)
    )


def _named() -> Composable:
    return SQL("COALESCE({}, {})").format(filled("private_partner"), filled("contract_partner"))


def contract(key: str) -> Composable:
    """Return the contract as a contracting process; NULL where there is none. It has not been changed since."""
    is_over = SQL(", ").join(Literal(str(status)) for status in OVER)
    signed = SQL("to_char(contract_signed_on_day, 'YYYY-MM-DD')")
    told = concat(
        f'{{"id":"{key}', SQL("number"), '-contract","summary":{',
        '"title":', text(SQL("'№ ' || contract_number")),
        member("externalReference", text(filled("contract_number"))),
        SQL("CASE WHEN status IN ({}) THEN {} ELSE {} END").format(
            is_over, Literal(',"status":"closed"'), Literal(',"status":"active"')
        ),
        f',"suppliers":[{{"id":"{PRIVATE_PARTNER}","name":', text(SQL("COALESCE({}, '')").format(_named())), "}]",
        SQL("""',"contractValue":{{"amount":' || contract_sum || ',"currency":"KZT"}}'""").format(),
        member("contractPeriod", period(signed, SQL("''::text"), days_in(SQL("contract_term_years")))),
        "}}",
    )  # fmt: skip
    return SQL("CASE WHEN contract_id IS NOT NULL THEN {} END").format(told)
