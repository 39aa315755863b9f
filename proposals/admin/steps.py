"""Steps of the chamber on the staff site: buttons from the one table, a form for each, one service behind it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy

from accounts.views.common import site_of
from proposals.admin.reading import ReadingAdmin
from proposals.forms.review import AskForm, RefuseForm, StepForm, SupportForm, TakeUpForm, preset
from proposals.models import Proposal, StageChange
from proposals.queries.paper_list import paper_list
from proposals.services import asking, deciding
from proposals.services.moves import Overtaken, StepNotAllowed, hindrance
from proposals.workflow import STEPS, Action, find_step
from reference.refusals import put_refusal


@dataclass(frozen=True)
class Page:
    """The form of a step, the service that takes it, and what the person is told."""

    form: type[StepForm]
    take: Callable[..., Any]
    title: Any
    lead: Any
    done: Any


PAGES: Final[dict[str, Page]] = {
    Action.TAKE_UP: Page(
        TakeUpForm,
        deciding.take_up,
        gettext_lazy("Take up the proposal"),
        gettext_lazy("The review begins and the applicant gets a letter."),
        gettext_lazy("The proposal is under review. The applicant gets a letter."),
    ),
    Action.ASK: Page(
        AskForm,
        asking.ask,
        gettext_lazy("Ask the applicant"),
        gettext_lazy("The chamber's clock stands still until the answer; the applicant gets a letter."),
        gettext_lazy("The request is sent. The chamber's clock stands still until the answer."),
    ),
    Action.SUPPORT: Page(
        SupportForm,
        deciding.support,
        gettext_lazy("Support the proposal"),
        gettext_lazy("The proposal goes on to the secretary for the agenda; the applicant gets a letter."),
        gettext_lazy("The proposal is supported. The applicant gets a letter."),
    ),
    Action.REFUSE: Page(
        RefuseForm,
        deciding.refuse,
        gettext_lazy("Refuse the proposal"),
        gettext_lazy("This ends the proposal. The applicant gets the reasons and what to mend, and may file anew."),
        gettext_lazy("The proposal is refused. The applicant gets a letter with the reasons."),
    ),
}
"""The steps that are taken here; the others of the table belong to the applicant or to the session."""


@dataclass(frozen=True)
class Offer:
    """A button, or the words that say why there is none yet."""

    action: str
    label: str
    hindrance: str


def offers(proposal: Proposal, user: Any) -> list[Offer]:
    """Return the steps that the table has for the stage and that the person has the right to."""
    found = []
    for step in STEPS:
        if step.action not in PAGES or proposal.stage not in step.sources:
            continue
        try:
            found.append(Offer(step.action.value, str(step.action.label), hindrance(proposal, step.action, by=user)))
        except PermissionDenied:
            continue
    return found


def last_step(proposal: Proposal) -> StageChange | None:
    """Return the newest step of a proposal; a form remembers it, so that nobody acts on a page that is out of date."""
    return proposal.stage_changes.select_related("actor").order_by("-id").first()


def step_page(site: ReadingAdmin, request: HttpRequest, row: Proposal, action: str) -> HttpResponse:
    """Ask for what the step needs, then take it; 404 for what is no step of this site."""
    if action not in PAGES:
        raise Http404
    try:
        obstacle = hindrance(row, action, by=request.user)
    except StepNotAllowed:
        if request.method != "POST":
            return _not_now(site, request, row, action)
        obstacle = ""
    page = PAGES[action]
    last = last_step(row)
    if request.method != "POST":
        form = page.form(initial={"seen": last.pk if last else 0, **_preset(action)})
        return _shown(site, request, row, action, form, obstacle=obstacle)
    form = page.form(request.POST)
    form.is_valid()
    seen = form.cleaned_data.get("seen", 0)
    if last is not None and seen != last.pk:
        return _overtaken(site, request, row, action, form, last)
    if form.errors:
        # Whatever the form lacks, an unlawful step is told as such.
        return (
            _shown(site, request, row, action, form)
            if _is_lawful(row, action)
            else _not_now(site, request, row, action)
        )
    try:
        page.take(row, by=request.user, site=site_of(request), **form.cleaned_data)
    except Overtaken as news:
        row.refresh_from_db()
        return _overtaken(site, request, row, action, form, news.change)
    except StepNotAllowed:
        row.refresh_from_db()
        return _not_now(site, request, row, action, form)
    except ValidationError as refusal:
        put_refusal(form, refusal, lambda name: form.text_field if name == "note" else name)
        return _shown(site, request, row, action, form)
    site.message_user(request, str(page.done), messages.SUCCESS)
    return HttpResponseRedirect(reverse("admin:proposals_proposal_change", args=[row.pk]))


def _preset(action: str) -> dict[str, Any]:
    return {"due_on": preset(asking.usual_day)} if action == Action.ASK else {}


def _is_lawful(row: Proposal, action: str) -> bool:
    try:
        find_step(row.stage, action)
    except StepNotAllowed:
        return False
    return True


def _shown(
    site: ReadingAdmin, request: HttpRequest, row: Proposal, action: str, form: StepForm, **more: Any
) -> HttpResponse:
    page = PAGES[action]
    status = more.pop("status", 422 if form.is_bound else 200)
    papers = paper_list(row) if action == Action.TAKE_UP and request.user.has_perm("proposals.view_paper") else None
    facts = {"proposal": row, "form": form, "action": action, "lead": page.lead, "label": Action(action).label}
    return site.page(
        request,
        "admin/proposals/proposal/step.html",
        row,
        status=status,
        title=page.title,
        papers=papers,
        **facts,
        **more,
    )


def _overtaken(
    site: ReadingAdmin, request: HttpRequest, row: Proposal, action: str, form: StepForm, change: StageChange
) -> HttpResponse:
    """Say who was quicker; the typed text stays, and the step may be taken again where it is still lawful."""
    form.data = posted = request.POST.copy()
    posted["seen"] = str(change.pk)
    form.errors.clear()
    return _shown(site, request, row, action, form, status=409, change=change, is_over=not _is_lawful(row, action))


def _not_now(
    site: ReadingAdmin, request: HttpRequest, row: Proposal, action: str, form: StepForm | None = None
) -> HttpResponse:
    facts = {"proposal": row, "change": last_step(row), "typed": form.cleaned_data.get(form.text_field) if form else ""}
    title = _("This step cannot be taken now")
    label = Action(action).label
    return site.page(
        request, "admin/proposals/proposal/not_now.html", row, status=409, title=title, label=label, **facts
    )
