"""Pipeline and times of the head's figures: each equals what plain Python makes of the rows, over random histories."""

import datetime
from collections import Counter
from functools import partial
from math import ceil
from statistics import median
from zoneinfo import ZoneInfo

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from hypothesis import example, given, settings, strategies as st

from accounts.models import User
from accounts.roles import Role
from projects.queries.totals import Figures
from proposals.dashboard import pipeline, times
from proposals.dashboard.scope import Scope
from proposals.models import Application, Assignment, Declaration, ExpertSector, Proposal, StageChange
from proposals.queries.spells import Spells
from proposals.workflow import CLOSED_STAGES, LAWFUL_PAIRS, OPEN_STAGES, Stage
from reference.codelists import Channel
from reference.models import Sector, WorkingDayCorrection
from reference.queries import working_days
from reference.services import load_parameters
from tests import factories
from tests.promises.many_drafts import drafts_ready_to_file
from tests.proposals.applications import applicant, expert_of, proposal_at, staff
from tests.registry.pages import parse
from tests.registry.people import logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data", "in_english")]

HERE = ZoneInfo("Asia/Almaty")
TODAY = datetime.date(2026, 9, 25)
TARGETS = {"filed": 3, "clarification": 10, "review": 15, "supported": 10, "agenda": 20}
POOL = 14
MOST_QUERIES = 8
"""Of a section: one of them finds the first day, one the calendar; the person's rights come before."""

STEPS = {source: sorted(target for one, target in LAWFUL_PAIRS if one == source) for source in OPEN_STAGES}
GAPS = st.one_of(st.just(0), st.integers(0, 12), st.integers(10, 90))
TALES = st.lists(
    st.tuples(
        st.integers(0, 420),
        st.integers(0, 1439),
        st.sampled_from([None, 1, 900_000_000]),
        st.sampled_from(["education", "health"]),
        st.sampled_from([None, None, 0, 9]),
        st.lists(st.tuples(GAPS, st.integers(0, 3)), max_size=7),
        st.sampled_from([(), (0,), (0, 1), (1,)]),
        st.integers(0, 60),
    ),
    min_size=5,
    max_size=POOL,
)


@pytest.fixture
def world():
    """Drafts to tell histories about, experts, targets, and a free day that no calendar knows."""
    load_parameters()
    names = {f"name_{code}": "Көшірілген күн" for code in ("kk", "ru", "en")}
    for date, is_working in ((datetime.date(2026, 3, 12), False), (datetime.date(2026, 3, 14), True)):
        WorkingDayCorrection.objects.get_or_create(date=date, defaults={"is_working": is_working, **names})
    by = applicant()
    return by, drafts_ready_to_file(by, POOL), [expert_of(full_name=name) for name in ("Ақерке Үлгі", "Болат Үлгі")]


def tell(world, tales):
    """Write the histories as if they had happened; some of their steps are after today."""
    by, drafts, experts = world
    for place, (application, tale) in enumerate(zip(drafts, tales, strict=False)):
        ago, minute, cost, sector, paper, walk, assigned, waited = tale
        at = datetime.datetime.combine(TODAY, datetime.time(), HERE) - datetime.timedelta(days=ago)
        at += datetime.timedelta(minutes=minute)
        came = None if paper is None else at.astimezone(HERE).date() - datetime.timedelta(days=paper)
        Proposal.objects.filter(application=application).update(cost=cost, sector=sector)
        Application.objects.filter(pk=application.pk).update(
            channel=Channel.ONLINE if paper is None else Channel.PAPER, received_on=came, year=at.year,
            sequence=place + 1, filed_at=at, filed_by=by, consent_at=at, filed_copy={}, filed_sha256="0" * 64,
            initiator_type="sme", applicant_name="ЖШС",
        )  # fmt: skip
        row = Proposal.objects.get(application=application)
        steps, stage = [("draft", "filed", at)], "filed"
        for gap, turn in walk:
            if stage in CLOSED_STAGES:
                break
            at += datetime.timedelta(days=gap, minutes=7)
            target = STEPS[stage][turn % len(STEPS[stage])]
            steps.append((stage, target, at))
            stage = target
        facts = {"proposal": row, "action": "take_up", "actor": by, "channel": "admin"}
        StageChange.objects.bulk_create(
            StageChange(from_stage=source, to_stage=target, at=moment, **facts) for source, target, moment in steps
        )
        for _source, target, _moment in steps:
            project = {"project": factories.project()} if target == Stage.APPROVED else {}
            Proposal.objects.filter(pk=row.pk).update(stage=target, **project)
        assigned_at = steps[0][2] + datetime.timedelta(days=waited)
        for one in assigned:
            Assignment.objects.create(
                proposal=row, expert=experts[one], due_on=TODAY, assigned_by=by, assigned_at=assigned_at
            )


