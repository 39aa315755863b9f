"""How every answer is written: JSON that a program can keep, ask for again, and read from any page."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _, override
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.views import APIView

from projects.api.languages import asked_language
from projects.api.problems import Misread, Unreadable
from projects.exports.cells import json_value
from projects.filters import ProjectFilter
from projects.queries.version import Version, register_version
from reference import query_strings
from reference.conditional import holds, marked
from reference.kept import Kept
from reference.languages import LANGUAGES
from reference.limits import refused, too_often
from reference.release import release

JSON = "application/json"
METHODS = "GET, HEAD, OPTIONS"
KEPT = "public, max-age=60"
"""How long an answer may be taken for the newest."""
COUNTED_AT_ONCE = 20
"""Requests that one query counts."""
ROOM: Final = 16 * 2**20
"""Bytes of answers that one worker keeps: some thousand pages of projects."""

kept_answers = Kept(ROOM)


def to_json(value: Any) -> bytes:
    """Return the value as UTF-8 JSON: sums are integers, terms numbers, times carry their offset."""
    return orjson.dumps(value, default=json_value, option=orjson.OPT_PASSTHROUGH_DATETIME)


def answer(request: HttpRequest, body: bytes, *, content_type: str = JSON) -> HttpResponse:
    """Return the body with its strong ETag, or 304 when the program holds it already."""
    return marked(request, body, content_type=content_type, keeping=KEPT)


class Negotiation(BaseContentNegotiation):
    """Any Accept that allows what the view can write; the rest is refused with 406."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        """Nothing is ever read from a body."""
        return None

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> tuple[Any, str]:
        """Return the renderer that the program likes best, and its media type."""
        offered = {renderer.media_type: renderer for renderer in renderers}
        if not request.headers.get("Accept", "").strip():
            return renderers[0], renderers[0].media_type
        chosen = request.get_preferred_type(list(offered))
        if chosen is None:
            raise NotAcceptable
        return offered[chosen], chosen


class ApiView(APIView):
    """A view that anybody reads: no account, no cookie, no body."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    parser_classes = ()
    renderer_classes: tuple[type[BaseRenderer], ...] = (JSONRenderer,)
    content_negotiation_class = Negotiation
    http_method_names = ("get", "head", "options")
    own_parameters: Mapping[str, Callable[[str], Any]] = {}
    """Parameters beside ``lang`` that may be given once each, and what reads them or raises Misread."""

    required_parameters: tuple[str, ...] = ()
    language: str
    version: Version | None
    """The register that this answer shows; None where nothing may be kept."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer in the language that was asked for, unless this address asks too often.

        Until the register changes, an answer that was given once is sent again, and who holds it gets 304.
        """
        if wait := self.too_often(request):
            return refused(429, wait)
        self.language = asked_language(request)
        self.version = register_version() if self.may_be_kept(request) else None
        if self.version is None:
            return self._told(self._made(request, *args, **kwargs))
        etag = _etag(request, self.version, self.language)
        if request.headers.get("If-None-Match", "").strip() != "*" and holds(request, etag):
            return self._told(_of_version(HttpResponse(status=304), etag))
        if kept := kept_answers.get(etag):
            return self._told(_unpacked(kept, etag))
        response = self._made(request, *args, **kwargs)
        if response.status_code == 200 and isinstance(response, HttpResponse):
            kept_answers.put(etag, _packed(response))
            _of_version(response, etag)
        return self._told(response)

    def may_be_kept(self, request: HttpRequest) -> bool:
        """Tell whether the answer depends on nothing but address, language and register."""
        accepted = request.headers.get("Accept", "")
        return (
            request.method in {"GET", "HEAD"}
            and self.renderer_classes == (JSONRenderer,)
            and (not accepted or "*/*" in accepted or JSON in accepted)
        )

    def _made(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with override(self.language):
            return super().dispatch(request, *args, **kwargs)

    def _told(self, response: HttpResponseBase) -> HttpResponseBase:
        response.headers["Content-Language"] = self.language
        patch_vary_headers(response, ["Accept", "Accept-Language"])
        return response

    def too_often(self, request: HttpRequest) -> int:
        """Count the request; return 0, or after how many seconds this address may ask again."""
        return too_often(request, "api", batch=COUNTED_AT_ONCE)

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Say which methods there are."""
        return HttpResponse(status=204, headers={"Allow": METHODS})

    def parameters(self, filters: ProjectFilter | None = None) -> dict[str, Any]:
        """Return what was given by name, blanks left out; raise Unreadable that names all that cannot be read.

        The filters, where there are some, read their own parameters and are valid afterwards.
        """
        given, readers = self.request.GET, {"lang": language_code, **self.own_parameters}
        errors: dict[str, list[str]] = {}
        found: dict[str, Any] = {}
        if filters is not None:
            errors = filters.problems(given, also_known=readers)
        else:
            errors = query_strings.unknown(given, readers)
        for name in (name for name in readers if name in given):
            values = given.getlist(name)
            if len(values) > 1:
                errors[name] = [_("This parameter is given twice. Give it once.")]
            elif values[0].strip():
                try:
                    found[name] = readers[name](values[0])
                except Misread as error:
                    errors[name] = [str(error)]
        for name in self.required_parameters:
            if name not in found and name not in errors:
                errors[name] = [_("This parameter is missing.")]
        if errors:
            raise Unreadable(errors)
        return found


def _etag(request: HttpRequest, version: Version, language: str) -> str:
    # The day: what is asked as of a day may not be asked before it.
    told = (str(version), release(), language, request.build_absolute_uri(), timezone.localdate().isoformat())
    # By a key of ours: whoever writes an address cannot look for another one with the same mark.
    return f'"{salted_hmac("projects.api.answers", repr(told), algorithm="sha256").hexdigest()[:32]}"'


def _of_version(response: HttpResponse, etag: str) -> HttpResponse:
    if response.status_code == 304:
        del response.headers["Content-Type"]
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = KEPT
    response.headers["Allow"] = METHODS
    return response


def _packed(response: HttpResponse) -> bytes:
    return response.headers.get("Link", "").encode() + b"\n" + response.content


def _unpacked(kept: bytes, etag: str) -> HttpResponse:
    link, _newline, body = kept.partition(b"\n")
    response = HttpResponse(body, content_type=JSON)
    response.headers["Content-Length"] = str(len(body))
    if link:
        response.headers["Link"] = link.decode()
    return _of_version(response, etag)


def one_of(*codes: str) -> Callable[[str], str]:
    """Return what reads one of these codes."""

    def read(text: str) -> str:
        if text not in codes:
            raise Misread(_("Choose one of these: %(choices)s.") % {"choices": ", ".join(codes)})
        return text

    return read


language_code = one_of(*LANGUAGES)
