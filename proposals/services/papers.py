"""Papers come in, get newer versions, are marked and, while the draft is open, taken away again."""

import logging
from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from proposals.models import Paper, Proposal
from proposals.models.paper import stored_name
from proposals.queries.access import applications_of, enters_paper
from proposals.workflow import EDITABLE, Stage
from reference.file_names import shown_name
from reference.forgetting import forget_file
from reference.once import Once
from reference.papers import examine
from reference.rows import insert

logger = logging.getLogger(__name__)

MOST_PAPERS = 60
"""Versions of papers of one proposal."""


class PapersClosed(Exception):
    """The proposal is with the chamber: its papers can no longer be changed."""


@Once
def _own_locked(proposal: UUID, application: UUID, user: int, *, with_paper: bool) -> QuerySet[Proposal]:
    own = applications_of(user, with_paper=with_paper).filter(pk=application).values("pk")
    locked = Proposal.objects.select_for_update(of=("self",)).filter(pk=proposal, application__in=own)
    return locked.only("stage", "application")


@Once
def _versions(proposal: UUID) -> QuerySet[Paper, Any]:
    return Paper.objects.filter(proposal=proposal).order_by().values_list("pk")


def _open_row(proposal: Proposal, by: Any) -> Proposal:
    """Return the person's own proposal, locked; raise Proposal.DoesNotExist, PapersClosed."""
    own = by.is_authenticated and _own_locked.objects(
        proposal.pk, proposal.application_id, by.pk, with_paper=enters_paper(by)
    )
    if not own:
        raise Proposal.DoesNotExist
    (row,) = own
    if row.stage not in EDITABLE:
        raise PapersClosed
    return row


def attach(
    proposal: Proposal,
    *,
    kind: str,
    upload: Any,
    by: Any,
    is_confidential: bool = True,
    replaces: Paper | None = None,
) -> Paper:
    """Store a file as a paper, or as the next version of one, and return it.

    The file is written, flushed to disk and hashed first, then its row: a row without its file cannot be. Raises
    ValidationError (type, size, number of papers, no room on the disk), PapersClosed, Proposal.DoesNotExist.
    """
    facts = examine(upload, name=upload.name)
    upload.seek(0)
    with transaction.atomic():
        row = _open_row(proposal, by)
        if len(_versions.rows(row.pk)) >= MOST_PAPERS:
            raise ValidationError(
                _("At most %(count)d files belong to one proposal. Remove one first.") % {"count": MOST_PAPERS}
            )
        paper = Paper(
            proposal=row,
            kind=kind,
            is_confidential=is_confidential,
            original_name=shown_name(str(upload.name), facts.extension),
            content_type=facts.content_type,
            size=facts.size,
            sha256=facts.sha256,
            uploaded_by=by,
        )
        if replaces is not None:
            older = row.papers.filter(pk=replaces.pk, is_current=True).first()
            if older is None:
                raise ValidationError(_("This paper was replaced or removed meanwhile. Open the page anew."))
            paper.kind, paper.series, paper.version = older.kind, older.series, older.version + 1
            row.papers.filter(pk=older.pk).update(is_current=False)
        _store(paper, upload)
    # A commit whose answer is lost may have happened: from here on the file stays whatever comes.
    return paper


def _store(paper: Paper, upload: Any) -> None:
    """Write the file, then its row; what fails leaves neither."""
    try:
        paper.file = paper.file.storage.store(stored_name(paper, upload.name), upload)  # type: ignore[attr-defined]
    except OSError as error:
        logger.exception("A paper could not be written to the disk.")
        raise ValidationError(
            _("The file could not be stored now. Nothing else was lost; try again later."), code="storage"
        ) from error
    try:
        insert(paper)
    except BaseException:
        paper.file.storage.delete(paper.file.name or "")
        raise


@transaction.atomic
def set_confidential(paper: Paper, is_confidential: bool, *, by: Any) -> None:
    """Mark a paper as confidential or public; raise PapersClosed."""
    row = _open_row(paper.proposal, by)
    row.papers.filter(pk=paper.pk).update(is_confidential=is_confidential)


@transaction.atomic
def remove(paper: Paper, *, by: Any) -> None:
    """Take a paper with all its versions out of a draft; raise PapersClosed once it was filed."""
    row = _open_row(paper.proposal, by)
    if row.stage != Stage.DRAFT:
        raise PapersClosed
    versions = list(row.papers.filter(series=paper.series))
    row.papers.filter(series=paper.series).delete()
    for version in versions:
        transaction.on_commit(partial(forget_file, version.file.storage, str(version.file.name)))
