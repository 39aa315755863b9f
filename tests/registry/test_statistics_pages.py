"""The pages of figures: who opens them, what an address may hold, and the same words for every section."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts.roles import Role
from proposals.dashboard.sections import PAGES
from proposals.models import ExpertSector
from proposals.models.clarification import ClarificationKind
from proposals.services.asking import ask
from proposals.workflow import Stage
from reference.services import load_parameters
from tests import factories
from tests.proposals.applications import filed, opinion_on, proposal_at, reviewer
from tests.registry.people import Browser, logged_in, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

KEYS = [page.key for page in PAGES]
STAFF = {Role.CLERK, Role.EXPERT, Role.HEAD, Role.SECRETARY, Role.AUDITOR}


def address(key, query=""):
    return reverse("admin:statistics_section", args=[key]) + query


@pytest.mark.parametrize("role", Role)
def test_each_role_opens_every_section_or_none(role):
    browser = logged_in(role)
    wanted = 200 if role in STAFF else 403
    assert {key: browser.get(address(key)).status_code for key in KEYS} == dict.fromkeys(KEYS, wanted)


def test_who_is_no_staff_is_sent_to_log_in():
    applicant = Browser()
    applicant.force_login(factories.user())
    for browser in (Browser(), applicant):
        for key in KEYS:
            answer = browser.get(address(key))
            assert answer.status_code == 302
            assert answer.url.startswith(reverse("admin:login"))


def test_head_and_expert_are_told_whose_proposals_are_counted():
    factories.project_in("approved")
    filed()
    words = "Proposals are counted within your reach only."
    assert words in logged_in(Role.EXPERT).get(address("pipeline")).text
    assert words not in logged_in(Role.HEAD).get(address("pipeline")).text


@pytest.mark.parametrize("key", KEYS)
def test_filters_that_cannot_be_read_are_told_with_what_was_typed(key):
    query = "?first_year=20x6&last_year=1500&sector=nosuch%3Cb%3E&territory=99&initiator_type=zzz&status=yyy"
    answer = logged_in(Role.HEAD).get(address(key, query))
    assert answer.status_code == 400
    for typed in ("20x6", "1500", "nosuch&lt;b&gt;", "99", "zzz", "yyy"):
        assert f"<q>{typed}</q>" in answer.text
    assert answer.text.count('aria-invalid="true"') == 6
    assert "figures-block" not in answer.text


@pytest.mark.parametrize("key", KEYS)
def test_unknown_parameters_are_named_and_change_nothing(key):
    head = logged_in(Role.HEAD)
    answer = head.get(address(key, "?cost__gte=5&application__applicant__iin=1"))
    assert answer.status_code == 200
    assert "application__applicant__iin, cost__gte" in answer.text
    part = answer.text.partition('<dl class="figures">')[2]
    assert part == head.get(address(key)).text.partition('<dl class="figures">')[2]


def test_a_period_the_wrong_way_round_is_refused():
    answer = logged_in(Role.HEAD).get(address("register", "?first_year=2020&last_year=2016"))
    assert answer.status_code == 400
    assert "Exchange the years." in answer.text
    assert 'value="2020"' in answer.text
    assert 'value="2016"' in answer.text


def test_filters_go_along_from_section_to_section():
    """The pipeline has no status: it says so, and the way back still has it."""
    answer = logged_in(Role.HEAD).get(address("pipeline", "?first_year=2016&status=approved"))
    assert answer.status_code == 200
    assert "Not asked for here: Status." in answer.text
    assert '<input type="hidden" name="status" value="approved"' in answer.text
    assert address("register", "?first_year=2016&amp;status=approved") in answer.text
    assert reverse("admin:statistics_report") + "?first_year=2016&amp;status=approved" in answer.text


def test_a_section_that_does_not_exist_is_not_found():
    head = logged_in(Role.HEAD)
    assert head.get(address("nosuch")).status_code == 404
    assert head.get(reverse("admin:statistics")).url == address(KEYS[0])
    assert head.post(address(KEYS[0])).status_code == 405


MOST_QUERIES = 12
FILTERS = {
    "first_year": "2016",
    "last_year": f"{timezone.localdate().year}",
    "sector": "education",
    "territory": factories.ALMATY,
    "initiator_type": "sme",
    "status": "approved",
}
CHOICES = [{}, *({name: value} for name, value in FILTERS.items()), FILTERS]


def grow():
    """Add a project of every kind and a proposal at every turn of the road, all of what the filters leave."""
    load_parameters()
    year = timezone.localdate().year
    for status in ("approved", "operation", "planned", "excluded"):
        factories.project_in(status, year=year, initiator_type="sme")
    factories.resolution(declared_count=3, declared_total=10**9, adopted=f"{year}-01-15")
    for stage in (Stage.REVIEW, Stage.SUPPORTED, Stage.REFUSED, Stage.WITHDRAWN, Stage.APPROVED):
        proposal_at(stage)
    ask(proposal_at(Stage.FILED), by=staff(Role.CLERK), kind=ClarificationKind.OTHER, text="Жер кімдікі?", site="")
    late = proposal_at(Stage.REVIEW)
    reviewer(late)
    opinion_on(late)


def queries_of(browser, addresses):
    """Return how many statements each whole request sends, session and person among them."""
    found = {}
    for one in addresses:
        with CaptureQueriesContext(connection) as counted:
            assert browser.get(one).status_code == 200
        found[one] = len(counted)
    return found


@pytest.mark.parametrize(("role", "choices"), [(Role.HEAD, CHOICES), (Role.EXPERT, [{}, FILTERS])])
def test_every_page_of_figures_and_the_desk_open_in_twelve_queries_however_much_there_is(role, choices):
    browser = logged_in(role)
    for sector in ("education", "health"):
        ExpertSector.objects.create(expert=browser.user, sector_id=sector)
    addresses = [address(key, f"?{urlencode(chosen)}") for key in KEYS for chosen in choices]
    addresses.append(reverse("admin:index"))
    grow()
    queries_of(browser, addresses)
    few = queries_of(browser, addresses)
    assert max(few.values()) <= MOST_QUERIES, few
    grow()
    grow()
    assert queries_of(browser, addresses) == few


@pytest.mark.parametrize("role", Role)
def test_the_desk_opens_in_twelve_queries_for_every_role(role):
    browser = logged_in(role)
    grow()
    desk = reverse("admin:index")
    queries_of(browser, [desk])
    assert queries_of(browser, [desk])[desk] <= MOST_QUERIES
