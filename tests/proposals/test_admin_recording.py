"""Recording a resolution on the staff site: who may, which pages there are, what is told when somebody was quicker."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects.models import Project, Resolution
from proposals.models import DraftResolution, DraftState, ItemDecision, Session
from proposals.services import recording
from proposals.services.publishing import publish_due
from tests import factories
from tests.proposals import sittings
from tests.proposals.applications import PDF, proposal_at
from tests.proposals.recording_pages import PLACE, address, begun, errors, paper, ready, sitting
from tests.registry.pages import parse
from tests.registry.people import logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data", "own_files")]


@pytest.fixture
def secretary():
    return logged_in("secretary")


@pytest.fixture
def head():
    return logged_in("head")


# --- who


def test_secretary_head_and_auditor_read_and_nobody_else(secretary):
    draft = begun(secretary)
    draft = recording.save_paper(
        draft, by=secretary.user, version=draft.version, scan=SimpleUploadedFile("Шешім.pdf", PDF)
    )
    for role in ("secretary", "head", "auditor"):
        browser = logged_in(role)
        assert [browser.get(place).status_code for place in (PLACE, address(draft), address(draft, "scan/"))] == [
            200
        ] * 3
    for role in ("clerk", "expert", "administrator", None):
        browser = logged_in(*([role] if role else []))
        pages = [browser.get(place) for place in (PLACE, address(draft), address(draft, "scan/"))]
        assert [page.status_code for page in pages] == [403] * 3, role
        assert draft.number not in "".join(page.content.decode() for page in pages)


SECRETARYS = ("begin/", "{}/paper/", "{}/items/", "{}/check/", "{}/discard/")


def test_only_the_secretary_changes_and_only_another_head_confirms(secretary, head):
    draft = begun(secretary)
    pages = [PLACE + place.format(draft.pk) for place in SECRETARYS]
    assert {secretary.get(page).status_code for page in pages} == {200}
    for role in ("head", "auditor", "clerk"):
        browser = logged_in(role)
        assert {browser.get(page).status_code for page in pages} == {403}
        assert {browser.post(page, {"version": 1, "note": "x"}).status_code for page in pages} == {403}
    draft.refresh_from_db()
    assert (draft.state, draft.version) == (DraftState.DRAFT, 1)
    draft = sittings.recorded(sittings.counted(draft, by=secretary.user), by=secretary.user)
    for browser in (secretary, logged_in("auditor")):
        assert browser.get(address(draft, "confirm/")).status_code == 403
        assert browser.post(address(draft, "confirm/"), {"version": draft.version}).status_code == 403
    assert head.get(address(draft, "confirm/")).status_code == 200


def test_who_recorded_it_gets_no_button_and_no_page():
    both = logged_in("secretary", "head")
    draft = ready(both)
    page = parse(both.get(address(draft)))
    assert address(draft, "confirm/") not in [link["href"] for link in page.all("a")]
    assert both.get(address(draft, "confirm/")).status_code == 403
    assert both.post(address(draft, "confirm/"), {"version": draft.version}).status_code == 403
    other = logged_in("secretary", "head")
    assert address(draft, "confirm/") in [link["href"] for link in parse(other.get(address(draft))).all("a")]


def test_nobody_adds_or_deletes_around_the_acts(secretary):
    draft = begun(secretary)
    for place in (f"{PLACE}add/", address(draft), address(draft, "delete/")):
        assert secretary.post(place, {"post": "yes", "number": "x"}).status_code == 403
    assert secretary.get(f"{PLACE}?created_by__email__startswith=a").status_code == 400
    assert secretary.get(f"{PLACE}?state__exact=draft&kind__exact=list_approval").status_code == 200
    for junk in ("x", "00000000-0000-4000-8000-000000000000"):
        assert secretary.get(f"{PLACE}{junk}/paper/").status_code == 404


# --- the road of one recording


def test_a_resolution_goes_from_the_session_to_the_register(client, secretary, head):
    day = sitting(secretary)
    first, second = day.items.order_by("position")
    page = parse(secretary.get(f"{PLACE}begin/?session={day.pk}"))
    assert not page.all("select", name="maslikhat")
    answer = secretary.post(
        f"{PLACE}begin/?session={day.pk}",
        {"kind": "list_approval", "number": "277", "adopted": timezone.localdate().strftime("%d.%m.%Y")},
    )
    draft = DraftResolution.objects.get()
    assert answer["Location"] == address(draft)
    answer = secretary.post(
        address(draft, "paper/"),
        paper(
            draft,
            votes_for="21",
            votes_against="0",
            declared_count="1",
            declared_total="1,9 млрд",
            scan=SimpleUploadedFile("Шешім № 277.pdf", PDF),
            **{"state_body-count": "1", "state_body-total": "1 900 000 000"},
        ),
    )
    assert (answer.status_code, answer["Location"]) == (302, address(draft))
    draft.refresh_from_db()
    assert (draft.declared_total, draft.votes_against, draft.shares.get().total) == (1_900_000_000, 0, 1_900_000_000)
    words = {f"{second.pk}-outcome": "declined", f"{second.pk}-note": "Қаражат жоқ."}
    sums = {f"{first.pk}-outcome": "approved", f"{first.pk}-approved_sum": "1 900 000 000"}
    answer = secretary.post(address(draft, "items/"), {"version": draft.version, **sums, **words})
    assert answer["Location"] == address(draft)
    draft.refresh_from_db()
    assert not parse(secretary.get(address(draft, "check/"))).all("tr", "recording-differs")
    assert secretary.post(address(draft, "check/"), {"version": draft.version})["Location"] == address(draft)
    draft.refresh_from_db()
    assert draft.state == DraftState.RECORDED
    read = parse(head.get(address(draft, "confirm/"))).text
    assert "1 900 000 000 ₸" in read.replace("\xa0", " ")
    assert "Қаражат жоқ." in read
    answer = head.post(address(draft, "confirm/"), {"version": draft.version, "confirm": "1"})
    assert answer["Location"] == address(draft)
    draft.refresh_from_db()
    assert draft.state == DraftState.PUBLISHED
    assert Project.objects.get().cost == 1_900_000_000
    public = draft.resolution.get_absolute_url()
    for browser in (secretary, head):
        page = parse(browser.get(address(draft)))
        assert public in [link["href"] for link in page.all("a")]
        assert not page.all("div", "step-buttons")
        assert "Қаражат жоқ." in page.text
    assert client.get(f"/kk/resolutions/{draft.resolution.pk}/").status_code == 200


def test_a_paper_without_a_session_on_file_names_its_body(secretary):
    facts = {"kind": "exclusion", "number": "12/3", "adopted": "2019", "session_number": "XXXIV", "convocation": "6"}
    assert errors(secretary.post(f"{PLACE}begin/", facts))
    facts["maslikhat"] = factories.maslikhat().pk
    assert secretary.post(f"{PLACE}begin/", facts).status_code == 302
    draft = DraftResolution.objects.get()
    assert (draft.session_number, draft.adopted, draft.session) == (34, "2019", None)
    assert secretary.get(address(draft, "items/")).status_code == 404
    assert secretary.get(address(draft, "lines/")).status_code == 200


def test_a_paper_completes_what_public_sources_told(secretary):
    known = factories.resolution(number="", adopted="2017")
    Resolution.objects.filter(pk=known.pk).update(confirmed_at=None)
    page = parse(secretary.get(f"{PLACE}begin/?completes={known.pk}"))
    assert page.one("input", name="adopted")["value"] == "2017"
    other = factories.maslikhat(factories.ASTANA)
    facts = {"kind": "list_approval", "number": "45", "adopted": "14.09.2017", "completes": known.pk}
    assert errors(secretary.post(f"{PLACE}begin/", {**facts, "maslikhat": other.pk}))
    assert errors(secretary.post(f"{PLACE}begin/", {**facts, "kind": "exclusion", "maslikhat": known.maslikhat_id}))
    assert secretary.post(f"{PLACE}begin/", {**facts, "maslikhat": known.maslikhat_id}).status_code == 302
    assert DraftResolution.objects.get().completes == known
    assert secretary.get(f"{PLACE}begin/?session=x").status_code == 404


# --- the scan, the desk, the cost of a page


def test_the_scan_is_a_download_nobody_keeps(secretary):
    draft = begun(secretary, number=1)
    assert secretary.get(address(draft, "scan/")).status_code == 404
    draft = recording.save_paper(
        draft, by=secretary.user, version=draft.version, scan=SimpleUploadedFile("Шешім.pdf", PDF)
    )
    answer = secretary.get(address(draft, "scan/"))
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))
    assert secretary.post(address(draft, "scan/")).status_code == 405


def test_the_desk_tells_each_what_waits(secretary, head):
    draft = ready(secretary)
    assert address(draft, "confirm/") in head.get("/admin/").content.decode()
    assert address(draft) in secretary.get("/admin/").content.decode()
    for role in ("clerk", "auditor"):
        assert str(draft.pk) not in logged_in(role).get("/admin/").content.decode()
    draft = recording.give_back(draft, by=head.user, version=draft.version, note="Күнін тексеріңіз.")
    assert str(draft.pk) not in head.get("/admin/").content.decode()
    assert "Күнін тексеріңіз." in secretary.get("/admin/").content.decode()


def test_what_could_not_be_published_is_told_to_both(secretary, head):
    draft = begun(secretary, number=1)
    moment = timezone.now() + datetime.timedelta(hours=1)
    draft = recording.save_paper(draft, by=secretary.user, version=draft.version, publish_at=moment)
    draft = sittings.recorded(sittings.counted(draft, by=secretary.user), by=secretary.user)
    draft = sittings.confirmed(draft, head=head.user)
    Session.objects.update(state="planned")
    assert publish_due(moment) == (0, 1)
    draft.refresh_from_db()
    assert draft.obstacle
    for browser in (secretary, head):
        assert draft.obstacle in parse(browser.get("/admin/")).text
        assert draft.obstacle in parse(browser.get(address(draft))).text


def test_the_page_asks_the_same_whatever_the_number_of_lines(secretary, head):
    counts = {}
    for number in (1, 3):
        day = sitting(secretary, number)
        for _turn in range(number):
            sittings.tabled(proposal_at("supported"), by=secretary.user, sitting=day)
        draft = sittings.begun(day, by=secretary.user)
        pages = [address(draft), address(draft, "items/"), address(draft, "check/")]
        counts[number] = []
        for page in pages:
            with CaptureQueriesContext(connection) as asked:
                assert secretary.get(page).status_code == 200
            counts[number].append(len(asked))
        draft = sittings.recorded(sittings.counted(draft, by=secretary.user), by=secretary.user)
        with CaptureQueriesContext(connection) as asked:
            assert head.get(address(draft, "confirm/")).status_code == 200
        counts[number].append(len(asked))
    assert counts[1] == counts[3]
    assert ItemDecision.objects.count() == 8
