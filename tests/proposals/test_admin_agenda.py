"""The agenda on the staff site: putting on, changing, ordering, taking off; refusals as sentences, nothing lost."""

import uuid

import pytest

from proposals.models import AgendaItem
from proposals.services.withdrawing import withdraw
from reference.codelists import ProjectStatus
from tests import factories
from tests.proposals import sittings
from tests.proposals.applications import applicant, proposal_at
from tests.proposals.session_pages import at, project_on, stage_of, state_project, titles, untouched
from tests.proposals.sittings import SITE
from tests.registry.pages import complaints, controls, parse
from tests.registry.people import logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


@pytest.fixture
def secretary():
    return logged_in("secretary")


@pytest.fixture
def sitting():
    return sittings.session()


# --- supported proposals ---
def test_ticked_proposals_go_on_together(secretary, sitting):
    proposals = [proposal_at("supported", cost=cost) for cost in (5, 7, 9)]
    page = parse(secretary.get(at(sitting, "put/")))
    assert [box["value"] for box in page.all("input", name="proposal")] == [str(row.pk) for row in proposals]
    for said in (proposals[0].number, proposals[0].application.applicant_name, proposals[0].title_kk):
        assert said in page.text
    for hidden in (proposals[0].problem, "Айгүл Үлгі", "+7 727", proposals[0].application.applicant_bin):
        assert hidden not in page.text
    sent = secretary.post(at(sitting, "put/"), {"proposal": [str(row.pk) for row in proposals[:2]]})
    assert (sent.status_code, sent["Location"]) == (302, at(sitting) + "#agenda")
    assert "2 proposals are put on the agenda: 12\u00a0₸" in parse(secretary.get(at(sitting))).text
    assert [stage_of(row) for row in proposals] == ["agenda", "agenda", "supported"]
    assert secretary.post(at(sitting, "put/"), {}).status_code == 422


def test_looking_for_proposals_keeps_the_ticks(secretary, sitting):
    school, clinic = proposal_at("supported", title_ru="Школа"), proposal_at("supported", sector_id="health")
    for query, found in {
        "q=школа": [school],
        "sector=health": [clinic],
        f"q={clinic.number}": [clinic],
        "sector=x": [school, clinic],
    }.items():
        page = parse(secretary.get(at(sitting, f"put/?{query}")))
        assert [box["value"] for box in page.all("input", name="proposal")] == [str(row.pk) for row in found], query
    page = parse(secretary.post(at(sitting, "put/"), {"find": "1", "q": "бұл жоқ", "proposal": [str(school.pk)]}))
    (box,) = page.all("input", name="proposal")
    assert (box["value"], "checked" in box.attributes) == (str(school.pk), True)
    assert stage_of(school) == "supported"


def test_a_proposal_withdrawn_meanwhile_is_told_and_none_goes_on(secretary, sitting):
    person = applicant()
    good, gone, secret = proposal_at("supported"), proposal_at("supported", person), proposal_at("review")
    withdraw(gone, by=person, note="Себебі", site=SITE)
    ticks = {"proposal": [str(row.pk) for row in (good, gone, secret)]}
    answer = secretary.post(at(sitting, "put/"), {**ticks, "q": ""})
    page = parse(answer)
    assert answer.status_code == 409
    assert "2 ticked proposals wait for the agenda no more" in page.text
    assert gone.number in page.one("div", "step-news").text
    # What never was supported is none of the secretary's business.
    assert secret.number not in page.text
    (box,) = page.all("input", name="proposal")
    assert (box["value"], "checked" in box.attributes) == (str(good.pk), True)
    assert (stage_of(good), AgendaItem.objects.count()) == ("supported", 0)
    junk = secretary.post(at(sitting, "put/"), {"proposal": ["x", "", str(uuid.uuid4())]})
    assert junk.status_code == 409
    assert secretary.post(at(sitting, "put/"), {"proposal": [str(good.pk)]}).status_code == 302


