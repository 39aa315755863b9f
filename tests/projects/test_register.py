"""The front door of the register: enter, approve, record, exclude. All or none, and every step is remembered."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from projects.models import Document, Project, StatusChange
from projects.services.register import (
    RECORDED_STATUSES,
    approve,
    enter,
    enter_all,
    exclude,
    record_status,
)
from reference.codelists import ProjectStatus, ResolutionKind
from tests import factories
from tests.rules import refusals

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

ENTERING = [ResolutionKind.LIST_APPROVAL, ResolutionKind.AMENDMENT]
OTHERS = [kind for kind in ResolutionKind if kind not in ENTERING]
APPROVED = [status for status in ProjectStatus if status not in {ProjectStatus.PLANNED, ProjectStatus.EXCLUDED}]
ONLY_LISTS = "Projects enter only by a resolution that approves or amends a list."
ONLY_EXCLUSION = "Projects leave only by a resolution on exclusion."


def road(project):
    """Return the steps of the project as history keeps them."""
    return list(project.status_changes.order_by("pk").values_list("status", "since", "resolution_id", "recorded_by_id"))


def state():
    """Return everything the register says of its projects and their steps."""
    rows = Project.objects.order_by("pk").values_list("number", "status", "resolution_id", "excluded_by_id", "cost")
    return list(rows), StatusChange.objects.count()


# --- entering -----------------------------------------------------------------------------------------------------


def test_the_first_project_is_number_one():
    assert enter(factories.entry()).number == 1


@pytest.mark.parametrize("count", [0, 1, 3])
def test_projects_are_numbered_in_the_order_of_the_list_without_gaps(count):
    first = enter(factories.entry())
    entered = enter_all(factories.entry(title_kk=f"Мектеп {place}") for place in range(count))
    assert [project.number for project in entered] == [first.number + place for place in range(1, count + 1)]
    assert [project.title_kk for project in entered] == [f"Мектеп {place}" for place in range(count)]
    assert Project.objects.count() == count + 1


def test_every_fact_of_an_entry_stands_in_the_register():
    paper = factories.resolution()
    texts = ["title", "description", "objective", "place", "state_partner", "note"]
    facts = {
        **{f"{name}_{code}": f"{name} {code}" for name in texts for code in ("kk", "ru", "en")},
        "initiator_type": "sme",
        "initiator_size": "small",
        "private_partner": "ТОО «Ән»",
        "contract_type": "concession",
        "cost": 1_100_000_000,
        "asked_sum": 1_200_000_000,
        "approved_sum": 1_100_000_001,
        "signed_sum": 0,
        "state_obligations": 500_000_000,
        "group": factories.project(is_group=True, group_size=2),
        "term_years": Decimal("10.50"),
        "jobs": 70_000,
        "capacity": 600,
        "capacity_unit": "places",
        "year": 2017,
        "implementation_start": "2018",
        "contract_signed_on": "2018-02",
        "commissioned_on": "2019-09-01",
        "contract_ends_on": "2028",
        "status": "operation",
        "resolution": paper,
        "source_url": "https://example.kz/1",
        "source": "Газет",
    }
    entry = factories.entry(payment_sources=("sales", "subsidy"), **facts)
    project = Project.objects.get(pk=enter(entry).pk)
    assert {name: getattr(project, name) for name in facts} == facts
    assert project.payment_sources == ["sales", "subsidy"]
    assert (project.sector_id, project.territory_id) == ("education", factories.ALMATY)


def test_a_list_is_entered_whole_or_not_at_all():
    before = state()
    broken = [factories.entry(), factories.entry(cost=-1), factories.entry()]
    assert refusals(enter_all, broken) == ["A sum in tenge cannot be negative."]
    assert state() == before
    assert len(enter_all([broken[0], broken[2]])) == 2


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"title_kk": "", "title_ru": ""}, "Give the title in Kazakh or in Russian."),
        ({"year": 1990}, "The year must lie between 1991 and 2100."),
        ({"term_years": Decimal(50)}, "The term must lie between 1 and 49 years."),
        ({"source_url": ""}, "Give the resolution or a public source."),
        ({"status": "excluded"}, "A project leaves the list only through a resolution on exclusion."),
        ({"group_size": 3}, "Only a row that is marked as a group has a number of projects."),
        ({"title_kk": "a\x00b"}, "The text has characters that cannot be shown. Type it again."),
    ],
)
def test_an_entry_that_breaks_a_rule_of_one_row_is_refused_with_its_sentence(facts, sentence):
    assert refusals(enter, factories.entry(**facts)) == [sentence]
    assert state() == ([], 0)


def test_a_planned_project_cannot_enter_with_a_resolution():
    entry = factories.entry(status="planned", resolution=factories.resolution())
    assert refusals(enter, entry) == ["A planned project has no resolution yet."]
    enter(factories.entry(status="approved", resolution=factories.resolution()))


def test_a_project_cannot_enter_as_excluded_by_a_paper_while_it_keeps_another_status():
    paper = factories.resolution(ResolutionKind.EXCLUSION)
    message = ["A project leaves the list only through a resolution on exclusion."]
    assert refusals(enter, factories.entry(status="approved", excluded_by=paper)) == message
    enter(factories.entry(status="excluded", excluded_by=paper))


def test_a_group_cannot_enter_as_a_member():
    group = factories.project(is_group=True)
    message = ["A row that stands for a group cannot be a member of another."]
    assert refusals(enter, factories.entry(is_group=True, group=group)) == message
    enter(factories.entry(group=group))


def test_a_project_cannot_enter_as_a_member_of_what_is_no_group():
    assert len(refusals(enter, factories.entry(group=factories.project()))) == 1
    enter(factories.entry(group=factories.project(is_group=True)))


@pytest.mark.parametrize("kind", OTHERS)
def test_a_project_does_not_enter_by_another_kind_of_resolution(kind):
    entry = factories.entry(status="approved", resolution=factories.resolution(kind))
    assert refusals(enter, entry) == [ONLY_LISTS]


@pytest.mark.parametrize("kind", ENTERING)
def test_a_project_enters_by_a_resolution_and_its_first_step_says_so(kind, clerk):
    paper = factories.resolution(kind, adopted="2017-09")
    project = enter(factories.entry(status="approved", resolution=paper), by=clerk)
    assert road(project) == [("approved", "2017-09", paper.pk, clerk.pk)]


@pytest.mark.parametrize("kind", [kind for kind in ResolutionKind if kind != ResolutionKind.EXCLUSION])
def test_a_project_does_not_enter_as_excluded_by_another_kind_of_resolution(kind):
    entry = factories.entry(status="excluded", excluded_by=factories.resolution(kind))
    assert refusals(enter, entry) == [ONLY_EXCLUSION]


def test_an_excluded_project_enters_with_the_paper_that_excluded_it():
    paper = factories.resolution(ResolutionKind.EXCLUSION, adopted="2018-09-28")
    project = enter(factories.entry(status="excluded", excluded_by=paper))
    assert road(project) == [("excluded", "2018-09-28", paper.pk, None)]


@pytest.mark.parametrize("status", [status for status in ProjectStatus if status != ProjectStatus.EXCLUDED])
def test_a_project_from_a_public_source_enters_with_its_status_and_source(status):
    project = enter(factories.entry(status=status, status_note_kk="хабар", source_url="https://example.kz/7"))
    assert road(project) == [(status, "", None, None)]
    step = project.status_changes.get()
    assert (step.source_url, step.note_kk) == ("https://example.kz/7", "хабар")


def test_a_running_project_does_not_borrow_the_day_of_its_resolution():
    paper = factories.resolution(adopted="2017-09-14")
    assert road(enter(factories.entry(status="operation", resolution=paper))) == [("operation", "", paper.pk, None)]


# --- approving ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ENTERING)
def test_one_resolution_approves_the_whole_list(kind, clerk):
    projects = [factories.project() for _ in range(3)]
    paper = factories.resolution(kind, adopted="2017-09-14")
    assert [row.pk for row in approve(reversed(projects), resolution=paper, by=clerk)] == [row.pk for row in projects]
    for project in projects:
        project.refresh_from_db()
        assert (project.status, project.resolution) == ("approved", paper)
        assert road(project)[1:] == [("approved", "2017-09-14", paper.pk, clerk.pk)]


@pytest.mark.parametrize("status", [status for status in APPROVED if status != ProjectStatus.APPROVED])
def test_a_project_known_from_public_sources_gets_its_paper_and_keeps_its_status(status, clerk):
    project, paper = factories.project(status=status), factories.resolution(adopted="2017-09-14")
    approve([project], resolution=paper, by=clerk)
    project.refresh_from_db()
    assert (project.status, project.resolution) == (status, paper)
    assert [step[0] for step in road(project)] == [status, status]


@pytest.mark.parametrize("kind", OTHERS)
def test_no_other_kind_of_resolution_approves(kind, clerk):
    projects = [factories.project()]
    before = state()
    assert refusals(approve, projects, resolution=factories.resolution(kind), by=clerk) == [ONLY_LISTS]
    assert state() == before


@pytest.mark.parametrize("status", [ProjectStatus.APPROVED, ProjectStatus.OPERATION, ProjectStatus.EXCLUDED])
def test_a_project_that_rests_on_a_resolution_stops_the_whole_list(status, clerk):
    taken, free = factories.project_in(status), factories.project()
    before = state()
    message = f"Project No. {taken.number} already rests on a resolution. Leave it out."
    assert refusals(approve, [free, taken], resolution=factories.resolution(), by=clerk) == [message]
    assert state() == before
    assert len(approve([free], resolution=factories.resolution(), by=clerk)) == 1


def test_a_project_that_entered_as_excluded_is_not_approved_again(clerk):
    project = factories.project(status="excluded", excluded_by=factories.resolution(ResolutionKind.EXCLUSION))
    before = state()
    message = f"Project No. {project.number} already rests on a resolution. Leave it out."
    assert refusals(approve, [project], resolution=factories.resolution(), by=clerk) == [message]
    assert state() == before


# --- leaving ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", APPROVED)
def test_an_approved_project_leaves_the_list_and_stays_visible(status, clerk):
    project = factories.project_in(status)
    entered_by = project.resolution
    paper = factories.resolution(ResolutionKind.EXCLUSION, adopted="2018-09-28")
    exclude([project], resolution=paper, by=clerk, note_kk="қаржы жоқ", note_ru="нет денег")
    project.refresh_from_db()
    assert (project.status, project.excluded_by, project.resolution) == ("excluded", paper, entered_by)
    assert road(project)[-1] == ("excluded", "2018-09-28", paper.pk, clerk.pk)
    step = project.status_changes.last()
    assert (step.note_kk, step.note_ru, step.note_en) == ("қаржы жоқ", "нет денег", "")


@pytest.mark.parametrize("kind", [kind for kind in ResolutionKind if kind != ResolutionKind.EXCLUSION])
def test_no_other_kind_of_resolution_excludes(kind, clerk):
    projects = [factories.project_in(ProjectStatus.APPROVED)]
    before = state()
    assert refusals(exclude, projects, resolution=factories.resolution(kind), by=clerk) == [ONLY_EXCLUSION]
    assert state() == before


@pytest.mark.parametrize("status", [ProjectStatus.PLANNED, ProjectStatus.EXCLUDED])
def test_what_is_not_in_the_list_stops_the_whole_exclusion(status, clerk):
    outside, inside = factories.project_in(status), factories.project_in(ProjectStatus.APPROVED)
    before = state()
    paper = factories.resolution(ResolutionKind.EXCLUSION)
    message = f"Project No. {outside.number} is not in the approved list. Leave it out."
    assert refusals(exclude, [inside, outside], resolution=paper, by=clerk) == [message]
    assert state() == before
    assert len(exclude([inside], resolution=paper, by=clerk)) == 1


# --- living -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", RECORDED_STATUSES)
@pytest.mark.parametrize("before", APPROVED)
def test_what_became_of_an_approved_project_is_recorded_with_its_source(before, status, clerk):
    project = factories.project_in(before)
    step = record_status(
        project, status, by=clerk, since="2019-09", source_url="https://example.kz/9", note_kk="ашылды"
    )
    project.refresh_from_db()
    assert project.status == step.status == status
    assert (step.since, step.source_url, step.note_kk, step.resolution) == (
        "2019-09", "https://example.kz/9", "ашылды", None
    )  # fmt: skip
    assert road(project)[-1] == (status, "2019-09", None, clerk.pk)


def test_a_termination_needs_its_reason(clerk):
    project = factories.project_in(ProjectStatus.OPERATION)
    before = state()
    sentence = "Write in Kazakh or in Russian why the contract was terminated."
    assert refusals(record_status, project, "terminated", by=clerk, note_en="why") == [sentence]
    assert state() == before
    assert record_status(project, "terminated", by=clerk, note_ru="Стороны согласились.").note_ru


def test_a_paper_of_another_project_does_not_stand_behind_a_step(clerk):
    project, other = factories.project_in(ProjectStatus.APPROVED), factories.project()
    foreign = Document.objects.create(project=other, url="https://example.kz/x")
    assert refusals(record_status, project, "operation", by=clerk, document=foreign) == [
        "Choose a paper of this project."
    ]
    own = Document(url="https://example.kz/y")
    step = record_status(project, "operation", by=clerk, document=own)
    assert (step.document, step.document.project) == (own, project)


def test_the_recorded_statuses_are_those_no_resolution_gives():
    assert set(RECORDED_STATUSES) == set(APPROVED) - {ProjectStatus.APPROVED}


@pytest.mark.parametrize("status", ["planned", "approved", "excluded", "dreamt", ""])
def test_a_status_that_only_a_resolution_gives_is_not_recorded(status, clerk):
    project = factories.project_in(ProjectStatus.APPROVED)
    before = state()
    assert refusals(record_status, project, status, by=clerk) == ["This status comes only through a resolution."]
    assert state() == before


@pytest.mark.parametrize("status", [ProjectStatus.PLANNED, ProjectStatus.EXCLUDED])
def test_nothing_is_recorded_of_a_project_outside_the_list(status, clerk):
    project = factories.project_in(status)
    before = state()
    message = f"Project No. {project.number} is not in the approved list."
    assert refusals(record_status, project, "operation", by=clerk) == [message]
    assert state() == before


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"since": "31.02.2019"}, "since"),
        ({"source_url": "no address"}, "source_url"),
        ({"note_kk": "\x00"}, "note_kk"),
    ],
)
def test_a_step_that_cannot_be_read_is_refused_and_the_status_stays(facts, field, clerk):
    project = factories.project_in(ProjectStatus.APPROVED)
    before = state()
    with pytest.raises(ValidationError) as refused:
        record_status(project, "operation", by=clerk, **facts)
    assert list(refused.value.message_dict) == [field]
    assert state() == before
