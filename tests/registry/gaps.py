"""One row of every kind that stands on the work list of missing translations, each with a gap."""

from datetime import date
from typing import Any

from accounts.models import User
from projects.models import Document, ListAct, ListChange, Responsibility, StatusChange
from projects.services.contracts import change_contract
from projects.services.register import exclude_lines
from proposals.models import (
    Criterion,
    ItemDecision,
    LetterText,
    ListRevision,
    RefusalReason,
    TypicalDocument,
)
from reference.codelists import ProjectStatus, ResolutionKind
from reference.models import LegalParameter, Sector, Territory, WorkingDayCorrection
from tests import factories
from tests.proposals import sittings

NAMES = {"name_kk": "Атауы", "name_ru": "Название"}
IN_FORCE = {"source": "өз мақсатымыз", "valid_from": date(2026, 1, 1), "value": 5, "unit": "working_day"}


def every_kind(secretary: User) -> dict[str, Any]:
    """Make a row of every kind that lacks a language; return them by the code of the kind."""
    planned = factories.project()
    paper = factories.resolution(note_kk="Қағаз көшірмесінен")
    made: dict[str, Any] = {
        "project": planned,
        "resolution": paper,
        "document": Document.objects.create(project=planned, url="https://example.kz/1", title_ru="План"),
        "responsibility": Responsibility.objects.create(
            project=planned, area="land", bearer="state", note_kk="Жер дайын"
        ),
        "statuschange": StatusChange.objects.create(project=planned, status="planned", note_ru="По сообщению акимата"),
        "listchange": _excluded(),
        "contractchange": _changed_contract(secretary),
        "maslikhat": _without("name_en", factories.maslikhat("710000000")),
        "lettertext": LetterText.objects.create(
            kind="filed", language="ru", subject="Заявка принята", body="{{ number }}", changed_by=secretary
        ),
        "criterion": Criterion.objects.create(code="own", weight=5, **NAMES, name_en=""),
        "refusalreason": RefusalReason.objects.create(code="own", **NAMES, name_en="Name", advice_kk="Түзетіңіз"),
        "typicaldocument": TypicalDocument.objects.create(
            code="own", language="kk", title_kk="Үлгі", title_ru="Образец", file="x.docx", size=1, sha256="0" * 64
        ),
        "legalparameter": LegalParameter.objects.create(
            code="own", **NAMES, name_en="Name", note_kk="Ескертпе", **IN_FORCE
        ),
        "sector": _without("name_ru", Sector.objects.get(pk="sport")),
        "territory": _without("name_kk", Territory.objects.get(pk="710000000")),
        "workingdaycorrection": WorkingDayCorrection.objects.create(
            date="2026-01-08", is_working=False, **NAMES, name_en=""
        ),
    }
    return made | _of_sessions(secretary)


def _without(name: str, row: Any) -> Any:
    type(row).objects.filter(pk=row.pk).update(**{name: ""})
    return row


def _excluded() -> ListChange:
    left = factories.project_in(ProjectStatus.APPROVED, title_en="School")
    paper = factories.resolution(ResolutionKind.EXCLUSION, adopted="2018-01-01")
    exclude_lines([(left, {"reason_kk": "Конкурсқа өтінім түспеді"})], resolution=paper, by=None)
    return left.list_changes.get(act=ListAct.EXCLUDED)


def _changed_contract(secretary: User) -> Any:
    signed = factories.contract(factories.project_in(ProjectStatus.APPROVED, title_en="School"), sum=5)
    return change_contract(
        signed, by=secretary, number="1", signed_on=date(2019, 1, 1), sum=7, reason_kk="Смета нақтыланды"
    )


def _of_sessions(secretary: User) -> dict[str, Any]:
    coming = sittings.session(held_on=sittings.days(10), place_kk="Мәжіліс залы")
    item = sittings.state_project(coming, by=secretary, title_ru="")
    held = sittings.session()
    decided = sittings.state_project(held, by=secretary)
    draft = sittings.kept(sittings.begun(held, by=secretary), by=secretary, note_kk="Көшірмеден")
    decision = ItemDecision.objects.get(draft=draft, item=decided)
    ItemDecision.objects.filter(pk=decision.pk).update(outcome="conditions", conditions_kk="Жер берілсін")
    amendment = sittings.begun(None, by=secretary, kind=ResolutionKind.AMENDMENT)
    listed = factories.project_in(ProjectStatus.APPROVED, title_en="School")
    revision = ListRevision.objects.create(
        draft=amendment, project=listed, act="amend", title_kk="Мектеп", title_ru="Школа", reason_ru="Уточнение"
    )
    return {
        "session": coming,
        "agendaitem": item,
        "draftresolution": draft,
        "itemdecision": decision,
        "listrevision": revision,
    }
