"""Many drafts that may be filed, made quickly: one is filled in as an applicant does, the others are its rows again."""

import copy
import uuid
from typing import Any

from django.db import models
from django.test import Client

from accounts.models import User
from proposals.models import Application, Proposal
from tests.proposals.applications import complete_draft, draft, explained, filled


def _again(row: models.Model, **facts: Any) -> Any:
    made = copy.copy(row)
    made._state = models.base.ModelState()
    for name, value in facts.items():
        setattr(made, name, value)
    return made


def without_papers(by: User) -> Application:
    """Return a draft that lacks nothing but its papers."""
    made = draft(by)
    filled(made.proposals.get())
    return explained(made)


def drafts_ready_to_file(by: User, count: int, *, first: Application | None = None) -> list[Application]:
    """Return so many complete drafts of the person, or so many like the first."""
    first = first or complete_draft(by)
    proposal = first.proposals.get()
    applications, proposals, details = [first], [], []
    for _ in range(count - 1):
        application = _again(first, pk=uuid.uuid4(), creation_key=uuid.uuid4())
        other = _again(proposal, pk=uuid.uuid4(), application=application)
        applications.append(application)
        proposals.append(other)
        for name in ("answers", "responsibilities", "explanations"):
            details += [_again(row, pk=None, proposal=other) for row in getattr(proposal, name).all()]
        details += [_again(row, pk=uuid.uuid4(), series=uuid.uuid4(), proposal=other) for row in proposal.papers.all()]
    Application.objects.bulk_create(applications[1:])
    Proposal.objects.bulk_create(proposals)
    for model in {type(row) for row in details}:
        model._default_manager.bulk_create([row for row in details if type(row) is model])
    return applications


def session_of(by: User) -> str:
    """Return the cookie of a login."""
    client = Client()
    client.force_login(by)
    return client.cookies["sessionid"].value
