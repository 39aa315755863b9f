"""The view as an OC4IDS 0.9.5 project package (docs/decisions/0020-oc4ids-mapping.md)."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from projects.exports.cells import as_json, moment
from projects.exports.copied import json_may_hold_unshown
from projects.exports.dictionary import BLOCK_NAME
from projects.exports.oc4ids_parts import (
    LOCAL_PREFIX,
    STATE_PARTNER,
    Json,
    contracting_process,
    day,
    decision,
    filled,
    number,
    parties,
    period,
    tenge,
    text,
    url,
)
from projects.exports.oc4ids_written import APPROVAL, DECISIONS, MORE, NAMES, PAPERS, PLACE, Told, columns
from projects.exports.view import LICENCE, View
from projects.models import Project, Resolution
from projects.queries.fetched import fetched
from projects.queries.published import published
from projects.queries.records import Record
from projects.queries.totals import Figures
from reference.codelists import OC4IDS_STATUS, ProjectStatus
from reference.languages import LANGUAGES, localized
from reference.models import Sector, Territory

VERSION = "0.9"
"""The version of the standard as a package writes it: major and minor only."""
CHUNK = 2_000
"""Projects whose papers, contracts and roads are fetched at once."""
MOST_PAPERS = 4_000
"""Resolutions of which the words are kept while a package is written."""
PUBLISHER = "Өңірлік кәсіпкерлер палатасы"


def prefix() -> str:
    """Return what the ids of projects begin with: a registered prefix where settings give one."""
    return getattr(settings, "OC4IDS_PREFIX", "") or LOCAL_PREFIX


def project_id(register_number: int | str) -> str:
    """Return the id of a project in OC4IDS; it never changes."""
    return f"{prefix()}-{register_number}"


def head(view: View) -> Json:
    """Return what a package says of itself. One query."""
    with override(view.language):
        policy = reverse("open_data")
    return {
        "uri": view.address,
        "publishedDate": view.changed_at(),
        "version": VERSION,
        "publisher": {"name": PUBLISHER, "uri": view.site},
        "license": LICENCE,
        "publicationPolicy": f"{view.site}{policy.removeprefix('/')}",
    }


def package(view: View, figures: Figures) -> Iterator[bytes]:
    """Yield a project package piece by piece."""
    opening = as_json(head(view))
    yield f'{opening[:-1]},"projects":['.encode()
    separator = b""
    with closing(written(view)) as chunks:  # type: ignore[type-var]
        for chunk in chunks:
            yield separator + chunk
            separator = b","
    yield b"]}\n"


def written(view: View) -> Iterator[bytes]:
    """Yield chunks of projects, comma by comma: lines of the database, and what ``project_of`` says of other rows."""
    day = view.filters.day.isoformat() if view.filters.day else None
    with override(view.language):
        key = as_json(project_id(""))[1:-1]
        what = columns(Told(view.language, view.site, key, day, _sectors(), _places()))
    papers = Papers(view)
    rows = fetched(view.table(MORE.values()), NAMES, what, chunk=CHUNK)
    with closing(rows):  # type: ignore[type-var]
        for chunk in rows:
            lines = papers.put(chunk)
            piece = b",".join(lines.values())
            if json_may_hold_unshown(piece) or b"" in lines.values():
                left = [number for number, line in lines.items() if not line or json_may_hold_unshown(line)]
                for project in projects_of(view, list(view.records(left))):
                    lines[project[BLOCK_NAME]["number"]] = as_json(project).encode()
                piece = b",".join(lines.values())
            yield piece


def _sectors() -> dict[str, str]:
    codes = {row.pk: list(dict.fromkeys(row.oc4ids_codes)) for row in Sector.objects.all()}
    return {code: as_json(told) if told else "" for code, told in codes.items()}


def _places() -> dict[str, str]:
    rows = list(Territory.objects.select_related("parent"))
    bare = {row.pk: as_json(located(row, "")) for row in rows}
    return bare | {PLACE + row.pk: as_json(located(row, PLACE)) for row in rows}


class Papers:
    """What the view says of resolutions, in JSON; fetched when a row first names them."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._known: dict[int, dict[str, bytes]] = {}

    def put(self, rows: list[tuple[int, int | None, int | None, bytes | None]]) -> dict[int, bytes]:
        """Return the line of each row by its number, its resolutions put in their places; empty where it has none."""
        self._fetch({key for _, entered, left, _ in rows for key in (entered, left) if key})
        return {number: self._line(entered, left, line) for number, entered, left, line in rows}

    def _line(self, entered: int | None, left: int | None, line: bytes | None) -> bytes:
        if line is None or not (entered or left):
            return line or b""
        first, last = self._known.get(entered or 0), self._known.get(left or 0)
        documents, decisions = [], b""
        if first:
            line = line.replace(APPROVAL.encode(), first["approval"])
            documents.append(first["document"])
            decisions = b',"decision":' + first["decision"]
        if last:
            documents.append(last["document"])
            decisions += b',"exclusion":' + last["decision"]
        return line.replace(PAPERS.encode(), b",".join(documents)).replace(DECISIONS.encode(), decisions)

    def _fetch(self, keys: set[int]) -> None:
        if len(self._known) > MOST_PAPERS:
            self._known.clear()
        view = self._view
        if missing := keys - self._known.keys():
            with override(view.language):
                for paper in Resolution.objects.filter(pk__in=missing).select_related("maslikhat"):
                    since = day(paper.adopted)
                    name = "exclusion" if paper.excludes_projects else "resolution"
                    self._known[paper.pk] = {
                        "approval": f',"approvalDate":"{since}"'.encode() if since else b"",
                        "document": as_json(paper_of(name, paper, view.site)).encode(),
                        "decision": as_json(decision(paper, view.site)).encode(),
                    }


