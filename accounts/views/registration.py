"""Registration, logging in and out."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms.people import ConfirmForm, EmailForm, LoginForm
from accounts.models import User
from accounts.services.attempts import remember_device
from accounts.services.registration import Asked, LinkIsNotGood, ask_for_account, asked_by, make_account
from accounts.views.common import asked_next, private, safe_next, site_of, slowed
from accounts.views.entering import after_password, begin_session, let_out
from reference.languages import reader_language
from reference.limits import limited


@private
@require_http_methods(["GET", "HEAD", "POST"])
@limited("letters", methods=("POST",))
def register(request: HttpRequest) -> HttpResponse:
    """Ask for an address and write to it; the answer is the same whoever owns the address."""
    following = asked_next(request)
    form = EmailForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        ask_for_account(
            form.cleaned_data["email"], language=reader_language(), site=site_of(request), next_page=following
        )
        return redirect("register_sent")
    return render(request, "accounts/register.html", {"form": form, "next": following})


@private
@require_safe
def register_sent(request: HttpRequest) -> HttpResponse:
    """Say that a letter is on its way."""
    return render(request, "accounts/register_sent.html")


@private
@require_http_methods(["GET", "HEAD", "POST"])
@limited("links")
def register_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Ask the owner of a confirmed address for name and password, make the account and let the person in."""
    try:
        asked = asked_by(token)
        form = ConfirmForm(User(email=asked.email), request.POST or None)
        if request.method == "POST" and form.is_valid():
            return _welcome(request, asked, form)
    except LinkIsNotGood:
        return render(request, "accounts/link_not_good.html", {"again": "register"}, status=410)
    return render(request, "accounts/register_confirm.html", {"form": form, "email": asked.email})


def _welcome(request: HttpRequest, asked: Asked, form: ConfirmForm) -> HttpResponse:
    user = make_account(
        asked,
        full_name=form.cleaned_data["full_name"],
        password=form.cleaned_data["password1"],
        language=reader_language(),
    )
    begin_session(request, user)
    following = safe_next(request, asked.next)
    answer = HttpResponseRedirect(following or reverse("organisation_new"))
    remember_device(answer, user)
    return answer


@private
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """Take address and password; let the person in, or ask for the code."""
    following = asked_next(request)
    form = LoginForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid() and form.user is not None:
        return after_password(request, form.user, following)
    return slowed(render(request, "accounts/login.html", {"form": form, "next": following}), form.wait)


@private
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """Let a person out."""
    return let_out(request)
