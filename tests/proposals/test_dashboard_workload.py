"""The workload equals a count by hand over random assignments and opinions; an expert sees the own line only."""

import datetime
from collections import Counter
from statistics import median

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings, strategies as st

from accounts.models import User
from accounts.roles import Role
from proposals.dashboard.scope import Scope
from proposals.dashboard.workload import section
from proposals.models import Assignment, Declaration, Opinion, Proposal, StageChange
from proposals.queries.times import target_days
from proposals.workflow import Action, Stage
from reference.models import LegalParameter, WorkingDayCorrection
from reference.queries import working_days
from reference.services import load_parameters
from tests.proposals.applications import applicant, expert_of, staff
from tests.proposals.judged import HERE, Pool, plain
from tests.proposals.sections import linked, table
from tests.registry.people import Browser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data", "in_english")]

SIZE = 8
TODAY = datetime.date(2026, 6, 19)
WORK = (Action.TAKE_UP, Action.ASK, Action.SUPPORT, Action.REFUSE)
_WAYS = ((), (Action.TAKE_UP,), (Action.ASK,), (Action.TAKE_UP, Action.SUPPORT), (Action.TAKE_UP, Action.REFUSE))

# Moments around midnight and new year in Almaty, which is another day in UTC.
_moments = st.builds(
    lambda day, hour: datetime.datetime(2025, 11, 1, hour, 30, tzinfo=HERE) + datetime.timedelta(days=day),
    st.integers(0, 225),
    st.sampled_from([0, 4, 12, 23]),
)
_reviews = st.fixed_dictionaries(
    {
        "place": st.integers(0, SIZE - 1),
        "expert": st.integers(0, 2),
        "asked": st.none() | _moments,
        "given": st.none() | _moments,
        "conflict": st.sampled_from([None, None, False, True]),
    }
)
_rows = st.lists(_reviews, max_size=20, unique_by=lambda one: (one["place"], one["expert"]))


@pytest.fixture
def pool():
    load_parameters()
    return Pool(applicant(), SIZE)


@pytest.fixture
def people():
    """Three experts of education, a head and a clerk, in the order of their names."""
    experts = [expert_of("education", full_name=f"Сарапшы {place}") for place in range(3)]
    return [User.objects.get(pk=one.pk) for one in [*experts, staff(Role.HEAD), staff(Role.CLERK)]]


def asked(proposal, expert, *, at, due_on=TODAY):
    return Assignment.objects.create(
        proposal=proposal, expert=expert, due_on=due_on, assigned_by=expert, assigned_at=at
    )


def write(proposals, people, reviews):
    for one in reviews:
        proposal, expert = proposals[one["place"]], people[one["expert"]]
        if one["asked"]:
            due_on = one["asked"].date() + datetime.timedelta(days=9)
            asked(proposal, expert, at=one["asked"], due_on=due_on)
        if one["conflict"] is not None:
            ground = "family" if one["conflict"] else ""
            Declaration.objects.create(proposal=proposal, person=expert, has_conflict=one["conflict"], ground=ground)
        Opinion.objects.create(
            proposal=proposal, expert=expert, recommendation="for", text="Иә.", given_at=one["given"]
        )


def by_hand(rows, assignments, opinions, first):
    """Return the line of an expert, or of all, from these rows one by one."""
    given = {(one.proposal_id, one.expert_id): one.given_at for one in opinions if one.given_at}
    aside = set(Declaration.objects.filter(has_conflict=True).values_list("proposal_id", "person_id"))
    days = {(one.proposal_id, one.expert_id): timezone.localdate(one.assigned_at) for one in assignments}
    stages = {row.pk: row.stage for row in rows}
    owed = [
        one
        for one in assignments
        if (one.proposal_id, one.expert_id) not in given.keys() | aside and stages[one.proposal_id] in OPEN
    ]
    waiting = [one for one in owed if stages[one.proposal_id] in (Stage.REVIEW, Stage.CLARIFICATION)]
    target = target_days(Stage.REVIEW, TODAY)
    late = [one for one in waiting if working_days(timezone.localdate(one.assigned_at), TODAY) > target]
    over = [one for one in waiting if one.due_on < TODAY]
    counted = {key: at for key, at in given.items() if first is None or timezone.localtime(at).year >= first}
    spent = [working_days(days[key], timezone.localdate(at)) for key, at in counted.items() if key in days]
    middle = float(median(spent)) if len(spent) >= 5 else None
    return [len(owed), len(waiting), len(late), len(over), len(counted), middle]