def day(moment):
    return moment.astimezone(HERE).date()


class Stay:
    """One stay, told by walking the rows."""

    def __init__(self, row, step, following):
        self.row, self.stage, self.entered = row, step.to_stage, day(step.at)
        self.left = day(following.at) if following else None
        self.went_to = following.to_stage if following else None
        came = row.application.received_on if step.from_stage == "draft" else None
        self.spent = working_days(came or self.entered, self.left or TODAY)
        self.is_measured = self.left is not None and self.went_to != "withdrawn"


def stays_of(proposals):
    """Return every stay at an open stage."""
    found = []
    for row in proposals:
        steps = [step for step in row.stage_changes.order_by("id") if day(step.at) <= TODAY]
        pairs = zip(steps, [*steps[1:], None], strict=True)
        found += [Stay(row, step, following) for step, following in pairs if step.to_stage in OPEN_STAGES]
    return found


def of_five(days):
    """Return count, median and ninth as they are promised."""
    if len(days) < 5:
        return [len(days), None, None]
    return [len(days), round(median(days)), sorted(days)[ceil(0.9 * len(days)) - 1]]


def values(block):
    return {row.label: [cell.value for cell in row.cells] for row in block.rows}


def asked(rows):
    """Return number and asked sum of these rows, unknown where no row names one."""
    known = [row.cost for row in rows if row.cost is not None]
    return [len(rows), sum(known) if known or not rows else None]


def blocks(section):
    return {block.key: block for block in section.blocks}


def expect_pipeline(section, proposals):
    stays, found = stays_of(proposals), blocks(section)
    here = [one for one in stays if one.left is None]
    stages, forecast = {}, {}
    for stage in OPEN_STAGES:
        these = [one for one in here if one.stage == stage]
        is_theirs = stage == Stage.CLARIFICATION
        overdue = 0 if is_theirs else sum(one.spent > TARGETS[stage] for one in these)
        label = str(stage.label)
        stages[label] = [*asked([one.row for one in these]), overdue, len(these) if is_theirs else 0]
        since = TODAY - datetime.timedelta(days=180)
        lately = [one.spent for one in stays if one.is_measured and one.stage == stage and one.left >= since]
        usual = of_five(lately)[1]
        ahead = [None if usual is None else sum(0 <= usual - one.spent <= n for one in these) for n in (5, 20)]
        longer = None if usual is None else sum(one.spent > usual for one in these)
        forecast[label] = [len(these), usual, *ahead, longer]
    rows = [one.row for one in here]
    waiting = sum(one.stage == "clarification" for one in here)
    overdue = sum(line[2] for line in stages.values())
    stages["Together"] = [*asked(rows), overdue, waiting]
    assert values(found["stages"]) == (stages if rows else {})
    assert values(found["forecast"]) == (forecast if rows else {})
    assert [figure.value for figure in section.figures[:4]] == [len(rows), asked(rows)[1], overdue, waiting]

    first, before = datetime.date(2026, 9, 1), datetime.date(2026, 8, 1)
    taken = {stage: ([], []) for stage in pipeline.MONTHLY}
    for row in proposals:
        for step in row.stage_changes.all():
            on = day(step.at)
            pair = (step.from_stage, step.to_stage)
            counts = step.to_stage in CLOSED_STAGES or pair in (("draft", "filed"), ("review", "supported"))
            if before <= on <= TODAY and counts:
                taken[step.to_stage][on < first].append(row)
    months = {str(stage.label): [*asked(now), *asked(then)] for stage, (now, then) in taken.items()}
    assert values(found["months"]) == (months if any(now or then for now, then in taken.values()) else {})
    assert section.figures[4].value == len(taken["filed"][0])
    assert section.figures[5].value == sum(len(taken[stage][0]) for stage in CLOSED_STAGES)


