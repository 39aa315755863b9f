"""Pages about sessions, agendas and recordings of resolutions, for whoever looks at each of them once."""

from typing import Final

from accounts.models import User
from accounts.roles import Role
from projects.models import ObligationCeiling
from proposals.models import DraftResolution, Session
from proposals.workflow import Stage
from reference.codelists import ResolutionKind
from tests import factories
from tests.proposals import applications as maker, sittings

NAMES: Final = (
    *(
        "desk-secretary",
        "session-list",
        "session",
        "session-held",
        "session-put",
        "session-state-project",
        "session-item",
    ),
    *("session-take-off", "recording-list", "recording-begin", "recording", "recording-paper", "recording-items"),
    *("recording-check", "recording-lines", "recording-line", "recording-confirm"),
)


def pages(secretary: User) -> dict[str, tuple[str, str]]:
    """Make a session to come, a held one, and recordings at every state; return who looks at which address."""
    place = factories.ALMATY
    for year, amount in ((2027, 500_000_000), (2028, 5_000_000)):
        ObligationCeiling.objects.create(territory_id=place, year=year, amount=amount, source="№ 5 (ойдан)")
    coming = sittings.session(held_on=sittings.days(10))
    item = sittings.tabled(maker.proposal_at(Stage.SUPPORTED), by=secretary, sitting=coming)
    sittings.state_project(coming, by=secretary, payments={2027: 90_000_000, 2028: 95_000_000}, title_ru="")
    maker.proposal_at(Stage.SUPPORTED)
    ready = _recorded(secretary)
    being = sittings.begun(_held(secretary), by=secretary)
    amendment = sittings.begun(None, by=secretary, kind=ResolutionKind.AMENDMENT)
    listed = factories.project_in("approved")
    draft, session = "proposals/draftresolution/{}/{}/", "proposals/session/{}/{}/"
    line = f"proposals/draftresolution/{amendment.pk}/lines/{listed.number}/"
    return {
        "desk-secretary": (Role.SECRETARY, ""),
        "session-list": (Role.SECRETARY, "proposals/session/"),
        "session": (Role.SECRETARY, session.format(coming.pk, "change")),
        "session-held": (Role.HEAD, session.format(ready.session_id, "change")),
        "session-put": (Role.SECRETARY, session.format(coming.pk, "put")),
        "session-state-project": (Role.SECRETARY, session.format(coming.pk, "state-project")),
        "session-item": (Role.SECRETARY, session.format(coming.pk, f"item/{item.pk}")),
        "session-take-off": (Role.SECRETARY, session.format(coming.pk, f"item/{item.pk}/take-off")),
        "recording-list": (Role.HEAD, "proposals/draftresolution/"),
        "recording-begin": (Role.SECRETARY, "proposals/draftresolution/begin/"),
        "recording": (Role.SECRETARY, draft.format(being.pk, "change")),
        "recording-paper": (Role.SECRETARY, draft.format(being.pk, "paper")),
        "recording-items": (Role.SECRETARY, draft.format(being.pk, "items")),
        "recording-check": (Role.SECRETARY, draft.format(being.pk, "check")),
        "recording-lines": (Role.SECRETARY, draft.format(amendment.pk, "lines")),
        "recording-line": (Role.SECRETARY, line),
        "recording-confirm": (Role.HEAD, draft.format(ready.pk, "confirm")),
    }


def _held(secretary: User) -> Session:
    sitting = sittings.session()
    sittings.tabled(maker.proposal_at(Stage.SUPPORTED), by=secretary, sitting=sitting)
    sittings.state_project(sitting, by=secretary, asked_sum=None)
    return sitting


def _recorded(secretary: User) -> DraftResolution:
    draft = sittings.counted(sittings.begun(_held(secretary), by=secretary), by=secretary)
    return sittings.recorded(draft, by=secretary)
