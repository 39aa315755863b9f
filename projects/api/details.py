"""What one project and one resolution say beyond their row in a list: the same public facts as their pages show."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from projects.models import Contract, ContractChange, Document, ListAct, Project, Resolution
from projects.queries.as_of import ChangeOfLine, revised_by
from projects.queries.declared import Comparison
from projects.queries.records import columns_of_project, record_of
from projects.queries.totals import Figures, MoreThan
from reference.languages import LANGUAGES, Named
from reference.models import Sector, Territory

_TEXTS = ("description", "objective", "place", "state_partner", "note")
_SUMS = ("asked_sum", "approved_sum", "signed_sum", "state_obligations")
_FACTS = ("initiator_size", "group_size", "contract_type", "payment_sources", "capacity", "capacity_unit")
_DATES = ("implementation_start", "contract_signed_on", "commissioned_on", "contract_ends_on")
_OF_CONTRACT = ("number", "signed_on", "sum", "term_years", "treasury_number", "treasury_date")


def _columns(row: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _in_languages(row: Any, *fields: str, languages: Iterable[str] = LANGUAGES) -> dict[str, str]:
    return _columns(row, [f"{field}_{code}" for field in fields for code in languages])


def names(row: Named) -> dict[str, str]:
    """Return a name in the three languages."""
    return _in_languages(row, "name")


def sector_row(sector: Sector) -> dict[str, Any]:
    """Return a sector with its code and names."""
    return {"code": sector.pk, **names(sector), "oc4ids_codes": sector.oc4ids_codes}


def territory_row(territory: Territory) -> dict[str, Any]:
    """Return a territory with its code, names and the region it lies in."""
    return {"code": territory.pk, **names(territory), "level": territory.level, "parent": territory.parent_id}


def figures(found: Figures) -> dict[str, int]:
    """Return count and sum with what is known and what is not."""
    return {
        "count": found.projects,
        "cost": found.cost,
        "cost_known": found.cost_known,
        "cost_unknown": found.cost_unknown,
    }


def more_than(found: MoreThan) -> dict[str, int | None]:
    """Return the same where the rows are more than are counted for a page, and how many they are at least."""
    unknown = dict.fromkeys((*figures(Figures()), "rows"))
    return {**unknown, "more_than": found.more_than}


def address(request: HttpRequest, name: str, *args: Any, query: str = "") -> str:
    """Return the whole address of a page of the API or the site."""
    return request.build_absolute_uri(reverse(name, args=args) + query)


def _document(request: HttpRequest, paper: Document) -> dict[str, Any]:
    return {
        "document_type": paper.document_type,
        **_in_languages(paper, "title"),
        "language": paper.language,
        "url": address(request, "document", paper.pk),
        **_columns(paper, ("content_type", "size", "sha256")),
    }


def _brief(paper: Resolution | None) -> dict[str, Any] | None:
    if paper is None:
        return None
    facts = _columns(paper, ("id", "kind", "number", "adopted", "link"))
    return {**facts, **{f"maslikhat_{code}": getattr(paper.maslikhat, f"name_{code}") for code in LANGUAGES}}


def _line(line: ChangeOfLine) -> dict[str, Any]:
    change = line.change
    return {
        "act": change.act,
        "resolution": change.resolution_id,
        "adopted": change.resolution.adopted,
        "is_listed": change.is_listed,
        **_in_languages(change, "title"),
        **_columns(change, ("cost", "term_years")),
        **_in_languages(change, "conditions", "reason", languages=("kk", "ru")),
    }


def _terms(paper: Contract | ContractChange) -> dict[str, Any]:
    return _columns(paper, _OF_CONTRACT)


def _contract(project: Project) -> dict[str, Any] | None:
    contract: Contract | None = getattr(project, "contract", None)
    if contract is None:
        return None
    changes = [
        {**_terms(change), **_in_languages(change, "reason", languages=("kk", "ru"))}
        for change in contract.changes.all()
    ]
    return {**_terms(contract), **_columns(contract, ("partner", "partner_bin")), "changes": changes}


def _record(project: Project) -> dict[str, Any]:
    values = {}
    for name, path in columns_of_project().items():
        value: Any = project
        for part in path.split("__"):
            value = getattr(value, part, None)
        values[name] = value
    return dict(record_of(values))


def project_detail(request: HttpRequest, project: Project, story: list[ChangeOfLine]) -> dict[str, Any]:
    """Return everything public about a project fetched by ``project_page()``; asks nothing more."""
    region = project.territory.parent or project.territory
    return {
        **_record(project),
        "sector_names": names(project.sector),
        "territory_names": names(project.territory),
        "region": region.pk,
        "region_names": names(region),
        **_in_languages(project, *_TEXTS),
        **_columns(project, _FACTS),
        **_columns(project, _SUMS),
        **_columns(project, _DATES),
        "source": project.source,
        "members": [member.number for member in project.member_rows],  # type: ignore[attr-defined]
        "entered_by": _brief(project.resolution),
        "excluded_by": _brief(project.excluded_by),
        "obligations": [{"year": row.year, "amount": row.amount} for row in project.obligations.all()],
        "responsibilities": [
            {"area": row.area, "bearer": row.bearer, **_in_languages(row, "note")}
            for row in project.responsibilities.all()
        ],
        "status_history": [
            {
                **_columns(step, ("status", "since", "source_url")),
                "resolution": step.resolution_id,
                **_in_languages(step, "note"),
            }
            for step in project.status_changes.all()
        ],
        "list_history": [_line(line) for line in story],
        "contract": _contract(project),
        "documents": [_document(request, paper) for paper in project.public_documents],  # type: ignore[attr-defined]
        "page_url": address(request, "project", project.number),
    }


def resolution_row(request: HttpRequest, paper: Resolution, entered: Figures) -> dict[str, Any]:
    """Return a resolution: the paper's facts, and what it declares beside what is entered."""
    facts = ("kind", "session", "convocation", "number", "adopted", "votes_for", "votes_against", "votes_abstained")
    return {
        "id": paper.pk,
        **{f"maslikhat_{code}": getattr(paper.maslikhat, f"name_{code}") for code in LANGUAGES},
        "territory": paper.maslikhat.territory_id,
        **_columns(paper, (*facts, "justice_number", "justice_date", "link")),
        "declared": {
            "count": paper.declared_count,
            "cost": paper.declared_total,
            "is_approximate": paper.declared_is_approximate,
        },
        "entered": figures(entered),
        "published_at": paper.confirmed_at,
        "projects_url": address(request, "api-projects", query=f"?resolution={paper.pk}")
        if paper.enters_projects
        else None,
        "page_url": address(request, "resolution", paper.pk),
        "updated_at": paper.updated_at,
    }


def resolution_detail(request: HttpRequest, paper: Resolution, compared: list[Comparison]) -> dict[str, Any]:
    """Return a resolution with the shares it declares, the lines it revised and its public papers. Three queries."""
    revised = revised_by(paper)
    return {
        **resolution_row(request, paper, compared[0].entered),
        **_in_languages(paper, "note"),
        "declared_by_initiator": [
            {
                "initiator_type": share.initiator_type,
                "declared": {"count": share.declared_count, "cost": share.declared_total},
                "entered": figures(share.entered),
            }
            for share in compared[1:]
        ],
        "amended": [line.change.project.number for line in revised if line.change.act == ListAct.AMENDED],
        "excluded": [line.change.project.number for line in revised if line.change.act == ListAct.EXCLUDED],
        "documents": [_document(request, row) for row in Document.objects.filter(resolution=paper, is_public=True)],
    }
