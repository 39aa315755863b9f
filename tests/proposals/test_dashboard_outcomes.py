"""Outcomes equal a count by hand over random histories; an expert's figures do not move with another sector."""

from collections import Counter, defaultdict
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given, settings, strategies as st

from accounts.models import User
from accounts.roles import Role
from proposals.dashboard.blocks import Kind
from proposals.dashboard.outcomes import section
from proposals.dashboard.scope import Scope
from proposals.models import Proposal
from proposals.models.proposal import PreparationPayer
from proposals.services.review import declare
from proposals.workflow import Action
from reference.codelists import CapacityUnit, InitiatorType
from reference.models import Sector
from tests.proposals.applications import applicant, expert_of, staff
from tests.proposals.judged import Pool, stories
from tests.proposals.sections import block_of, linked, subs, table
from tests.registry.people import Browser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data", "in_english")]

SIZE = 12


@pytest.fixture
def pool():
    return Pool(applicant(), SIZE)


def someone(role=Role.HEAD):
    return User.objects.get(pk=staff(role).pk)


def share(part, whole):
    if not whole:
        return "–"
    if whole < 5:
        return None
    return (Decimal(100 * part) / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def rates(rows):
    """Return the line of these proposals, counted one by one."""
    done = [{step.action for step in row.stage_changes.all()} for row in rows]
    refused = sum(Action.REFUSE in steps for steps in done)
    supported = sum(Action.SUPPORT in steps and Action.REFUSE not in steps for steps in done)
    approved, declined = (sum(action in steps for steps in done) for action in (Action.APPROVE, Action.DECLINE))
    withdrawn = sum(Action.WITHDRAW in steps for steps in done)
    judged, voted = supported + refused, approved + declined
    shares = [share(supported, judged), share(refused, judged)]
    return [len(rows), supported, refused, *shares, approved, declined, share(approved, voted), withdrawn]


def told_apart(rows, label):
    parts = defaultdict(list)
    for row in rows:
        parts[label(row)].append(row)
    found = {key: rates(part) for key, part in parts.items()}
    return found | {"In all": rates(rows)} if len(found) > 1 else found


def size_of(row):
    application = row.application
    if application.initiator_type == "large_business":
        return "Large"
    return application.initiator_size.title() if application.initiator_size else "No enterprise"


def cost(rows):
    said = sorted(row.preparation_cost for row in rows if row.preparation_cost is not None)
    if not said:
        return [len(rows), 0, None, None, None]
    nearest = [int(Fraction(value) + Fraction(1, 2)) for value in (Fraction(sum(said), len(said)), _middle(said))]
    return [len(rows), len(said), sum(said), *nearest]


def _middle(said):
    half = len(said) // 2
    return Fraction(said[half]) if len(said) % 2 else Fraction(said[half - 1] + said[half], 2)


def ends(rows, value):
    """Return what is promised, in all and by end, as the columns say it."""

    def end(row):
        done = {step.action for step in row.stage_changes.all()}
        for action, name in (
            (Action.APPROVE, "approved"),
            (Action.DECLINE, "declined"),
            (Action.REFUSE, "refused"),
            (Action.WITHDRAW, "withdrawn"),
            (Action.SUPPORT, "supported"),
        ):
            if action in done:
                return name
        return "open"

    def added(part):
        known = [value(row) for row in part if value(row) is not None]
        return None if part and not known else sum(known)

    order = ("open", "supported", "approved", "declined", "refused", "withdrawn")
    return [added(rows), *(added([row for row in rows if end(row) == name]) for name in order)]


@settings(max_examples=15, deadline=None)
@given(told=st.lists(stories, min_size=1, max_size=SIZE), first=st.sampled_from([None, 2025]))
def test_every_figure_is_what_counting_by_hand_gives(pool, rolled_back, told, first):
    head = someone()
    with rolled_back():
        pool.tell(told)
        made = section(Scope(head, first_year=first))
        rows = [
            row
            for row in Proposal.objects.exclude(stage="draft").select_related("application", "sector")
            if first is None or row.application.year >= first
        ]
        assert [figure.value for figure in made.figures[:2]] == [len(rows), sum(rates(rows)[1:3])]
        assert [figure.value for figure in made.figures[2:7]] == [rates(rows)[place] for place in (1, 2, 5, 6, 8)]
        assert made.figures[7].value == (cost(rows)[2] if rows else 0)
        assert table(made, "by-sector") == told_apart(rows, lambda row: str(row.sector))
        kind = lambda row: str(InitiatorType(row.application.initiator_type).label)  # noqa: E731
        assert table(made, "by-initiator") == told_apart(rows, kind)
        assert table(made, "by-size") == told_apart(rows, size_of)

        named = [list(row.refusal.reasons.all()) for row in rows if hasattr(row, "refusal")]
        counted = Counter(str(one.name) for some in named for one in some)
        of = sum(bool(some) for some in named)
        assert table(made, "reasons") == {name: [count, share(count, of)] for name, count in counted.items()}
        order = [row.cells[0].value for row in block_of(made, "reasons").rows]
        assert order == sorted(order, reverse=True)

        payers = defaultdict(list)
        for row in rows:
            code = row.preparation_paid_by
            payers[str(PreparationPayer(code).label) if code else "Payer not stated"].append(row)
        paid = {label: cost(part) for label, part in payers.items()}
        assert table(made, "preparation") == (paid | {"In all": cost(rows)} if len(paid) > 1 else paid)

        units = {"Jobs": ends(rows, lambda row: row.jobs)} if rows else {}
        for unit in {row.capacity_unit for row in rows} - {""}:
            part = [row for row in rows if row.capacity_unit == unit]
            units[str(CapacityUnit(unit).label)] = ends(part, lambda row: row.capacity)
        assert table(made, "promises") == units
        assert all(row.bar is None or 0 <= row.bar <= 100 for block in made.blocks for row in block.rows)


TOLD = {
    "year": 2025,
    "way": (Action.REFUSE,),
    "sector_id": "education",
    "who": ("sme", "small"),
    "preparation_cost": 5_000_000,
    "preparation_paid_by": "own",
    "jobs": 10,
    "places": ("places", 280),
    "reasons": [0],
}


def told(**facts):
    return {**TOLD, **facts}


def test_shares_name_their_whole_and_small_wholes_have_none(pool):
    pool.tell([told(), told(), told(), told(way=(Action.TAKE_UP, Action.SUPPORT))])
    head = someone()
    assert table(section(Scope(head)), "by-sector")["Education"][3:5] == [None, None]
    assert subs(section(Scope(head)), "by-sector")["Education"][3] == "of 4 judged by the chamber"
    assert table(section(Scope(head)), "by-sector")["Education"][7] == "–"
    assert subs(section(Scope(head)), "by-sector")["Education"][7] == ""
    assert section(Scope(head)).figures[3].sub == "of 4 judged by the chamber"


def test_five_judged_have_a_share(pool):
    pool.tell([told(), told(reasons=[0, 1]), told(reasons=[]), told(), told(way=(Action.TAKE_UP, Action.SUPPORT))])
    made = section(Scope(someone()))
    assert table(made, "by-sector")["Education"][3:5] == [Decimal("20.0"), Decimal("80.0")]
    assert made.figures[3].sub == "80\xa0% of 5 judged by the chamber"
    assert [row[1] for row in table(made, "reasons").values()] == [None, None]
    assert subs(made, "reasons").popitem()[1][1] == "of 3 refusals"


def test_an_experts_figures_do_not_move_with_another_sector_or_a_conflict(pool):
    rows = pool.tell([told(), told(way=(Action.WITHDRAW,), jobs=3)])
    expert = User.objects.get(pk=expert_of("education").pk)
    head = someone()
    before, whole = section(Scope(expert)), section(Scope(head))
    assert before.figures[0].value == 2
    pool.drafts = pool.drafts[2:]
    pool.projects = pool.projects[2:]
    others = [
        told(sector_id="health", preparation_cost=77, reasons=[2], jobs=99, places=("beds", 5), year=2024),
        told(sector_id="health", who=("large_business", ""), way=(Action.TAKE_UP, Action.SUPPORT), year=2024),
    ]
    pool.tell(others)
    assert section(Scope(expert)) == before
    assert section(Scope(expert, sector=Sector.objects.get(pk="health"))).figures[0].value == 0
    assert section(Scope(head)) != whole
    declare(rows[1], by=expert, has_conflict=True, ground="family")
    assert section(Scope(expert)).figures[0].value == 1
    assert section(Scope(staff(Role.ADMINISTRATOR))).figures[0].value == 0


@pytest.mark.parametrize(
    "period", [{}, {"first_year": 2025}, {"last_year": 2024}, {"first_year": 2024, "last_year": 2025}]
)
def test_links_open_as_many_rows_as_the_figure_says(pool, rolled_back, period):
    told_rows = [
        told(way=(Action.WITHDRAW,)),
        told(way=(Action.TAKE_UP, Action.SUPPORT, Action.TABLE, Action.APPROVE), sector_id="health"),
        told(who=("large_business", "")),
        told(way=(Action.TAKE_UP, Action.SUPPORT, Action.TABLE, Action.DECLINE), year=2024),
        told(way=(Action.TAKE_UP, Action.SUPPORT, Action.REFUSE), year=2024),
        told(way=(Action.TAKE_UP, Action.SUPPORT, Action.WITHDRAW), year=2024),
        told(),
    ]
    client, head = Browser(), someone()
    client.force_login(head)
    # No resolution approved these: the database would say so at the end of the transaction.
    with rolled_back():
        pool.tell(told_rows)
        made = section(Scope(head, **period))
        counts = [figure for figure in made.figures if figure.kind == Kind.NUMBER]
        assert not any(figure.value for figure in counts if not figure.address)
        links = linked(made)
        assert len(links) > 8
        for address, value in links:
            assert client.get(address).context_data["cl"].result_count == value, address


def test_five_queries_for_any_number(pool, rolled_back):
    head = someone()
    head.get_all_permissions()
    for count in (1, SIZE):
        with rolled_back():
            pool.tell([told(who=("association", "")) if place % 2 else told() for place in range(count)])
            with CaptureQueriesContext(
                connection,
            ) as asked:
                section(Scope(head))
            assert len(asked) == 5


def test_the_page_opens_in_a_bounded_number_of_queries(pool):
    pool.tell([told()])
    client = Browser()
    client.force_login(someone())
    address = reverse("admin:statistics_section", args=["outcomes"])
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        page = client.get(address)
    assert page.status_code == 200
    assert len(asked) <= 12, "\n".join(one["sql"][:150] for one in asked)
