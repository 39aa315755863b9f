"""What tests of the pages of sessions share: addresses, forms as a browser sends them, what a careful person types."""

from typing import Any

from proposals.models import AgendaItem, Proposal, Session
from proposals.queries.agenda import agenda
from tests import factories
from tests.proposals import sittings
from tests.registry.pages import Element, controls
from tests.registry.people import Browser

LIST = "/admin/proposals/session/"


def at(session: Session, end: str = "change/") -> str:
    """Return the address of a page of the session."""
    return f"{LIST}{session.pk}/{end}"


def project_on(session: Session, browser: Browser, **facts: Any) -> AgendaItem:
    """Put a state body's project on the agenda."""
    return sittings.state_project(session, by=browser.user, **facts)


def stage_of(proposal: Proposal) -> str:
    """Return the stage as the database has it."""
    return Proposal.objects.get(pk=proposal.pk).stage


def titles(session: Session) -> list[str]:
    """Return the titles of the open items in their order."""
    return [line.item.title_ru for line in agenda(session).lines]


def untouched(page: Element, *classes: str, **attributes: str) -> dict[str, str]:
    """Return what a browser would send of the form as it stands."""
    form = page.one("form", *classes, **attributes)
    return {name: values[0] for name, values in controls(form).items()}


def state_project(**facts: Any) -> dict[str, Any]:
    """Return a state body's project as typed."""
    rows = {"years-TOTAL_FORMS": "12", "years-INITIAL_FORMS": "0"}
    return {
        "title_kk": "Емхана салу",
        "title_ru": "Строительство поликлиники",
        "sector": "health",
        "territory": factories.MEDEU,
        "initiator_type": "state_body",
        "state_partner_kk": "Денсаулық сақтау басқармасы",
        "term_years": "12.5",
        "asked_sum": "1,1 млрд",
        **rows,
        "years-0-year": "2027",
        "years-0-amount": "100 000 000",
        "years-11-year": "2028",
        "years-11-amount": "200 млн",
        **facts,
    }
