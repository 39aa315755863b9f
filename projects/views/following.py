"""Following by e-mail: asking, confirming by a press of a button, ending by another. Nobody needs an account."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts.views.common import private, site_of
from projects.forms import FollowForm
from projects.models import Follow
from projects.notifications import followed
from projects.queries.following import ended_by, is_for_all
from projects.services import following
from reference.languages import reader_language
from reference.limits import limited
from reference.models import Sector, Territory


# Anybody may ask for any address, so there is no right that a foreign page could borrow; and without the secret of a
# form the public pages need no cookie.
@csrf_exempt
@private
@require_http_methods(["GET", "HEAD", "POST"])
@limited("letters", methods=("POST",))
def follow(request: HttpRequest) -> HttpResponse:
    """Ask for an address and write to it; the answer is the same for every address."""
    if request.method == "POST":
        form = FollowForm(request.POST)
        if form.is_valid():
            following.ask_to_follow(
                form.cleaned_data["email"],
                form.cleaned_data["what"],
                language=reader_language(),
                site=site_of(request),
            )
            return redirect("follow_sent")
    else:
        form = FollowForm(initial={"what": request.GET.get("what") or "all"})
    return render(request, "projects/follow.html", {"form": form, "wanted": _wanted(form)})


def _wanted(form: FollowForm) -> str:
    """Return in words what would be followed; nothing where the form names nothing there is."""
    try:
        target = form.fields["what"].clean(form["what"].value())
    except ValidationError:
        return ""
    name = {Sector: "sector", Territory: "territory"}.get(type(target), "project")
    return followed(Follow(**({name: target} if target else {})))


@private
@require_safe
def follow_sent(request: HttpRequest) -> HttpResponse:
    """Say that a letter is on its way."""
    return render(request, "projects/follow_sent.html")


@private
@require_http_methods(["GET", "HEAD", "POST"])
@limited("links")
def follow_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Begin to follow by a press of a button: mail programs open links by themselves."""
    try:
        if request.method == "POST":
            found = following.confirm(token, language=reader_language())
            messages.success(request, _("From now on you get letters about: %(what)s") % {"what": followed(found)})
            return redirect("project", number=found.project.number) if found.project else redirect("projects")
        context: dict[str, Any] = {"what": followed(following.asked_by(token))}
    except following.LinkIsNotGood:
        return render(request, "projects/follow_link.html", status=410)
    return render(request, "projects/follow_confirm.html", context)


# RFC 8058: the mail program presses by itself, without a cookie; the secret in the address is the right to it.
@csrf_exempt
@private
@require_http_methods(["GET", "HEAD", "POST"])
def follow_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Show what would end, and end it by one press; a second press is no fault."""
    try:
        if request.method == "POST":
            following.stop_following(token)
            return render(request, "projects/follow_stopped.html")
        found = [followed(row) for row in ended_by(token)]
    except (BadSignature, following.LinkIsNotGood) as error:
        raise Http404 from error
    return render(request, "projects/follow_stop.html", {"follows": found, "is_all": is_for_all(token)})
