"""The public queue: order of arrival, public facts only, and no way to ask for what is not shown."""

import datetime
import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects.views import pages
from proposals.models import Proposal
from proposals.models.clarification import ClarificationKind
from proposals.models.stage_change import StepChannel
from proposals.queries.queue import QueueTotals, filed as filed_proposals, queue_totals
from proposals.services import intake
from proposals.services.asking import ask
from proposals.services.moves import move
from proposals.views import queue as view
from proposals.workflow import CLOSED_STAGES, OPEN_STAGES, Action, Stage
from reference.codelists import LegalForm
from reference.models import LegalParameter, Sector
from reference.services import load_parameters
from tests.factories import ALMATY, user
from tests.promises.many_drafts import drafts_ready_to_file
from tests.proposals.applications import (
    IIN,
    SITE,
    applicant,
    complete_draft,
    draft,
    filed,
    opinion_on,
    organisation,
    proposal_at,
    staff,
)
from tests.registry.people import Browser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

AUEZOV, MEDEU = "751310000", "751710000"
ALL = "".join(f"stage={stage}&" for stage in (*OPEN_STAGES, *CLOSED_STAGES))


@pytest.fixture
def client():
    return Browser()


@pytest.fixture
def by():
    return applicant()


@pytest.fixture
def targets():
    load_parameters()


def read(client, query="", status=200):
    """Return the page as text without tags, spaces as one."""
    answer = client.get(f"/en/queue/?{query}")
    assert answer.status_code == status, query
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", answer.content.decode()))).replace("\u202f", " ")


def numbers(client, query=""):
    """Return the numbers of the shown rows, in their order."""
    answer = client.get(f"/en/queue/?{query}")
    assert answer.status_code == 200, query
    return re.findall(r'queue-number">№ ([^<]+)<', answer.content.decode())


def sent(application, by, *, days_ago=0, agreed=False):
    """File a draft so many days ago."""
    at = timezone.now() - datetime.timedelta(days=days_ago)
    made = intake.file(application, by=by, consent=True, publish_agreed=agreed, site=SITE, at=at)
    return made.proposals.get()


def test_rows_stand_by_arrival_page_by_page_with_their_place_and_cost_no_more_queries(client, by, monkeypatch):
    monkeypatch.setattr(pages, "PAGE_SIZE", 5)
    drafts = drafts_ready_to_file(by, 7)
    rows = [sent(row, by) for row in drafts[:2]]

    def asked(query):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/en/queue/?{query}").status_code == 200
        return len(queries)

    asked("")
    few = asked("")
    rows += [sent(row, by) for row in drafts[2:]]
    assert asked("") == few < 40
    order = [row.number for row in rows]
    assert (numbers(client), numbers(client, "page=2")) == (order[:5], order[5:])
    assert numbers(client, "ordering=-number") == order[:1:-1]
    # The place is one among all on their way, whatever is chosen.
    shown = read(client, f"search={order[6].replace('/', '%2F')}")
    assert f"№ {order[6]}" in shown
    assert "Medeu district 7 900 000 000 ₸" in shown
    assert client.get("/en/queue/?page=3").status_code == 404


@pytest.mark.usefixtures("targets")
def test_what_is_not_public_is_nowhere_and_nothing_finds_it(client):
    def people(word):
        person = user(full_name=f"{word}name", email=f"{word}mail@example.kz")
        facts = {name: f"{word}{name}" for name in ("contact_person", "address")}
        organisation(
            person, name=f"{word}company", legal_form=LegalForm.INDIVIDUAL, iin=IIN, email=f"{word}org@example.kz",
            phone="+7 727 777 66 55", **facts,
        )  # fmt: skip
        return person

    def words(word):
        names = ("title_kk", "title_ru", "problem", "objective", "description", "place", "state_partner", "partners")
        return {name: f"{word}{name}" for name in names}

    secret = words("qcanary")
    rows = {
        stage: proposal_at(stage, people(f"qcanary{place}"), **secret) for place, stage in enumerate(OPEN_STAGES[:3])
    }
    ask(rows[Stage.FILED], by=staff("clerk"), kind=ClarificationKind.EXPLANATION, text="qcanaryquestion", site=SITE)
    opinion_on(rows[Stage.REVIEW], text="qcanaryopinion")
    # Whoever agreed is no longer shown once the proposal has left the queue without a project.
    for stage in (Stage.REFUSED, Stage.WITHDRAWN):
        proposal_at(stage, people(f"qcanary-{stage}"), publish_agreed=True, **secret)
    told = filed(people("zshown"), publish_agreed=True, **words("zshown")).proposals.get()

    for query in ("", ALL, f"{ALL}ordering=-days", f"{ALL}ordering=sum"):
        raw = client.get(f"/en/queue/?{query}").content.decode()
        for hidden in ("qcanary", IIN, "777 66 55", "Себебі", str(told.pk), str(told.application_id)):
            assert hidden not in raw, (hidden, query)
        assert set(re.findall(r"zshown\w+", raw)) == {"zshowntitle_kk", "zshowncompany"}
    assert len(numbers(client, ALL)) == 6
    for word in ("qcanary", "qcanarytitle_kk", "qcanary0company", "qcanaryproblem", IIN, "zshownproblem", "zshownname"):
        assert numbers(client, f"{ALL}search={word}") == [], word
    for word in ("zshowntitle", "ZSHOWNCOMPANY", "zshowntitle_kk+zshowncompany", told.number, told.application.number):
        assert numbers(client, f"{ALL}search={word}") == [told.number], word


