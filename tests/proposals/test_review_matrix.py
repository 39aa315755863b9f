"""Who sees and may do what while the chamber reviews, walked cell by cell: leaks and wrongful refusals alike."""

import copy
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from proposals.models import Proposal
from proposals.services.intake import file
from proposals.services.moves import move
from proposals.services.papers import attach
from proposals.services.review import declare
from proposals.workflow import Action, Stage
from reference.models import Sector, Territory
from reference.services import load_parameters
from tests.conftest import rolled_back
from tests.proposals.applications import (
    SITE,
    applicant,
    clear,
    complete,
    draft,
    expert_of,
    opinion_on,
    pdf,
    proposal_at,
    reviewer,
    staff,
)
from tests.registry.people import Browser

pytestmark = pytest.mark.django_db

TABLE = """
what          | nobody owner other | clerk own  | expert free mute  torn alien | head head_m head_t | secr auditor admin
page          | login  login login | file  file | file   file cover 404  404   | file cover  404    | 404  file    403
draft page    | login  login login | 404   404  | 404    404  404   404  404   | 404  404    404    | 404  404     403
in the list   | login  login login | yes   yes  | yes    yes  yes   no   no    | yes  yes    no     | no   yes     403
in a search   | login  login login | yes   yes  | yes    yes  yes   no   no    | yes  yes    no     | no   yes     403
on the desk   | login  login login | no    no   | yes    no   no    no   no    | yes  yes    no     | no   no      no
in a box      | login  login login | yes   yes  | yes    yes  yes   no   no    | yes  yes    no     | no   yes     403
by any column | login  login login | 400   400  | 400    400  400   400  400   | 400  400    400    | 400  400     403
application   | login  login login | 200   200  | 200    200  200   404  404   | 200  200    404    | 404  200     403
applicant     | login  login login | 200   200  | 403    403  403   403  403   | 200  200    200    | 403  200     403
paper         | login  200   404   | 200   200  | 200    200  404   404  404   | 200  404    404    | 404  200     404
older paper   | login  200   404   | 200   200  | 200    200  404   404  404   | 200  404    404    | 404  200     404
draft's paper | login  200   404   | 404   200  | 404    404  404   404  404   | 404  404    404    | 404  404     404
public page   | login  200   404   | 404   200  | 404    404  404   404  404   | 404  404    404    | 404  404     404
opinions      | no     no    no    | no    no   | yes    yes  no    no   no    | yes  no     no     | no   yes     no
history       | no     no    no    | yes   yes  | yes    yes  no    no   no    | yes  no     no     | no   yes     no
write opinion | login  login login | 403   403  | 200    403  403   404  404   | 403  403    404    | 404  403     403
take up       | login  login login | 200   403  | 403    403  403   404  404   | 200  403    404    | 404  403     403
ask           | login  login login | 200   403  | 200    200  403   404  404   | 200  403    404    | 404  403     403
support       | login  login login | 403   403  | 403    403  403   404  404   | 200  403    404    | 404  403     403
refuse        | login  login login | 403   403  | 403    403  403   404  404   | 200  403    404    | 404  403     403
table         | login  login login | 404   404  | 404    404  404   404  404   | 404  404    404    | 404  404     403
assign        | login  login login | 200   403  | 403    403  403   404  404   | 200  200    404    | 404  403     403
declare       | login  login login | 403   403  | 302    302  302   404  404   | 302  302    404    | 404  403     403
letters       | login  login login | 200   200  | 403    403  403   403  403   | 200  200    200    | 403  200     403
reasons       | login  login login | 200   200  | 403    403  403   403  403   | 200  200    200    | 403  200     403
"""
"""Rows 3, 5, 12-25, 34-36 of the matrix of roles. *own*: a clerk who works for the applicant; *free*: an expert of the
sector who is not assigned; *mute*: has not declared; *torn*: has declared a conflict; *alien*: of another sector;
*head_m*, *head_t*: heads who are mute and torn. The secretary knows of proposals from the agenda on: of none here."""

