"""Fill a database with made-up proposals: ``python -m benchmarks.intake --proposals 20000``.

The register must be filled first (``benchmarks.generate``): approvals lead to its projects. Rows enter by COPY, past
the services but not past the database: drafts are filed and walk step by step, and the chain of steps links itself.
"""

import argparse
import datetime
import os
import sys
import time
import uuid
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import psycopg

from benchmarks.beside import set_up
from benchmarks.generate import RealRows, copy_rows, next_key
from benchmarks.synthetic import MARK
from benchmarks.world import TITLE, Applicant, Chamber, World

MAIL = "synthetic-{}-{}@example.kz"
SEARCH = "proposals_proposal_search"
EXPERTS, APPLICANTS = 40, 400
_FORMS = (("llp", ("micro", "small", "medium"), 60), ("jsc", ("large",), 15), ("state_body", ("",), 15))
_TYPES = {"llp": "sme", "jsc": "large_business", "state_body": "state_body", "association": "association"}
AT_ONCE = 500
"""Proposals that walk in one transaction: the constraints that wait for its end slow each other down."""
_AROUND = (
    "proposals_assignment",
    "proposals_declaration",
    "proposals_opinion",
    "proposals_clarification",
    "proposals_session",
    "proposals_agendaitem",
)
"""Tables filled between proposals and steps, in this order."""
_REFUSALS = ("proposals_refusal", "proposals_refusal_reasons")
_DECISIONS = ("proposals_itemdecision", "projects_resolution")
_FILED = (
    "year",
    "sequence",
    "filed_at",
    "filed_by_id",
    "consent_at",
    "initiator_type",
    "initiator_size",
    "applicant_name",
    "applicant_bin",
)
_WALKED = """
    CREATE TEMPORARY TABLE synthetic_walk ON COMMIT DROP AS
    SELECT change.proposal_id, change.to_stage, change.at,
           CASE WHEN change.to_stage = 'approved' THEN approved.project END AS project,
           row_number() OVER (PARTITION BY change.proposal_id ORDER BY change.id) AS turn
    FROM proposals_stagechange change LEFT JOIN synthetic_approved approved ON approved.proposal = change.proposal_id
    WHERE change.transaction = txid_current()
"""
_WALK = """
    UPDATE proposals_proposal proposal SET stage = walk.to_stage, stage_since = walk.at, project_id = walk.project
    FROM synthetic_walk walk WHERE walk.proposal_id = proposal.id AND walk.turn = %s
"""


def load_lists() -> None:
    """Load the shipped lists, the law's numbers and the roles, which figures and pages ask for; Django is set up."""
    from proposals.services.review_lists import load_review_lists
    from proposals.services.roles import sync_roles
    from reference import services

    services.load_territories()
    services.load_sectors()
    services.load_parameters()
    services.load_working_days()
    load_review_lists()
    sync_roles()


