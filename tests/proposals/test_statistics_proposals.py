"""The statistics of proposals: the funnel of a known history, times, channels, and nothing that is not public."""

import datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings, strategies as st

from projects.queries.totals import Figures
from projects.services.register import enter_all, record_status
from proposals.models import AgendaItem, Application, Outcome, Proposal, StageChange
from proposals.queries.statistics import durations
from proposals.queries.statistics.channels import YearOfFiling, years_of_filing
from proposals.queries.statistics.durations import Duration, times_to_approval
from proposals.queries.statistics.funnel import chosen, funnel
from proposals.services import intake
from reference.codelists import Channel, InitiatorType, ProjectStatus
from reference.models import WorkingDayCorrection
from reference.queries import working_days
from tests import factories
from tests.promises.many_drafts import drafts_ready_to_file
from tests.proposals.applications import SITE, applicant, complete_draft, proposal_at
from tests.proposals.sittings import decided
from tests.registry.pages import parse, whole
from tests.registry.people import Browser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

PAGE = "/en/statistics/"
AUEZOV = "751310000"
COST = 900_000_000
HERE = ZoneInfo("Asia/Almaty")


@pytest.fixture
def client():
    return Browser()


@pytest.fixture
def by():
    return applicant()


def walked(by, stages, count=1, *, year=2026, more=0):
    """Return proposals filed in a year that walked through these stages, as rows of their history."""
    made = []
    for application in drafts_ready_to_file(by, count):
        application.proposals.update(cost=COST + more)
        at = datetime.datetime(year, 3, 2, 10, tzinfo=HERE)
        intake.file(application, by=by, consent=True, publish_agreed=False, site=SITE, at=at)
        proposal, before = application.proposals.get(), "filed"
        for stage in stages:
            StageChange.objects.create(
                proposal=proposal, action="take_up", from_stage=before, to_stage=stage, actor=by, channel="admin"
            )
            Proposal.objects.filter(pk=proposal.pk).update(stage=stage)
            before = stage
        made.append(proposal)
    return made


def many(by, count, *, year, first):
    """File so many proposals at once, as rows."""
    rows = drafts_ready_to_file(by, count)
    at = datetime.datetime(year, 3, 2, 10, tzinfo=HERE)
    for place, row in enumerate(rows):
        row.year, row.sequence, row.filed_at, row.filed_by, row.consent_at = year, first + place, at, by, at
        row.filed_copy, row.filed_sha256, row.initiator_type, row.applicant_name = {}, "0" * 64, "sme", "ЖШС"
    names = ("year", "sequence", "filed_at", "filed_by", "consent_at", "filed_copy", "filed_sha256")
    Application.objects.bulk_update(rows, [*names, "initiator_type", "applicant_name"])
    proposals = Proposal.objects.filter(application__in=rows)
    for before, stage in (("draft", "filed"), ("filed", "review")):
        facts = {"action": "take_up", "from_stage": before, "to_stage": stage, "actor": by, "channel": "admin"}
        StageChange.objects.bulk_create([StageChange(proposal=row, **facts) for row in proposals])
        proposals.update(stage=stage)


def steps(proposals):
    """Return what each step of the funnel says: proposals, their asked sum, and how many left afterwards."""
    return [(one.asked.projects, one.asked.cost, one.left) for one in funnel(proposals).steps]


def listed(proposals):
    """Return the projects and sums of the list for the steps that have any."""
    return [(one.listed.projects, one.listed.cost) for one in funnel(proposals).steps if one.listed]


def section(client, name, address=PAGE):
    """Return a section of the page."""
    return parse(client.get(address)).one("section", id=name)


