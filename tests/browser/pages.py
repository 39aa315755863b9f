"""The public pages, by name; what a name stands for is looked up in the register."""

from collections.abc import Callable
from typing import Final

from django.db.models.functions import Length

from projects.models import Project, Resolution
from reference.codelists import ProjectStatus

STATUS: Final = {"list-with-an-error": 400, "not-found": 404}


def _project(**facts: object) -> str:
    found = Project.objects.filter(**facts).order_by("number").first()
    assert found is not None, facts
    return f"projects/{found.number}/"


def _longest_title() -> str:
    found = Project.objects.annotate(length=Length("title_ru")).order_by("-length").first()
    assert found is not None
    return f"projects/{found.number}/"


def _resolution(key: str) -> Callable[[], str]:
    return lambda: f"resolutions/{Resolution.objects.get(import_key=key).pk}/"


_PATHS: Final[dict[str, Callable[[], str]]] = {
    "home": lambda: "",
    "list": lambda: "projects/",
    "list-filtered": lambda: (
        "projects/?sector=education&sector=health&search=%D0%B0%D0%BB%D0%BC%D0%B0%D1%82%D1%8B"
        "&cost_min=1000000&ordering=-cost&unheard=1"
    ),
    "list-table": lambda: "projects/?view=table&ordering=territory",
    "list-map": lambda: "projects/?view=map&territory=750000000",
    "list-last-page": lambda: "projects/?page=5",
    "list-empty": lambda: "projects/?search=%D0%B6%D0%BE%D2%9B%D0%B6%D0%BE%D0%B1%D0%B0",
    "list-with-an-error": lambda: "projects/?cost_min=abc&sector=education",
    "project-on-file": lambda: _project(resolution__isnull=False, status=ProjectStatus.APPROVED, is_group=False),
    "project-with-cost": lambda: _project(resolution__isnull=True, cost__gt=10**10),
    "project-planned": lambda: _project(status=ProjectStatus.PLANNED),
    "project-excluded": lambda: _project(status=ProjectStatus.EXCLUDED),
    "project-group": lambda: _project(is_group=True),
    "project-longest-title": _longest_title,
    "resolutions": lambda: "resolutions/",
    "resolution-approval": _resolution("almaty-2017-09"),
    "resolution-amendment": _resolution("kyzylorda-34"),
    "resolution-exclusion": _resolution("west-kazakhstan-19"),
    "statistics": lambda: "statistics/",
    "list-on-a-day": lambda: "projects/?as_of=2019-03-01&view=map",
    "open-data": lambda: "data/",
    "api": lambda: "api/",
    "accessibility": lambda: "accessibility/",
    "not-found": lambda: "projects/99999/",
}
NAMES: Final = tuple(_PATHS)


def path_of(name: str, language: str) -> str:
    """Return the path of a page in a language."""
    return f"/{language}/{_PATHS[name]()}"
