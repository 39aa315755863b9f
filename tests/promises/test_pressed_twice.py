"""Buttons pressed twice, five times, in two tabs: one application, one draft, one winner."""

import threading
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, Queue

import pytest
from django.db import connection
from django.test import Client

from proposals.models import Application, ArrivalCounter, Proposal, StageChange
from proposals.services.drafts import StaleVersion, save_step
from tests.accounts.outbox import letters
from tests.promises.many_drafts import drafts_ready_to_file, session_of
from tests.proposals.applications import applicant, draft
from tests.proposals.form_pages import address

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("reference_data", "own_folder")]


@pytest.fixture
def own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


def web(session: str) -> Client:
    client = Client()
    client.cookies["sessionid"] = session
    return client


def at_once(acts):
    """Run the acts at the same moment, each on a connection of its own; return what each gave or raised."""
    start = threading.Barrier(len(acts))

    def run(act):
        start.wait()
        try:
            return act()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_two_hundred_applications_sent_two_to_five_times_each_are_two_hundred():
    by = applicant()
    applications = drafts_ready_to_file(by, 200)
    session = session_of(by)
    jobs: Queue = Queue()
    for turn, application in enumerate(applications):
        for _press in range(2 + turn % 4):
            jobs.put(application)
    sent, answers = jobs.qsize(), Counter()

    def work():
        client, told = web(session), Counter()
        try:
            while True:
                application = jobs.get_nowait()
                answer = client.post(f"/kk/applications/{application.pk}/file/", {"consent": "on"})
                told[answer.status_code, answer["Location"] == f"/kk/applications/{application.pk}/receipt/"] += 1
        except Empty:
            return told
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        for told in pool.map(lambda _: work(), range(6)):
            answers += told
    assert answers == {(302, True): sent}
    assert sent == 700
    rows = list(Application.objects.order_by("sequence").values_list("sequence", "filed_at"))
    assert [number for number, _at in rows] == list(range(1, 201))
    assert [at for _number, at in rows] == sorted(at for _number, at in rows)
    assert ArrivalCounter.objects.get().last == 200
    assert StageChange.objects.count() == 200
    assert Counter(StageChange.objects.values_list("proposal", flat=True)).most_common(1)[0][1] == 1
    assert len(letters()) == 200


def test_a_draft_begun_by_five_presses_is_one():
    by = applicant()
    session, key = session_of(by), str(uuid.uuid4())
    organisation = by.memberships.get().organisation_id
    body = {"key": key, "organisation": organisation, "language": "kk"}
    answers = at_once([lambda: web(session).post("/kk/applications/new/", body)] * 5)
    assert {answer.status_code for answer in answers} == {302}
    assert len({answer["Location"] for answer in answers}) == 1
    assert Proposal.objects.get().application == Application.objects.get()
    assert web(session).post("/kk/applications/new/", {**body, "key": str(uuid.uuid4())}).status_code == 302
    assert Application.objects.count() == 2


def test_a_copy_made_by_five_presses_is_one():
    by = applicant()
    old, session = draft(by), session_of(by)
    body = {"key": str(uuid.uuid4())}
    answers = at_once([lambda: web(session).post(f"/kk/applications/{old.pk}/copy/", body)] * 5)
    assert len({answer["Location"] for answer in answers}) == 1
    assert Application.objects.count() == 2


def test_of_two_tabs_that_save_at_once_one_is_told():
    by = applicant()
    proposal, session = draft(by).proposals.get(), session_of(by)
    for turn in range(5):
        version = Proposal.objects.get(pk=proposal.pk).version
        texts = [f"{turn}-{tab}" for tab in range(3)]
        answers = at_once(
            [
                lambda text=text: web(session).post(
                    address(proposal, "idea"),
                    {"version": version, "boxes": "problem", "problem": text},  # noqa: B023
                    headers={"X-Requested-With": "autosave"},
                )
                for text in texts
            ]
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
        winner = texts[[answer.status_code for answer in answers].index(200)]
        row = Proposal.objects.get(pk=proposal.pk)
        assert (row.problem, row.version) == (winner, version + 1)


def test_the_service_itself_lets_one_of_two_savers_win():
    from proposals.forms.steps import IdeaForm

    by = applicant()
    proposal = draft(by).proposals.get()
    acts = [
        lambda text=text: save_step(proposal, lambda row: IdeaForm({"problem": text}, instance=row), by=by, version=1)
        for text in ("бір", "екі")
    ]
    assert [type(result) for result in at_once(acts)].count(StaleVersion) == 1


def test_a_step_saved_while_the_application_is_filed_is_in_it_or_refused():
    by = applicant()
    session = session_of(by)
    for application in drafts_ready_to_file(by, 6):
        proposal = Proposal.objects.get(application=application)
        body = {"version": proposal.version, "boxes": "problem", "problem": "Соңғы сөз."}
        saved, filed = at_once(
            [
                lambda: web(session).post(address(proposal, "idea"), body, headers={"X-Requested-With": "autosave"}),  # noqa: B023
                lambda: web(session).post(f"/kk/applications/{application.pk}/file/", {"consent": "on"}),  # noqa: B023
            ]
        )
        assert filed.status_code == 302
        assert saved.status_code in (200, 409)
        row = Application.objects.get(pk=application.pk)
        said = row.filed_copy["proposals"][0]["problem"]
        assert said == Proposal.objects.get(application=row).problem
        assert (said == "Соңғы сөз.") is (saved.status_code == 200)


def test_of_two_replacements_of_a_paper_one_is_told():
    from django.core.files.uploadedfile import SimpleUploadedFile

    from proposals.models import Paper
    from proposals.services.papers import attach
    from tests.proposals.applications import PDF, pdf

    by = applicant()
    proposal, session = draft(by).proposals.get(), session_of(by)
    paper = attach(proposal, kind="other", upload=pdf(), by=by)
    page = address(proposal, f"papers/{paper.pk}/replace")
    acts = [lambda: web(session).post(page, {"file": SimpleUploadedFile("b.pdf", PDF)})] * 3
    told = sorted(answer.status_code for answer in at_once(acts))
    assert told[0] == 302
    assert set(told[1:]) <= {404, 422}
    assert list(Paper.objects.order_by("version").values_list("version", "is_current")) == [(1, False), (2, True)]