def test_who_works_for_an_applicant_is_told_to_leave_it_to_another(secretary, sitting):
    proposal = proposal_at("supported")
    proposal.application.organisation.memberships.create(user=secretary.user)
    answer = secretary.post(at(sitting, "put/"), {"proposal": [str(proposal.pk)]})
    assert answer.status_code == 422
    assert "You work for the applicant" in answer.content.decode()
    item = sittings.tabled(proposal, by=logged_in("secretary").user, sitting=sitting)
    answer = secretary.post(at(sitting, f"item/{item.pk}/take-off/"), {"note": "Себебі"})
    assert (answer.status_code, stage_of(proposal)) == (422, "agenda")


# --- other projects ---
def test_a_state_bodys_project_takes_every_column_and_payments(secretary, sitting):
    page = parse(secretary.get(at(sitting, "state-project/")))
    assert len(page.all("div", "year-row")) == 13
    assert secretary.post(at(sitting, "state-project/"), state_project()).status_code == 302
    item = AgendaItem.objects.get()
    assert (item.asked_sum, item.recommended_sum, item.territory_id) == (1_100_000_000, 1_100_000_000, factories.MEDEU)
    assert list(item.payments.values_list("year", "amount")) == [(2027, 100_000_000), (2028, 200_000_000)]
    assert item.added_by == secretary.user


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"title_kk": "", "title_ru": ""}, "Give the title in Kazakh or in Russian."),
        ({"asked_sum": "-1"}, "Write the sum in whole tenge"),
        ({"sector": "nowhere"}, "Select a valid choice"),
        ({"territory": "710000000"}, "Select a valid choice"),
        ({"term_years": "99"}, "less than or equal to"),
        ({"title_ru": "900101300017"}, "IIN"),
        ({"years-1-year": "2027", "years-1-amount": "1"}, "This year already has a payment."),
        ({"years-1-year": "2027x", "years-1-amount": "1"}, "whole number"),
        ({"years-1-year": "1990", "years-1-amount": "1"}, "2015"),
        ({"years-1-year": "2030"}, "Write the sum of this year"),
        ({"years-1-amount": "5"}, "Write the year of this sum."),
        ({"years-TOTAL_FORMS": "x"}, "ManagementForm"),
    ],
)
def test_what_is_wrong_with_a_project_is_said_and_nothing_typed_is_lost(facts, said, secretary, sitting):
    sent = state_project(place_ru="Улица Абая", **facts)
    answer = secretary.post(at(sitting, "state-project/"), sent)
    page = parse(answer)
    assert answer.status_code == 422
    assert said in " ".join(complaints(page))
    assert page.one("input", name="place_ru")["value"] == "Улица Абая"
    assert not AgendaItem.objects.exists()


def test_more_rows_keep_what_is_typed_and_judge_nothing(secretary, sitting):
    answer = secretary.post(
        at(sitting, "state-project/"), state_project(title_kk="", title_ru="", asked_sum="x", more="1")
    )
    page = parse(answer)
    assert (answer.status_code, complaints(page), len(page.all("div", "year-row"))) == (200, [], 25)
    typed = controls(page.one("form", "item-form"))
    assert (typed["asked_sum"], typed["years-11-amount"], typed["years-TOTAL_FORMS"]) == (["x"], ["200 млн"], ["24"])
    assert not AgendaItem.objects.exists()


def test_a_project_of_the_register_goes_on_by_its_number(secretary, sitting):
    planned, approved = factories.project(), factories.project_in(ProjectStatus.APPROVED)
    address = at(sitting, "register-project/")
    for number, said in {
        "": "Write the number",
        "x": "whole number",
        "0": "greater than or equal to 1",
        "99999": "no project No. 99999",
        str(approved.number): "rests on a resolution",
    }.items():
        answer = secretary.post(address, {"number": number})
        assert (answer.status_code, said in " ".join(complaints(parse(answer)))) == (422, True), number
    assert secretary.post(address, {"number": planned.number}).status_code == 302
    assert AgendaItem.objects.get().project == planned
    assert "already stands" in " ".join(complaints(parse(secretary.post(address, {"number": planned.number}))))


