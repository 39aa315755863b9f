"""A forgotten password and a changed one."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.views import PasswordResetConfirmView
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms.people import ChangePasswordForm, EmailForm, NewPasswordForm
from accounts.services.attempts import remember_device
from accounts.services.passwords import ask_for_new_password, tell_password_changed
from accounts.views.common import own, person, private, site_of, slowed
from reference.languages import reader_language
from reference.limits import limited


@private
@require_http_methods(["GET", "HEAD", "POST"])
@limited("letters", methods=("POST",))
def password_reset(request: HttpRequest) -> HttpResponse:
    """Ask for an address and write to it; the answer is the same whoever owns the address."""
    form = EmailForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        ask_for_new_password(form.cleaned_data["email"], language=reader_language(), site=site_of(request))
        return redirect("password_reset_done")
    return render(request, "accounts/password_reset.html", {"form": form})


@private
@require_safe
def password_reset_done(request: HttpRequest) -> HttpResponse:
    """Say that a letter is on its way."""
    return render(request, "accounts/password_reset_done.html")


@method_decorator(private, name="dispatch")
@method_decorator(limited("links"), name="dispatch")
class PasswordResetConfirm(PasswordResetConfirmView):
    """Django's page: it takes the secret out of the address first, and the link works once."""

    template_name = "accounts/password_reset_confirm.html"
    form_class = NewPasswordForm  # type: ignore[assignment]
    success_url = reverse_lazy("password_reset_complete")

    def form_valid(self, form: Any) -> HttpResponse:
        """Set the password and tell the owner, both or neither; this browser is known from now on.

        So whoever was shut out by tries of strangers gets in again by a letter.
        """
        with transaction.atomic():
            answer = super().form_valid(form)
            tell_password_changed(form.user, site=site_of(self.request))
        remember_device(answer, form.user)
        return answer

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """Answer 410 for a link that is good no more."""
        if not context.get("validlink"):
            return render(self.request, "accounts/link_not_good.html", {"again": "password_reset"}, status=410)
        return super().render_to_response(context, **kwargs)


@private
@require_safe
def password_reset_complete(request: HttpRequest) -> HttpResponse:
    """Say that the new password holds."""
    return render(request, "accounts/password_reset_complete.html")


@own
@require_http_methods(["GET", "HEAD", "POST"])
def password_change(request: HttpRequest) -> HttpResponse:
    """Change the password; sessions on other devices end, this one goes on."""
    user = person(request)
    form = ChangePasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
            tell_password_changed(user, site=site_of(request))
        update_session_auth_hash(request, user)
        messages.success(request, _("The password is changed. On other devices you are logged out."))
        return redirect("account")
    return slowed(render(request, "accounts/password_change.html", {"form": form}), form.wait)