def projects_of(view: View, chunk: list[Record]) -> list[Json]:
    """Return records as OC4IDS projects, in their order."""
    details = published([record["number"] for record in chunk])
    with override(view.language):
        return [project_of(view, record, details[record["number"]]) for record in chunk]


def located(territory: Territory, place: str) -> Json:
    """Return a location; the place is empty where only the territory is known. Words are of the active language."""
    parent = territory.parent
    region = territory if parent is None else parent
    return filled(
        id=territory.pk,
        description=place or territory.name,
        gazetteer={"scheme": "KATO", "identifiers": [territory.pk]},
        address=filled(
            streetAddress=place,
            locality=territory.name if parent else None,
            region=region.name,
            countryName="Kazakhstan",
        ),
    )


def _documents(project: Project, site: str, language: str) -> list[Json]:
    found = [
        filled(
            id=str(paper.pk),
            documentType=paper.document_type,
            title=text(localized(paper, "title", language).text or paper.original_name),
            url=url(paper.url) or f"{site}{paper.get_absolute_url().removeprefix('/')}",
            datePublished=moment(paper.created_at),
            format=paper.content_type,
            language=paper.language,
        )
        for paper in project.public_documents  # type: ignore[attr-defined]
    ]
    papers = (("resolution", project.resolution), ("exclusion", project.excluded_by))
    found += [paper_of(name, paper, site) for name, paper in papers if paper is not None]
    if project.source_url:
        found.append({"id": "source", "url": url(project.source_url)})
    return found


def paper_of(name: str, paper: Resolution, site: str) -> Json:
    """Return a resolution as a document of a project."""
    address = f"{site}{paper.get_absolute_url().removeprefix('/')}"
    return filled(id=name, title=text(str(paper)), url=url(address), datePublished=day(paper.adopted))


def _related(project: Project, language: str) -> list[Json]:
    whole = [("group", project.group)] if project.group else []
    parts = [(f"member-{row.number}", row) for row in project.member_rows]  # type: ignore[attr-defined]
    return [
        filled(
            id=name,
            scheme="oc4ids",
            identifier=project_id(row.number),
            title=text(localized(row, "title", language).text),
        )
        for name, row in [*whole, *parts]
    ]


def _block(view: View, record: Record, project: Project) -> Json:
    """Return what OC4IDS has no field for; every name stands in the data dictionary."""
    return filled(
        number=record["number"],
        titles=filled(**{code: text(record[f"title_{code}"]) for code in LANGUAGES}),  # type: ignore[literal-required]
        statusCode=record["status"],
        sectorCode=record["sector"],
        territoryCode=record["territory"],
        initiatorType=record["initiator_type"],
        initiatorSize=project.initiator_size,
        costKnown=record["cost_known"],
        isGroup=record["is_group"],
        groupSize=project.group_size,
        groupNumber=record["group"],
        termYears=number(record["term_years"]),
        jobs=record["jobs"],
        year=record["year"],
        contractType=project.contract_type,
        paymentSources=project.payment_sources,
        decision=decision(project.resolution, view.site),
        exclusion=decision(project.excluded_by, view.site),
        sums=filled(
            asked=project.asked_sum,
            approved=project.approved_sum,
            signed=project.signed_sum,
            stateObligations=project.state_obligations,
        ),
        paymentsByYear=[
            {"year": row.year, "amount": row.amount}
            for row in project.owed  # type: ignore[attr-defined]
        ],
        dates=filled(
            implementationStart=project.implementation_start,
            contractSigned=project.contract_signed_on,
            commissioned=project.commissioned_on,
            contractEnds=project.contract_ends_on,
        ),
        statusHistory=[
            filled(status=step.status, since=step.since, resolution=step.resolution_id, sourceUrl=url(step.source_url))
            for step in project.steps  # type: ignore[attr-defined]
        ],
        sourceUrl=url(record["source_url"]),
        asOf=view.filters.day.isoformat() if view.filters.day else None,
    )


def project_of(view: View, record: Record, project: Project) -> Json:
    """Return one project: title, sum and term as the record has them, the rest as the register has it."""
    language, key = view.language, project_id(record["number"])
    titles = [code for code in (language, *LANGUAGES) if record[f"title_{code}"]]  # type: ignore[literal-required]
    named = parties(project, language)
    authority = next((party for party in named if party["id"] == STATE_PARTNER), None)
    process = contracting_process(project, key, language)
    money: dict[str, Any] = filled(
        amount=tenge(record["cost"]),
        approvalDate=day(project.resolution.adopted) if project.resolution and record["cost_known"] else None,
    )
    return filled(
        id=key,
        updated=moment(record["updated_at"]),
        language=titles[0],
        identifiers=[{"scheme": LOCAL_PREFIX, "id": str(record["number"])}],
        title=text(record[f"title_{titles[0]}"]),  # type: ignore[literal-required]
        description=text(localized(project, "description", language).text),
        purpose=text(localized(project, "objective", language).text),
        status=OC4IDS_STATUS[ProjectStatus(record["status"])],
        sector=list(dict.fromkeys(project.sector.oc4ids_codes)),
        locations=[located(project.territory, text(localized(project, "place", language).text))],
        budget=money,
        period=period(
            project.implementation_start or project.contract_signed_on, project.contract_ends_on, record["term_years"]
        ),
        implementationPeriod=period(project.implementation_start, project.commissioned_on),
        maintenancePeriod=period(project.commissioned_on, project.contract_ends_on),
        publicAuthority=filled(id=STATE_PARTNER, name=authority["name"]) if authority else None,
        parties=named,
        documents=_documents(project, view.site, language),
        contractingProcesses=[process] if process else None,
        relatedProjects=_related(project, language),
        **{BLOCK_NAME: _block(view, record, project)},
    )
