"""The page of the short check: open to everybody, answers in the address, nothing stored."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from proposals.checklist import papers_for
from proposals.forms.suitability import SuitabilityForm
from proposals.suitability import Verdict, assess, conclusion
from reference.codelists import InitiatorType


@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """Show the questions and, above them, what the law of today says to the answers; 400 for what cannot be read."""
    is_asked = any(name in request.GET for name in SuitabilityForm.base_fields)
    form = SuitabilityForm(request.GET if is_asked else None)
    context: dict[str, Any] = {"form": form, "is_asked": is_asked, "Verdict": Verdict}
    if not is_asked:
        return render(request, "proposals/check.html", context)
    if not form.is_valid():
        return render(request, "proposals/check.html", context, status=400)
    findings = assess(form.answers(), timezone.localdate())
    context |= {"findings": findings, "conclusion": conclusion(findings)}
    if sector := form.cleaned_data["sector"]:
        # Whoever checks here is a business; state bodies know their papers.
        owner, cost = form.cleaned_data["object_owner"], form.cleaned_data["cost"]
        context |= {"sector": sector, "papers": papers_for(sector.code, InitiatorType.SME, owner, cost)}
    return render(request, "proposals/check.html", context)
