"""A person's own page, and the change of its address."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, override
from django.views.decorators.http import require_http_methods

from accounts.forms.people import ChangeEmailForm, ProfileForm
from accounts.queries.organisations import organisations_of
from accounts.queries.second_factor import needs_second_factor, recovery_codes_left, second_factor_of
from accounts.services.email_change import ask_for_email_change, change_email, new_address
from accounts.services.registration import LinkIsNotGood
from accounts.views.common import own, person, private, site_of, slowed
from accounts.views.language import keep_language
from reference.limits import limited


@own
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Show and change name and language; list the organisations."""
    user = person(request)
    form = ProfileForm(request.POST or None, instance=user)
    if request.method == "POST":
        if form.is_valid():
            form.save()
            with override(user.language):
                messages.success(request, _("Saved."))
                answer = HttpResponseRedirect(reverse("account"))
            return keep_language(answer, user.language)
        # The form has written into the person it was given; the header of the page must show the one on file.
        user.refresh_from_db()
    app = second_factor_of(user)
    context = {
        "form": form,
        "organisations": organisations_of(user),
        "app": app,
        "codes_left": recovery_codes_left(user) if app else 0,
        "must_have_app": needs_second_factor(user),
    }
    return render(request, "accounts/account.html", context)


@own
@require_http_methods(["GET", "HEAD", "POST"])
def email_change(request: HttpRequest) -> HttpResponse:
    """Ask for a new address and write to it."""
    form = ChangeEmailForm(person(request), request.POST or None)
    if request.method == "POST" and form.is_valid():
        ask_for_email_change(person(request), form.cleaned_data["email"], site=site_of(request))
        messages.success(request, _("A letter is on its way to the new address. Open the link in it."))
        return redirect("account")
    return slowed(render(request, "accounts/email_change.html", {"form": form}), form.wait)


@private
@require_http_methods(["GET", "HEAD", "POST"])
@limited("links")
def email_change_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Set the new address by a press of a button: mail programs open links by themselves."""
    try:
        if request.method == "POST":
            change_email(token, site=site_of(request))
            messages.success(request, _("The new address holds. Log in with it from now on."))
            return redirect("account" if request.user.is_authenticated else settings.LOGIN_URL)
        return render(request, "accounts/email_change_confirm.html", {"email": new_address(token)})
    except LinkIsNotGood:
        return render(request, "accounts/link_not_good.html", {"again": "email_change"}, status=410)
