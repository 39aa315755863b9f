"""Who of the chamber read or took what: written down before anything is handed out, and nothing without it."""

from collections.abc import Mapping
from typing import Any

from accounts.models import Organisation
from proposals.models import Opened, Opening, Paper, PaperReading, Proposal, ReportTaking, Session


def note_reading(paper: Paper, *, by: Any) -> PaperReading:
    """Write that the person took the paper; without the row the paper is not handed out."""
    return PaperReading.objects.create(paper=paper, reader=by)


def note_report(*, by: Any, file_format: str, language: str, section: str, filters: Mapping[str, str]) -> ReportTaking:
    """Write that the person took the monthly report; without the row it is not handed out."""
    return ReportTaking.objects.create(
        taker=by, file_format=file_format, language=language, section=section, filters=dict(filters)
    )


def note_opening(
    kind: Opened,
    *,
    by: Any,
    proposal: Proposal | None = None,
    organisation: Organisation | None = None,
    session: Session | None = None,
    detail: str = "",
) -> Opening:
    """Write that the person opens a page or takes a file; without the row it is not shown.

    ``detail`` says which one where the rest does not, and holds nothing personal; what is too long is cut.
    """
    return Opening.objects.create(
        kind=kind, reader=by, proposal=proposal, organisation=organisation, session=session, detail=detail[:300]
    )