def _people(connection: psycopg.Connection) -> None:
    """Enter the made-up people of the chamber and the applicants where they are missing."""
    found = connection.execute(
        "SELECT count(*) FROM accounts_user WHERE email = %s", [MAIL.format("head", 0)]
    ).fetchone()[0]
    if found:
        return
    chamber = [("clerk", 0), ("head", 0), ("secretary", 0), *(("expert", place) for place in range(EXPERTS))]
    first = next_key(connection, "accounts_user")
    now = datetime.datetime.now(datetime.UTC)
    wanted = [*chamber, *(("applicant", place) for place in range(APPLICANTS))]
    people = [
        {
            "id": first + place,
            "password": "!",
            "email": MAIL.format(role, turn),
            "full_name": f"Синтетика {role} {turn}",
            "language": "kk",
            "is_staff": role != "applicant",
            "is_active": True,
            "date_joined": now,
        }
        for place, (role, turn) in enumerate(wanted)
    ]
    copy_rows(connection, "accounts_user", people)
    for role in ("clerk", "head", "secretary", "expert"):
        connection.execute(
            "INSERT INTO accounts_user_groups (user_id, group_id) SELECT u.id, g.id FROM accounts_user u, auth_group g"
            " WHERE g.name = %s AND u.email LIKE %s",
            [role, MAIL.format(role, "%")],
        )
    connection.execute(
        "INSERT INTO proposals_expertsector (expert_id, sector_id)"
        " SELECT e.id, s.code FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM accounts_user"
        "                           WHERE email LIKE %s) e,"
        '      (SELECT code, row_number() OVER (ORDER BY "order", code) - 1 AS place, count(*) OVER () AS many'
        "       FROM reference_sector) s"
        " WHERE e.place %% s.many = s.place OR (e.place * 5 + 3) %% s.many = s.place",
        [MAIL.format("expert", "%")],
    )
    forms = [form for form in (*_FORMS, ("association", ("",), 10)) for _share in range(form[2])]
    organisations: list[dict[str, Any]] = []
    for place in range(APPLICANTS):
        form, sizes, _share = forms[place * 37 % len(forms)]
        organisations.append(
            {
                "id": uuid.uuid5(uuid.NAMESPACE_URL, f"synthetic-{place}"),
                "name": f"«Синтетика-{place}» ({MARK})",
                "legal_form": form,
                # Month 99: no such number can be given to anybody.
                "bin": f"9999{place:08d}",
                "size": sizes[place % len(sizes)],
                "contact_person": MARK,
                "phone": "+7 727 000 00 00",
                "created_at": now,
            }
        )
    copy_rows(connection, "accounts_organisation", organisations)
    connection.execute(
        "INSERT INTO accounts_membership (organisation_id, user_id, is_owner, joined_at)"
        " SELECT o.id, u.id, true, now() FROM accounts_organisation o JOIN accounts_user u"
        " ON u.email = 'synthetic-applicant-' || substring(o.name from '[0-9]+') || '@example.kz'"
        " WHERE o.contact_person = %s",
        [MARK],
    )


def _world(connection: psycopg.Connection, now: datetime.datetime) -> World:
    """Return what the database holds that stories refer to."""

    def rows(statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        return connection.execute(statement, parameters).fetchall()

    def person(role: str) -> int:
        return rows("SELECT id FROM accounts_user WHERE email = %s", MAIL.format(role, 0))[0][0]

    experts = defaultdict(list)
    for sector, expert in rows("SELECT sector_id, expert_id FROM proposals_expertsector ORDER BY id"):
        experts[sector].append(expert)
    applicants = rows(
        "SELECT o.id, m.user_id, o.legal_form, o.size, o.name, o.bin FROM accounts_organisation o"
        " JOIN accounts_membership m ON m.organisation_id = o.id WHERE o.contact_person = %s ORDER BY o.bin",
        MARK,
    )
    keys = {table: next_key(connection, table) for table in (*_AROUND, *_REFUSALS, *_DECISIONS)}
    return World(
        now=now,
        chamber=Chamber(person("clerk"), person("head"), person("secretary"), dict(experts)),
        applicants=[
            Applicant(key, user, _TYPES[form], size if form == "llp" else "", name, number)
            for key, user, form, size, name, number in applicants
        ],
        places=rows(
            "SELECT t.code, m.id FROM reference_territory t"
            " JOIN projects_maslikhat m ON m.territory_id = coalesce(t.parent_id, t.code) ORDER BY t.code"
        ),
        sectors=[
            code for (code,) in rows('SELECT code FROM reference_sector ORDER BY "order", code') if code in experts
        ],
        reasons=[key for (key,) in rows("SELECT id FROM proposals_refusalreason ORDER BY id")],
        projects=[
            key
            for (key,) in rows(
                "SELECT p.id FROM projects_project p WHERE p.status NOT IN ('planned', 'excluded')"
                " AND NOT EXISTS (SELECT 1 FROM proposals_proposal q WHERE q.project_id = p.id)"
                " ORDER BY md5(p.id::text)"
            )
        ],
        convocation=rows("SELECT coalesce(max(convocation), 100) + 1 FROM proposals_session")[0][0],
        next_keys=keys,
        numbers=dict(rows("SELECT year, last FROM proposals_arrivalcounter")),
    )


def _stage(connection: psycopg.Connection, table: str, kinds: dict[str, str], rows: Iterable[dict[str, Any]]) -> None:
    """Copy rows into a temporary table of these columns."""
    columns = ", ".join(f"{name} {kind}" for name, kind in kinds.items())
    connection.execute(f"CREATE TEMPORARY TABLE {table} ({columns}) ON COMMIT DROP")
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(kinds)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([row[name] for name in kinds])
    connection.execute(f"ANALYZE {table}")


def _file(connection: psycopg.Connection, world: World) -> None:
    """Let the applications arrive: from now on they are frozen, and their proposals may be filed."""
    types = {
        name: kind
        for name, kind in connection.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'proposals_application'"
        )
        if name in _FILED
    }
    _stage(connection, "synthetic_filed", {"id": "uuid", **{name: types[name] for name in _FILED}}, world.rows["filed"])
    connection.execute(
        f"UPDATE proposals_application a SET {', '.join(f'{name} = f.{name}' for name in _FILED)},"
        " filed_copy = '{\"synthetic\": true}', filed_sha256 = encode(sha256(a.id::text::bytea), 'hex')"
        " FROM synthetic_filed f WHERE f.id = a.id"
    )
    for year, last in world.numbers.items():
        connection.execute(
            "INSERT INTO proposals_arrivalcounter (year, last) VALUES (%s, %s)"
            " ON CONFLICT (year) DO UPDATE SET last = excluded.last",
            [year, last],
        )


