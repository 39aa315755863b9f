"""What an expert learns from sums: nothing of a file before opening it, of another's days, or of one set aside."""

import datetime

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from proposals.dashboard import outcomes, times
from proposals.dashboard.scope import Scope
from proposals.documents.monthly_report import monthly_report
from proposals.models import Assignment
from proposals.services.review import declare
from proposals.workflow import Action
from tests.proposals.applications import applicant, expert_of, staff
from tests.proposals.judged import HERE, Pool
from tests.registry.people import Browser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data", "in_english")]

TOLD = {
    "year": 2025,
    "way": (Action.TAKE_UP, Action.REFUSE),
    "sector_id": "education",
    "who": ("sme", "micro"),
    "preparation_cost": 4_200_001,
    "preparation_paid_by": "consultant",
    "jobs": 64,
    "places": ("places", 281),
    "reasons": [1],
}
SECRETS = ("4200001", "64", "281")
OF_FILES = ("reasons", "preparation", "promises")


@pytest.fixture
def pool():
    return Pool(applicant(), 6)


def fresh(person):
    return User.objects.get(pk=person.pk)


def told(made):
    """Return every value and note of a section as one text."""
    cells = [cell for block in made.blocks for row in block.rows for cell in row.cells]
    return " ".join(f"{one.value} {one.sub}" for one in [*made.figures, *cells]).split()


def blocks(made):
    return {block.key: block for block in made.blocks}


def test_sums_tell_nothing_of_a_file_that_an_expert_has_not_opened(pool):
    """A filter can leave one proposal: then its sums are that file, which is shut until interests are declared."""
    (row,) = pool.tell([TOLD])
    expert = fresh(expert_of("education"))
    shut = outcomes.section(Scope(expert))
    assert not set(SECRETS) & set(told(shut))
    assert [blocks(shut)[key].rows for key in OF_FILES] == [[], [], []]
    assert "read" in blocks(shut)["preparation"].empty
    assert {figure.label: figure.value for figure in shut.figures}["Cost of preparation"] is None
    assert {figure.label: figure.value for figure in shut.figures}["Refused by the chamber"] == 1
    declare(row, by=expert, has_conflict=False)
    opened = outcomes.section(Scope(fresh(expert)))
    assert set(SECRETS) <= set(told(opened))
    assert all(blocks(opened)[key].rows for key in OF_FILES)
    assert "declared" in blocks(opened)["preparation"].how


def test_a_conflict_declared_later_takes_nothing_from_sums_but_what_was_counted(pool):
    """Before and after the declaration the sums are the same: their difference would be the file."""
    first, second = pool.tell([TOLD, {**TOLD, "preparation_cost": 9}])
    expert = fresh(expert_of("education"))
    declare(second, by=expert, has_conflict=False)
    before = outcomes.section(Scope(fresh(expert)))
    declare(first, by=expert, has_conflict=True, ground="family")
    after = outcomes.section(Scope(fresh(expert)))
    assert [blocks(before)[key].rows for key in OF_FILES] == [blocks(after)[key].rows for key in OF_FILES]
    assert before.figures[0].value - after.figures[0].value == 1


@pytest.mark.parametrize("role", [Role.HEAD, Role.CLERK, Role.AUDITOR])
def test_who_sees_every_sector_has_the_sums_of_all_files(pool, role):
    pool.tell([TOLD])
    assert set(SECRETS) <= set(told(outcomes.section(Scope(fresh(staff(role))))))


def test_an_expert_costs_one_query_more(pool):
    expert = fresh(expert_of("education"))
    expert.get_all_permissions()
    for count in (1, 3):
        with transaction.atomic():
            pool.tell([TOLD] * count)
            with CaptureQueriesContext(connection) as made:
                outcomes.section(Scope(expert))
            assert len(made) == 6
            transaction.set_rollback(True)


def test_an_expert_sees_the_own_times_and_nobody_elses(pool):
    rows = pool.tell([{**TOLD, "at": datetime.datetime(2025, 3, 3, 10, tzinfo=HERE)}])
    expert, other = (fresh(expert_of("education", full_name=name)) for name in ("Сарапшы Бір", "Сарапшы Екі"))
    for one in (expert, other):
        at = datetime.datetime(2025, 3, 3, 11, tzinfo=HERE)
        Assignment.objects.create(proposal=rows[0], expert=one, due_on=at, assigned_by=one, assigned_at=at)

    def names(person):
        found = blocks(times.section(Scope(fresh(person)))).get("time-experts")
        return None if found is None else [row.label for row in found.rows]

    assert names(expert) == ["Сарапшы Бір"]
    assert names(staff(Role.HEAD)) == ["Сарапшы Бір", "Сарапшы Екі"]
    assert names(staff(Role.SECRETARY)) is None


def test_the_head_is_told_that_what_is_set_aside_is_not_counted(pool):
    """The report speaks for the chamber: it must not be short of a proposal without saying so."""
    (row,) = pool.tell([TOLD])
    head = fresh(staff(Role.HEAD, language="en"))
    browser = Browser()
    browser.force_login(head)
    words = "conflict of interest are not counted"
    now = datetime.datetime(2026, 11, 22, 12, tzinfo=HERE)

    def facts():
        return " ".join(text for _label, text in monthly_report(Scope(fresh(head)), "en", made_at=now, pages=[]).facts)

    page = reverse("admin:statistics_section", args=["outcomes"])
    assert words in browser.get(page).text
    assert words not in facts()
    declare(row, by=head, has_conflict=True, ground="family")
    assert words in browser.get(page).text
    assert words in facts()
    for other in (expert_of("education", language="en"), staff(Role.CLERK, language="en")):
        browser.force_login(other)
        assert words not in browser.get(page).text
