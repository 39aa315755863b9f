"""The history of a proposal as a story: steps, requests, opinions, assignments, conflicts, readings, by time."""

import datetime
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _, ngettext

from proposals.models import Clarification, PaperReading, Proposal, StageChange
from proposals.workflow import Action

SEE_OPINIONS = "proposals.view_opinion"


@dataclass(frozen=True)
class Event:
    """One line: who did what when, and the words that were written with it. ``stage`` is set by steps only."""

    at: datetime.datetime
    who: str
    what: str
    note: str = ""
    stage: str = ""


def story(proposal: Proposal, user: Any) -> list[Event]:
    """Return what happened to a proposal, oldest first, as far as the person may know it."""
    events = [*_steps(proposal), *_experts(proposal), *_conflicts(proposal)]
    if user.has_perm(SEE_OPINIONS):
        events += _opinions(proposal)
    if user.has_perm("proposals.view_paper"):
        events += _readings(proposal)
    return sorted(events, key=lambda event: event.at)


def _steps(proposal: Proposal) -> list[Event]:
    requests = list(proposal.clarifications.order_by("number"))
    refusal = getattr(proposal, "refusal", None)
    events, asked = [], 0
    for step in proposal.stage_changes.select_related("actor").order_by("id"):
        note = step.note
        if step.action == Action.ASK and asked < len(requests):
            note, asked = _request(requests[asked]), asked + 1
        elif step.action == Action.ANSWER and asked:
            note = requests[asked - 1].answer
        elif refusal and refusal.change_id == step.pk:
            note = "\n".join([*(f"– {reason.name}" for reason in refusal.reasons.all()), "", step.note])
        events.append(_step(step, note))
    return events


def _step(step: StageChange, note: str) -> Event:
    who = f"{step.actor} · {step.get_channel_display()}"
    return Event(step.at, who, str(step.get_action_display()), note, str(step.get_to_stage_display()))


def _request(request: Clarification) -> str:
    return f"№ {request.number} · {request.get_kind_display()}\n{request.text}"


def _experts(proposal: Proposal) -> list[Event]:
    rows = proposal.assignments.select_related("expert", "assigned_by")
    what = _("Assigned an expert")
    return [Event(row.assigned_at, str(row.assigned_by), what, str(row.expert)) for row in rows]


def _conflicts(proposal: Proposal) -> list[Event]:
    """Return the conflicts; that somebody has none is no event for others. The explanation stays with the record."""
    rows = proposal.declarations.filter(has_conflict=True).select_related("person")
    what = _("Declared a conflict of interest")
    return [Event(row.at, str(row.person), what, str(row.get_ground_display())) for row in rows]


def _opinions(proposal: Proposal) -> list[Event]:
    rows = proposal.opinions.filter(given_at__isnull=False).select_related("expert")
    what = _("Gave an opinion")
    told = [(row.given_at, str(row.expert), str(row.get_recommendation_display())) for row in rows]
    return [Event(at, who, what, note) for at, who, note in told if at]


def _readings(proposal: Proposal) -> list[Event]:
    """Return one line for what one person took on one day: the days count, not the clicks."""
    rows = PaperReading.objects.filter(paper__proposal=proposal).select_related("reader", "paper").order_by("id")
    sorted_rows = sorted(rows, key=lambda row: (row.reader_id, timezone.localdate(row.at), row.pk))
    events = []
    for _key, group in groupby(sorted_rows, key=lambda row: (row.reader_id, timezone.localdate(row.at))):
        taken = list(group)
        names = list(dict.fromkeys(row.paper.original_name for row in taken))
        what = ngettext("Took %(count)d paper to read", "Took %(count)d papers to read", len(names))
        events.append(Event(taken[0].at, str(taken[0].reader), what % {"count": len(names)}, ", ".join(names)))
    return events
