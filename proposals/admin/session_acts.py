"""Three steps that ask once more: a session is held, a session is cancelled, an item is taken off the agenda."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from accounts.views.common import site_of
from proposals.forms.agenda import ReasonForm, SureForm
from proposals.models import AgendaItem, Session
from proposals.services.agenda import take_off
from proposals.services.moves import StepNotAllowed
from proposals.services.sessions import cancel, hold
from reference.refusals import put_refusal

CLOSED = gettext_lazy("The session is held or cancelled: its agenda is closed.")
NOT_NOW = gettext_lazy("Somebody was quicker: this step is no longer possible. Nothing is changed.")
NOT_YOURS = gettext_lazy(
    "You work for the applicant of a proposal, or have a conflict of interest. Somebody else takes this step."
)


@dataclass(frozen=True)
class Act:
    """The words of a step, its form and the service behind it."""

    form: type[forms.Form]
    label: Any
    lead: Any
    done: Any
    take: Callable[..., Any]
    warns: bool = False


HOLD: Final = Act(
    SureForm,
    gettext_lazy("Mark as held"),
    gettext_lazy("The agenda is closed for good: nothing is put on it, changed or taken off any more."),
    gettext_lazy("The session is held. Record its resolution next."),
    lambda row, *, by, site: hold(row, by=by),
)
CANCEL: Final = Act(
    ReasonForm,
    gettext_lazy("Cancel the session"),
    gettext_lazy("Everything on the agenda goes back to where it came from; applicants get a letter with the reason."),
    gettext_lazy("The session is cancelled. Applicants get a letter."),
    cancel,
    warns=True,
)
TAKE_OFF: Final = Act(
    ReasonForm,
    gettext_lazy("Take off the agenda"),
    gettext_lazy("A proposal waits for another agenda again; its applicant gets a letter with the reason."),
    gettext_lazy("The item is taken off the agenda."),
    take_off,
    warns=True,
)


def hold_page(site: Any, request: HttpRequest, row: Session) -> HttpResponse:
    """Write down that the session took place."""
    return _page(site, request, row, HOLD, row)


def cancel_page(site: Any, request: HttpRequest, row: Session) -> HttpResponse:
    """Cancel the session for a reason."""
    return _page(site, request, row, CANCEL, row)


def take_off_page(site: Any, request: HttpRequest, row: Session, item: int) -> HttpResponse:
    """Take one item off for a reason."""
    return _page(site, request, row, TAKE_OFF, item_of(row, item))


def item_of(row: Session, key: int) -> AgendaItem:
    """Return an item of this session; raise Http404 for an item of another one."""
    found = AgendaItem.objects.filter(session=row, pk=key).select_related("proposal__application", "project").first()
    if found is None:
        raise Http404
    return found


def _page(site: Any, request: HttpRequest, row: Session, act: Act, about: Session | AgendaItem) -> HttpResponse:
    if request.method != "POST":
        if not row.takes_items:
            return site.own_page(request, row, refusal=[CLOSED], status=409)
        if isinstance(about, AgendaItem) and about.outcome:
            return site.own_page(request, row, refusal=[NOT_NOW], status=409)
        return _shown(site, request, row, act, act.form(), about)
    form = act.form(request.POST)
    if not form.is_valid():
        return _shown(site, request, row, act, form, about)
    try:
        act.take(about, by=request.user, site=site_of(request), **form.cleaned_data)
    except StepNotAllowed:
        form.add_error(None, str(NOT_NOW))
    except PermissionDenied:
        # The right to set agendas was asked at the door: what is left is a tie to an applicant.
        form.add_error(None, str(NOT_YOURS))
    except ValidationError as refusal:
        put_refusal(form, refusal)
    else:
        return site.done(request, row, str(act.done))
    return _shown(site, request, row, act, form, about)


def _shown(
    site: Any, request: HttpRequest, row: Session, act: Act, form: forms.Form, about: Session | AgendaItem
) -> HttpResponse:
    item = about if isinstance(about, AgendaItem) else None
    facts = {
        "form": form,
        "lead": act.lead,
        "label": act.label,
        "warns": act.warns,
        "item": item,
        "count": None if item else row.items.filter(outcome="").count(),
    }
    status = 422 if form.is_bound else 200
    return site.page(request, "admin/proposals/session/act.html", row, status=status, title=act.label, **facts)
