"""An old application becomes a new draft."""

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from proposals.models import Application, Proposal
from proposals.models.proposal import CONTENT
from proposals.queries.access import own_applications
from proposals.services.drafts import saved_once
from reference.codelists import Channel


@transaction.atomic
def copy_application(application: Application, *, by: Any, key: uuid.UUID) -> Application:
    """Return a new online draft with the words and figures of an own application; papers are not copied.

    Papers carry dates and signatures, so each must be looked at again. The same form sent twice returns the first
    copy. Raises PermissionDenied for what is not one's own.
    """
    old = own_applications(by).filter(pk=application.pk).first()
    if old is None or old.channel != Channel.ONLINE:
        raise PermissionDenied
    new = Application(
        organisation=old.organisation,
        language=old.language,
        created_by=by,
        creation_key=key,
        copied_from=old,
        publish_agreed=old.publish_agreed,
    )
    if known := saved_once(new):
        return known
    for row in old.proposals.order_by("position"):
        _copy_proposal(row, new)
    return new


def _copy_proposal(row: Proposal, application: Application) -> None:
    facts = {Proposal.column(name).attname: getattr(row, Proposal.column(name).attname) for name in CONTENT}
    made = Proposal.objects.create(application=application, position=row.position, typed=row.typed, **facts)
    children: list[Any] = [row.answers, row.payments, row.responsibilities, row.explanations]
    for rows in children:
        copies = []
        for child in rows.all():
            child.pk, child.proposal = None, made
            child._state.adding = True
            copies.append(child)
        rows.model._default_manager.bulk_create(copies)
