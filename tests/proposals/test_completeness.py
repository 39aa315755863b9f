"""What is missing: every requirement red and green, the share of what is there, and no query for each row."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from proposals.models import Proposal
from proposals.queries.progress import progress, with_details
from proposals.services.drafts import add_proposal
from proposals.services.papers import attach
from proposals.steps import REQUIRED, REQUIRED_AREAS, FormStep
from tests.proposals.applications import applicant, complete, draft, pdf
from tests.proposals.form_pages import address
from tests.registry.pages import parse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


@pytest.fixture
def by():
    return applicant()


@pytest.fixture
def application(by):
    return complete(draft(by), by)


def known(application):
    (row,) = with_details(application)
    return progress(row)


def missing(application):
    return {item.field for item in known(application).missing}


def test_an_empty_draft_has_nothing_and_a_complete_one_everything(by, application):
    empty = known(draft(by))
    assert (empty.percent, empty.is_complete) == (0, False)
    full = known(application)
    assert (full.percent, full.is_complete, full.missing) == (100, True, [])
    assert [step["missing"] for step in full.steps()] == [0] * 6


COLUMNS = [name for names in REQUIRED.values() for name in names]
EMPTY = {"payment_sources": [], "problem": "", "objective": "", "description": "", "place": "", "object_owner": ""}


@pytest.mark.parametrize("name", COLUMNS)
def test_each_required_box(application, name):
    column = Proposal.column(name)
    empty = EMPTY.get(name, "" if name == "implementation_start" else None)
    Proposal.objects.filter(application=application).update(**{column.attname: empty})
    now = known(application)
    assert name in {item.field for item in now.missing}
    assert not now.is_complete
    assert now.percent < 100
    (item,) = [item for item in now.missing if item.field == name]
    assert item.step in [step for step, names in REQUIRED.items() if name in names]


def test_one_title_of_two_is_enough(application):
    rows = Proposal.objects.filter(application=application)
    rows.update(title_kk="")
    assert missing(application) == set()
    rows.update(title_ru="")
    assert missing(application) == {"title_kk"}


@pytest.mark.parametrize("area", REQUIRED_AREAS)
def test_each_required_area(application, area):
    application.proposals.get().responsibilities.filter(area=area).delete()
    assert missing(application) == {f"area_{area}"}


def test_each_required_answer_and_paper(application, by):
    proposal = application.proposals.get()
    for answer in proposal.answers.all():
        answer.delete()
        assert missing(application) == {f"answer_{answer.code}"}
        answer.save(force_insert=True)
    for paper in proposal.papers.all():
        paper.delete()
        assert missing(application) == {f"paper_{paper.kind}"}
        attach(proposal, kind=paper.kind, upload=pdf(), by=by)
    assert missing(application) == set()


def test_what_hangs_on_something_else(application, by):
    proposal = application.proposals.get()

    def with_(**facts):
        Proposal.objects.filter(pk=proposal.pk).update(**facts)
        return missing(application)

    assert "capacity" in with_(capacity_unit="")
    assert with_(capacity=None) == set()
    assert "capacity" in with_(capacity_unit="places")
    assert with_(capacity=280) == set()
    assert "payments" in with_(state_obligations=10)
    assert "payments" not in with_(state_obligations=0)
    assert with_(object_owner="other") == {"paper_owner_consent"}
    assert "paper_financial_model" in with_(object_owner="state", cost=1_000_000_000)


def test_a_doubt_waits_for_a_reason(application):
    proposal = application.proposals.get()
    Proposal.objects.filter(pk=proposal.pk).update(cost=900_000, own_funds=500_000)
    now = missing(application)
    assert now
    assert all(name.startswith("reason_") for name in now)
    for name in now:
        proposal.explanations.create(code=name.removeprefix("reason_"), reason="Себебі.")
    assert missing(application) == set()


def test_what_is_wrong_comes_first_in_its_step_and_is_named_once(application):
    proposal = application.proposals.get()
    Proposal.objects.filter(pk=proposal.pk).update(
        typed={"cost": "көп", "area_land": "x", "answer_education_age": "y" * 400, "year_2030": "z"}, cost=None
    )
    now = known(application)
    wrong = {item.field: item for item in now.missing}
    assert len(wrong) == len(now.missing) == 4
    assert {field: (item.step, item.is_wrong) for field, item in wrong.items()} == {
        "answer_education_age": ("place", True), "cost": ("money", True), "year_2030": ("money", True),
        "area_land": ("partners", True),
    }  # fmt: skip
    assert all(item.label for item in now.missing)
    assert now.percent < 100


def test_every_thing_that_is_missing_is_a_link_to_its_box(client, by):
    application = draft(by)
    proposal = application.proposals.get()
    Proposal.objects.filter(pk=proposal.pk).update(sector="education", capacity_unit="places", state_obligations=5)
    client.force_login(by)
    page = parse(client.get(address(proposal, "idea")))
    links = [link["href"].split("#") for link in page.one("div", id="missing").all("a")]
    assert len(links) == len(known(application).missing)
    pages = {path: parse(client.get(path)) for path, _anchor in links}
    for path, anchor in links:
        assert resolve(path).url_name == "proposal_step"
        assert len(pages[path].all(id=anchor)) == 1, (path, anchor)


def test_steps_grow_towards_the_whole(client, by):
    application = draft(by)
    proposal = application.proposals.get()
    shares = [known(application).percent]
    for facts in ({"title_kk": "Мектеп"}, {"problem": "x", "objective": "y", "description": "z"}, {"jobs": 0}):
        Proposal.objects.filter(pk=proposal.pk).update(**facts)
        shares.append(known(application).percent)
    assert shares == sorted(set(shares))


# --- queries ----------------------------------------------------------------------------------------------------------


def queries(client, path):
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def test_pages_ask_as_much_for_ten_proposals_and_papers_as_for_one(client, by, application):
    client.force_login(by)
    proposal = application.proposals.get()
    pages = [address(proposal, step) for step in FormStep.values]
    pages += [f"/en/applications/{application.pk}/", f"/en/applications/{application.pk}/file/", "/en/applications/"]
    few = {path: queries(client, path) for path in pages}
    for _ in range(9):
        add_proposal(application, by=by)
        attach(proposal, kind="other", upload=pdf(), by=by)
        proposal.answers.create(code=f"x{_}", text="x")
        proposal.payments.create(year=2030 + _, amount=1)
    for _ in range(4):
        draft(by)
    many = {path: queries(client, path) for path in pages}
    # Similar costs and doubts are asked for each proposal that has figures; these have none.
    assert many == few
    assert max(many.values()) < 40
