"""The API described in OpenAPI 3, made from the views once for each language and kept while the process lives."""

import json
from functools import lru_cache
from typing import Any

import yaml
from django.http import HttpResponse
from django.urls import include, path
from django.utils.encoding import force_str
from django.utils.functional import Promise
from django.utils.translation import gettext as _, override
from drf_spectacular.generators import SchemaGenerator
from rest_framework.renderers import BaseRenderer

from projects.api.answers import ApiView, answer, one_of, to_json
from projects.api.parameters import schema_documented
from projects.exports.view import LICENCE

OPENAPI_JSON, OPENAPI_YAML = "application/vnd.oai.openapi+json", "application/vnd.oai.openapi"


# These only say what may be asked for; the view itself writes the description.
class _Json(BaseRenderer):
    media_type, format = "application/json", "json"


class _OpenApiJson(BaseRenderer):
    media_type, format = OPENAPI_JSON, "json"


class _Yaml(BaseRenderer):
    media_type, format = "application/yaml", "yaml"


class _OpenApiYaml(BaseRenderer):
    media_type, format = OPENAPI_YAML, "yaml"


FILES = tuple(f"/api/v1/{name}" for name in ("projects.csv", "projects.xlsx", "projects.jsonl", "oc4ids.json"))
"""Downloads of the filtered view."""


def _words(value: Any) -> str:
    if isinstance(value, Promise):
        return force_str(value)
    raise TypeError(f"a description has no {type(value).__name__}")


@lru_cache(maxsize=8)
def description(language: str) -> dict[str, Any]:
    """Return the OpenAPI description in this language."""
    with override(language):
        patterns = [path("api/v1/", include("projects.api.urls"))]
        made = json.loads(json.dumps(SchemaGenerator(patterns=patterns).get_schema(None, public=True), default=_words))
        made["info"] |= {"title": _("Registry of PPP projects"), "description": _introduction()}
        made["info"]["license"] = {"name": "CC BY 4.0", "url": LICENCE}
    for methods in made["paths"].values():
        for given in methods["get"].get("parameters", ()):
            # Forms send every box: a blank parameter is none.
            if given["in"] == "query" and not given.get("required"):
                given["allowEmptyValue"] = True
    return made


def _introduction() -> str:
    return "\n\n".join(
        (
            _("The register of public-private partnership projects, read-only and without an account."),
            _("Amounts are whole tenge. What is not known is null or empty and never 0."),
            _("A parameter that is not known, is given twice or cannot be read is refused with 400 and named."),
            _("Files of the same view, with the same filters: %(files)s.") % {"files": ", ".join(FILES)},
        )
    )


@lru_cache(maxsize=8)
def written(language: str, form: str) -> bytes:
    """Return the description as bytes of ``json`` or ``yaml``."""
    made = description(language)
    if form == "json":
        return to_json(made)
    # The dumper written in C is ten times quicker, where the machine has it.
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    return yaml.dump(made, Dumper=dumper, allow_unicode=True, sort_keys=False, width=120).encode()


class Schema(ApiView):
    """The description of the API itself."""

    renderer_classes = (_Json, _OpenApiJson, _Yaml, _OpenApiYaml)
    own_parameters = {"format": one_of("json", "yaml")}

    @schema_documented()
    def get(self, request: Any) -> HttpResponse:
        """Return the OpenAPI description as JSON or YAML."""
        wanted = self.parameters().get("format")
        renderer, media_type = request.accepted_renderer, request.accepted_media_type
        if wanted and wanted != renderer.format:
            renderer, media_type = (_Json, "application/json") if wanted == "json" else (_Yaml, "application/yaml")
        return answer(request, written(self.language, renderer.format), content_type=media_type)