def test_a_draft_changes_nothing_byte_for_byte(client, by):
    filed(by)
    following = f"{timezone.localdate().year}-000002"
    pages = ("/kk/queue/", f"/en/queue/?{ALL}", f"/en/queue/?search={following}", "/en/queue/?sector=health")
    before = [client.get(page).content for page in pages]
    draft(by)
    secret = complete_draft(by, sector_id="health", territory_id=AUEZOV, cost=7_000_000_000)
    assert [client.get(page).content for page in pages] == before
    assert filed_proposals().count() == 1
    sent(secret, by)
    assert all(client.get(page).content != earlier for page, earlier in zip(pages, before, strict=True))


def test_what_cannot_be_read_is_named_with_400_and_the_words_stay(client, by):
    filed(by)
    for query, label, message in (
        ("stage=draft", "Stage", "draft"),
        ("stage=filed&stage=nothing", "Stage", "nothing"),
        ("sector=%00", "Sector", "valid choice"),
        ("sector=no_such", "Sector", "no_such"),
        ("territory=1", "Territory", "valid choice"),
        ("year=99999", "Year of filing", "99999"),
        ("year=abc", "Year of filing", "abc"),
        ("ordering=cost__gte", "Order", "cost__gte"),
        ("ordering=application__organisation__iin", "Order", "valid choice"),
        ("page=0", "Page", "number from 1"),
        ("page=1e20", "Page", "number from 1"),
        ("page=٣", "Page", "number from 1"),
        ("search=a&search=b", "Search", "given twice"),
        ("search=%00", "Search", "cannot be shown"),
        ("search=" + "x" * 201, "Search", "200"),
        ("channel=online", "channel", "no such parameter"),
        ("organisation__iin__startswith=9", "organisation__iin__startswith", "no such parameter"),
    ):
        shown = read(client, query, status=400)
        assert re.search(rf"{label}: [^:]*{re.escape(message)}", shown), (query, shown)
        assert "№ " not in shown
    kept = client.get("/en/queue/?search=балабақша&stage=nothing&sector=education")
    assert kept.status_code == 400
    assert 'value="балабақша"' in kept.content.decode()
    assert '<input type="hidden" name="sector" value="education">' in kept.content.decode()
    assert client.post("/en/queue/").status_code == 405
    assert len(numbers(client, "sector=education&search=&stage=&page=1")) == 1