def _publish(connection: psycopg.Connection, world: World) -> None:
    """Let a resolution of each session that decided say what it decided: recorded, confirmed and published."""
    held = [session for session in world.rows["proposals_session"] if session["decides"]]
    facts = {}
    for session in held:
        facts[session["draft"]] = {
            "kind": "list_approval",
            "maslikhat_id": session["maslikhat_id"],
            "convocation": session["convocation"],
            "number": f"S-{session['id']}/{session['convocation']}",
            "adopted": session["held_on"].isoformat(),
            "note_kk": f"{MARK}, {TITLE}",
            "created_at": world.now,
            "updated_at": world.now,
        }
    papers = [{"id": world.key("projects_resolution"), **one} for one in facts.values()]
    copy_rows(connection, "projects_resolution", papers)
    drafts = [
        {
            "id": session["draft"],
            "state": "draft",
            "version": 1,
            "session_id": session["id"],
            "session_number": session["number"],
            "created_by_id": world.chamber.secretary,
            **facts[session["draft"]],
        }
        for session in held
    ]
    copy_rows(connection, "proposals_draftresolution", drafts)
    copy_rows(connection, "proposals_itemdecision", world.rows["proposals_itemdecision"])
    pairs = [{"draft": draft["id"], "paper": paper["id"]} for draft, paper in zip(drafts, papers, strict=True)]
    _stage(connection, "synthetic_papers", {"draft": "uuid", "paper": "bigint"}, pairs)
    connection.execute(
        "UPDATE proposals_draftresolution d SET state = 'published', resolution_id = p.paper, recorded_by_id = %s,"
        " recorded_at = now(), confirmed_by_id = %s, confirmed_at = now() FROM synthetic_papers p WHERE p.draft = d.id",
        [world.chamber.secretary, world.chamber.head],
    )


def _walk(connection: psycopg.Connection, world: World, steps: list[dict[str, Any]]) -> None:
    """Let proposals take their steps one by one, as the trigger wants to see them; the steps are all of theirs."""
    first = next_key(connection, "proposals_stagechange")
    mine = connection.execute("SELECT txid_current()").fetchone()[0]
    for place, step in enumerate(sorted(steps, key=lambda step: step["at"])):
        step |= {"id": first + place, "transaction": mine}
    copy_rows(connection, "proposals_stagechange", sorted(steps, key=lambda step: step["id"]))
    walking = {step["proposal_id"] for step in steps}
    refusals = [
        one | {"change_id": one["change"]["id"]} for one in world.rows[_REFUSALS[0]] if one["proposal_id"] in walking
    ]
    keys = {one["id"] for one in refusals}
    copy_rows(connection, _REFUSALS[0], refusals)
    copy_rows(connection, _REFUSALS[1], [one for one in world.rows[_REFUSALS[1]] if one["refusal_id"] in keys])
    approved = [one for one in world.rows["approved"] if one["proposal"] in walking]
    _stage(connection, "synthetic_approved", {"proposal": "uuid", "project": "bigint"}, approved)
    connection.execute(_WALKED)
    connection.execute("ANALYZE synthetic_walk")
    turns = connection.execute("SELECT coalesce(max(turn), 0) FROM synthetic_walk").fetchone()[0]
    for turn in range(1, turns + 1):
        connection.execute(_WALK, [turn])


