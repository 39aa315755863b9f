"""The agenda of a session: what is put on it, in which order, for how much, and what is taken off before the vote."""

import datetime
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from projects.models import Maslikhat, Project
from proposals import notifications
from proposals.models import (
    AgendaItem,
    DraftResolution,
    DraftState,
    ItemDecision,
    ItemPayment,
    Outcome,
    Proposal,
    Session,
)
from proposals.models.draft_resolution import OPEN_STATES
from proposals.models.session import LINE
from proposals.models.stage_change import StepChannel
from proposals.queries.review import TABLE
from proposals.services.moves import move
from proposals.workflow import Action, Stage
from reference.codelists import InitiatorType, ProjectStatus
from reference.models import Territory


class ItemChanged(Exception):
    """Somebody changed the item since the page was opened; its argument is the item as it stands."""


_ROWS = {"session", "proposal", "project", "sector", "territory", "added_by"}
"""Columns that point at rows which are on file for certain: nobody asks the database for them once more."""


def fingerprint(item: AgendaItem) -> str:
    """Return a short sign of what stands in an item; a form remembers it, so that nobody writes over a newer state."""
    payments = [(row.year, row.amount) for row in item.payments.order_by("year")]
    columns = [AgendaItem._meta.get_field(name).attname for name in LINE]  # type: ignore[union-attr]
    stands = repr(([str(getattr(item, name)) for name in columns], payments))
    return hashlib.sha256(stands.encode()).hexdigest()[:16]


def locked_session(session: Session) -> Session:
    """Lock the session, so that agenda and state do not change under whoever looks at both."""
    return Session.objects.select_for_update(of=("self",)).select_related("maslikhat").get(pk=session.pk)


def _agenda_of(session: Session, by: Any) -> Session:
    """Lock the session and refuse whoever may not change its agenda, or a session whose agenda is closed."""
    if not (by.is_staff and by.has_perm(TABLE)):
        raise PermissionDenied
    row = locked_session(session)
    if not row.takes_items:
        raise ValidationError(_("The session is held or cancelled: its agenda is closed."))
    return row


def open_items(session: Session) -> list[AgendaItem]:
    """Return the items that nothing is decided about yet, in the order of the agenda."""
    return list(session.items.filter(outcome="").select_related("proposal", "project").order_by("position"))


def lock_items(keys: Iterable[int]) -> None:
    """Lock items and their proposals, in the order of their keys, before the first turn is waited for."""
    items = list(keys)
    list(AgendaItem.objects.select_for_update(of=("self",)).filter(pk__in=items).order_by("pk").values_list("pk"))
    proposals = Proposal.objects.filter(agenda_items__in=items)
    list(Proposal.objects.select_for_update(of=("self",)).filter(pk__in=proposals).order_by("pk").values_list("pk"))


def _places(session: Session) -> int:
    return int(session.items.aggregate(last=Max("position"))["last"] or 0)


def refuse_elsewhere(maslikhat: Maslikhat, territory: Territory) -> None:
    """Refuse what lies outside a maslikhat's city or region and its districts; raise ValidationError."""
    if maslikhat.territory_id not in (territory.pk, territory.parent_id):
        raise ValidationError(
            {
                "territory": _("%(place)s is not of %(maslikhat)s: another maslikhat decides there.")
                % {"place": territory.name, "maslikhat": maslikhat.name}
            }
        )


def _stored(item: AgendaItem) -> AgendaItem:
    refuse_elsewhere(item.session.maslikhat, item.territory)
    item.full_clean(exclude=_ROWS)
    item.save(force_insert=True)
    return item


