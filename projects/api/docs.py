"""The documentation for people who write programs: the OpenAPI description as a page, without any script."""

import json
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _, override, pgettext
from django.views.decorators.http import require_safe

from projects.api.answers import answer
from projects.api.languages import asked_language
from projects.api.paging import GREATEST_PAGE, PAGE_SIZE
from projects.api.problems import DETAILS, RETRY_AFTER, TITLES
from projects.api.schema import FILES, description
from projects.exports.view import LICENCE
from reference.languages import reader_language

_IN_AN_EXAMPLE = 3
"""Parameters that an example of an address shows at most."""


@dataclass(frozen=True)
class Row:
    """A parameter or a field: its name, how it is written, the codes it may hold, and what it means."""

    name: str
    kind: str
    codes: tuple[str, ...]
    meaning: str
    required: bool = False
    shape: str = ""


@dataclass(frozen=True)
class Address:
    """One address with what it takes and answers."""

    key: str
    path: str
    summary: str
    meaning: str
    parameters: tuple[Row, ...]
    shape: str
    fields: tuple[Row, ...]
    curl: str
    example: str


@dataclass(frozen=True)
class Shape:
    """An object that stands inside answers."""

    name: str
    fields: tuple[Row, ...]


def _named(schema: dict[str, Any]) -> str:
    """Return the name of the object that a field holds or lists, or nothing."""
    for part in (schema, schema.get("items", {}), *schema.get("allOf", ())):
        if "$ref" in part:
            return str(part["$ref"]).rpartition("/")[2]
    return ""


def _kind(schema: dict[str, Any]) -> str:
    words = {
        "string": pgettext("type of data", "text"),
        "integer": _("whole number"),
        "number": _("decimal number"),
        "boolean": _("true or false"),
        "object": _("object"),
    }
    if schema.get("type") == "array":
        found = _("list of: %(kind)s") % {"kind": _kind(schema["items"])}
    elif name := _named(schema):
        found = name
    else:
        days = {"date": pgettext("type of data", "date"), "date-time": _("time with offset")}
        found = days.get(schema.get("format", "")) or words.get(schema.get("type", ""), "")
    return _("%(kind)s or null") % {"kind": found} if schema.get("nullable") else found


def _codes(schema: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(code) for code in schema.get("items", schema).get("enum", ()) if code)


def _meaning(schema: dict[str, Any]) -> str:
    # Below the sentence the description lists the codes, which have a place of their own here.
    return str(schema.get("description", "")).split("\n\n*")[0].split("\n* ")[0]


def _fields(schema: dict[str, Any]) -> tuple[Row, ...]:
    return tuple(
        Row(name, _kind(field), _codes(field), _meaning(field), shape=_named(field))
        for name, field in schema.get("properties", {}).items()
    )


def _parameter(given: dict[str, Any]) -> Row:
    schema = given["schema"]
    return Row(given["name"], _kind(schema), _codes(schema), given.get("description", ""), given.get("required", False))


def _curl(root: str, path: str, operation: dict[str, Any]) -> str:
    pairs = []
    for given in operation.get("parameters", []):
        example = given["schema"].get("example")
        if example is not None and given["in"] == "query":
            pairs += [(given["name"], value) for value in (example if isinstance(example, list) else [example])]
    query = f"?{urlencode(pairs[:_IN_AN_EXAMPLE])}" if pairs else ""
    return f"curl '{root}{path.format(number=12, id=3)}{query}'"


def _address(root: str, path: str, operation: dict[str, Any], shapes: dict[str, Any]) -> Address:
    content = operation["responses"]["200"]["content"]["application/json"]
    examples = list(content.get("examples", {}).values())
    return Address(
        operation["operationId"],
        path,
        operation["summary"],
        operation["description"],
        tuple(_parameter(given) for given in operation.get("parameters", [])),
        _named(content["schema"]),
        _fields(shapes.get(_named(content["schema"]), {})),
        _curl(root, path, operation),
        _indented(examples[0]["value"]) if examples else "",
    )


def _indented(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


@lru_cache(maxsize=16)
def _described(language: str, root: str) -> dict[str, Any]:
    """Return what the page shows in this language."""
    made = description(language)
    shapes = made["components"]["schemas"]
    addresses = [_address(root, path, methods["get"], shapes) for path, methods in made["paths"].items()]
    whole = {address.shape for address in addresses}
    return {
        "addresses": addresses,
        "shapes": [Shape(name, _fields(shape)) for name, shape in shapes.items() if name not in whole],
        "problems": [(status, TITLES[status], DETAILS[status]) for status in sorted(TITLES)],
        "page_size": PAGE_SIZE,
        "greatest_page": GREATEST_PAGE,
        "retry_after": RETRY_AFTER,
        "licence": LICENCE,
        "files": FILES,
        "root": root,
    }


def _page(visitor: HttpRequest, **more: Any) -> str:
    """Return the page; with ``more`` it knows nothing of the visitor but that."""
    language = reader_language()
    root = visitor.build_absolute_uri("/").rstrip("/")
    with override(language):
        shown = {**_described(language, root), **more}
        return render_to_string("projects/api_docs.html", shown, None if more else visitor)


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Show the documentation at an address that names no language: to everybody the same, and without a cookie."""
    with override(asked_language(request)):
        stand_in = copy(request)
        # The links to other languages must lead to the page that names its language.
        stand_in.path = stand_in.path_info = reverse("api_docs")
        stand_in.META = {**request.META, "QUERY_STRING": ""}
        page = _page(request, request=stand_in, user=AnonymousUser())
        response = answer(request, page.encode(), content_type="text/html; charset=utf-8")
        response.headers["Content-Language"] = reader_language()
    patch_vary_headers(response, ["Accept-Language"])
    return response


@require_safe
def docs_page(request: HttpRequest) -> HttpResponse:
    """Show the documentation below an address that names its language."""
    return HttpResponse(_page(request))
