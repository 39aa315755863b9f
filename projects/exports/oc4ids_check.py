"""An OC4IDS package held against the standard: its JSON Schema and its codelists, read from a folder."""

import csv
import datetime
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator, FormatChecker  # type: ignore[import-untyped]

Json = dict[str, Any]
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+")
FORMATS = FormatChecker()
"""jsonschema itself knows neither moments nor addresses."""


@FORMATS.checks("date-time", raises=ValueError)
def is_moment(value: Any) -> bool:
    """Tell whether a text is a moment with its offset (RFC 3339); raises ValueError when it is not."""
    return not isinstance(value, str) or ("T" in value and datetime.datetime.fromisoformat(value).tzinfo is not None)


@FORMATS.checks("uri")
def is_uri(value: Any) -> bool:
    """Tell whether a text is an address in the letters of RFC 3986."""
    return not isinstance(value, str) or bool(_URI.fullmatch(value))


@dataclass(frozen=True)
class Standard:
    """The two schemas and the codes of each codelist by the name of its file."""

    package: Json
    project: Json
    codelists: dict[str, set[str]]


@dataclass
class Checked:
    """What was found, in lines; codes outside an open codelist are lawful and only noted."""

    projects: int = 0
    closed_codes: int = 0
    open_codes: int = 0
    errors: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def load_standard(folder: Path) -> Standard:
    """Read the standard. Raises OSError or ValueError when a file is missing or is no JSON."""
    package, project = (
        json.loads((folder / f"{name}-schema.json").read_bytes()) for name in ("project-package", "project")
    )
    codelists = {}
    for path in sorted((folder / "codelists").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as lines:
            codelists[path.name] = {row["Code"] for row in csv.DictReader(lines)}
    if not codelists:
        raise ValueError("codelists/ is empty")
    return Standard(package, project, codelists)


def check(package: Json, standard: Standard) -> Checked:
    """Hold the package against schema and codelists."""
    projects = package.get("projects", [])
    found = Checked(projects=len(projects))
    outer = {**standard.package, "properties": {**standard.package["properties"]}}
    # The projects are looked at one by one, so that an error names its project.
    outer["properties"]["projects"] = {"type": "array", "minItems": 1, "uniqueItems": True}
    found.errors += _schema_errors("package", package, outer)
    ids = Counter(project.get("id") for project in projects)
    found.errors += [f"package: {count} projects with the id {key}" for key, count in ids.items() if count > 1]
    unknown_open: Counter[tuple[str, str]] = Counter()
    for project in projects:
        name = str(project.get("id"))
        found.errors += _schema_errors(name, project, standard.project)
        for path, codelist, is_open, code in coded(project, standard.project, standard.project):
            known = code in standard.codelists.get(codelist, ())
            if is_open:
                found.open_codes += 1
                unknown_open[codelist, code] += not known
            else:
                found.closed_codes += 1
                if not known:
                    found.errors.append(f"{name}: {path}: {code} is not in {codelist}")
    found.notes = [
        f"{code} is not in the open codelist {codelist}: {count} times"
        for (codelist, code), count in sorted(unknown_open.items())
        if count
    ]
    return found


def _schema_errors(name: str, value: Json, schema: Json) -> list[str]:
    validator = Draft4Validator(schema, format_checker=FORMATS)
    return [
        f"{name}: {'/'.join(map(str, error.absolute_path)) or '.'}: {error.message[:300]}"
        for error in validator.iter_errors(value)
    ]


def coded(value: Any, schema: Json, root: Json, path: str = "") -> Iterator[tuple[str, str, bool, str]]:
    """Yield every code of a codelist in the value: path, codelist, whether it is open, code."""
    if "$ref" in schema:
        target: Any = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        schema = {**target, **{name: rule for name, rule in schema.items() if name != "$ref"}}
    if codelist := schema.get("codelist"):
        for code in value if isinstance(value, list) else [value]:
            yield path, codelist, bool(schema.get("openCodelist")), code
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name in schema.get("properties", {}):
                yield from coded(inner, schema["properties"][name], root, f"{path}/{name}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from coded(inner, schema.get("items", {}), root, f"{path}/{place}")
