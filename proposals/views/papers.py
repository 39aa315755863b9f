"""Papers: uploaded, replaced, marked, taken away, and handed out to those who may read them."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from proposals.forms.papers import PaperForm
from proposals.models import Paper, Proposal
from proposals.queries.paper_list import paper_list
from proposals.queries.progress import progress
from proposals.services import papers as services
from proposals.services.papers import PapersClosed
from proposals.services.reading import note_reading
from proposals.steps import FormStep, next_step, previous_step
from proposals.views.common import applicants_page, is_review, own_application, own_proposal, readable_paper
from proposals.views.road import proposal_page
from proposals.workflow import EDITABLE, Stage
from reference.downloads import download as handed_out


def _back(row: Proposal, kind: str) -> str:
    """Return the page the paper stands on: the step of a draft, the proposal's page when a question is answered."""
    if row.stage == Stage.DRAFT:
        page = reverse("proposal_step", args=[row.application_id, row.pk, FormStep.PAPERS])
    else:
        page = row.get_absolute_url()
    return f"{page}#field-paper_{kind}"


def _refused(request: HttpRequest, row: Proposal, form: PaperForm, kind: str, replacing: Paper | None) -> Any:
    bad = {"bad_form": form, "bad_kind": kind, "bad_paper": replacing.pk if replacing else None}
    if row.stage != Stage.DRAFT:
        return proposal_page(request, row, status=422, **bad)
    context = {
        "application": row.application,
        "proposal": row,
        "step": FormStep.PAPERS.value,
        "step_label": FormStep.PAPERS.label,
        "step_number": FormStep.values.index(FormStep.PAPERS) + 1,
        "step_count": len(FormStep),
        "previous": previous_step(FormStep.PAPERS),
        "following": next_step(FormStep.PAPERS),
        "progress": progress(row),
        "papers": paper_list(row),
        "paper_form": PaperForm(),
        "is_only": row.application.proposals.count() == 1,
        **bad,
    }
    return render(request, "proposals/step.html", context, status=422)


def _attached(request: HttpRequest, row: Proposal, kind: str, replacing: Paper | None) -> HttpResponseBase:
    if row.stage not in EDITABLE:
        raise PapersClosed
    form = PaperForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            services.attach(
                row,
                kind=kind,
                upload=form.cleaned_data["file"],
                by=request.user,
                is_confidential=not form.cleaned_data["is_public"],
                replaces=replacing,
            )
        except ValidationError as refusal:
            form.add_error("file", refusal)
        else:
            return redirect(_back(row, kind))
    return _refused(request, row, form, kind, replacing)


@applicants_page
@require_POST
def upload(request: HttpRequest, pk: UUID, proposal: UUID) -> HttpResponseBase:
    """Take in a new paper of a kind of the checklist."""
    row = own_proposal(own_application(request, pk), proposal)
    kind = request.POST.get("kind", "")
    if kind not in {line.kind.code for line in paper_list(row)}:
        raise Http404
    return _attached(request, row, kind, None)


@applicants_page
@require_POST
def replace(request: HttpRequest, pk: UUID, proposal: UUID, paper: UUID) -> HttpResponseBase:
    """Take in the next version of a paper; the older one stays."""
    row = own_proposal(own_application(request, pk), proposal)
    current = _own_paper(row, paper)
    return _attached(request, row, current.kind, current)


@applicants_page
@require_POST
def mark(request: HttpRequest, pk: UUID, proposal: UUID, paper: UUID) -> HttpResponseBase:
    """Mark a paper as public or confidential."""
    row = own_proposal(own_application(request, pk), proposal)
    current = _own_paper(row, paper)
    services.set_confidential(current, request.POST.get("public") != "yes", by=request.user)
    return redirect(_back(row, current.kind))


@applicants_page
@require_POST
def remove(request: HttpRequest, pk: UUID, proposal: UUID, paper: UUID) -> HttpResponseBase:
    """Take a paper out of a draft."""
    row = own_proposal(own_application(request, pk), proposal)
    current = _own_paper(row, paper)
    services.remove(current, by=request.user)
    return redirect(_back(row, current.kind))


def _own_paper(row: Proposal, paper: UUID) -> Paper:
    found = row.papers.filter(pk=paper, is_current=True).first()
    if found is None:
        raise Http404
    found.proposal = row
    return found


@applicants_page
@require_safe
def download(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Send a paper as a download; people of the chamber leave a row that they took it.

    What the scanner rejected or has not seen yet is refused with words, to its owner too.
    """
    paper = readable_paper(request, pk)
    if paper.is_held:
        back = paper.proposal.get_absolute_url()
        if is_review(request, paper.proposal):
            back = reverse("admin:proposals_proposal_change", args=[paper.proposal_id])
        return render(request, "proposals/paper_held.html", {"paper": paper, "back": back}, status=403)
    response = handed_out(
        paper.file,
        sha256=paper.sha256,
        name=paper.original_name,
        content_type=paper.content_type,
        what=f"paper {paper.pk}",
    )
    if request.method == "GET" and is_review(request, paper.proposal):
        try:
            note_reading(paper, by=request.user)
        except BaseException:
            response.close()
            raise
    return response
