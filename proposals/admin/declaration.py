"""The cover of a proposal: what a judge sees before he or she has declared interests, and the declaration itself."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from proposals.admin.reading import ReadingAdmin
from proposals.forms.review import DeclarationForm
from proposals.models import Proposal
from proposals.queries.review import judges
from proposals.services.review import declare


def cover_page(
    site: ReadingAdmin, request: HttpRequest, row: Proposal, form: DeclarationForm | None = None
) -> HttpResponse:
    """Show the cover with the declaration; nothing else of the file."""
    status = 422 if form is not None else 200
    title = _("Proposal № %(number)s") % {"number": row.number}
    context = {"title": title, "proposal": row, "form": form or DeclarationForm()}
    return site.page(request, "admin/proposals/proposal/cover.html", row, status=status, **context)


def declaration_page(site: ReadingAdmin, request: HttpRequest, row: Proposal) -> HttpResponse:
    """Write the declaration down; without a post there is only the page of the proposal."""
    if not judges(request.user):
        raise PermissionDenied
    own_page = reverse("admin:proposals_proposal_change", args=[row.pk])
    if request.method != "POST":
        return HttpResponseRedirect(own_page)
    form = DeclarationForm(request.POST)
    if not form.is_valid():
        return cover_page(site, request, row, form)
    said = form.cleaned_data
    has_conflict = said["has_conflict"] == "yes"
    try:
        declare(row, by=request.user, has_conflict=has_conflict, ground=said["ground"], text=said["text"])
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
        return cover_page(site, request, row, form)
    if has_conflict:
        words = _("Your conflict of interest is written down. Proposal № %(number)s is closed to you.")
        site.message_user(request, words % {"number": row.number}, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:index"))
    site.message_user(request, _("Your declaration is written down."), messages.SUCCESS)
    return HttpResponseRedirect(own_page)
