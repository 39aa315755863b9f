"""What the pages of a recording tell: faults at their boxes, somebody who was quicker, lines old beside new."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from projects.models import Resolution
from proposals.models import AgendaItem, DraftResolution, DraftState
from proposals.services import recording
from tests.proposals import sittings
from tests.proposals.recording_pages import IIN, PLACE, address, begun, errors, listed, paper, ready, sitting
from tests.registry.pages import parse
from tests.registry.people import logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data", "own_files")]


@pytest.fixture
def secretary():
    return logged_in("secretary")


@pytest.fixture
def head():
    return logged_in("head")


# --- what is told


def test_who_comes_second_with_the_same_paper_is_led_to_the_first(secretary):
    draft = begun(secretary, number=1)
    other = logged_in("secretary")
    facts = {"kind": "list_approval", "number": draft.number, "adopted": draft.adopted}
    answer = other.post(f"{PLACE}begin/?session={draft.session_id}", facts)
    assert answer.status_code == 409
    page = parse(answer)
    assert address(draft) in [link["href"] for link in page.all("a")]
    assert secretary.user.full_name in page.one("div", "step-news").text
    assert page.one("input", name="number")["value"] == draft.number
    assert DraftResolution.objects.count() == 1
    assert other.post(f"{PLACE}begin/?session={draft.session_id}", {**facts, "number": "новый"}).status_code == 302


def test_what_is_wrong_stands_at_its_box_and_nothing_typed_is_lost(secretary):
    draft = begun(secretary, number=1)
    bad = {
        "number": "",
        "adopted": "31.02.2024",
        "declared_total": "1,5",
        "declared_count": "١٦",
        "votes_for": "-1",
        "link": "javascript:alert(1)",
        "justice_date": "2024-01-01",
        "publish_day": "2031-01-01",
        "note_kk": f"ЖСН {IIN}",
        "sme-count": "x",
    }
    page = parse(secretary.post(address(draft, "paper/"), {"version": draft.version, **bad}))
    fields = {name: next(box for box in page.all() if box.get("name") == name) for name in bad}
    assert {name for name, box in fields.items() if (box.get("value") or box.text.strip()) != bad[name]} == set()
    assert len(page.all("ul", "errorlist")) >= 8
    # What only the service knows comes once the boxes are readable.
    answer = secretary.post(address(draft, "paper/"), paper(draft, justice_date="2024-01-01", note_kk=f"ЖСН {IIN}"))
    assert errors(answer)
    answer = secretary.post(address(draft, "paper/"), paper(draft, scan=SimpleUploadedFile("a.pdf", b"MZ\x90\x50")))
    assert errors(answer)
    draft.refresh_from_db()
    assert draft.version == 1
    hour = timezone.localtime() + datetime.timedelta(hours=2)
    good = {"publish_day": hour.strftime("%Y-%m-%d"), "publish_hour": hour.strftime("%H:%M")}
    assert secretary.post(address(draft, "paper/"), paper(draft, **good)).status_code == 302
    draft.refresh_from_db()
    assert draft.publish_at == hour.replace(second=0, microsecond=0)
    over = {"publish_day": "2020-01-01", "publish_hour": "09:00"}
    assert errors(secretary.post(address(draft, "paper/"), paper(draft, **over)))


def test_decisions_without_their_words_are_named_at_their_boxes(secretary):
    draft = begun(secretary, number=2)
    first, second = [decision.item_id for decision in draft.decisions.all()]
    facts = {f"{first}-outcome": "conditions", f"{second}-outcome": "postponed", f"{first}-approved_sum": "7"}
    answer = secretary.post(address(draft, "items/"), {"version": draft.version, **facts})
    assert len(errors(answer)) == 2
    page = parse(answer)
    assert page.one("input", name=f"{first}-approved_sum")["value"] == "7"
    facts |= {f"{first}-conditions_kk": "Жер рәсімделсін.", f"{second}-note": "Қайта қаралады."}
    assert secretary.post(address(draft, "items/"), {"version": draft.version, **facts}).status_code == 302
    draft.refresh_from_db()
    silent = {f"{first}-outcome": "", f"{second}-outcome": "approved"}
    assert secretary.post(address(draft, "items/"), {"version": draft.version, **silent}).status_code == 302
    assert draft.decisions.get().item_id == second
    strange = {f"{first}-outcome": "removed", f"{second}-outcome": "x"}
    draft.refresh_from_db()
    assert errors(secretary.post(address(draft, "items/"), {"version": draft.version, **strange}))


def test_an_old_page_saves_nothing_and_keeps_the_words(secretary):
    draft = begun(secretary, number=1)
    other = logged_in("secretary")
    other.post(address(draft, "paper/"), paper(draft, votes_for="20"))
    item = draft.decisions.get().item_id
    tried = {
        "paper/": ({"number": "Менің нөмірім", "adopted": "2024"}, "Менің нөмірім"),
        "items/": ({f"{item}-outcome": "declined", f"{item}-note": "Менің сөзім"}, "Менің сөзім"),
        "check/": ({"difference_reason": "Менің себебім"}, "Менің себебім"),
        "discard/": ({"note": "Керек емес"}, "Керек емес"),
    }
    for place, (facts, words) in tried.items():
        for version in ("1", "", "x"):
            answer = secretary.post(address(draft, place), {"version": version, **facts})
            page = parse(answer)
            assert (answer.status_code, words in answer.content.decode()) == (409, True), (place, version)
            assert page.one("div", "step-news").text
            assert page.one("input", name="version")["value"] == "2"
    assert other.user.full_name in page.one("div", "step-news").text
    draft.refresh_from_db()
    assert (draft.version, draft.votes_for, draft.state) == (2, 20, DraftState.DRAFT)
    again = secretary.post(address(draft, "discard/"), {"version": "2", "note": "Керек емес"})
    assert again.status_code == 302
    draft.refresh_from_db()
    assert draft.state == DraftState.DISCARDED
    assert "Керек емес" in secretary.get(address(draft)).content.decode()


def test_a_recording_with_the_head_is_closed_to_the_secretary(secretary, head):
    draft = ready(secretary)
    for place in ("paper/", "items/", "check/", "discard/"):
        assert secretary.get(address(draft, place))["Location"] == address(draft)
        answer = secretary.post(address(draft, place), {"version": draft.version, "note": "x"})
        assert answer.status_code == 409
        assert not parse(answer).all("input", "default")
    page = parse(secretary.get(address(draft)))
    assert not page.all("div", "step-buttons")
    answer = head.post(address(draft, "confirm/"), {"version": draft.version, "give_back": "1", "note": " "})
    assert errors(answer)
    facts = {"version": draft.version, "give_back": "1", "note": "Сомасы қате."}
    assert head.post(address(draft, "confirm/"), facts).status_code == 302
    assert "Сомасы қате." in secretary.get(address(draft)).content.decode()
    assert secretary.get(address(draft, "paper/")).status_code == 200
    # A second answer of the head comes too late, with the words kept.
    answer = head.post(address(draft, "confirm/"), facts)
    assert (answer.status_code, "Сомасы қате." in answer.content.decode()) == (409, True)


def test_a_second_head_is_told_that_it_is_published(secretary, head):
    draft = ready(secretary)
    slow = logged_in("head")
    facts = {"version": draft.version, "confirm": "1"}
    assert head.post(address(draft, "confirm/"), facts).status_code == 302
    answer = slow.post(address(draft, "confirm/"), facts)
    assert answer.status_code == 409
    assert head.user.full_name in parse(answer).one("div", "step-news").text
    assert Resolution.objects.count() == 1


def test_a_difference_asks_for_its_reason(secretary, head):
    draft = begun(secretary, number=2)
    draft = recording.save_paper(draft, by=secretary.user, version=1, declared_count=3, declared_total=4_000_000_000)
    page = parse(secretary.get(address(draft, "check/")))
    assert len(page.all("tr", "recording-differs")) == 1
    assert page.one("textarea", name="difference_reason")
    answer = secretary.post(address(draft, "check/"), {"version": draft.version, "difference_reason": " "})
    assert errors(answer)
    facts = {"version": draft.version, "difference_reason": "Бір жоба екі рет басылған."}
    assert secretary.post(address(draft, "check/"), facts).status_code == 302
    assert "Бір жоба екі рет басылған." in head.get(address(draft, "confirm/")).content.decode()


def test_an_hour_to_come_is_shown_and_the_head_may_still_take_it_back(client, secretary, head):
    draft = begun(secretary, number=1)
    moment = timezone.now() + datetime.timedelta(days=1)
    draft = recording.save_paper(draft, by=secretary.user, version=draft.version, publish_at=moment)
    draft = sittings.recorded(sittings.counted(draft, by=secretary.user), by=secretary.user)
    assert head.post(address(draft, "confirm/"), {"version": draft.version}).status_code == 302
    draft.refresh_from_db()
    assert draft.state == DraftState.CONFIRMED
    page = parse(head.get(address(draft)))
    assert timezone.localtime(moment).strftime("%H:%M") in page.one("div", "step-news").text
    page = parse(head.get(address(draft, "confirm/")))
    assert not page.all("input", name="confirm")
    assert page.one("input", name="give_back")
    assert not Resolution.objects.exists()
    item = AgendaItem.objects.get()
    assert str(item.title_kk) not in client.get("/kk/projects/").content.decode()
    answer = head.post(address(draft, "confirm/"), {"version": draft.version, "give_back": "1", "note": "Кейін."})
    assert answer.status_code == 302
    draft.refresh_from_db()
    assert draft.state == DraftState.DRAFT


def test_what_became_unlawful_meanwhile_is_told_to_the_head(secretary, head):
    draft = ready(secretary)
    secretary.user.groups.clear()
    answer = head.post(address(draft, "confirm/"), {"version": draft.version, "confirm": "1"})
    assert answer.status_code == 422
    assert parse(answer).all("ul", "errorlist")
    draft.refresh_from_db()
    assert draft.state == DraftState.RECORDED


# --- lines of the list


def test_a_line_is_added_by_number_with_old_beside_new(secretary, head):
    (project,) = listed(secretary, head)
    draft = sittings.begun(None, by=secretary.user, kind="amendment")
    for number in ("", "x", "999", "٣"):
        assert errors(secretary.get(address(draft, "lines/"), {"number": number}))
    where = secretary.get(address(draft, "lines/"), {"number": project.number})["Location"]
    page = parse(secretary.get(where))
    assert page.one("textarea", name="title_kk").text.strip() == project.title_kk
    facts = {"version": draft.version, "line_seen": page.one("input", name="line_seen")["value"]}
    same = {"title_kk": project.title_kk, "title_ru": project.title_ru, "cost": str(project.cost)}
    assert errors(secretary.post(where, {**facts, **same}))
    assert errors(secretary.post(where, {**facts, **same, "cost": "көп", "term_years": "99"}))
    good = {**facts, **same, "cost": "3 000 000 000", "reason_kk": "Баға өсті."}
    assert errors(secretary.post(where, {**good, "line_seen": "1"}))
    assert secretary.post(where, good)["Location"] == address(draft, "lines/")
    text = secretary.get(address(draft, "lines/")).content.decode().replace("\xa0", " ")
    assert "2 000 000 000 ₸" in text
    assert "3 000 000 000 ₸" in text
    draft.refresh_from_db()
    stale = secretary.post(f"{where}remove/", {"version": "1"})
    assert stale.status_code == 409
    assert secretary.post(f"{where}remove/", {"version": draft.version}).status_code == 302
    assert not draft.revisions.exists()


def test_an_exclusion_takes_a_line_out_with_its_reason(secretary, head):
    (project,) = listed(secretary, head)
    draft = sittings.begun(None, by=secretary.user, kind="exclusion")
    where = address(draft, f"lines/{project.number}/")
    seen = project.list_changes.get().pk
    assert not parse(secretary.get(where)).all("textarea", name="title_kk")
    assert errors(secretary.post(where, {"version": draft.version, "line_seen": seen}))
    facts = {"version": draft.version, "line_seen": seen, "reason_ru": "Отказ инвестора."}
    assert secretary.post(where, facts).status_code == 302
    draft = sittings.recorded(sittings.counted(draft, by=secretary.user), by=secretary.user)
    assert "Отказ инвестора." in head.get(address(draft, "confirm/")).content.decode()
    head.post(address(draft, "confirm/"), {"version": draft.version})
    project.refresh_from_db()
    assert project.status == "excluded"
    listing = sittings.begun(sitting(secretary, 1), by=secretary.user)
    assert secretary.get(address(listing, "lines/")).status_code == 404