# --- changing ---
def test_an_item_is_changed_and_a_stale_page_is_told_what_stands(secretary, sitting):
    item = project_on(sitting, secretary, payments={2027: 5})
    address = at(sitting, f"item/{item.pk}/")
    sent = untouched(parse(secretary.get(address)), "item-form")
    first = secretary.post(
        address,
        {
            **sent,
            "title_ru": "Бірінші",
            "recommended_sum": "3",
            "years-0-amount": "7",
            "years-1-year": "2028",
            "years-1-amount": "1",
        },
    )
    assert (first.status_code, first["Location"]) == (302, f"{at(sitting)}#item-{item.pk}")
    item.refresh_from_db()
    assert (item.title_ru, item.recommended_sum) == ("Бірінші", 3)
    assert list(item.payments.values_list("year", "amount")) == [(2027, 7), (2028, 1)]
    second = secretary.post(address, {**sent, "title_ru": "Екінші"})
    page = parse(second)
    assert second.status_code == 409
    assert page.one("input", name="title_ru")["value"] == "Екінші"
    assert "Бірінші" in page.one("div", "step-news").text
    assert "2028: 1" in page.one("div", "step-news").text
    again = untouched(page, "item-form")
    assert secretary.post(address, again).status_code == 302
    assert titles(sitting) == ["Екінші"]
    assert secretary.post(address, {**again, "seen": ""}).status_code == 409


def test_a_filed_proposal_on_the_agenda_keeps_what_was_filed(secretary, sitting):
    proposal = proposal_at("supported")
    item = sittings.tabled(proposal, by=secretary.user, sitting=sitting)
    address = at(sitting, f"item/{item.pk}/")
    page = parse(secretary.get(address))
    form = controls(page.one("form", "item-form"))
    assert {"sector", "asked_sum", "initiator_type", "years-0-year"} & set(form) == set()
    sent = {name: values[0] for name, values in form.items()}
    assert secretary.post(address, {**sent, "title_kk": "Басқа атау", "asked_sum": "1"}).status_code == 302
    item.refresh_from_db()
    proposal.refresh_from_db()
    assert (item.title_kk, item.asked_sum) == ("Басқа атау", proposal.cost)
    assert proposal.title_kk != "Басқа атау"
    assert secretary.post(address, {**sent, "title_kk": "", "title_ru": ""}).status_code == 422


def test_items_move_one_place_and_an_agenda_that_changed_is_told(secretary, sitting):
    items = {title: project_on(sitting, secretary, title_ru=title) for title in "ABC"}

    def press(button, title):
        order = parse(secretary.get(at(sitting))).one("input", name="order")["value"]
        return secretary.post(at(sitting, "move/"), {"order": order, button: items[title].pk})

    answer = press("up", "C")
    assert (answer.status_code, answer["Location"]) == (302, f"{at(sitting)}#item-{items['C'].pk}")
    assert titles(sitting) == ["A", "C", "B"]
    press("down", "A")
    assert titles(sitting) == ["C", "A", "B"]
    press("up", "C")
    assert titles(sitting) == ["C", "A", "B"]
    old = ",".join(str(items[title].pk) for title in "ABC")
    for order in (old, "", "x", f"{items['A'].pk}", f"{old},{10**25}"):
        late = secretary.post(at(sitting, "move/"), {"order": order, "down": items["A"].pk})
        assert late.status_code == 409, order
        assert "The agenda has changed since you opened the page." in late.content.decode()
    assert titles(sitting) == ["C", "A", "B"]
    buttons = parse(secretary.get(at(sitting))).all("button", "button")
    assert [(b["name"], int(b["value"])) for b in buttons] == [
        ("down", items["C"].pk),
        ("up", items["A"].pk),
        ("down", items["A"].pk),
        ("up", items["B"].pk),
    ]


# --- taking off ---
def test_an_item_is_taken_off_for_a_reason(secretary, sitting):
    proposal = proposal_at("supported")
    item = sittings.tabled(proposal, by=secretary.user, sitting=sitting)
    address = at(sitting, f"item/{item.pk}/take-off/")
    assert proposal.number in parse(secretary.get(address)).text
    for note in ("", " ", "900101300017", "ұ" * 3001):
        answer = secretary.post(address, {"note": note})
        assert (answer.status_code, bool(complaints(parse(answer)))) == (422, True), note
    assert stage_of(proposal) == "agenda"
    assert secretary.post(address, {"note": "Құжат жоқ."}).status_code == 302
    assert stage_of(proposal) == "supported"
    assert "Құжат жоқ." in parse(secretary.get(at(sitting))).text
    assert secretary.get(address).status_code == 409
    assert secretary.post(address, {"note": "Тағы"}).status_code == 422
