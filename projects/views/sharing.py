"""What other programs show of a project's page: a preview for messengers, and its facts for search engines."""

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext as _, pgettext

from projects.models import Project
from reference.languages import LANGUAGES, reader_language
from reference.money import format_tenge

_LOCALES = {"kk": "kk_KZ", "ru": "ru_RU", "en": "en_GB"}
# What could end the element or begin a comment in it; as escapes of JSON they stay what they are.
_ESCAPES = {ord(sign): f"\\u{ord(sign):04X}" for sign in "<>&\u2028\u2029"}


@dataclass(frozen=True)
class Sharing:
    """Words of the preview in the page's language, and the facts as JSON-LD, safe inside a script element."""

    title: str
    description: str
    address: str
    api: str
    locale: str
    other_locales: list[str]
    linked_data: SafeString


def of_project(project: Project, request: HttpRequest) -> Sharing:
    """Return what is shared of a project."""
    address = request.build_absolute_uri(project.get_absolute_url())
    api = request.build_absolute_uri(reverse("api-project", args=[project.number]))
    language = reader_language()
    described = _description(project)
    data = _linked_data(project, address, api, described, request.build_absolute_uri("/"))
    return Sharing(
        title=project.title.text,
        description=described,
        address=address,
        api=api,
        locale=_LOCALES.get(language, "kk_KZ"),
        other_locales=[locale for code, locale in _LOCALES.items() if code != language],
        linked_data=_in_script(data),
    )


def _in_script(data: dict[str, Any]) -> SafeString:
    return mark_safe(json.dumps(data, ensure_ascii=False).translate(_ESCAPES))  # noqa: S308


def _description(project: Project) -> str:
    cost = pgettext("sum", "unknown") if project.cost is None else format_tenge(project.cost)
    basis = project.resolution or (project.excluded_by if project.excluded_by_id else None)
    place = [project.territory.parent.name] if project.territory.parent else []
    parts = [
        project.get_status_display(),
        ", ".join([*place, project.territory.name]),
        project.sector.name,
        f"{_('Cost')}: {cost}",
        f"{_('Resolution')}: {basis}" if basis else _("Resolution not on file."),
    ]
    return ". ".join(capfirst(part.rstrip(".")) for part in parts) + "."


def _linked_data(project: Project, address: str, api: str, described: str, site: str) -> dict[str, Any]:
    """Return the row as a data set of schema.org: the type whose fields hold sums, a source and a download."""
    names = {code: text for code in LANGUAGES if (text := getattr(project, f"title_{code}"))}
    facts: list[tuple[str, Any, str]] = [
        ("number", project.number, ""),
        ("status", project.status, ""),
        ("cost", project.cost, "KZT"),
        ("term_years", None if project.term_years is None else float(project.term_years), "ANN"),
        ("jobs", project.jobs, ""),
        ("year", project.year, ""),
    ]
    based = [site.rstrip("/") + row.get_absolute_url() for row in (project.resolution, project.excluded_by) if row]
    return {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "@id": address,
        "url": address,
        "name": project.title.text,
        "alternateName": [text for text in names.values() if text != project.title.text],
        "description": described,
        "inLanguage": get_language(),
        "identifier": str(project.number),
        "keywords": [project.sector.name],
        "dateModified": project.updated_at.isoformat(),
        "isAccessibleForFree": True,
        "spatialCoverage": {
            "@type": "AdministrativeArea",
            "name": project.territory.name,
            "identifier": f"KATO {project.territory_id}",
        },
        "variableMeasured": [
            {"@type": "PropertyValue", "name": name, "value": value, **({"unitCode": unit} if unit else {})}
            for name, value, unit in facts
            if value is not None
        ],
        "isBasedOn": [*based, *([project.source_url] if project.source_url else [])],
        "publisher": {"@type": "Organization", "name": _("Regional Chamber of Entrepreneurs"), "url": site},
        "distribution": [{"@type": "DataDownload", "encodingFormat": "application/json", "contentUrl": api}],
        "includedInDataCatalog": {"@type": "DataCatalog", "name": _("Registry of PPP projects"), "url": site},
    }
