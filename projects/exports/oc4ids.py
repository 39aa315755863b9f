"""The view as an OC4IDS 0.9.5 project package (docs/decisions/0020-oc4ids-mapping.md)."""

from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from projects.exports.cells import as_json, moment
from projects.exports.dictionary import BLOCK_NAME
from projects.exports.oc4ids_parts import (
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
from projects.exports.view import LICENCE, View
from projects.models import Project
from projects.queries.published import published
from projects.queries.records import Record
from projects.queries.totals import Figures
from reference.codelists import OC4IDS_STATUS, ProjectStatus
from reference.languages import LANGUAGES, localized

VERSION = "0.9"
"""The version of the standard as a package writes it: major and minor only."""
CHUNK = 2_000
"""Projects whose papers, contracts and roads are fetched at once."""
LOCAL_PREFIX = "kz-ppp-registry"
PUBLISHER = "Өңірлік кәсіпкерлер палатасы"


def prefix() -> str:
    """Return what the ids of projects begin with: a registered prefix where settings give one."""
    return getattr(settings, "OC4IDS_PREFIX", "") or LOCAL_PREFIX


def project_id(register_number: int) -> str:
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
    separator = ""
    with closing(view.records()) as records:  # type: ignore[type-var]
        while chunk := list(islice(records, CHUNK)):
            written = ",".join(as_json(project) for project in projects_of(view, chunk))
            yield (separator + written).encode()
            separator = ","
    yield b"]}\n"


def projects_of(view: View, chunk: list[Record]) -> list[Json]:
    """Return records as OC4IDS projects, in their order."""
    details = published([record["number"] for record in chunk])
    with override(view.language):
        return [project_of(view, record, details[record["number"]]) for record in chunk]


def _located(project: Project, language: str) -> Json:
    territory, parent = project.territory, project.territory.parent
    place = text(localized(project, "place", language).text)
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
    for name, paper in (("resolution", project.resolution), ("exclusion", project.excluded_by)):
        if paper is not None:
            address = f"{site}{paper.get_absolute_url().removeprefix('/')}"
            found.append(filled(id=name, title=text(str(paper)), url=url(address), datePublished=day(paper.adopted)))
    if project.source_url:
        found.append({"id": "source", "url": url(project.source_url)})
    return found


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
        locations=[_located(project, language)],
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
