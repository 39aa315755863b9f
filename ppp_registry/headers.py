"""What every answer of ours carries, whoever made it: a view, a static file, a refusal before Django saw the request.

Content policy and framing of pages are set by the middlewares of Django and django-csp; here stands the rest, and the
same again for answers that came past them.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

_OPEN_DATA = "/api/"
_NOBODY = (
    *("accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen"),
    *("geolocation", "gyroscope", "hid", "identity-credentials-get", "idle-detection", "local-fonts", "magnetometer"),
    *("microphone", "midi", "otp-credentials", "payment", "picture-in-picture", "publickey-credentials-create"),
    *("publickey-credentials-get", "screen-wake-lock", "serial", "storage-access", "sync-xhr", "usb"),
    *("window-management", "xr-spatial-tracking"),
)
"""Powers of a browser that no page of ours needs; only names that Chromium knows: others fill its console."""

ALWAYS = {
    "Permissions-Policy": ", ".join(f"{name}=()" for name in _NOBODY),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Permitted-Cross-Domain-Policies": "none",
}
_BEFORE_DJANGO = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
}


# Open data is there for other sites, pages and files are not.
_OF_PAGES = {**ALWAYS, "Cross-Origin-Resource-Policy": "same-origin"}
_OF_OPEN_DATA = {
    **ALWAYS,
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Content-Security-Policy": _BEFORE_DJANGO["Content-Security-Policy"],
}


def wanted(path: str) -> dict[str, str]:
    """Return what an answer for this path carries, unless whoever made it said otherwise."""
    return _OF_OPEN_DATA if path.startswith(_OPEN_DATA) else _OF_PAGES


class HeadersMiddleware:
    """Stands first and so sees every answer of Django's, also of static files and refusals."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in wanted(request.path_info).items():
            response.headers.setdefault(name, value)
        if response.status_code == 304:
            # The length would be that of the page which is not sent, not the 0 that CommonMiddleware counts.
            response.headers.pop("Content-Length", None)
        return response


def _is_secure(environ: dict[str, Any]) -> bool:
    told = settings.SECURE_PROXY_SSL_HEADER
    return environ.get("wsgi.url_scheme") == "https" or bool(told and environ.get(told[0]) == told[1])


def with_headers(application: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a WSGI application: what answers before Django carries the guards too, and no content of its own to run."""

    def guarded(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        def start(status: str, headers: Sequence[tuple[str, str]], *more: Any) -> Any:
            names = {name.lower() for name, _ in headers}
            # Django's own answers have their content policy; whoever lacks it came past Django.
            if "content-security-policy" in names:
                return start_response(status, headers, *more)
            added = {**_BEFORE_DJANGO, "Referrer-Policy": settings.SECURE_REFERRER_POLICY or "same-origin"}
            if settings.SECURE_HSTS_SECONDS and _is_secure(environ):
                added["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains"
            added |= wanted(environ.get("PATH_INFO") or "")
            lacking = [(name, value) for name, value in added.items() if name.lower() not in names]
            return start_response(status, [*headers, *lacking], *more)

        return application(environ, start)

    return guarded
