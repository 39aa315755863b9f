"""My applications: the list, a new one, the draft as a whole, copying and throwing away."""

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.queries.organisations import organisations_of
from proposals.forms.begin import BeginForm, PaperBeginForm
from proposals.queries.access import enters_paper
from proposals.queries.mine import my_applications
from proposals.queries.progress import progress, with_details
from proposals.services import copying, drafts
from proposals.services.drafts import MOST_PROPOSALS
from proposals.views.common import applicants_page, own_application, own_draft, own_proposal
from proposals.views.road import filed_page
from reference.codelists import Channel


@applicants_page
@require_safe
def mine(request: HttpRequest) -> HttpResponseBase:
    """List the applications of the person's organisations, drafts first."""
    context = {
        "applications": my_applications(request.user),
        "organisations": organisations_of(request.user),
        "enters_paper": enters_paper(request.user),
        "key": uuid.uuid4(),
    }
    return render(request, "proposals/application_list.html", context)


@applicants_page
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponseBase:
    """Begin an application; a clerk begins with the organisation whose paper came."""
    if request.GET.get("channel") == Channel.PAPER:
        return _new_on_paper(request)
    organisations = organisations_of(request.user)
    if not organisations:
        if enters_paper(request.user):
            return redirect(f"{request.path}?channel=paper")
        return redirect("organisation_new")
    initial = {"key": uuid.uuid4(), "organisation": organisations[0], "language": get_language()}
    form = BeginForm(request.POST or None, organisations=organisations, initial=initial)
    if request.method == "POST" and form.is_valid():
        begun = drafts.begin(
            by=request.user,
            organisation=form.cleaned_data["organisation"],
            language=form.cleaned_data["language"],
            key=form.cleaned_data["key"],
        )
        return _first_step(begun)
    return render(request, "proposals/application_new.html", {"form": form})


def _new_on_paper(request: HttpRequest) -> HttpResponseBase:
    if not enters_paper(request.user):
        raise PermissionDenied
    initial = {"key": uuid.uuid4(), "language": get_language()}
    form = PaperBeginForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            begun = drafts.begin_on_paper(
                by=request.user,
                organisation=form.instance,
                language=form.cleaned_data["language"],
                key=form.cleaned_data["key"],
                received_on=form.cleaned_data["received_on"],
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return _first_step(begun)
    return render(request, "proposals/application_new.html", {"form": form, "on_paper": True})


def _first_step(application: Any) -> HttpResponseBase:
    first = application.proposals.order_by("position").first()
    return redirect("proposal_step", application.pk, first.pk, "idea")


@applicants_page
@require_safe
def application(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Show a draft with what it lacks, or a filed application with the road of each proposal."""
    found = own_application(request, pk)
    if found.is_filed:
        return filed_page(request, found)
    rows = [progress(proposal) for proposal in with_details(found)]
    context = {
        "application": found,
        "rows": rows,
        "is_complete": all(row.is_complete for row in rows),
        "may_add": len(rows) < MOST_PROPOSALS,
    }
    return render(request, "proposals/application_draft.html", context)


@applicants_page
@require_POST
def add_proposal(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Add an empty proposal and open its first step."""
    found = own_draft(request, pk)
    try:
        added = drafts.add_proposal(found, by=request.user)
    except ValidationError as refusal:
        return _told(request, found, refusal)
    return redirect("proposal_step", found.pk, added.pk, "idea")


@applicants_page
@require_http_methods(["GET", "HEAD", "POST"])
def remove_proposal(request: HttpRequest, pk: uuid.UUID, proposal: uuid.UUID) -> HttpResponseBase:
    """Ask, then throw one proposal of a draft away."""
    found = own_draft(request, pk)
    row = own_proposal(found, proposal)
    if request.method == "POST":
        try:
            drafts.remove_proposal(row, by=request.user)
        except ValidationError as refusal:
            return _told(request, found, refusal)
        return redirect(found)
    context = {
        "application": found,
        "question": _("Remove this proposal?"),
        "named": row,
        "warning": _("Its texts and papers are lost for good."),
    }
    return render(request, "proposals/confirm.html", {**context, "button": _("Remove the proposal")})


@applicants_page
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Ask, then throw a whole draft away."""
    found = own_draft(request, pk)
    if request.method == "POST":
        drafts.delete_draft(found, by=request.user)
        return redirect("applications")
    context = {
        "application": found,
        "question": _("Delete this draft?"),
        "warning": _("Its texts and papers are lost for good."),
    }
    return render(request, "proposals/confirm.html", {**context, "button": _("Delete the draft")})


@applicants_page
@require_POST
def copy(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Make a new draft of an old application."""
    try:
        key = uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        key = uuid.uuid4()
    # The list shows one key for all its buttons.
    made = copying.copy_application(own_application(request, pk), by=request.user, key=uuid.uuid5(key, str(pk)))
    return redirect(made)


def _told(request: HttpRequest, application: Any, refusal: ValidationError) -> HttpResponseBase:
    rows = [progress(proposal) for proposal in with_details(application)]
    context = {
        "application": application,
        "rows": rows,
        "refusal": refusal.messages,
        "may_add": len(rows) < MOST_PROPOSALS,
    }
    return render(request, "proposals/application_draft.html", context, status=422)