OPEN = (Stage.FILED, Stage.CLARIFICATION, Stage.REVIEW)


@settings(max_examples=20, deadline=None)
@given(
    ways=st.lists(st.sampled_from(_WAYS), min_size=SIZE, max_size=SIZE),
    reviews=_rows,
    first=st.sampled_from([None, 2026]),
    moved=st.lists(st.tuples(st.integers(0, 225), st.booleans()), max_size=6, unique_by=lambda one: one[0]),
)
def test_every_figure_is_what_counting_by_hand_gives(pool, people, rolled_back, ways, reviews, first, moved):
    *experts, head, _clerk = people
    with rolled_back():
        for day, works in moved:
            date = datetime.date(2025, 11, 1) + datetime.timedelta(days=day)
            WorkingDayCorrection.objects.create(date=date, is_working=works)
        told_rows = [
            plain(way, at=datetime.datetime(2025 + place % 2, 1, 1, 3, tzinfo=HERE), actor=people[3 + place % 2])
            for place, way in enumerate(ways)
        ]
        proposals = pool.tell(told_rows)
        write(proposals, people, reviews)
        made = section(Scope(head, first_year=first, today=TODAY))
        assignments, opinions = list(Assignment.objects.all()), list(Opinion.objects.all())
        expected = {
            str(one.full_name): by_hand(
                proposals,
                [row for row in assignments if row.expert_id == one.pk],
                [row for row in opinions if row.expert_id == one.pk],
                first,
            )
            for one in experts
        }
        whole = by_hand(proposals, assignments, opinions, first)
        found = table(made, "experts")
        assert found == expected | {"In all": whole}
        assert [figure.value for figure in made.figures] == [whole[place] for place in (0, 1, 2, 4, 5)]

        taken = {}
        for step in StageChange.objects.exclude(action=Action.FILE).select_related("actor"):
            if first is None or timezone.localtime(step.at).year >= first:
                taken.setdefault(step.actor.full_name, Counter())[Action(step.action)] += 1
        lines = {name: [sum(done.values()), *(done[one] for one in WORK), 0] for name, done in taken.items()}
        if len(lines) > 1:
            lines["In all"] = [sum(column) for column in zip(*lines.values(), strict=True)]
        assert table(made, "steps") == lines

        own = section(Scope(experts[0], first_year=first, today=TODAY))
        seen = [row for row in assignments if row.expert_id == experts[0].pk]
        mine = [row for row in opinions if row.expert_id == experts[0].pk]
        # What stands in conflict is out of the expert's reach, in figures too.
        aside = set(Declaration.objects.filter(person=experts[0], has_conflict=True).values_list("proposal", flat=True))
        line = by_hand(
            proposals,
            [row for row in seen if row.proposal_id not in aside],
            [row for row in mine if row.proposal_id not in aside],
            first,
        )
        assert table(own, "experts") == {experts[0].full_name: line}
        assert table(own, "steps") == {}


def at(day, hour=12):
    return datetime.datetime(2026, 6, day, hour, tzinfo=HERE)


