"""An assigned expert writes the opinion: kept as a draft, then given."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from proposals.admin.reading import ReadingAdmin
from proposals.forms.opinion import OpinionForm
from proposals.models import Opinion, Proposal
from proposals.services.opinions import StaleOpinion, criteria_for, may_write, write_opinion
from proposals.workflow import OPINION_STAGES


def own_opinion(row: Proposal, user: Any) -> Opinion | None:
    """Return what the person has written about a proposal so far."""
    return row.opinions.filter(expert=user).prefetch_related("scores").first()


def opinion_page(site: ReadingAdmin, request: HttpRequest, row: Proposal) -> HttpResponse:
    """Show the form and keep or give what is posted."""
    if not may_write(row, request.user):
        raise PermissionDenied
    opinion = own_opinion(row, request.user)
    if opinion and opinion.given_at:
        return _closed(site, request, row, _("Your opinion is given and can no longer be changed."))
    if row.stage not in OPINION_STAGES:
        return _closed(site, request, row, _("Opinions are written while the proposal is under review."))
    criteria = criteria_for(row.sector_id)
    if request.method != "POST":
        return _shown(site, request, row, OpinionForm(criteria=criteria, opinion=opinion))
    form = OpinionForm(request.POST, criteria=criteria)
    if not form.is_valid():
        return _shown(site, request, row, form)
    gives = "give" in request.POST
    try:
        write_opinion(row, by=request.user, give=gives, **form.facts())
    except StaleOpinion:
        form.add_error(
            None,
            _(
                "The opinion was changed in another window after you opened this page. Nothing is saved and your text "
                "stands below: open the opinion in another tab, compare, and enter your changes there."
            ),
        )
        return _shown(site, request, row, form, status=409)
    except ValidationError as refusal:
        form.put(refusal)
        return _shown(site, request, row, form)
    if gives:
        site.message_user(request, _("Your opinion is given."), messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:proposals_proposal_change", args=[row.pk]))
    site.message_user(request, _("The draft is kept. Nobody else sees it until you give it."), messages.SUCCESS)
    return HttpResponseRedirect(reverse("admin:proposals_proposal_opinion", args=[row.pk]))


def _shown(site: ReadingAdmin, request: HttpRequest, row: Proposal, form: OpinionForm, status: int = 0) -> HttpResponse:
    return site.page(
        request,
        "admin/proposals/proposal/opinion.html",
        row,
        status=status or (422 if form.is_bound else 200),
        title=_("Expert opinion"),
        proposal=row,
        form=form,
        assignment=row.assignments.filter(expert=request.user.pk).first(),
    )


def _closed(site: ReadingAdmin, request: HttpRequest, row: Proposal, why: str) -> HttpResponse:
    if request.method != "POST":
        site.message_user(request, why, messages.WARNING)
        return HttpResponseRedirect(reverse("admin:proposals_proposal_change", args=[row.pk]))
    context = {"title": why, "proposal": row, "label": _("Expert opinion"), "typed": request.POST.get("text", "")}
    return site.page(request, "admin/proposals/proposal/not_now.html", row, status=409, **context)