_LINES = [line.split("|", 1) for line in TABLE.strip().splitlines()]
ACTORS = _LINES[0][1].replace("|", " ").split()
EXPECTED = {what.strip(): dict(zip(ACTORS, cells.replace("|", " ").split(), strict=True)) for what, cells in _LINES[1:]}
GUESSES = (
    "application__organisation__iin__startswith=9",
    "application__organisation__phone__contains=7",
    "opinions__text__contains=а",
    "opinions__recommendation=for",
    "declarations__has_conflict=1",
    "assignments__expert__email__startswith=u",
    "clarifications__text__contains=а",
    "stage_changes__actor=1",
    "sector__experts__expert=1",
    "refusal__text__contains=а",
)
TITLE = "Медеу ауданында бассейн салу"
PROBLEM = "Балалар жүзуді үйренетін жер жоқ."
OPINION = "Сұраныс есебі дәлелді."


def with_an_older_paper(by: User, **facts: str) -> Proposal:
    """Return a proposal under review, one of whose papers was replaced before filing."""
    application = complete(draft(by), by, **facts)
    paper = application.proposals.get().papers.first()
    attach(paper.proposal, kind=paper.kind, upload=pdf("Жаңа.pdf"), by=by, replaces=paper)
    file(application, by=by, consent=True, publish_agreed=False, site=SITE)
    row = application.proposals.get()
    move(row, Action.TAKE_UP, by=staff(Role.CLERK))
    row.refresh_from_db()
    return row


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, reference_rows) -> Iterator[SimpleNamespace]:
    """One proposal under review, one filed, one draft, and everybody; made once and undone in the end."""
    with django_db_blocker.unblock(), rolled_back():
        Territory.objects.bulk_create(copy.deepcopy(reference_rows[0]), ignore_conflicts=True)
        Sector.objects.bulk_create(copy.deepcopy(reference_rows[1]), ignore_conflicts=True)
        load_parameters()
        owner, facts = applicant(), {"title_kk": TITLE, "title_ru": "", "problem": PROBLEM}
        made = SimpleNamespace(filed=proposal_at(Stage.FILED, owner), row=with_an_older_paper(owner, **facts))
        made.draft = proposal_at(Stage.DRAFT, owner)
        expert = reviewer(made.row)
        opinion_on(made.row, text=OPINION)
        people: dict[str, User] = {"owner": owner, "other": applicant(), "clerk": staff(Role.CLERK), "expert": expert}
        people |= {"own": staff(Role.CLERK), "free": expert_of(), "mute": expert_of(), "torn": expert_of()}
        people |= {"alien": expert_of("health"), "head": staff(Role.HEAD), "head_m": staff(Role.HEAD)}
        people |= {"head_t": staff(Role.HEAD), "secr": staff(Role.SECRETARY)}
        people |= {"auditor": staff(Role.AUDITOR), "admin": staff(Role.ADMINISTRATOR)}
        made.row.application.organisation.memberships.create(user=people["own"])
        for row in (made.row, made.filed):
            for name in ("expert", "free", "head"):
                clear(people[name], row)
            for name in ("torn", "head_t"):
                declare(row, by=people[name], has_conflict=True, ground="family")
        made.people, made.browsers = people, {}
        for name in ACTORS:
            made.browsers[name] = Browser()
            if name in people:
                made.browsers[name].force_login(people[name])
        yield made


# --- what is tried; each returns the word that stands in the table ----------------------------------------------------


def opened(client: Client, address: str) -> tuple[str, str]:
    """Return the status, "login" where one must log in first, and the text of the page."""
    answer = client.get(address)
    if answer.status_code == 302 and "/login/" in answer["Location"]:
        return "login", ""
    text = answer.content.decode() if not answer.streaming and answer.status_code == 200 else ""
    return str(answer.status_code), text


def page(client: Client, row: Proposal) -> str:
    status, text = opened(client, f"/admin/proposals/proposal/{row.pk}/change/")
    if status == "200":
        return "file" if PROBLEM in text else "cover"
    return status


