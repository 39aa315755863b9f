"""The work list of texts that lack a language: `missing-translations/` on the staff site."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.core.paginator import InvalidPage, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from projects.models import Project
from proposals.queries.translations import Kind, Line, Missing, counted, may_change, seen_kinds
from reference.languages import LANGUAGE_NAMES, LANGUAGES, Localized, reader_language

ROWS_A_PAGE: Final = 50


@dataclass(frozen=True)
class Row:
    """A row of the page: what it is called, what it is a part of, where it is changed (empty: not by this person)."""

    name: Localized
    part_of: str
    address: str
    texts: list[Missing]


class _Counted(Paginator):
    """Pages of rows that are counted already."""

    def __init__(self, rows: Any, count: int) -> None:
        self._known = count
        super().__init__(rows, ROWS_A_PAGE)

    @cached_property
    def count(self) -> int:
        """Return the number that the table of kinds shows too."""
        return self._known


def urls(site: AdminSite) -> list[URLPattern]:
    """Return the address below the staff site."""
    view = site.admin_view(require_safe(missing_translations))
    return [path("missing-translations/", view, {"site": site}, name="missing_translations")]


def may_see_missing(user: Any) -> bool:
    """Tell whether the person may read any row that has texts in several languages."""
    return bool(seen_kinds(user))


def missing_translations(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Show the kinds with their numbers and the rows of one kind: without a name the first that the person may mend."""
    if not may_see_missing(request.user):
        raise PermissionDenied
    lines = counted(request.user)
    language = _known(request.GET.get("language", ""), ("", *LANGUAGES))
    chosen = _chosen(request, lines, language)
    context: dict[str, Any] = {
        **site.each_context(request),
        "title": _("Missing translations"),
        "lines": lines,
        "languages": LANGUAGE_NAMES,
        "language": language,
        "chosen": chosen,
    }
    if chosen is not None:
        count = chosen.by_language[language] if language else chosen.rows
        try:
            page = _Counted(chosen.kind.lines(language), count).page(request.GET.get("page", 1))
        except InvalidPage as error:
            raise Http404 from error
        mends = may_change(request.user, chosen.kind)
        context |= {
            "page": page,
            "count": count,
            "rows": [_row(row, chosen.kind, mends=mends) for row in page],
        }
    return TemplateResponse(request, "admin/missing_translations.html", context)


def _row(row: Any, kind: Kind, *, mends: bool) -> Row:
    title = getattr(row, "title", None)
    wholes = [f"№ {row.number}"] if isinstance(row, Project) else [getattr(row, name) for name in kind.part_of]
    return Row(
        name=title if isinstance(title, Localized) else Localized(str(row), reader_language()),
        part_of=next((str(whole) for whole in wholes if whole), ""),
        address=_address(row) if mends and row.is_open else "",
        texts=kind.missing(row),
    )


def _known(code: str, codes: tuple[str, ...]) -> str:
    if code not in codes:
        raise Http404
    return code


def _chosen(request: HttpRequest, lines: list[Line], language: str) -> Line | None:
    """Return the kind of the address; a kind without gaps has none to show, a kind nobody may see is not found."""
    wanted = request.GET.get("kind", "")
    if wanted:
        kind = next((kind for kind in seen_kinds(request.user) if kind.code == wanted), None)
        if kind is None:
            raise Http404
        empty = Line(kind, 0, dict.fromkeys(LANGUAGES, 0), may_change(request.user, kind))
        return next((line for line in lines if line.kind is kind), empty)
    found = [line for line in lines if not language or line.by_language[language]]
    return min(found, key=lambda line: not line.may_change, default=None)


# --- where a row is changed ---
def _page(name: str, *keys: Any) -> str:
    return reverse(f"admin:{name}", args=keys)


def _own(row: Any) -> str:
    return _page(f"{row._meta.app_label}_{row._meta.model_name}_change", row.pk)


def _of_document(row: Any) -> str:
    if row.project_id:
        return _page("projects_project_change", row.project_id)
    return _page("projects_resolution_change", row.resolution_id)


_ELSEWHERE: Final[dict[str, Callable[[Any], str]]] = {
    "document": _of_document,
    "responsibility": lambda row: _page("projects_project_change", row.project_id),
    "session": lambda row: _page("proposals_session_edit", row.pk),
    "agendaitem": lambda row: _page("proposals_session_item", row.session_id, row.pk),
    "draftresolution": lambda row: _page("proposals_draftresolution_paper", row.pk),
    "itemdecision": lambda row: _page("proposals_draftresolution_items", row.draft_id),
    "listrevision": lambda row: _page("proposals_draftresolution_line", row.draft_id, row.project.number),
    "lettertext": lambda row: (
        _page("proposals_lettertext_add")
        + "?"
        + urlencode({"kind": row.kind, "language": next(code for code in LANGUAGES if getattr(row, f"lacks_{code}"))})
    ),
}


def _address(row: Any) -> str:
    return str(_ELSEWHERE.get(row._meta.model_name, _own)(row))