def test_the_funnel_of_a_known_history(client, by):
    walked(by, ["review"], 2)
    walked(by, ["review", "supported"], more=10)
    walked(by, ["review", "supported", "refused"], more=100)
    walked(by, ["withdrawn"], year=2025, more=1_000)
    running, only_approved = (proposal_at("approved", cost=COST) for _ in range(2))
    record_status(running.project, ProjectStatus.OPERATION, by=None)
    factories.project_in(ProjectStatus.OPERATION, cost=5)
    complete_draft(by)

    assert steps(chosen()) == [(7, 7 * COST + 1_110, 0), (4, 4 * COST + 110, 1), (2, 2 * COST, 0), *[(1, COST, 0)] * 2]
    sums = [running.project.cost, only_approved.project.cost]
    assert listed(chosen()) == [(2, sum(sums)), (1, sums[0]), (1, sums[0])]
    stages = {stage: figures.projects for stage, figures in funnel(chosen()).stages.items()}
    assert stages == {"review": 2, "supported": 1, "approved": 2, "refused": 1, "withdrawn": 1}
    assert funnel(chosen(year=2025)).whole == Figures(1, 1, COST + 1_000)
    assert funnel(chosen(territories=[AUEZOV])).whole == funnel(chosen(sectors=["health"])).whole == Figures()
    assert funnel(chosen(territories=[factories.ALMATY], sectors=["education"])).whole.projects == 7

    rows = section(client, "funnel").all("tbody")[0].all("tr")
    assert [whole(row.all("td")[1].all("span")[0].text.split(" ")[0]) for row in rows] == [7, 4, 2, 1, 1]
    never = [[whole(link.text) for link in row.all("a")] for row in section(client, "origin").one("tbody").all("tr")]
    assert never == [[3, 1], [2, 1], [2, 1]]


def test_an_unknown_sum_of_the_list_is_no_nought(client, secretary, head):
    item = AgendaItem.objects.get(proposal=proposal_at("agenda"))
    decided(item, Outcome.APPROVED, secretary=secretary, head=head, approved_sum=None)
    step = funnel(chosen()).steps[2]
    assert (step.asked.cost_known, step.listed.projects, step.listed.cost_unknown) == (1, 1, 1)
    asked, said = section(client, "funnel").all("tbody")[0].all("tr")[2].all("td")[-2:]
    assert (asked.one("data")["value"], said.one("i", "unknown").text) == (str(COST), "cost unknown")


def test_what_the_queue_does_not_show_changes_no_figure_of_proposals(client, by):
    """The initiator of a proposal is not public: nobody learns it by asking."""
    walked(by, ["review"])
    plain = section(client, "funnel")
    assert plain.all("p", "notice") == []
    for kind in InitiatorType.values:
        asked = section(client, "funnel", f"{PAGE}?initiator_type={kind}&cost_min=1&year=2017&search=балабақша")
        assert [body.text for body in asked.all("tbody")] == [body.text for body in plain.all("tbody")], kind
        assert asked.one("p", "notice").text.startswith("Of the filters above only sector and territory apply")


def test_a_draft_changes_nothing_and_no_secret_of_a_proposal_is_on_the_page(client, by):
    walked(by, ["review"])
    before = client.get(PAGE).content
    secret = applicant(full_name="Құпия Өтініш", email="canary@example.kz")
    company = secret.memberships.get().organisation
    company.__class__.objects.filter(pk=company.pk).update(name="«Канарейка» ЖШС", contact_person="Канар Адам")
    words = {"title_kk": "Канарейка балабағы", "title_ru": "Сад Канарейка", "place": "Канарейка к-сі"}
    made = complete_draft(secret, **words)
    assert client.get(PAGE).content == before
    intake.file(made, by=secret, consent=True, publish_agreed=True, site=SITE)
    after = client.get(PAGE).content.decode()
    assert after.encode() != before
    secrets = ("анарейка", "canary", "Канар", "Құпия", company.bin, str(made.pk))
    assert [word for word in secrets if word in after] == []


DAYS = st.dates(datetime.date(2024, 12, 1), datetime.date(2026, 6, 1))


@given(st.lists(st.tuples(DAYS, DAYS), max_size=6))
@settings(max_examples=15)
def test_many_periods_at_once_are_each_as_long_as_the_calendar_says(periods):
    moved = datetime.date(2025, 3, 12)
    names = {f"name_{code}": "Көшірілген күн" for code in ("kk", "ru", "en")}
    WorkingDayCorrection.objects.get_or_create(date=moved, defaults={"is_working": False, **names})
    assert durations._days_between(periods) == [working_days(start, end) for start, end in periods]


