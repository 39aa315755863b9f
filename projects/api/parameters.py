"""What may stand in an address, told for the OpenAPI schema and the documentation."""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

from projects.api.examples import EXAMPLES
from projects.api.paging import GREATEST_PAGE, PAGE_SIZE
from projects.api.problems import DETAILS, MEDIA_TYPE, TITLES
from projects.api.shapes import GROUPINGS, Problem
from projects.queries.facets import UNKNOWN_YEAR
from projects.queries.ordering import ORDERINGS
from reference.codelists import InitiatorType, ProjectStatus
from reference.languages import LANGUAGES
from reference.money import TENGE_CEILING

Parameters = list[OpenApiParameter]


def _one(
    name: str, schema: dict[str, Any], description: Any, *examples: Any, required: bool = False
) -> OpenApiParameter:
    schema = {**schema, **({"example": examples[0]} if examples else {})}
    return OpenApiParameter(name, schema, OpenApiParameter.QUERY, required=required, description=description)


def _many(name: str, item: dict[str, Any], description: Any, *examples: Any) -> OpenApiParameter:
    schema = {"type": "array", "items": item, **({"example": list(examples)} if examples else {})}
    return OpenApiParameter(name, schema, OpenApiParameter.QUERY, description=description, explode=True, style="form")


def _codes(values: Sequence[Any]) -> dict[str, Any]:
    return {"type": "string", "enum": [str(value) for value in values]}


_YEAR = {"type": "string", "pattern": f"^({UNKNOWN_YEAR}|199[1-9]|20[0-9]{{2}}|2100)$"}
"""The years that partial_dates.py takes."""
_SUM = {"type": "integer", "format": "int64", "minimum": 0, "maximum": TENGE_CEILING}
_ORDERS = [sign + name for name in ORDERINGS for sign in ("", "-")]

LANG = _one(
    "lang", _codes(LANGUAGES), _("Language of sentences and of the order of words; goes before Accept-Language.")
)
FILTERS: Parameters = [
    _many(
        "sector",
        {"type": "string", "pattern": "^[-a-zA-Z0-9_]+$"},
        _("Codes of sectors; several widen the choice."),
        "education",
    ),
    _many(
        "territory",
        {"type": "string", "pattern": "^[0-9]{9}$"},
        _("KATO codes; a region or city includes its districts."),
        "750000000",
    ),
    _many("initiator_type", _codes(InitiatorType.values), _("Who proposed the project."), "sme"),
    _many("status", _codes(ProjectStatus.values), _("Where the asset is."), "approved"),
    _many("year", _YEAR, _("Years of the approval; “none”: rows whose year is not known."), "2017"),
    _one("cost_min", _SUM, _("Least cost in whole tenge; rows of unknown cost are then left out."), 1_000_000_000),
    _one("cost_max", _SUM, _("Greatest cost in whole tenge; rows of unknown cost are then left out.")),
    _one(
        "resolution",
        {"type": "string", "pattern": "^([0-9]{1,9}|none)$"},
        _("Id of the resolution by which projects entered; “none”: rows without a resolution on file."),
    ),
    _one(
        "as_of",
        {"type": "string", "format": "date"},
        _("A past day: the list as it stood then, by titles, sums and terms of that day. Status is of today."),
    ),
    _one(
        "search",
        {"type": "string", "maxLength": 200},
        _("Words in title, place, partner, sector or territory, whatever their case; also the number."),
    ),
    _one(
        "ordering", _codes(_ORDERS), _("Order of the rows, a minus for the other direction; what is not known is last.")
    ),
]
PAGING: Parameters = [
    _one(
        "cursor",
        {"type": "string", "pattern": "^[-._:A-Za-z0-9]+$"},
        _("Where the page begins; taken from “next” as it stands."),
    ),
    _one(
        "page_size",
        {"type": "integer", "minimum": 1, "maximum": GREATEST_PAGE, "default": PAGE_SIZE},
        _("Rows on a page."),
    ),
]


def grouping_parameter() -> OpenApiParameter:
    """Return the parameter that says by what totals are told apart."""
    told = _("By what the lines tell the projects apart; territory: the region, city or district each row names.")
    return _one("by", _codes(GROUPINGS), told, "sector", required=True)