@transaction.atomic
def put_proposals(
    session: Session,
    proposals: Iterable[Proposal],
    *,
    by: Any,
    site: str,
    channel: str = StepChannel.ADMIN,
    at: datetime.datetime | None = None,
) -> list[AgendaItem]:
    """Put supported proposals on the agenda, in the order given and all or none; tell the applicants.

    Raises PermissionDenied, StepNotAllowed (not supported any more), ValidationError (session closed).
    """
    row = _agenda_of(session, by)
    wanted = list(proposals)
    # All rows before the first step: the chain of steps is a turn that must not be held while waiting for a row.
    known = {
        proposal.pk: proposal
        for proposal in Proposal.objects.select_for_update(of=("self",))
        .filter(pk__in=[proposal.pk for proposal in wanted])
        .order_by("pk")
        .select_related("application__organisation", "sector", "territory")
    }
    items = []
    for place, key in enumerate((proposal.pk for proposal in wanted), start=_places(row) + 1):
        change = move(known[key], Action.TABLE, by=by, channel=channel, at=at)
        items.append(_stored(_item_of(known[key], row, place, by)))
        notifications.tabled(change.proposal, session=row, by=by, site=site)
    return items


def _item_of(proposal: Proposal, session: Session, place: int, by: Any) -> AgendaItem:
    # What the applicant wrote in one box stands in one language; nobody guesses the other.
    language = "kk" if proposal.application.language == "kk" else "ru"
    written = {f"place_{language}": proposal.place, f"state_partner_{language}": proposal.state_partner}
    return AgendaItem(
        session=session,
        position=place,
        proposal=proposal,
        title_kk=proposal.title_kk,
        title_ru=proposal.title_ru,
        sector=proposal.sector,
        territory=proposal.territory,
        initiator_type=proposal.application.initiator_type or InitiatorType.UNKNOWN,
        contract_type=proposal.contract_type,
        term_years=proposal.term_years,
        asked_sum=proposal.cost,
        recommended_sum=proposal.cost,
        added_by=by,
        **written,
    )


@transaction.atomic
def put_project(session: Session, project: Project, *, by: Any) -> AgendaItem:
    """Put a project of the register that rests on no resolution on the agenda.

    Raises PermissionDenied, ValidationError (already approved by a resolution, already on an agenda).
    """
    row = _agenda_of(session, by)
    known = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    if known.resolution_id or known.status == ProjectStatus.EXCLUDED:
        raise ValidationError(
            _("Project No. %(number)s already rests on a resolution. Leave it out.") % {"number": known.number}
        )
    if AgendaItem.objects.filter(project=known, outcome="").exists():
        raise ValidationError(_("This project already stands on an agenda."))
    item = AgendaItem(
        session=row,
        position=_places(row) + 1,
        project=known,
        **{name: getattr(known, name) for name in LINE if not name.endswith("_sum")},
        asked_sum=known.asked_sum if known.asked_sum is not None else known.cost,
        recommended_sum=known.cost,
        added_by=by,
    )
    if not (item.title_kk or item.title_ru):
        item.title_ru = known.title_en
    return _stored(item)


@transaction.atomic
def put_state_project(
    session: Session, *, by: Any, payments: Mapping[int, int] | None = None, **facts: Any
) -> AgendaItem:
    """Put a project on the agenda that never was a proposal; ``facts`` are columns of the item.

    ``payments`` are state obligations by year in whole tenge. Raises PermissionDenied, ValidationError.
    """
    row = _agenda_of(session, by)
    facts.setdefault("recommended_sum", facts.get("asked_sum"))
    item = _stored(AgendaItem(session=row, position=_places(row) + 1, added_by=by, **facts))
    _pay(item, payments or {})
    return item


def _pay(item: AgendaItem, payments: Mapping[int, int]) -> None:
    for year, amount in sorted(payments.items()):
        payment = ItemPayment(item=item, year=year, amount=amount)
        payment.full_clean(exclude={"item"})
        payment.save(force_insert=True)


@transaction.atomic
def reorder(session: Session, keys: Sequence[int], *, by: Any, seen: Sequence[int] | None = None) -> None:
    """Give the open items this order; ``seen`` is the order on the page the person acted from.

    Raises PermissionDenied, ValidationError when the agenda changed meanwhile.
    """
    row = _agenda_of(session, by)
    items = {item.pk: item for item in open_items(row)}
    if sorted(keys) != sorted(items) or (seen is not None and list(seen) != list(items)):
        raise ValidationError(_("The agenda has changed since you opened the page. Order it again."))
    places = sorted(item.position for item in items.values())
    for key, place in zip(keys, places, strict=True):
        AgendaItem.objects.filter(pk=key).update(position=place)


