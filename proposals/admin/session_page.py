"""The page of a session: facts, agenda with sums and warnings, obligations against the ceiling, what was decided."""

from typing import Any

from django.utils import timezone

from projects.queries.obligations import bound, without_obligations
from proposals.admin.year_chart import chart_of
from proposals.models import AgendaItem, Session, SessionState
from proposals.queries.access import filed_proposals
from proposals.queries.agenda import Agenda, agenda, items_of
from proposals.queries.recordings import DECIDE
from proposals.queries.review import TABLE
from reference.codelists import InitiatorType
from reference.languages import LANGUAGES, language_name

PAPERS, FORMATS, PAPER_LANGUAGES = ("agenda", "list"), ("pdf", "docx"), LANGUAGES[:2]


def may_table(user: Any, session: Session) -> bool:
    """Tell whether the person may change this agenda now; the services ask again."""
    return bool(user.has_perm(TABLE)) and session.takes_items


def _known(items: list[AgendaItem], user: Any) -> set[Any]:
    """Return the keys of the proposals whose page the person may open: nobody is led to a page that is none."""
    keys = {item.proposal_id for item in items if item.proposal_id}
    return set(filed_proposals(user).filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()


def _parts(found: Agenda) -> list[dict[str, Any]]:
    return [
        {"label": InitiatorType(kind).label, "asked": found.asked_by(kind), "recommended": recommended}
        for kind, recommended in found.by_initiator
    ]


def _papers() -> list[dict[str, Any]]:
    return [{"language": code, "name": language_name(code), "formats": FORMATS} for code in PAPER_LANGUAGES]


def session_context(session: Session, user: Any) -> dict[str, Any]:
    """Return what the page shows and which buttons it has; the same number of queries for every length of agenda."""
    items = list(items_of(session))
    found = agenda(session, items)
    came = session.held_on <= timezone.localdate()
    order = [line.item.pk for line in found.lines]
    drafts = session.drafts.order_by("pk") if user.has_perm("proposals.view_draftresolution") else ()
    return {
        "session": session,
        "agenda": found,
        "order": ",".join(str(key) for key in order),
        "first": order[0] if order else None,
        "last": order[-1] if order else None,
        "parts": _parts(found),
        "bound_unsaid": without_obligations(bound(session.maslikhat.territory_id)),
        "warned": sum(1 for line in found.lines if line.warnings),
        "closed": [item for item in items if item.outcome],
        "chart": chart_of(found.years),
        "known": _known(items, user),
        "drafts": list(drafts),
        "papers": _papers(),
        "may_table": may_table(user, session),
        "may_hold": may_table(user, session) and came,
        "may_record": user.has_perm(DECIDE) and came and session.state != SessionState.CANCELLED,
    }
