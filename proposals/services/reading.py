"""Who of the chamber took what away: a paper to read, the figures as a file."""

from collections.abc import Mapping
from typing import Any

from proposals.models import Paper, PaperReading, ReportTaking


def note_reading(paper: Paper, *, by: Any) -> PaperReading:
    """Write that the person took the paper; without the row the paper is not handed out."""
    return PaperReading.objects.create(paper=paper, reader=by)


def note_report(*, by: Any, file_format: str, language: str, section: str, filters: Mapping[str, str]) -> ReportTaking:
    """Write that the person took the monthly report; without the row it is not handed out."""
    return ReportTaking.objects.create(
        taker=by, file_format=file_format, language=language, section=section, filters=dict(filters)
    )