def test_each_filter_takes_its_rows_and_counts_them(client, by):
    old = sent(complete_draft(by, territory_id=AUEZOV, cost=300), by, days_ago=800)
    school = proposal_at(Stage.REVIEW, by, cost=100)
    clinic = filed(by, sector_id="health", cost=200, territory_id=AUEZOV).proposals.get()
    left = proposal_at(Stage.WITHDRAWN, by, cost=900)
    all_open = [row.number for row in sorted((old, school, clinic), key=lambda row: row.number)]
    for query, rows in (
        ("", all_open),
        ("stage=review", [school.number]),
        ("stage=withdrawn", [left.number]),
        ("stage=review&stage=filed", all_open),
        ("sector=health", [clinic.number]),
        ("sector=health&sector=education", all_open),
        (f"territory={AUEZOV}", [old.number, clinic.number]),
        (f"territory={ALMATY}", all_open),
        (f"territory={MEDEU}&sector=health", []),
        (f"year={old.application.year}", [old.number]),
        (f"search={left.number}&stage=withdrawn", [left.number]),
        (f"search={left.number}", []),
        (f"search=№ {old.application.number}", [old.number]),
        (f"search={clinic.application.sequence}&year={clinic.application.year}", [clinic.number]),
        (f"search={old.application.number}/2", []),
        ("ordering=sum", [school.number, clinic.number, old.number]),
        ("ordering=-sum", [old.number, clinic.number, school.number]),
        (f"{ALL}ordering=-days", [old.number, school.number, clinic.number, left.number]),
    ):
        assert numbers(client, query) == rows, query
    shown = read(client, "sector=health&search=нет")
    assert "No proposal fits" in shown
    shown = read(client, "sector=education&stage=filed")
    assert "Stage: Filed" not in shown
    assert "On the way: Filed × remove" in shown
    # Counts follow the other filters: one withdrawn school, two rows on their way besides this sector's.
    assert re.search(r"Withdrawn 1 Sector", shown)
    assert re.search(r"Education \(chosen\) 1 Health care 1", shown), shown
    assert re.search(r"Almaty city 1 Auezov district 1", shown), shown


def test_the_figures_are_those_of_the_rows_and_an_unknown_sum_is_no_zero(client, by, monkeypatch):
    rows = [
        filed(by, cost=1_000_000_001).proposals.get(),
        proposal_at(Stage.CLARIFICATION, by, cost=2_000_000_000),
        proposal_at(Stage.REFUSED, by, cost=4_000_000_000),
    ]
    shown = read(client)
    assert "Proposals 2 Known asked sum ₸3.0 bn Sum unknown 0 Of them waiting for the applicant 1" in shown
    assert 'value="3000000001"' in client.get("/en/queue/").content.decode()
    assert f"№ {rows[1].number}" in shown
    assert "Clarification waits for the applicant" in shown
    assert queue_totals(filed_proposals()) == QueueTotals(3, 7_000_000_001, 3, 1)
    monkeypatch.setattr(view, "queue_totals", lambda rows: QueueTotals(2, 0, 0, 0))
    assert "Known asked sum cost unknown Sum unknown 2" in read(client)


@pytest.mark.usefixtures("targets")
def test_longer_than_the_target_is_said_in_words_and_never_of_the_applicants_time(client, by):
    late = sent(complete_draft(by), by, days_ago=30)
    on_time = sent(complete_draft(by), by)
    waiting = sent(complete_draft(by), by, days_ago=60)
    long_ago = timezone.now() - datetime.timedelta(days=50)
    move(waiting, Action.ASK, by=staff("clerk"), channel=StepChannel.ADMIN, at=long_ago)
    closed = proposal_at(Stage.WITHDRAWN, by)

    def mark(row):
        answer = client.get(f"/en/queue/?{ALL}search={row.number}").content.decode()
        assert f"№ {row.number}" in answer
        return "late-mark" in answer and "longer than the target" in answer

    assert (mark(late), mark(on_time), mark(waiting), mark(closed)) == (True, False, False, False)
    assert "target: 3 usually: too few to say" in read(client, f"search={late.number}")
    assert "left the queue" in read(client, f"{ALL}search={closed.number}")
    LegalParameter.objects.filter(code="target_days_filed").update(value=60)
    assert not mark(late)
    LegalParameter.objects.filter(code="target_days_filed").delete()
    assert not mark(late)
    assert "no target is set" in read(client)


def test_an_approved_proposal_leads_to_its_project(client, by):
    agreed = proposal_at(Stage.APPROVED, by, publish_agreed=True)
    other = proposal_at(Stage.APPROVED, applicant())
    assert numbers(client) == []
    page = client.get("/en/queue/?stage=approved").content.decode()
    for row in (agreed, other):
        assert f'href="/en/projects/{row.project.number}/"' in page
        assert client.get(f"/en/projects/{row.project.number}/").status_code == 200
    assert (agreed.application.applicant_name in page, other.application.applicant_name in page) == (True, False)
    assert numbers(client, "stage=approved&search=" + other.project.title_ru.replace(" ", "+")) == [other.number]


def test_the_queue_shows_names_of_places_that_nobody_has_translated(client, by):
    Sector.objects.filter(pk="education").update(name_en="")
    row = filed(by).proposals.get()
    assert numbers(client) == [row.number]
    assert Proposal.objects.get(pk=row.pk).sector.name in read(client)