def holds(client: Client, address: str, *words: object) -> str:
    """Tell whether a page holds the words: yes, no, or why it does not open."""
    status, text = opened(client, address)
    if status != "200":
        return status
    found = {str(word) in text for word in words}
    assert len(found) == 1, "all of it or nothing"
    return "yes" if found == {True} else "no"


def of_page(words: str) -> Callable[[Client, SimpleNamespace], str]:
    """Tell whether the page of the proposal, if it opens at all, holds the words."""

    def tried(client: Client, world: SimpleNamespace) -> str:
        return "yes" if words in opened(client, f"/admin/proposals/proposal/{world.row.pk}/change/")[1] else "no"

    return tried


def status_of(address: str) -> Callable[[Client, SimpleNamespace], str]:
    """Return the status of an address of the world."""

    def tried(client: Client, world: SimpleNamespace) -> str:
        row = world.row
        keys = {"row": row.pk, "filed": world.filed.pk, "application": row.application_id}
        return opened(client, address.format(**keys, organisation=row.application.organisation_id))[0]

    return tried


def paper_of(client: Client, row: Proposal) -> str:
    return opened(client, f"/kk/papers/{row.papers.first().pk}/")[0]


def older_paper(client: Client, world: SimpleNamespace) -> str:
    return opened(client, f"/kk/papers/{world.row.papers.get(is_current=False).pk}/")[0]


def by_any_column(client: Client, world: SimpleNamespace) -> str:
    (word,) = {opened(client, f"/admin/proposals/proposal/?{guess}")[0] for guess in GUESSES}
    return word


def in_a_box(client: Client, world: SimpleNamespace) -> str:
    found = set()
    for model in ("paper", "assignment", "opinion", "declaration", "clarification", "stagechange"):
        address = f"/admin/autocomplete/?app_label=proposals&model_name={model}&field_name=proposal&term="
        found |= {holds(client, address + term, world.row.pk) for term in ("", world.row.number)}
    (word,) = found
    return word


PROBES: dict[str, Callable[[Client, SimpleNamespace], str]] = {
    "page": lambda client, world: page(client, world.row),
    "draft page": lambda client, world: page(client, world.draft),
    "in the list": lambda client, world: holds(client, "/admin/proposals/proposal/", world.row.pk, TITLE),
    "in a search": lambda client, world: holds(
        client, f"/admin/proposals/proposal/?q={world.row.number}", world.row.pk, TITLE
    ),
    "on the desk": lambda client, world: holds(client, "/admin/", world.row.pk),
    "in a box": in_a_box,
    "by any column": by_any_column,
    "application": status_of("/admin/proposals/application/{application}/change/"),
    "applicant": status_of("/admin/accounts/organisation/{organisation}/change/"),
    "paper": lambda client, world: paper_of(client, world.row),
    "older paper": older_paper,
    "draft's paper": lambda client, world: paper_of(client, world.draft),
    "public page": status_of("/kk/applications/{application}/proposals/{row}/"),
    "opinions": of_page(OPINION),
    "history": of_page('id="history"'),
    "write opinion": status_of("/admin/proposals/proposal/{row}/opinion/"),
    "take up": status_of("/admin/proposals/proposal/{filed}/step/take_up/"),
    "ask": status_of("/admin/proposals/proposal/{row}/step/ask/"),
    "support": status_of("/admin/proposals/proposal/{row}/step/support/"),
    "refuse": status_of("/admin/proposals/proposal/{row}/step/refuse/"),
    "table": status_of("/admin/proposals/proposal/{row}/step/table/"),
    "assign": status_of("/admin/proposals/proposal/{row}/assign/"),
    "declare": status_of("/admin/proposals/proposal/{row}/declaration/"),
    "letters": status_of("/admin/proposals/letter/"),
    "reasons": status_of("/admin/proposals/refusalreason/"),
}


def test_the_table_is_whole():
    assert set(EXPECTED) == set(PROBES)
    assert len(ACTORS) == 16


@pytest.mark.parametrize("what", PROBES)
def test_each_cell_of_the_table(world, what):
    tried = PROBES[what]
    assert {name: tried(client, world) for name, client in world.browsers.items()} == EXPECTED[what]