def test_an_expert_sees_one_line_and_nothing_of_other_sectors(pool, people):
    expert, other, _third, head, _clerk = people
    rows = pool.tell([plain((Action.TAKE_UP,)), plain((Action.TAKE_UP,), sector="health", actor=expert)])
    asked(rows[0], expert, at=at(1))
    before = section(Scope(expert, today=TODAY))
    assert table(before, "experts") == {expert.full_name: [1, 1, 0, 0, 0, None]}
    # Once asked about a sector that is not the expert's any more, and what others owe.
    asked(rows[1], expert, at=at(1))
    asked(rows[0], other, at=at(1))
    assert section(Scope(expert, today=TODAY)) == before
    assert table(section(Scope(head, today=TODAY)), "experts")["In all"][:2] == [3, 3]
    secretary = User.objects.get(pk=staff(Role.SECRETARY).pk)
    silent = section(Scope(secretary, today=TODAY))
    assert (silent.figures, [block.key for block in silent.blocks]) == ([], ["steps"])
    assert not silent.blocks[0].rows
    assert section(Scope(staff(Role.ADMINISTRATOR), today=TODAY)).figures == []


def test_the_link_of_an_expert_opens_what_waits_and_nobody_elses_for_an_expert(pool, people):
    expert, other, _third, head, _clerk = people
    rows = pool.tell([plain((Action.TAKE_UP,)), plain((Action.TAKE_UP,)), plain((Action.ASK,)), plain()])
    for row in rows:
        asked(row, expert, at=at(1))
        asked(row, other, at=at(1))
    Opinion.objects.create(proposal=rows[0], expert=expert, recommendation="for", text="Иә.", given_at=at(2))
    Declaration.objects.create(proposal=rows[1], person=expert, has_conflict=True, ground="family")
    links = linked(section(Scope(head, first_year=2026)))
    assert sorted(value for _address, value in links) == [1, 3]
    browser = Browser()
    browser.force_login(head)
    for address, value in links:
        assert browser.get(address).context_data["cl"].result_count == value, address
    ((own, value),) = linked(section(Scope(expert)))
    browser.force_login(expert)
    assert browser.get(own).context_data["cl"].result_count == value == 1
    (others,) = [address for address, _value in links if address != own]
    refused = browser.get(others)
    assert refused.context_data["cl"].result_count == 0
    assert other.full_name not in refused.text


def test_late_is_more_than_the_target_and_unknown_without_one(pool, people):
    expert, *_others, head, _clerk = people
    (row,) = pool.tell([plain((Action.TAKE_UP,))])
    # Early on Monday in Almaty, still Sunday in UTC.
    asked(row, expert, at=at(1, hour=1))
    target, day, days = target_days(Stage.REVIEW, TODAY), datetime.date(2026, 6, 1), []
    while len(days) <= target:
        day += datetime.timedelta(days=1)
        if working_days(day - datetime.timedelta(days=1), day):
            days.append(day)
    late = [table(section(Scope(head, today=one)), "experts")[expert.full_name][2] for one in days[-2:]]
    assert late == [0, 1]
    LegalParameter.objects.filter(code="target_days_review").delete()
    made = section(Scope(head, today=days[-1]))
    assert table(made, "experts")[expert.full_name][2] is made.figures[2].value is None


def test_five_queries_for_any_number_and_the_page_opens(pool, people, rolled_back):
    head = people[3]
    head.get_all_permissions()
    for count in (1, SIZE):
        with rolled_back():
            for row in pool.tell([plain((Action.TAKE_UP,), actor=head) for _ in range(count)]):
                asked(row, people[count % 3], at=at(1))
            with CaptureQueriesContext(connection) as counted:
                section(Scope(head, today=TODAY))
            assert len(counted) == 5
    client = Browser()
    client.force_login(head)
    address = reverse("admin:statistics_section", args=["workload"])
    client.get(address)
    with CaptureQueriesContext(connection) as counted:
        page = client.get(address)
    assert page.status_code == 200
    assert people[0].full_name in page.content.decode()
    assert len(counted) <= 12, "\n".join(one["sql"][:150] for one in counted)
    assert Proposal.objects.exclude(stage=Stage.DRAFT).count() == 0
