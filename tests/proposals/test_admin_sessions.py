"""Sessions on the staff site: who reads, who writes, every step as a page, refusals as sentences."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from projects.models import ObligationCeiling
from proposals.models import AgendaItem, Session, SessionState
from proposals.services.agenda import put_proposals, take_off
from proposals.services.sessions import hold
from tests import factories
from tests.proposals import sittings
from tests.proposals.applications import proposal_at
from tests.proposals.session_pages import LIST, at, project_on, stage_of, state_project, titles, untouched
from tests.proposals.sittings import SITE
from tests.registry.pages import complaints, parse
from tests.registry.people import Browser, logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

READERS = (Role.SECRETARY, Role.HEAD, Role.AUDITOR)
OTHERS = [role.value for role in Role if role != Role.SECRETARY]


@pytest.fixture
def secretary():
    return logged_in("secretary")


@pytest.fixture
def sitting():
    return sittings.session()


def facts_of(**facts):
    return {
        "maslikhat": factories.maslikhat().pk,
        "convocation": "VIII",
        "number": "XXXIV",
        "held_on": "2026-12-01",
        "starts_at": "10:00",
        "place_kk": "Мәжіліс залы",
        "place_ru": "Зал заседаний",
        "link": "https://example.kz/session",
        **facts,
    }


# --- rights ---
@pytest.mark.parametrize("role", [*Role.values, None])
def test_sessions_are_read_by_three_roles_and_planned_by_one(role, secretary):
    sitting = sittings.session()
    item = project_on(sitting, secretary)
    other = logged_in(role) if role else Browser()
    refused = 403 if role else 302
    for address in (LIST, f"{LIST}?q=XXXIV", at(sitting), at(sitting, "history/")):
        assert other.get(address).status_code == (200 if role in READERS else refused), address
    may = role == Role.SECRETARY
    facts = facts_of()
    added, changed = other.post(f"{LIST}add/", facts), other.post(at(sitting, "edit/"), facts_of(number="1"))
    steps = ["edit/", "put/", "state-project/", "register-project/", f"item/{item.pk}/", f"item/{item.pk}/take-off/"]
    for end in [*steps, "hold/", "cancel/"]:
        assert other.get(at(sitting, end)).status_code == (200 if may else refused), end
    assert other.get(at(sitting, "move/")).status_code == (405 if may else refused)
    assert Session.objects.count() == (2 if may else 1)
    assert added.status_code == (302 if may else refused)
    # Without the moment at which the page was opened nothing is written over a session.
    assert changed.status_code == (409 if may else refused)
    if role in READERS:
        page = parse(other.get(at(sitting)))
        assert bool(page.all("div", "step-buttons")) == may
        assert bool(page.all("td", "agenda-steps")) == may


@pytest.mark.parametrize("role", OTHERS)
def test_forged_posts_of_others_change_nothing(role, secretary, sitting):
    proposal = proposal_at("supported")
    items = [project_on(sitting, secretary, title_ru=title) for title in "AB"]
    order = ",".join(str(item.pk) for item in items)
    other = logged_in(role)
    posts = {
        "put/": {"proposal": [str(proposal.pk)]},
        "state-project/": state_project(),
        "register-project/": {"number": factories.project().number},
        "move/": {"order": order, "down": items[0].pk},
        f"item/{items[0].pk}/": {"title_ru": "X"},
        f"item/{items[0].pk}/take-off/": {"note": "Себебі"},
        "hold/": {},
        "cancel/": {"note": "Себебі"},
        "change/": {},
    }
    for end, facts in posts.items():
        assert other.post(at(sitting, end), facts).status_code == 403, end
    sitting.refresh_from_db()
    assert (titles(sitting), sitting.state, stage_of(proposal)) == (["A", "B"], "planned", "supported")


def test_nobody_deletes_a_session_and_no_public_page_shows_it(secretary, sitting):
    secretary.be_superuser()
    assert secretary.post(at(sitting, "delete/"), {"post": "yes"}).status_code == 403
    assert secretary.get(at(sitting, "edit/")).status_code == 200
    assert b"View on site" not in secretary.get(at(sitting, "edit/")).content
    assert Session.objects.count() == 1


def test_what_is_not_there_is_not_found(secretary, sitting):
    other = project_on(sittings.session(), secretary)
    for end in (f"item/{other.pk}/", f"item/{other.pk}/take-off/", "item/99999999999999999999/", "nothing/"):
        assert secretary.get(at(sitting, end)).status_code in (302, 404), end
        assert secretary.post(at(sitting, end), {"note": "Себебі"}).status_code in (302, 404), end
    assert secretary.get(f"{LIST}987654/put/").status_code == 404
    assert AgendaItem.objects.get().outcome == ""


# --- list and facts ---
def test_the_list_counts_open_items_and_their_known_sum(secretary, sitting):
    project_on(sitting, secretary, asked_sum=1_000_000)
    project_on(sitting, secretary, asked_sum=None)
    take_off(project_on(sitting, secretary, asked_sum=7), by=secretary.user, note="Себебі", site=SITE)
    held = hold(sittings.session(), by=secretary.user)
    rows = parse(secretary.get(LIST)).one("table", id="result_list").one("tbody").all("tr")
    said = {row.one("th").text: [cell.text for cell in row.all("td")][1:] for row in rows}
    assert said[str(sitting)] == ["Planned", "2", "1\u00a0000\u00a0000\u00a0₸ 1 without cost"]
    assert said[str(held)] == ["Held", "0", "0\u00a0₸"]
    for query, found in {
        "state__exact=held": 1,
        f"maslikhat={held.maslikhat_id}": 2,
        "q=2025": 0,
        "maslikhat=x": 2,
    }.items():
        page = parse(secretary.get(f"{LIST}?{query}"))
        assert len(page.all("th", "field-shown")) == found, query


def test_a_session_is_planned_and_its_facts_change_while_nobody_else_changed_them(secretary):
    added = secretary.post(f"{LIST}add/", facts_of())
    row = Session.objects.get()
    assert (added.status_code, added["Location"]) == (302, at(row))
    assert (row.number, row.convocation, row.state, str(row.starts_at)) == (34, 8, "planned", "10:00:00")
    sent = untouched(parse(secretary.get(at(row, "edit/"))), id="session_form")
    assert sent["held_on"] == "2026-12-01"
    changed = secretary.post(at(row, "edit/"), {**sent, "number": "35", "place_ru": "Другой зал"})
    assert (changed.status_code, changed["Location"]) == (302, at(row))
    stale = secretary.post(at(row, "edit/"), {**sent, "place_ru": "Третий зал"})
    assert stale.status_code == 409
    assert "Третий зал" in stale.content.decode()
    row.refresh_from_db()
    assert (row.number, row.place_ru) == (35, "Другой зал")
    bad = secretary.post(f"{LIST}add/", facts_of(number="0", held_on="x"))
    assert (bad.status_code, len(complaints(parse(bad)))) == (422, 2)
    twice = secretary.post(f"{LIST}add/", facts_of(number="35"))
    assert (twice.status_code, complaints(parse(twice))) == (422, ["This session is on file already."])


def test_a_held_session_is_only_read(secretary, sitting):
    item = project_on(sitting, secretary)
    sent = untouched(parse(secretary.get(at(sitting, "edit/"))), id="session_form")
    hold(sitting, by=secretary.user)
    page = parse(secretary.get(at(sitting)))
    assert [link["href"].split("?")[0].split("/")[-2] for link in page.one("div", "step-buttons").all("a")] == ["begin"]
    assert page.all("td", "agenda-steps") == []
    for end in ("edit/", "put/", "state-project/", "register-project/", f"item/{item.pk}/", "hold/", "cancel/"):
        answer = secretary.get(at(sitting, end))
        assert answer.status_code == 409, end
        assert "is held or cancelled" in answer.content.decode(), end
    assert secretary.post(at(sitting, "edit/"), {**sent, "place_ru": "Зал"}).status_code == 403
    for end, facts in {
        "hold/": {},
        "cancel/": {"note": "Себебі"},
        f"item/{item.pk}/take-off/": {"note": "Себебі"},
    }.items():
        assert secretary.post(at(sitting, end), facts).status_code == 422, end
    sitting.refresh_from_db()
    assert (sitting.state, sitting.place_ru) == (SessionState.HELD, "")


# --- the page ---
def test_the_page_shows_sums_sources_warnings_and_years(secretary, sitting):
    proposal = proposal_at("supported", cost=900_000_000)
    put_proposals(sitting, [proposal], by=secretary.user, site=SITE)
    planned = factories.project(cost=5)
    secretary.post(at(sitting, "register-project/"), {"number": planned.number})
    project_on(sitting, secretary, title_kk="", asked_sum=None, payments={2027: 70})
    gone = project_on(sitting, secretary, title_ru="Алынды")
    take_off(gone, by=secretary.user, note="Құжат жоқ.", site=SITE)
    ObligationCeiling.objects.create(territory_id=factories.ALMATY, year=2027, amount=50, source="№ 1")
    for role in READERS:
        page = parse(logged_in(role).get(at(sitting)))
        rows = page.one("table", "agenda-items").one("tbody").all("tr")
        assert [row.one("td", "agenda-place").text for row in rows] == ["1", "2", "3"]
        for said in (
            proposal.number,
            proposal.title_kk,
            proposal.title_ru,
            "SME entity",
            "900\u00a0000\u00a0000\u00a0₸",
        ):
            assert said in rows[0].text
        assert rows[0].all("a")[0]["href"] == f"/admin/proposals/proposal/{proposal.pk}/change/"
        assert rows[1].all("a")[0]["href"] == f"/admin/projects/project/{planned.pk}/change/"
        assert [line.text for line in rows[2].one("ul", "agenda-warnings").all("li")] == [
            "The title in Kazakh is missing.",
            "The cost is unknown.",
        ]
        assert "900\u00a0000\u00a0005\u00a0₸ 1 without cost" in page.one("dl", "agenda-sums").text
        assert "The obligations of 2027 would pass the ceiling." in page.text
        year = page.one("table", "years-table").one("tbody").all("tr")
        assert "over by 20\u00a0₸" in next(row.text for row in year if "2027" in row.text)
        assert len(page.all("rect", "year-over")) == 1
        assert page.one("path", "year-ceiling")["d"].startswith("M")
        assert "Құжат жоқ." in page.text
        assert "style" not in {name for element in page.one("section", "years") for name in element.attributes}


def test_the_page_asks_the_same_questions_for_every_length_of_agenda(secretary):
    def questions(count):
        sitting = sittings.session()
        put_proposals(sitting, [proposal_at("supported") for _ in range(count)], by=secretary.user, site=SITE)
        for _ in range(count):
            project_on(sitting, secretary, payments={2027: 1, 2028: 2})
            secretary.post(at(sitting, "register-project/"), {"number": factories.project().number})
        secretary.get(at(sitting))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert secretary.get(at(sitting)).status_code == 200
        return len(asked)

    assert questions(1) == questions(5)


def test_the_resolution_is_recorded_from_the_day_of_the_session_by_whoever_records(secretary):
    today, later = sittings.session(), sittings.session(held_on=sittings.days(1))
    for session in (today, later):
        text = secretary.get(at(session)).content.decode()
        assert (f"begin/?session={session.pk}" in text) == (session == today)
        assert (at(session, "hold/") in text) == (session == today)
    assert "begin/?session" not in logged_in("head").get(at(today)).content.decode()


@pytest.mark.parametrize("paper", ["agenda", "list"])
@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_papers_are_downloads_that_no_cache_keeps(paper, kind, secretary, sitting):
    project_on(sitting, secretary)
    answer = logged_in("auditor").get(at(sitting, f"paper/{paper}/kk/{kind}/"))
    assert (answer.status_code, answer["X-Content-Type-Options"]) == (200, "nosniff")
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    assert "no-store" in answer["Cache-Control"]
    assert answer.content[:4] in (b"%PDF", b"PK\x03\x04")
    for wrong in (f"x/kk/{kind}/", f"{paper}/en/{kind}/", f"{paper}/kk/exe/"):
        assert secretary.get(at(sitting, f"paper/{wrong}")).status_code == 404, wrong
    assert logged_in("clerk").get(at(sitting, f"paper/{paper}/kk/{kind}/")).status_code == 403


# --- held or cancelled ---
def test_a_session_is_held_or_cancelled(secretary):
    held, cancelled, later = sittings.session(), sittings.session(), sittings.session(held_on=sittings.days(3))
    proposal = proposal_at("supported")
    sittings.tabled(proposal, by=secretary.user, sitting=cancelled)
    assert "1 item stands on the agenda." in parse(secretary.get(at(cancelled, "cancel/"))).text
    assert secretary.post(at(held, "hold/")).status_code == 302
    early = secretary.post(at(later, "hold/"))
    assert (early.status_code, "has not come yet" in early.content.decode()) == (422, True)
    assert secretary.post(at(cancelled, "cancel/"), {"note": ""}).status_code == 422
    assert secretary.post(at(cancelled, "cancel/"), {"note": "Кворум жоқ."}).status_code == 302
    states = [Session.objects.get(pk=row.pk).state for row in (held, cancelled, later)]
    assert (states, stage_of(proposal)) == (["held", "cancelled", "planned"], "supported")
    assert "Кворум жоқ." in parse(secretary.get(at(cancelled))).text


def test_the_browser_must_have_come_from_our_page(sitting):
    strict = Browser(enforce_csrf_checks=True)
    strict.force_login(logged_in("secretary").user)
    assert strict.post(at(sitting, "hold/")).status_code == 403
    sitting.refresh_from_db()
    assert sitting.state == "planned"


# --- the desk ---
def test_the_desk_leads_the_secretary_from_waiting_proposals_to_the_next_session(secretary):
    assert "Plan a session" in secretary.get("/admin/").content.decode()
    near = sittings.session(held_on=sittings.days(2))
    hold(sittings.session(), by=secretary.user)
    desk = secretary.get("/admin/").content.decode()
    assert "0 supported proposals wait for the agenda" in desk
    assert (at(near) in desk, at(near, "put/") in desk) == (True, False)
    proposal_at("supported")
    assert at(near, "put/") in secretary.get("/admin/").content.decode()
    assert at(near) not in logged_in("clerk").get("/admin/").content.decode()
