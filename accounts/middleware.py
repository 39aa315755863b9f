"""What every request is told about the person behind it: still there or not, language, who acts and where."""

from collections.abc import Callable

import pghistory
from django.contrib.auth import logout as log_out
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from accounts.services.sessions import is_over, note_use

GetResponse = Callable[[HttpRequest], HttpResponse]


def _knows_nobody(request: HttpRequest) -> bool:
    # The signs of life must not ask the database who is there; the API knows nobody and keeps no session.
    return request.path_info in {"/healthz", "/readyz"} or request.path_info.startswith("/api/")


class SessionEndMiddleware:
    """Whoever's session is over is nobody from here on: too old, too long idle, or staff who gave no code."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _knows_nobody(request) and request.user.is_authenticated:
            if is_over(request.session, request.user):
                log_out(request)
            else:
                note_use(request.session, request.user)
        return self.get_response(request)


class AccountLanguageMiddleware:
    """Pages whose address names no language (the staff site) speak the account's language."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _knows_nobody(request):
            return self.get_response(request)
        user = request.user
        if user.is_authenticated and not translation.get_language_from_path(request.path_info):
            translation.activate(user.language)
            request.LANGUAGE_CODE = user.language
        return self.get_response(request)


class ActorMiddleware:
    """History rows written during a changing request carry the actor's id and the channel; no address, no content."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in {"GET", "HEAD", "OPTIONS"} or request.path_info.startswith("/api/"):
            return self.get_response(request)
        channel = "admin" if request.path_info.startswith("/admin/") else "web"
        with pghistory.context(user=request.user.pk, channel=channel):
            return self.get_response(request)
