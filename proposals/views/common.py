"""What the applicant's pages share: whose application it is, and answers to a draft that moved on."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import patch_cache_control

from proposals.models import Application, Opened, Paper, Proposal
from proposals.queries.access import own_applications, readable_papers, works_for
from proposals.services.drafts import NotADraft
from proposals.services.papers import PapersClosed
from proposals.services.reading import note_opening
from proposals.views.carrying import carried_through_login
from proposals.workflow import Stage

View = Callable[..., HttpResponseBase]


_PAGES_THAT_POST = {"application_file", "application_delete", "proposal_remove", "proposal_withdraw"}
"""Pages whose form is sent to their own address; every other form is sent to the address of its button."""


def _after_login(request: HttpRequest, **kwargs: Any) -> str:
    # The browser comes back with GET, to which the address of a button has no answer.
    match = request.resolver_match
    if request.method != "POST" or "pk" not in kwargs or (match and match.url_name in _PAGES_THAT_POST):
        return request.get_full_path()
    keys = [kwargs[name] for name in ("pk", "proposal") if name in kwargs]
    return reverse("proposal" if len(keys) == 2 else "application", args=keys)


def applicants_page(view: View) -> View:
    """Let only people who are logged in to a page, keep it out of every cache, and lead away from what is filed."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            following = _after_login(request, **kwargs)
            # Papers do not travel through a login; words do.
            if request.method == "POST" and not request.FILES:
                return carried_through_login(request, following)
            return redirect_to_login(following)
        try:
            response = view(request, *args, **kwargs)
        except (NotADraft, PapersClosed):
            # A stale tab of a filed application: show what became of it.
            response = redirect("application", pk=kwargs["pk"])
        patch_cache_control(response, private=True, no_store=True)
        return response

    return page


def own_application(request: HttpRequest, pk: UUID) -> Application:
    """Return the application if it is the reader's own; 404 for others, whether it exists or not."""
    rows = Application.objects.filter(pk__in=own_applications(request.user).values("pk"))
    found = rows.select_related("organisation").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def own_draft(request: HttpRequest, pk: UUID) -> Application:
    """Return the own application while it is a draft; raise NotADraft once it is filed."""
    application = own_application(request, pk)
    if application.is_filed:
        raise NotADraft
    return application


def own_proposal(application: Application, proposal: UUID) -> Proposal:
    """Return a proposal of the application; 404 for one of another."""
    found = (
        application.proposals.select_related("sector", "territory__parent")
        .prefetch_related("answers", "payments", "responsibilities", "papers__scan", "explanations")
        .filter(pk=proposal)
        .first()
    )
    if found is None:
        raise Http404
    found.application = application
    return found


def readable_paper(request: HttpRequest, pk: UUID) -> Paper:
    """Return the paper if the reader may take it; 404 otherwise."""
    found = (
        readable_papers(request.user)
        .select_related("proposal__application__organisation", "scan")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404
    return found


def is_review(request: HttpRequest, proposal: Proposal) -> bool:
    """Tell whether the reader is of the chamber; whoever may open a draft acts for its applicant."""
    return proposal.stage != Stage.DRAFT and not works_for(request.user, proposal.application)


def noted(request: HttpRequest, proposal: Proposal, kind: Opened) -> None:
    """Write down that somebody of the chamber opens what an applicant filed: a clerk, what came on paper."""
    if request.method == "GET" and is_review(request, proposal):
        note_opening(kind, by=request.user, proposal=proposal)