def test_the_time_to_approval_is_a_median_and_a_ninth_tenth_of_at_least_five(client, by, monkeypatch):
    assert times_to_approval() == (Duration(None, 0), [])
    proposal_at("approved", by)
    (whole_time, (one,)) = times_to_approval()
    assert (whole_time.count, whole_time.median, one.year) == (1, None, timezone.localdate().year)
    assert "too few to say" in section(client, "times").one("table", "cards").text

    monday = datetime.date(2026, 9, 7)
    filed_at = datetime.datetime(2026, 9, 14, 9, tzinfo=HERE)
    ends = [monday + datetime.timedelta(days=days) for days in (1, 2, 3, 7, 14)]
    told = [(2026, monday, filed_at, datetime.datetime.combine(day, datetime.time(9), HERE)) for day in ends]
    rows = SimpleNamespace(filter=lambda **_: SimpleNamespace(values_list=lambda *_: told))
    monkeypatch.setattr(durations, "filed", lambda: rows)
    # A paper counts from the day it came: 1, 2, 3, 5 and 10 working days.
    assert times_to_approval() == (Duration(None, 5, 3, 10), [Duration(2026, 5, 3, 10)])
    del told[0]
    assert times_to_approval() == (Duration(None, 4), [Duration(2026, 4)])


def test_channels_are_counted_by_year_and_applications_are_not_proposals(client, by):
    assert years_of_filing() == []
    walked(by, [], 2, year=2025)
    paper = complete_draft(by)
    Application.objects.filter(pk=paper.pk).update(channel=Channel.PAPER, received_on=datetime.date(2026, 1, 5))
    intake.file(paper, by=by, consent=True, publish_agreed=False, site=SITE)
    complete_draft(by)
    this_year = timezone.localdate().year
    assert years_of_filing() == [YearOfFiling(2025, 2, 0, 2), YearOfFiling(this_year, 0, 1, 1)]
    rows = section(client, "channels").one("table").one("tbody").all("tr")
    assert [[cell.text for cell in row] for row in (row.all("td") for row in rows)] == [
        ["2 100%", "0", "2", "2"],
        ["0 0%", "1", "1", "1"],
    ]


MOST_QUERIES = 36


def test_the_page_asks_the_same_number_of_queries_for_any_number_of_rows(client, by):
    counts, entered, address = {}, 0, f"{PAGE}?sector=education&territory={factories.ALMATY}&filed=2026"
    for rows in (20, 200):
        enter_all([factories.entry(status=ProjectStatus.APPROVED) for _ in range(rows - entered)])
        many(by, rows - entered, year=2026, first=entered + 1)
        entered = rows
        with CaptureQueriesContext(connection) as captured:
            page = parse(client.get(address))
        assert page.one("section", id="funnel").all("tbody")[0].all("a")[0].text == str(rows)
        counts[rows] = len(captured)
    assert counts[20] == counts[200] <= MOST_QUERIES


def test_the_projects_behind_a_figure_are_those_of_proposals_or_the_others(client):
    mine, other = proposal_at("approved"), factories.project_in(ProjectStatus.OPERATION)

    def shown(query, status=200):
        answer = client.get(f"{PAGE}projects/?{query}")
        assert answer.status_code == status, query
        return answer.content.decode()

    assert (
        f"/projects/{mine.project.number}/" in shown("origin=proposal"),
        "2 projects" in shown("origin=proposal"),
    ) == (
        True,
        False,
    )
    assert f"/projects/{other.number}/" not in shown("origin=proposal")
    assert f"/projects/{other.number}/" in shown("origin=other&status=operation")
    assert f"/projects/{mine.project.number}/" not in shown("origin=other")
    assert "No project fits" in shown("origin=proposal&filed=1999")
    for query in ("", "origin=both", "origin=other&sector=nowhere", "origin=other&filed=x", "origin=other&nonsense=1"):
        assert "alert" in shown(query, status=400)
    shown("origin=other&page=0", status=404)
