"""Drafts: begun, filled box by box, copied, thrown away. Nothing typed is lost and no newer change overwritten."""

import datetime
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.forms import ModelForm
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation
from proposals.models import Application, Proposal
from proposals.models.proposal import CONTENT
from proposals.queries.access import enters_paper, own_applications, works_for
from proposals.steps import ANSWER, AREA, PAYMENT, REASON
from reference.codelists import Channel
from reference.forgetting import forget_file
from reference.validators import clean_text

MOST_PROPOSALS = 20
"""Proposals of one application: the largest known list of one applicant had seven."""

_LONGEST_RAW = 1_000_000
"""Far above every box, so that what is cut can never pass for the whole."""


class StaleVersion(Exception):
    """Somebody, or the same person in another tab, has changed the draft since this page was opened."""

    def __init__(self, current: int) -> None:
        super().__init__(current)
        self.current = current


class NotADraft(Exception):
    """The application is filed; it can no longer be changed."""


@dataclass
class Saved:
    """What became of a save: the new version, and the sentences about boxes whose text is kept but not valid."""

    proposal: Proposal
    version: int
    errors: dict[str, list[str]] = field(default_factory=dict)


def _draft_of(user: Any, key: uuid.UUID) -> Application:
    """Return the person's own draft, locked; raise Application.DoesNotExist or NotADraft."""
    own = own_applications(user).filter(pk=key).values("pk")
    application = Application.objects.select_for_update(of=("self",)).get(pk__in=own)
    if application.is_filed:
        raise NotADraft
    return application


def saved_once(application: Application) -> Application | None:
    """Store a new application; return the one that the same form has made before, None when this is the first."""
    try:
        with transaction.atomic():
            application.save(force_insert=True)
    except IntegrityError:
        known = Application.objects.filter(
            created_by=application.created_by, creation_key=application.creation_key
        ).first()
        if known is None:
            raise
        return known
    return None


@transaction.atomic
def begin(
    *,
    by: Any,
    organisation: Organisation,
    language: str,
    key: uuid.UUID,
    received_on: datetime.date | None = None,
) -> Application:
    """Begin an application with one empty proposal and return it; the same form sent twice returns the first.

    With ``received_on`` it is one that came on paper, which only a clerk enters. Raises PermissionDenied,
    ValidationError.
    """
    paper = received_on is not None
    if paper and not enters_paper(by):
        raise PermissionDenied
    if received_on is not None and received_on > timezone.localdate():
        raise ValidationError({"received_on": _("The paper cannot have come after today.")})
    application = Application(
        organisation=organisation,
        channel=Channel.PAPER if paper else Channel.ONLINE,
        received_on=received_on,
        language=language,
        created_by=by,
        creation_key=key,
    )
    if not paper and not works_for(by, application):
        raise PermissionDenied
    known = saved_once(application)
    if known is None:
        Proposal.objects.create(application=application, position=1)
    return known or application


@transaction.atomic
def begin_on_paper(
    *, by: Any, organisation: Organisation, language: str, key: uuid.UUID, received_on: datetime.date
) -> Application:
    """Enter the organisation whose paper came and begin its application; the same form sent twice returns the first.

    The organisation becomes a row of its own that nobody's account works for. Raises PermissionDenied,
    ValidationError.
    """
    if not enters_paper(by):
        raise PermissionDenied
    known = Application.objects.filter(created_by=by, creation_key=key).first()
    if known is not None:
        return known
    organisation.full_clean()
    organisation.save()
    begun = begin(by=by, organisation=organisation, language=language, key=key, received_on=received_on)
    if begun.organisation_id != organisation.pk:
        organisation.delete()
    return begun


@transaction.atomic
def add_proposal(application: Application, *, by: Any) -> Proposal:
    """Add an empty proposal at the end; raise ValidationError when there are too many, NotADraft."""
    draft = _draft_of(by, application.pk)
    if draft.proposals.count() >= MOST_PROPOSALS:
        raise ValidationError(
            _("One application holds at most %(count)d proposals. File this one and begin another.")
            % {"count": MOST_PROPOSALS}
        )
    last = draft.proposals.aggregate(last=Max("position"))["last"] or 0
    return Proposal.objects.create(application=draft, position=last + 1)