@transaction.atomic
def change_item(
    item: AgendaItem, *, by: Any, seen: str = "", payments: Mapping[int, int] | None = None, **facts: Any
) -> AgendaItem:
    """Change what the list would say of an open item: titles, place, state body, sums, term.

    ``seen`` is the fingerprint on the page the person acted from; ``payments``, when given, replace the item's own
    payments by year. Raises PermissionDenied, ItemChanged, ValidationError (decided, agenda closed, a filed
    proposal's payments).
    """
    _agenda_of(item.session, by)
    row = AgendaItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if row.outcome:
        raise ValidationError(_("This item is decided and is not changed any more."))
    if seen and seen != fingerprint(row):
        raise ItemChanged(row)
    for name, value in facts.items():
        setattr(row, name, value)
    refuse_elsewhere(item.session.maslikhat, row.territory)
    row.full_clean(exclude=_ROWS)
    row.save(update_fields=list(facts))
    if payments is not None:
        if row.proposal_id:
            raise ValidationError(_("The payments of a proposal stand as the applicant filed them."))
        row.payments.all().delete()
        _pay(row, payments)
    return row


@transaction.atomic
def take_off(item: AgendaItem, *, by: Any, note: str, site: str, at: datetime.datetime | None = None) -> AgendaItem:
    """Take an item off the agenda before the vote; a proposal is supported again and its applicant is told why.

    One that the applicant has withdrawn meanwhile stays withdrawn.

    Raises PermissionDenied, ValidationError (no reason, agenda closed, decided by a resolution being recorded).
    """
    _agenda_of(item.session, by)
    row = AgendaItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if row.outcome:
        raise ValidationError(_("This item is decided and is not changed any more."))
    if not note.strip():
        raise ValidationError({"note": _("Say why: the applicant reads it.")})
    if ItemDecision.objects.filter(item=row, draft__state__in=OPEN_STATES).exists():
        raise ValidationError(_("A resolution about this item is being recorded. Take it out there first."))
    proposal = row.proposal
    if proposal is not None:
        proposal = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    if proposal is not None and proposal.stage == Stage.AGENDA:
        change = move(proposal, Action.POSTPONE, by=by, channel=StepChannel.ADMIN, note=note, at=at)
        notifications.postponed(change.proposal, by=by, note=note, site=site)
    row.outcome, row.note = Outcome.REMOVED, note
    row.full_clean(exclude=_ROWS, validate_constraints=False)
    row.save(update_fields=["outcome", "note"])
    return row


def hold_item(proposal: Proposal) -> AgendaItem | None:
    """Lock the open item of a proposal and return it; after the recordings that decide about it, before the proposal.

    A recording that is handed on at this moment holds its own row until it is: whoever comes then waits and sees it.
    """
    drafts = ItemDecision.objects.filter(item__proposal=proposal, item__outcome="").values("draft")
    waiting = DraftResolution.objects.filter(pk__in=drafts, state__in=OPEN_STATES).order_by("pk")
    list(waiting.select_for_update(of=("self",)).values_list("pk"))
    # Agendas are ordered by their sessions: without "of" the session would be locked too, and after its item.
    return AgendaItem.objects.select_for_update(of=("self",)).filter(proposal=proposal, outcome="").first()


def leave(item: AgendaItem, *, note: str) -> None:
    """Close the item of a proposal that its applicant has withdrawn; a recording not yet handed on forgets it."""
    ItemDecision.objects.filter(item=item, draft__state=DraftState.DRAFT).delete()
    AgendaItem.objects.filter(pk=item.pk).update(outcome=Outcome.REMOVED, note=note)


def refuse_decided(proposal: Proposal) -> None:
    """Refuse to let go of a proposal about which the maslikhat has decided and which only waits to be published."""
    waiting = ItemDecision.objects.filter(
        item__proposal=proposal, item__outcome="", draft__state__in=(DraftState.RECORDED, DraftState.CONFIRMED)
    )
    if waiting.exists():
        raise ValidationError(
            _(
                "The maslikhat has decided about this proposal and its resolution is being published: "
                "it cannot be withdrawn."
            )
        )
