"""The addresses of the API: each asks the queries of the register and writes JSON, and decides nothing."""

from typing import Any

from django.db.models import F
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404

from projects.api import details, shapes
from projects.api.answers import ApiView, answer, one_of, to_json
from projects.api.paging import PAGE_SIZE, View, cursor, page_size, view_name
from projects.api.parameters import FILTERS, PAGING, documented, grouping_parameter
from projects.api.plain import plain_page
from projects.filters import ProjectFilter
from projects.models import Project, Resolution
from projects.queries.as_of import story_of, totals_on_by
from projects.queries.declared import declared_against_entered, entered_by
from projects.queries.ordering import Term
from projects.queries.records import columns_of_line, columns_of_project, record_of
from projects.queries.register import project_page, register, resolutions
from projects.queries.snapshot import one_moment
from projects.queries.totals import Figures, MoreThan, Totals
from reference.models import Sector, Territory

GREATEST_KEY = 2_147_483_647
LONGEST = 10
"""Seconds that one question of an answer may take the database."""
_NEVER_IN_A_CURSOR = ("cursor", "page_size", "lang")


class _Paged(ApiView):
    """A list whose pages follow one another by cursor."""

    own_parameters = {"cursor": cursor, "page_size": page_size}

    def turned(self, body: dict[str, Any], after: str) -> HttpResponse:
        """Answer with the page; the address of the next one stands in the body and in the header Link."""
        following = None
        if after:
            query = self.request.GET.copy()
            query["cursor"] = after
            # The words of the rows are sorted as this language writes them.
            query["lang"] = self.language
            following = self.request.build_absolute_uri(f"{self.request.path}?{query.urlencode()}")
        results = body.pop("results")
        response = answer(self.request, to_json({**body, "next": following, "results": results}))
        if following:
            response.headers["Link"] = f'<{following}>; rel="next"'
        return response


class Projects(_Paged):
    """The register, filtered."""

    @documented("projects", shapes.ProjectList, FILTERS, PAGING, paged=True)
    def get(self, request: Any) -> HttpResponse:
        """Return one page of the rows, and the figures of the whole view."""
        name = view_name(request.GET, _NEVER_IN_A_CURSOR, self.language)
        if self.version is not None and (plain := plain_page(request.GET, self.version, name)):
            found, after = plain
            return self.turned(
                {**details.figures(found.totals), "rows": found.totals.rows, "results": found.rows}, after
            )
        filters = ProjectFilter(request.GET, queryset=register())
        given = self.parameters(filters)
        with one_moment(seconds=LONGEST):
            found = filters.shown
            view = View(
                filters.rows(without=("ordering",)) if filters.day is None else filters.lines(without=("ordering",)),
                filters.order_terms(),
                columns_of_project() if filters.day is None else columns_of_line(),
                name,
                found if filters.is_sought else None,
            )
            body = self._figures(filters, found)
            rows, after = view.page(given.get("cursor"), given.get("page_size", PAGE_SIZE))
        return self.turned({**body, "results": [record_of(row) for row in rows]}, after)

    @staticmethod
    def _figures(filters: ProjectFilter, found: Figures | MoreThan) -> dict[str, int | None]:
        if isinstance(found, MoreThan):
            return details.more_than(found)
        rows = found.rows if isinstance(found, Totals) else filters.lines().order_by().count()
        return {**details.figures(found), "rows": rows}


class OneProject(ApiView):
    """One project with everything that is public about it."""

    @documented("project", shapes.ProjectDetail, number=True)
    def get(self, request: Any, number: int) -> HttpResponse:
        """Return the project; 404 for a number that no row has."""
        self.parameters()
        if number > GREATEST_KEY:
            raise Http404
        with one_moment(seconds=LONGEST):
            project: Project = get_object_or_404(project_page(), number=number)
            body = details.project_detail(request, project, story_of(project))
        return answer(request, to_json(body))


class Resolutions(_Paged):
    """The decisions of the maslikhats."""

    @documented("resolutions", shapes.ResolutionList, PAGING, paged=True)
    def get(self, request: Any) -> HttpResponse:
        """Return one page of resolutions, newest first."""
        given = self.parameters()
        newest_first: list[Term] = [(F("adopted"), True), (F("pk"), True)]
        with one_moment(seconds=LONGEST):
            view = View(resolutions(), newest_first, {"pk": "pk"}, view_name(request.GET, _NEVER_IN_A_CURSOR, "papers"))
            keys, after = view.page(given.get("cursor"), given.get("page_size", PAGE_SIZE))
            found = resolutions().in_bulk([row["pk"] for row in keys])
            entered = entered_by("resolution", found)
            body = {"count": Resolution.objects.count()}
        papers = [found[row["pk"]] for row in keys]
        rows = [details.resolution_row(request, paper, entered.get(paper.pk, Figures())) for paper in papers]
        return self.turned({**body, "results": rows}, after)


class OneResolution(ApiView):
    """One decision of a maslikhat."""

    @documented("resolution", shapes.ResolutionDetail, number=True)
    def get(self, request: Any, id: int) -> HttpResponse:
        """Return the resolution; 404 for an id that none has."""
        self.parameters()
        if id > GREATEST_KEY:
            raise Http404
        with one_moment(seconds=LONGEST):
            paper: Resolution = get_object_or_404(resolutions(), pk=id)
            body = details.resolution_detail(request, paper, declared_against_entered(paper))
        return answer(request, to_json(body))


class Sectors(ApiView):
    """The sectors and their codes."""

    @documented("sectors", shapes.SectorList)
    def get(self, request: Any) -> HttpResponse:
        """Return all sectors."""
        self.parameters()
        rows = [details.sector_row(sector) for sector in Sector.objects.all()]
        return answer(request, to_json({"count": len(rows), "results": rows}))


class Territories(ApiView):
    """The territories and their codes."""

    @documented("territories", shapes.TerritoryList)
    def get(self, request: Any) -> HttpResponse:
        """Return all territories."""
        self.parameters()
        rows = [details.territory_row(territory) for territory in Territory.objects.all()]
        return answer(request, to_json({"count": len(rows), "results": rows}))


class TotalsBy(ApiView):
    """Totals of the filtered view, told apart by one property."""

    own_parameters = {"by": one_of(*shapes.GROUPINGS)}
    required_parameters = ("by",)

    @documented("totals", shapes.Totals, [grouping_parameter()], FILTERS)
    def get(self, request: Any) -> HttpResponse:
        """Return the whole and its parts, which add up to it."""
        filters = ProjectFilter(request.GET, queryset=register())
        by = self.parameters(filters)["by"]
        with one_moment(seconds=LONGEST):
            whole = filters.figures()
            lines = self._of_day(by, filters) if filters.day else self._of_today(by, filters)
        body = {
            "by": by,
            "whole": details.figures(whole),
            "lines": [{"code": None if code is None else str(code), **details.figures(found)} for code, found in lines],
        }
        return answer(request, to_json(body))

    @staticmethod
    def _of_today(by: str, filters: ProjectFilter) -> list[tuple[Any, Figures]]:
        return [(group.key, group.totals) for group in filters.totals_by(by)]

    @staticmethod
    def _of_day(by: str, filters: ProjectFilter) -> list[tuple[Any, Figures]]:
        found = totals_on_by(f"project__{by}", filters.lines(without=("ordering",)))
        return sorted(found.items(), key=lambda line: (line[0] is None, str(line[0])))