SUMMARIES: dict[str, tuple[Any, Any]] = {
    "projects": (
        _("Projects: list, search, sums"),
        _("Rows of the register, page by page, with count and sum of the whole view as of one moment."),
    ),
    "project": (
        _("One project"),
        _("Everything public about one project: sums, obligations by year, road, papers."),
    ),
    "resolutions": (
        _("Resolutions"),
        _("Decisions of the maslikhats, newest first: what each declares beside what is entered."),
    ),
    "resolution": (_("One resolution"), _("The paper's facts, declared shares, changed lines and public papers.")),
    "sectors": (_("Sectors"), _("Codes and names of the sectors.")),
    "territories": (_("Territories"), _("KATO codes and names of regions, cities and districts.")),
    "totals": (
        _("Totals"),
        _("Count and sum of the view, told apart by one property; the lines add up to the whole. No order applies."),
    ),
    "schema": (_("This description"), _("The API described in OpenAPI 3, as JSON or YAML.")),
}


_UNCHANGED = _("Nothing changed since the answer with this ETag.")


def _header(name: str, description: Any, statuses: Sequence[int], *, always: bool = True) -> OpenApiParameter:
    return OpenApiParameter(
        name, str, OpenApiParameter.HEADER, response=list(statuses), description=description, required=always
    )


def _headers(*, paged: bool) -> Parameters:
    found = [
        _header("ETag", _("Mark of the content, for If-None-Match."), (200, 304)),
        _header("Cache-Control", _("How long the answer may be kept."), (200, 304)),
        _header("Content-Language", _("Language of the answer."), (200,)),
    ]
    if paged:
        found.append(_header("Link", _("Address of the next page, if there is one."), (200,), always=False))
    return found


def documented(
    operation: str, shape: Any, *parameters: Parameters, number: bool = False, paged: bool = False
) -> Callable[[Any], Any]:
    """Tell the schema what an address takes and answers."""
    summary, description = SUMMARIES[operation]
    examples = [OpenApiExample("example", value=EXAMPLES[operation], response_only=True, status_codes=["200"])]
    found: dict[Any, Any] = {200: OpenApiResponse(shape, description=description)}
    found[304] = OpenApiResponse(description=_UNCHANGED)
    problems = [400, *([404] if number else []), 405, 406, 500, 503]
    for status in problems:
        found[(status, MEDIA_TYPE)] = OpenApiResponse(Problem, description=TITLES[status])
        examples.append(_example(status))
    key, told = (
        ("number", _("Number in the register.")) if operation == "project" else ("id", _("Id of the resolution."))
    )
    path = [OpenApiParameter(key, OpenApiTypes.INT, OpenApiParameter.PATH, description=told)]
    return extend_schema(
        operation_id=operation,
        summary=summary,
        description=description,
        tags=["register"],
        parameters=[*chain.from_iterable(parameters), LANG, *(path if number else []), *_headers(paged=paged)],
        responses=found,
        examples=examples,
    )


def _example(status: int) -> OpenApiExample:
    body = {
        "type": f"/api/v1/docs/#problem-{status}",
        "title": TITLES[status],
        "status": status,
        "detail": DETAILS[status],
    }
    if status == 400:
        body["errors"] = {"year": [_("Write a whole number from 1 to %(greatest)s.") % {"greatest": GREATEST_PAGE}]}
    return OpenApiExample(
        f"{status}", value=body, response_only=True, status_codes=[str(status)], media_type=MEDIA_TYPE
    )


def schema_documented() -> Callable[[Any], Any]:
    """Tell the schema about the address of the schema itself."""
    summary, description = SUMMARIES["schema"]
    types = ("application/json", "application/vnd.oai.openapi+json", "application/yaml", "application/vnd.oai.openapi")
    found: dict[Any, Any] = {
        (200, media): OpenApiResponse(OpenApiTypes.OBJECT, description=description) for media in types
    }
    found[304] = OpenApiResponse(description=_UNCHANGED)
    found |= {
        (status, MEDIA_TYPE): OpenApiResponse(Problem, description=TITLES[status])
        for status in (400, 405, 406, 500, 503)
    }
    form = _one("format", _codes(("json", "yaml")), _("JSON or YAML; goes before the Accept header."))
    return extend_schema(
        operation_id="schema",
        summary=summary,
        description=description,
        tags=["register"],
        parameters=[form, LANG, *_headers(paged=False)],
        responses=found,
    )
