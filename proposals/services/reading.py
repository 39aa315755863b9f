"""Who of the chamber took which paper to read."""

from typing import Any

from proposals.models import Paper, PaperReading


def note_reading(paper: Paper, *, by: Any) -> PaperReading:
    """Write that the person took the paper; without the row the paper is not handed out."""
    return PaperReading.objects.create(paper=paper, reader=by)
