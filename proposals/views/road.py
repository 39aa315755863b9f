"""After filing: where each proposal stands, what waits for the applicant, taking a proposal back."""

import uuid
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.views.common import site_of
from proposals.forms.papers import PaperForm
from proposals.forms.road import AnswerForm, WithdrawForm
from proposals.models import Application, Opened, Proposal, StageChange
from proposals.queries.paper_list import paper_list
from proposals.queries.progress import with_details
from proposals.queries.road import road_of, roads_of
from proposals.queries.sittings import hearings
from proposals.queries.summary import summary
from proposals.services import withdrawing
from proposals.services.moves import Overtaken, StepNotAllowed
from proposals.views.carrying import carried_to
from proposals.views.common import applicants_page, noted, own_application, own_proposal
from proposals.workflow import OPEN_STAGES, Stage


def filed_page(request: HttpRequest, application: Application) -> HttpResponse:
    """Show a filed application: one road for each proposal."""
    roads = roads_of(with_details(application))
    context = {"application": application, "roads": roads, "key": uuid.uuid4()}
    return render(request, "proposals/application_filed.html", context)


@applicants_page
@require_safe
def proposal(request: HttpRequest, pk: UUID, proposal: UUID) -> HttpResponseBase:
    """Show one filed proposal: road, requests, papers, what was filed; a draft opens in the form."""
    application = own_application(request, pk)
    row = own_proposal(application, proposal)
    if row.stage == Stage.DRAFT:
        return redirect("proposal_step", application.pk, row.pk, "idea")
    noted(request, row, Opened.PROPOSAL)
    return proposal_page(request, row, status=200)


def proposal_page(request: HttpRequest, row: Proposal, *, status: int, **more: Any) -> HttpResponse:
    """Return the page of one filed proposal; ``more`` is what a form that was refused adds."""
    context = {
        "application": row.application,
        "proposal": row,
        "road": road_of(row),
        "hearings": hearings(row),
        "requests": row.clarifications.all(),
        "answer_form": AnswerForm(initial=_carried_answer(request, row)),
        "papers": paper_list(row),
        "paper_form": PaperForm(),
        "may_add_papers": row.stage == Stage.CLARIFICATION,
        "summary": summary(row),
        "may_withdraw": row.stage in OPEN_STAGES,
        **more,
    }
    return render(request, "proposals/proposal.html", context, status=status)


def _carried_answer(request: HttpRequest, row: Proposal) -> dict[str, Any] | None:
    """Return the answer that was sent after the session had ended, back for its box."""
    for asked in row.clarifications.all():
        carried = carried_to(request, reverse("proposal_answer", args=[row.application_id, row.pk, asked.number]))
        if carried:
            return carried.dict()
    return None


@applicants_page
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, pk: UUID, proposal: UUID) -> HttpResponseBase:
    """Ask for the reason, then withdraw one proposal."""
    row = own_proposal(own_application(request, pk), proposal)
    if row.stage not in OPEN_STAGES:
        return redirect(row.application)
    last = row.stage_changes.order_by("id").values_list("pk", flat=True).last()
    carried = carried_to(request, request.path)
    initial = {"seen": last, **(carried.dict() if carried else {})}
    form = WithdrawForm(request.POST if request.method == "POST" else None, initial=initial)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        facts = {"note": form.cleaned_data["note"], "seen": form.cleaned_data["seen"]}
        try:
            withdrawing.withdraw(row, by=request.user, site=site_of(request), **facts)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        except Overtaken as news:
            form, status = _withdraw_anyway(form, news.change), 409
        except StepNotAllowed:
            return redirect(row)
        else:
            return redirect(row)
    context = {"application": row.application, "proposal": row, "form": form}
    return render(request, "proposals/withdraw.html", context, status=status)


def _withdraw_anyway(form: WithdrawForm, change: StageChange) -> WithdrawForm:
    """Return the form with what happened meanwhile; pressed again, it withdraws."""
    again = WithdrawForm({"note": form.cleaned_data["note"], "seen": change.pk})
    words = _(
        "While this page was open, a step was taken: %(step)s. Look at the proposal first; if you still want to "
        "withdraw it, press the button once more."
    )
    again.add_error(None, words % {"step": change.get_action_display()})
    return again


@applicants_page
@require_POST
def answer(request: HttpRequest, pk: UUID, proposal: UUID, number: int) -> HttpResponseBase:
    """Answer an open request of the chamber."""
    row = own_proposal(own_application(request, pk), proposal)
    asked = row.clarifications.filter(number=number).first()
    if asked is None:
        raise Http404
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            withdrawing.answer(asked, by=request.user, text=form.cleaned_data["answer"], site=site_of(request))
        except ValidationError as refusal:
            form.add_error("answer" if "answer" in form.fields else None, refusal.messages)
        except StepNotAllowed as late:
            raise PermissionDenied from late
        else:
            return redirect(row)
    return proposal_page(request, row, status=422, answer_form=form, answering=number)
