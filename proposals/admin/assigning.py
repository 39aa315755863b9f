"""Assigning experts to one proposal or to many, always after a page that shows which and how many."""

from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _, ngettext

from proposals.admin.reading import ReadingAdmin
from proposals.forms.review import AssignForm, preset
from proposals.models import Proposal
from proposals.queries.access import works_for
from proposals.queries.experts import experts_of
from proposals.queries.review import ASSIGN
from proposals.services.review import assign, usual_day
from proposals.workflow import UNDECIDED

MOST = 200
"""More proposals than this at once are not read by anybody who confirms them."""
SHOWN = 50


def may_assign(row: Proposal, user: Any) -> bool:
    """Tell whether the person assigns experts to a proposal now; the service asks again."""
    return bool(user.has_perm(ASSIGN)) and row.stage in UNDECIDED and not works_for(user, row.application)


def assign_page(site: ReadingAdmin, request: HttpRequest, row: Proposal) -> HttpResponse:
    """Assign experts to one proposal."""
    if not request.user.has_perm(ASSIGN) or works_for(request.user, row.application):
        raise PermissionDenied
    taken = set(row.assignments.values_list("expert", flat=True))
    form = _form(request.POST if request.method == "POST" else None, [row], taken)
    count = _assigned(form, [row], request)
    if count is None:
        return _shown(site, request, form, [row])
    site.message_user(request, _told(count), messages.SUCCESS)
    return HttpResponseRedirect(reverse("admin:proposals_proposal_change", args=[row.pk]))


def assign_many(site: ReadingAdmin, request: HttpRequest, queryset: QuerySet[Proposal]) -> HttpResponse | None:
    """Assign experts to the ticked proposals, all of them or none."""
    if not request.user.has_perm(ASSIGN):
        raise PermissionDenied
    rows = list(queryset.select_related("application", "sector")[: MOST + 1])
    if len(rows) > MOST:
        words = _("Tick at most %(count)d proposals at once. Narrow the list with the filters.") % {"count": MOST}
        site.message_user(request, words, messages.WARNING)
        return None
    form = _form(request.POST if "confirmed" in request.POST else None, rows)
    count = _assigned(form, rows, request)
    if count is None:
        return _shown(site, request, form, rows, action="assign_experts")
    site.message_user(request, _told(count), messages.SUCCESS)
    return None


def _form(data: Any, rows: list[Proposal], taken: Any = ()) -> AssignForm:
    initial = {"due_on": preset(usual_day)}
    return AssignForm(data, initial=initial, experts=experts_of({row.sector_id for row in rows}), taken=taken)


def _assigned(form: AssignForm, rows: list[Proposal], request: HttpRequest) -> int | None:
    """Return how many assignments were made; None when the form is to be shown."""
    if not form.is_bound or not form.is_valid():
        return None
    try:
        return assign(rows, form.cleaned_data["experts"], by=request.user, due_on=form.cleaned_data["due_on"])
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
        return None


def _told(count: int) -> str:
    return ngettext("%(count)d assignment is made.", "%(count)d assignments are made.", count) % {"count": count}


def _shown(
    site: ReadingAdmin, request: HttpRequest, form: AssignForm, rows: list[Proposal], action: str = ""
) -> HttpResponse:
    sectors = sorted({str(row.sector) for row in rows})
    context = {
        **site.admin_site.each_context(request),
        "opts": site.opts,
        "title": _("Assign experts"),
        "form": form,
        "action": action,
        "proposals": rows[:SHOWN],
        "more": max(0, len(rows) - SHOWN),
        "count": len(rows),
        "selected": [row.pk for row in rows],
        "checkbox": ACTION_CHECKBOX_NAME,
        "sectors": sectors,
        "past_review": [row for row in rows if row.stage not in UNDECIDED],
        "has_experts": form.fields["experts"].queryset.exists(),  # type: ignore[attr-defined]
    }
    status = 422 if form.is_bound else 200
    return TemplateResponse(request, "admin/proposals/proposal/assign.html", context, status=status)
