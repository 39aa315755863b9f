"""The language of pages whose address names none."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reference.languages import LANGUAGES


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Switch the language of pages whose address names none, keep it in the account or a cookie, and go back."""
    language = request.POST.get("language", "")
    if language not in LANGUAGES:
        return HttpResponseBadRequest(_("Choose Kazakh, Russian or English."))
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    if request.user.is_authenticated:
        request.user.language = language
        request.user.save(update_fields=["language"])
    return keep_language(HttpResponseRedirect(back), language)


def keep_language(response: HttpResponse, language: str) -> HttpResponse:
    """Let the browser remember the language; return the response."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 3600,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response
