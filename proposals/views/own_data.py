"""A person's own data: taken as a file, or erased together with the account."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.forms.people import PasswordForm
from accounts.views.common import own, person, site_of
from accounts.views.entering import let_out
from proposals.services.erasure import ask_for_erasure, hindrances
from proposals.services.own_data import TooOften, take_own_data
from reference.limits import refused


@own
@require_http_methods(["GET", "HEAD", "POST"])
def own_data(request: HttpRequest) -> HttpResponseBase:
    """Say what the file holds; a press of the button makes it and sends it."""
    if request.method != "POST":
        return render(request, "accounts/own_data.html")
    try:
        made = take_own_data(person(request))
    except TooOften as refusal:
        return refused(429, refusal.wait)
    name = _("my-data") + f"-{timezone.localdate():%Y-%m-%d}.zip"
    return FileResponse(made, as_attachment=True, filename=name, content_type="application/zip")


@own
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest) -> HttpResponse:
    """Say what goes and what stays; with the password the account is closed at once and erased some days later."""
    user = person(request)
    form = PasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ask_for_erasure(user, site=site_of(request))
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            answer = let_out(request)
            messages.success(request, _("Your account is closed. Your data will be erased."))
            return answer
    status = 422 if form.is_bound else 200
    context = {"form": form, "hindrances": hindrances(user)}
    return render(request, "accounts/erase.html", context, status=status)