@transaction.atomic
def remove_proposal(proposal: Proposal, *, by: Any) -> None:
    """Throw away one proposal of a draft and its papers; the others keep their order. Raises ValidationError."""
    draft = _draft_of(by, proposal.application_id)
    if draft.proposals.count() == 1:
        raise ValidationError(_("An application needs at least one proposal. Delete the whole draft instead."))
    _forget_files(draft.proposals.filter(pk=proposal.pk))
    draft.proposals.filter(pk=proposal.pk).delete()
    for position, row in enumerate(draft.proposals.order_by("position"), start=1):
        if row.position != position:
            draft.proposals.filter(pk=row.pk).update(position=position)


@transaction.atomic
def delete_draft(application: Application, *, by: Any) -> None:
    """Throw away a whole draft and its papers; raise NotADraft for what is filed."""
    throw_away(_draft_of(by, application.pk))


def throw_away(draft: Application) -> int:
    """Delete a locked draft with its papers, whoever asks, and return how many papers; raise NotADraft."""
    if draft.is_filed:
        raise NotADraft
    papers = _forget_files(draft.proposals.all())
    draft.delete()
    return papers


def _forget_files(proposals: Any) -> int:
    """Delete the files once the rows are gone for good; a file whose row came back would be worse than one too many."""
    papers = [paper for proposal in proposals.prefetch_related("papers") for paper in proposal.papers.all()]
    for paper in papers:
        transaction.on_commit(partial(forget_file, paper.file.storage, paper.file.name))
    return len(papers)


@transaction.atomic
def save_step(proposal: Proposal, bound: Callable[[Proposal], ModelForm], *, by: Any, version: int) -> Saved:
    """Store what was typed on one step; raise StaleVersion when the draft has changed since, NotADraft.

    ``bound`` makes the form of what was sent for the locked row. The text of a box that is not valid is kept in
    ``typed``, so that any device shows it again, and the box's column is emptied: a wrong figure must not hide behind
    an older one.
    """
    draft = _draft_of(by, proposal.application_id)
    row = draft.proposals.select_for_update(of=("self",)).get(pk=proposal.pk)
    row.application = draft
    if row.version != version:
        raise StaleVersion(row.version)
    form = bound(row)
    form.is_valid()
    _keep(row, form)
    columns = [name for name in form.fields if name in CONTENT]
    for name in columns:
        if name in form.errors:
            column = Proposal.column(name)
            setattr(row, column.attname, column.get_default())
    row.version += 1
    row.save(update_fields=[*columns, "typed", "version", "updated_at"])
    draft.save(update_fields=["updated_at"])
    return Saved(row, row.version, {name: [str(text) for text in texts] for name, texts in form.errors.items()})


def _keep(row: Proposal, form: ModelForm) -> None:
    """Write the child rows of valid boxes and remember the text of the others."""
    typed = dict(row.typed)
    for name in form.fields:
        if name in form.errors:
            typed[name] = _raw(form, name)
            continue
        typed.pop(name, None)
        _keep_child(row, name, form.cleaned_data.get(name))
    row.typed = typed


def _raw(form: ModelForm, name: str) -> str | list[str]:
    value = form.fields[name].widget.value_from_datadict(form.data, form.files, form.add_prefix(name))
    if isinstance(value, list):
        return [_storable(item) for item in value]
    return _storable(value or "")


def _storable(text: Any) -> str:
    # JSON in the database holds neither NUL nor half a surrogate.
    plain = clean_text(str(text)[:_LONGEST_RAW]).encode("utf-8", "ignore").decode("utf-8")
    return plain.replace("\x00", "")


def _keep_child(row: Proposal, name: str, value: Any) -> None:
    for prefix, rows, key, column in (
        (ANSWER, row.answers, "code", "text"),
        (AREA, row.responsibilities, "area", "bearer"),
        (PAYMENT, row.payments, "year", "amount"),
        (REASON, row.explanations, "code", "reason"),
    ):
        if not name.startswith(prefix):
            continue
        which: dict[str, Any] = {key: name.removeprefix(prefix)}
        if value in (None, ""):
            rows.filter(**which).delete()
        else:
            rows.update_or_create(**which, defaults={column: value})
        return
