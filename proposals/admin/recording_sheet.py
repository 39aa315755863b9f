"""One form of a recording on the staff site: what stands on it, and what is said when somebody was quicker."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from proposals.admin.reading import ReadingAdmin
from proposals.forms.recording import RecordingForm
from proposals.models import DraftResolution
from proposals.queries.recordings import DECIDE, last_change
from proposals.services.moves import StepNotAllowed
from proposals.services.publishing import words_of
from proposals.services.recording import AlreadyRecorded, StaleDraft

FOLDER = "admin/proposals/draftresolution"


def no_facts(draft: DraftResolution) -> dict[str, Any]:
    """Return nothing more for the page than the recording itself."""
    return {}


@dataclass
class Sheet:
    """A form about a recording. ``may`` says whether it can be taken now; ``facts`` is what else the page shows."""

    site: ReadingAdmin
    request: HttpRequest
    draft: DraftResolution
    template: str
    title: str
    may: Callable[[Any, DraftResolution], bool]
    facts: Callable[[DraftResolution], dict[str, Any]] = no_facts
    box: str = "form"

    def closed(self) -> HttpResponse | None:
        """Lead a reader back when the recording cannot be changed now; None when it can, or when a form came."""
        if self.may(self.request.user, self.draft) or self.request.method == "POST":
            return None
        self.site.message_user(
            self.request, _("The recording cannot be changed now. Its state stands below."), messages.WARNING
        )
        return HttpResponseRedirect(self.draft.get_absolute_url())

    def shown(self, form: Any, *, status: int = 0, **more: Any) -> HttpResponse:
        """Show the form; 422 where it holds what was posted."""
        context = {"title": self.title, "draft": self.draft, **self.facts(self.draft), self.box: form, **more}
        return self.site.page(
            self.request,
            f"{FOLDER}/{self.template}",
            self.draft,
            status=status or (422 if form.is_bound else 200),
            is_over=not self.may(self.request.user, self.draft),
            **context,
        )

    def taken(self, form: RecordingForm, act: Callable[[], Any]) -> HttpResponse | None:
        """Let the service act; return the page that says why not, None when it is done."""
        is_valid = form.is_valid()
        if form.seen != self.draft.version or not self.may(self.request.user, self.draft):
            return self.overtaken(form)
        if not is_valid:
            return self.shown(form)
        try:
            act()
        except StaleDraft:
            return self.overtaken(form)
        except AlreadyRecorded as news:
            return self.shown(form, status=409, twin=news.draft)
        except StepNotAllowed as refusal:
            form.add_error(None, words_of(refusal))
            return self.shown(form, status=409)
        except ValidationError as refusal:
            form.put(refusal)
            return self.shown(form)
        return None

    def overtaken(self, form: RecordingForm) -> HttpResponse:
        """Say that somebody was quicker; what was typed stays and can be sent again where that is still possible."""
        self.draft.refresh_from_db()
        form.data = posted = self.request.POST.copy()
        posted["version"] = str(self.draft.version)
        form.errors.clear()
        change = last_change(self.draft)
        return self.shown(form, status=409, is_stale=True, change=change)

    def done(self, words: str, where: str = "") -> HttpResponse:
        """Tell what is done and lead on."""
        self.site.message_user(self.request, words, messages.SUCCESS)
        return HttpResponseRedirect(where or self.draft.get_absolute_url())


def secretaries_only(request: HttpRequest) -> None:
    """Refuse whoever does not record resolutions; raise PermissionDenied."""
    if not request.user.has_perm(DECIDE):
        raise PermissionDenied