def _enter(connection: psycopg.Connection, world: World) -> None:
    """Enter what stands around the steps: applications that have arrived, reviews, sessions and their resolutions."""
    copy_rows(connection, "proposals_application", world.rows["proposals_application"])
    copy_rows(connection, "proposals_proposal", world.rows["proposals_proposal"])
    _file(connection, world)
    for table in _AROUND:
        copy_rows(connection, table, world.rows[table])
    _publish(connection, world)


def fill(
    url: str, proposals: int, *, seed: int = 1, now: datetime.datetime | None = None, force: bool = False
) -> dict[str, float]:
    """Add so many made-up proposals; return the seconds spent. The lists must be loaded."""
    from benchmarks.stories import tell  # Needs the models: not before Django is set up.

    spent = {}
    now = now or datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    began = time.perf_counter()
    with psycopg.connect(url) as connection:
        real = connection.execute(
            "SELECT count(*) FROM proposals_proposal WHERE NOT starts_with(title_kk, %s)", [TITLE]
        ).fetchone()[0]
        if real and not force:
            raise RealRows(f"There are {real} proposals that are not synthetic. Use another database, or --force.")
        _people(connection)
        # Every step would enter all the words of its proposal anew: the index of words is made afterwards, as a whole.
        search = connection.execute("SELECT pg_get_indexdef(%s::regclass)", [SEARCH]).fetchone()[0]
        connection.execute(f"DROP INDEX {SEARCH}")
        world = _world(connection, now)
        tell(world, proposals, seed=seed + world.convocation)
        _enter(connection, world)
    spent["proposals"] = time.perf_counter() - began
    began = time.perf_counter()
    stories: dict[uuid.UUID, list[dict[str, Any]]] = defaultdict(list)
    for step in world.rows["proposals_stagechange"]:
        stories[step["proposal_id"]].append(step)
    told = list(stories.values())
    with psycopg.connect(url, autocommit=True) as connection:
        # The triggers look things up in what was just filled: without statistics they would read it whole each time.
        connection.execute("VACUUM (ANALYZE)")
        for first in range(0, len(told), AT_ONCE):
            with connection.transaction():
                _walk(connection, world, [step for story in told[first : first + AT_ONCE] for step in story])
        spent["steps"] = time.perf_counter() - began
        # A walk in one go leaves a row for every step behind; years of work would not.
        connection.execute("VACUUM (FULL, ANALYZE) proposals_proposal, proposals_application")
        connection.execute(search)
        connection.execute("VACUUM (ANALYZE)")
    return spent


def main(arguments: list[str]) -> int:
    """Read the command line, fill, and say how long it took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.intake", description=__doc__.splitlines()[0])
    parser.add_argument("--proposals", type=int, default=2_000, help="proposals to add; default 2000")
    parser.add_argument("--seed", type=int, default=1, help="the same seed on the same register makes the same rows")
    parser.add_argument("--database", help="address; default MIGRATE_DATABASE_URL, else DATABASE_URL")
    parser.add_argument("--force", action="store_true", help="also where there are real proposals")
    chosen = parser.parse_args(arguments)
    url = chosen.database or os.environ.get("MIGRATE_DATABASE_URL") or os.environ.get("DATABASE_URL")
    if not url:
        parser.error("give --database, or set MIGRATE_DATABASE_URL or DATABASE_URL")
    if chosen.proposals < 1:
        parser.error("--proposals must be 1 or more")
    set_up(url)
    load_lists()
    try:
        spent = fill(url, chosen.proposals, seed=chosen.seed, force=chosen.force)
    except (RealRows, psycopg.Error) as problem:
        print(problem, file=sys.stderr)
        return 1
    print(", ".join(f"{what} {seconds:.1f} s" for what, seconds in spent.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