def expect_times(section, proposals, whose=None):
    """An expert (``whose``) finds the own line among the experts; all others of the chamber find everybody's."""
    stays, found = stays_of(proposals), blocks(section)
    over = [one for one in stays if one.is_measured]

    def at(stage, rows=over):
        return of_five([one.spent for one in rows if one.stage == stage])

    assert values(found["time-stages"]) == ({str(stage.label): at(stage) for stage in OPEN_STAGES} if over else {})
    for key, of, names in (
        ("time-sectors", "sector_id", {row.pk: str(row.name) for row in Sector.objects.all()}),
        ("time-channels", "channel", dict(Channel.choices)),
    ):
        lines = {}
        for code, name in names.items():
            rows = [one for one in over if code in (getattr(one.row, of, ""), one.row.application.channel)]
            if rows:
                measured = [at(stage, rows) for stage in OPEN_STAGES]
                lines[name] = [middle if count else "–" for count, middle, _ninth in measured]
        assert values(found[key]) == lines
    reviews = {}
    for one in over:
        for asked_for in one.row.assignments.all():
            if one.stage == "review" and day(asked_for.assigned_at) <= one.left:
                reviews.setdefault(asked_for.expert.full_name, []).append(one.spent)
    if whose is not None:
        reviews = {name: days for name, days in reviews.items() if name == whose}
    assert values(found["time-experts"]) == {name: of_five(days) for name, days in reviews.items()}

    theirs = sum(one.spent for one in stays if one.stage == "clarification")
    whole = sum(one.spent for one in stays)
    if whole:
        told = {label: cells[0] for label, cells in values(found["time-whose"]).items()}
        assert told == {"With the chamber": whole - theirs, "With the applicant": theirs, "Together": whole}
    assert bool(found["time-whose"].rows) == bool(whole)

    ends = [datetime.date(2026, month, 1) - datetime.timedelta(days=1) for month in range(1, 10)]
    ends = [datetime.date(2025, month, 1) - datetime.timedelta(days=1) for month in (10, 11, 12)] + ends + [TODAY]
    chart = []
    for stage in OPEN_STAGES:
        spans = [(one.entered, one.left) for one in stays if one.stage == stage]
        chart.append([sum(a <= end and (b is None or b > end) for a, b in spans) for end in ends])
    done = [one.left for one in stays if one.went_to in CLOSED_STAGES]
    gone = [sum(ends[0] < day <= end for day in done) for end in ends]
    assert [list(one.values) for one in found["time-flow"].chart.series] == [gone, *chart]
    stood = [[*column, sum(column), out] for *column, out in zip(*chart, gone, strict=True)]
    assert list(values(found["time-flow"]).values()) == (stood if any(map(sum, stood)) else [])


def scope(user, **facts):
    return Scope(user, **{"today": TODAY, **facts})


RICH = [
    (200 + turn, 600, 5, ("education", "health")[turn % 2], (None, 9)[turn % 3 == 0], walk, (turn % 2,), 0)
    for turn, walk in enumerate([[(turn, 2), (9 + turn, 2), (3, 0), (40 + 3 * turn, turn)] for turn in range(POOL)])
]
"""Enough of everything that medians are known."""
RICH[0] = (25, 600, 5, "health", None, [(1, 2), (2, 2), (3, 0), (5, 2)], (0,), 3)
"""Postponed this month, and an expert assigned on the last day of the review."""


