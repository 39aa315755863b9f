"""Preview, consent, one press; then the receipt as page and PDF."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.http import require_http_methods, require_safe

from accounts.views.common import site_of
from proposals.documents.receipt import receipt_pdf as drawn_receipt
from proposals.forms.filing import FilingForm
from proposals.models import Application, Opened
from proposals.queries.progress import progress, with_details
from proposals.queries.receipt import receipt_facts
from proposals.queries.summary import summary
from proposals.services import intake
from proposals.services.intake import Incomplete
from proposals.views.common import applicants_page, noted, own_application
from reference.downloads import made_now


@applicants_page
@require_http_methods(["GET", "HEAD", "POST"])
def file(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Show everything once more, ask for the consent, and file on one press; a second press finds the receipt."""
    application = own_application(request, pk)
    if application.is_filed:
        return redirect("receipt", application.pk)
    form = FilingForm(
        request.POST if request.method == "POST" else None, initial={"publish_agreed": application.publish_agreed}
    )
    if request.method == "POST" and form.is_valid():
        try:
            intake.file(
                application,
                by=request.user,
                consent=form.cleaned_data["consent"],
                publish_agreed=form.cleaned_data["publish_agreed"],
                site=site_of(request),
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        except Incomplete:
            return _page(request, application, form, status=422)
        else:
            return redirect("receipt", application.pk)
    return _page(request, application, form, status=422 if form.is_bound else 200)


def _page(request: HttpRequest, application: Application, form: FilingForm, *, status: int) -> HttpResponse:
    proposals = with_details(application)
    rows = [{"proposal": row, "progress": progress(row), "summary": summary(row)} for row in proposals]
    context = {
        "application": application,
        "organisation": application.organisation,
        "rows": rows,
        "is_complete": all(row["progress"].is_complete for row in rows),  # type: ignore[attr-defined]
        "form": form,
    }
    return render(request, "proposals/file.html", context, status=status)


def _filed(request: HttpRequest, pk: UUID) -> Application:
    application = own_application(request, pk)
    if not application.is_filed:
        raise Http404
    for row in application.proposals.all():
        row.application = application
        noted(request, row, Opened.RECEIPT)
    return application


@applicants_page
@require_safe
def receipt(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Show the receipt in the reader's language."""
    application = _filed(request, pk)
    context = {"application": application, "receipt": receipt_facts(application, site_of(request))}
    return render(request, "proposals/receipt.html", context)


@applicants_page
@require_safe
def receipt_pdf(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Send the receipt as PDF in the language the applicant chose for letters."""
    application = _filed(request, pk)
    with translation.override(application.language):
        facts = receipt_facts(application, site_of(request))
    content = drawn_receipt(facts, application.language)
    return made_now(content, name=f"{application.number}.pdf", content_type="application/pdf")
