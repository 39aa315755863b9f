"""The filtered view as a file: same parameters as page and API, figures and rows of one moment."""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.http import FileResponse, HttpRequest, HttpResponseNotModified, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from projects.api.answers import ApiView, one_of
from projects.api.problems import Unreadable
from projects.exports import oc4ids, ready, tables
from projects.exports.view import Stream, View
from projects.exports.xlsx import xlsx
from projects.filters import ProjectFilter
from projects.queries.register import register
from projects.queries.totals import Figures
from reference.conditional import holds
from reference.languages import reader_language
from reference.limits import heavy, too_often
from reference.office_files import XLSX

FIGURES = ("Registry-Projects", "Registry-Cost-Known", "Registry-Cost-Unknown", "Registry-Cost")
"""Headers by which a program checks that it got everything; the cost is in tenge."""
MOST_ROWS_AT_ONCE = 100_000
"""Rows of a workbook made while somebody waits; making it takes minutes of the server's time beyond that."""


def view_of(request: HttpRequest, filters: ProjectFilter) -> View:
    """Return the view with its addresses; the filters must be valid."""
    language = reader_language()
    given = [(name, value) for name, values in request.GET.lists() for value in values if name in filters.filters]
    page = request.build_absolute_uri(reverse("projects"))
    return View(
        filters,
        language,
        request.build_absolute_uri(),
        f"{page}?{urlencode(given)}" if given else page,
        request.build_absolute_uri("/"),
    )


class Download(ApiView, ABC):
    """A file of the filtered view. The address says which form; what the program accepts is not asked."""

    name: ClassVar[str]
    media_type: ClassVar[str]

    @abstractmethod
    def maker(self, given: Mapping[str, Any]) -> Callable[..., Iterator[bytes]]:
        """Return what makes the bytes, as the parameters ask."""

    def too_often(self, request: HttpRequest) -> int:
        """Count downloads by themselves: one costs as much as many pages."""
        return too_often(request, "downloads")

    @method_decorator(heavy)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Send the file when it is this reader's turn."""
        return super().dispatch(request, *args, **kwargs)

    def perform_content_negotiation(self, request: Any, force: bool = False) -> tuple[Any, str]:
        """Take any Accept header."""
        return self.renderer_classes[0](), self.media_type

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Send the file while it is made."""
        filters = ProjectFilter(request.GET, queryset=register())
        given = self.parameters(filters)
        view = view_of(request, filters)
        stream = Stream(view, self.maker(given))
        try:
            self.refuse(stream.figures, filters)
            headers = _headers(self.name, stream.figures)
            place = ready.place_of(view, f"{self.name} {sorted(given.items())}", stream.version)
            if place is not None and (response := self._ready(request, place, headers)) is not None:
                stream.close()
                return response
            pieces = stream if place is None else ready.Kept(stream, place)
            # A HEAD asks for no rows; without a body nothing would ever close the transaction.
            response = StreamingHttpResponse(
                () if request.method == "HEAD" else pieces, content_type=self.media_type, headers=headers
            )
        except BaseException:
            stream.close()
            raise
        if request.method == "HEAD":
            stream.close()
        return response

    def _ready(self, request: HttpRequest, place: ready.Place, headers: dict[str, str]) -> HttpResponseBase | None:
        """Return the file that was kept, 304 for whoever has it, or None where there is none."""
        try:
            etag, file = place.etag, place.path.open("rb")
        except OSError:
            return None
        response: HttpResponseBase
        if holds(request, etag):
            file.close()
            response = HttpResponseNotModified()
        elif request.method == "HEAD":
            response = StreamingHttpResponse((), content_type=self.media_type, headers=headers)
            response.headers["Content-Length"] = str(os.fstat(file.fileno()).st_size)
            file.close()
        else:
            response = FileResponse(file, content_type=self.media_type)
            for name, value in headers.items():
                response.headers[name] = value
        response.headers["ETag"] = etag
        response.headers["Cache-Control"] = headers["Cache-Control"]
        return response

    head = get

    def refuse(self, figures: Figures, filters: ProjectFilter) -> None:
        """Raise Unreadable for a view that this form cannot hold."""


def _headers(name: str, figures: Figures) -> dict[str, str]:
    stem, ending = name.split(".")
    values = (figures.projects, figures.cost_known, figures.cost_unknown, figures.cost)
    return {
        "Content-Disposition": content_disposition_header(True, f"{stem}-{timezone.localdate()}.{ending}") or "",
        "Cache-Control": "no-cache",
        "Access-Control-Expose-Headers": ", ".join(FIGURES),
        **{header: str(value) for header, value in zip(FIGURES, values, strict=True)},
    }


class CsvDownload(Download):
    """``projects.csv``; ``separator=semicolon`` for an Excel in Kazakh or Russian, ``header=labels`` for people."""

    name = "ppp-projects.csv"
    media_type = "text/csv; charset=utf-8"
    own_parameters = {"separator": one_of(*tables.SEPARATORS), "header": one_of("names", "labels")}

    def maker(self, given: Mapping[str, Any]) -> Callable[..., Iterator[bytes]]:
        """Return the maker of CSV with this separator and header."""
        separator = tables.SEPARATORS[given.get("separator", "comma")]
        return tables.csv_maker(separator, with_labels=given.get("header") == "labels")


class XlsxDownload(Download):
    """``projects.xlsx``."""

    name = "ppp-projects.xlsx"
    media_type = XLSX

    def maker(self, given: Mapping[str, Any]) -> Callable[..., Iterator[bytes]]:
        """Return the maker of workbooks."""
        return xlsx

    def refuse(self, figures: Figures, filters: ProjectFilter) -> None:
        """Refuse what would take minutes: CSV has no such bound."""
        if figures.projects > MOST_ROWS_AT_ONCE:
            bound = {"bound": MOST_ROWS_AT_ONCE}
            message = (
                _("These are more than %(bound)d rows. Narrow the filters, or take CSV or the daily file.") % bound
            )
            raise Unreadable({"filters": [message]})


class JsonLinesDownload(Download):
    """``projects.jsonl``: one record a line."""

    name = "ppp-projects.jsonl"
    media_type = "application/x-ndjson; charset=utf-8"

    def maker(self, given: Mapping[str, Any]) -> Callable[..., Iterator[bytes]]:
        """Return the maker of JSON Lines."""
        return tables.json_lines


class Oc4idsDownload(Download):
    """``oc4ids.json``: an OC4IDS project package."""

    name = "oc4ids.json"
    media_type = "application/json"

    def maker(self, given: Mapping[str, Any]) -> Callable[..., Iterator[bytes]]:
        """Return the maker of packages."""
        return oc4ids.package
