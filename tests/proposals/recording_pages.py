"""Makers and readers for the pages on which resolutions are recorded."""

from typing import Any

from projects.models import Project
from proposals.models import DraftResolution, Session
from tests.proposals import sittings
from tests.registry.pages import Element, parse
from tests.registry.people import Browser

PLACE = "/admin/proposals/draftresolution/"
IIN = "900101300017"


def address(draft: DraftResolution, place: str = "change/") -> str:
    """Return the address of a page about a recording."""
    return f"{PLACE}{draft.pk}/{place}"


def sitting(secretary: Browser, number: int = 2, **facts: Any) -> Session:
    """A session with so many state bodies' projects."""
    made = sittings.session()
    for _turn in range(number):
        sittings.state_project(made, by=secretary.user, payments={2028: 1_000}, **facts)
    return made


def begun(secretary: Browser, number: int = 2, **facts: Any) -> DraftResolution:
    """Begin to record the resolution of such a session."""
    return sittings.begun(sitting(secretary, number), by=secretary.user, **facts)


def ready(secretary: Browser, number: int = 1, **facts: Any) -> DraftResolution:
    """A recording handed to the head."""
    draft = begun(secretary, number, **facts)
    return sittings.recorded(sittings.counted(draft, by=secretary.user), by=secretary.user)


def paper(draft: DraftResolution, **facts: Any) -> dict[str, Any]:
    """What the form of the paper sends."""
    return {"version": draft.version, "number": draft.number, "adopted": draft.adopted, **facts}


def errors(answer: Any) -> list[Element]:
    """Return the faults named on a page that refuses what was posted."""
    assert answer.status_code == 422
    return parse(answer).all("ul", "errorlist")


def listed(secretary: Browser, head: Browser, number: int = 1) -> list[Project]:
    """Projects that stand in the list by a published resolution."""
    sittings.published(sitting(secretary, number), secretary=secretary.user, head=head.user)
    return list(Project.objects.order_by("number"))