@given(TALES)
@example(RICH)
@settings(max_examples=12)
def test_every_figure_is_what_plain_python_makes_of_the_rows(world, rolled_back, tales):
    head = staff_once(Role.HEAD)
    with rolled_back():
        tell(world, tales)
        filed = Proposal.objects.exclude(stage="draft").select_related("application")
        rows = Spells(filed, TODAY).ask("SELECT proposal_id, stage, entered_on, left_on, went_to, spent FROM spells")
        told = [(one.row.pk, one.stage, one.entered, one.left, one.went_to, one.spent) for one in stays_of(filed)]
        assert Counter(rows) == Counter(told)
        for make, expect in ((pipeline.section, expect_pipeline), (times.section, expect_times)):
            expect(make(scope(head)), list(filed))
            chosen = filed.filter(sector="health", application__year=2026)
            expect(make(scope(head, sector=Sector.objects.get(pk="health"), first_year=2026)), list(chosen))


def test_the_forecast_counts_its_first_and_last_day_and_says_nothing_without_a_usual_time():
    by_days = {days: Figures(1) for days in (4, 5, 10, 11)}
    known, unknown = (pipeline.Standing("review", by_days, 10, usual) for usual in (10, None))
    assert (known.leaving(5), known.leaving(20), known.longer_than(10), known.overdue) == (2, 3, 1, 1)
    assert unknown.leaving(5) is None


def staff_once(role):
    return User.objects.filter(groups__name=role).first() or staff(role)


WALK = [(4, 2), (9, 2), (3, 0)]
TOLD = [(100 + turn, 600, 5, ("education", "health")[turn % 2], None, WALK, (0,), 0) for turn in range(POOL)]


def test_an_expert_reads_figures_of_own_sectors_without_conflicts_and_nobody_else_any(world):
    tell(world, TOLD)
    expert = world[2][0]
    sections = (pipeline.section, expect_pipeline), (times.section, partial(expect_times, whose=expert.full_name))
    for make, expect in sections:
        own = Proposal.objects.exclude(stage="draft").filter(sector="education").select_related("application")
        assert own.count() == POOL // 2
        expect(make(scope(expert)), list(own))
        health = Sector.objects.get(pk="health")
        expect(make(scope(expert, sector=health)), [])
    for make in (pipeline.section, times.section):
        assert not [row for block in make(scope(factories.user())).blocks for row in block.rows]
    conflict = own.first()
    Declaration.objects.create(proposal=conflict, person=expert, has_conflict=True, ground="family")
    for make, expect in sections:
        expect(make(scope(expert)), list(own.exclude(pk=conflict.pk)))
    ExpertSector.objects.create(expert=expert, sector=health)
    expect_pipeline(
        pipeline.section(scope(expert)),
        list(Proposal.objects.exclude(stage="draft").exclude(pk=conflict.pk).select_related("application")),
    )


@pytest.mark.parametrize("make", [pipeline.section, times.section])
def test_the_number_of_queries_is_the_same_for_any_number_of_rows(world, rolled_back, make):
    head, counts = staff(Role.HEAD), []
    ContentType.objects.clear_cache()
    for tales in (TOLD[:2], TOLD):
        with rolled_back():
            tell(world, tales)
            asked_by = scope(head)
            asked_by.proposals()
            with CaptureQueriesContext(connection) as captured:
                make(asked_by)
            counts.append(len(captured))
    assert counts[0] == counts[1] <= MOST_QUERIES


def test_every_address_opens_as_many_rows_as_its_figure_says():
    for stage in ("filed", "clarification", "review", "review", "refused"):
        proposal_at(stage)
    browser = logged_in(Role.HEAD.value)
    with translation.override("en"):
        year = timezone.localdate().year
        of_one_kind = {"sector": Sector.objects.get(pk="education"), "initiator_type": "sme"}
        for facts in ({}, of_one_kind, {"first_year": year}, {"first_year": year - 1, "last_year": year}):
            made = pipeline.section(Scope(browser.user, **facts))
            opened = {figure.address: figure.value for figure in made.figures if figure.address}
            for block in made.blocks:
                opened |= {cell.address: cell.value for row in block.rows for cell in row.cells if cell.address}
            assert sorted(opened.values()) == [0, 0, 1, 1, 2]
            for address, number in opened.items():
                table = parse(browser.get(address)).all("table", id="result_list")
                assert (len(table[0].one("tbody").all("tr")) if table else 0) == number, address
    tomorrow = pipeline.section(Scope(browser.user, today=timezone.localdate() + datetime.timedelta(days=1)))
    assert not any(figure.address for figure in tomorrow.figures)
