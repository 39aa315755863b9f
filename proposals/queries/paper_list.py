"""The checklist of papers of a proposal beside what was uploaded."""

from dataclasses import dataclass, field

from proposals.checklist import KINDS, PaperKind
from proposals.models import Paper, Proposal
from proposals.queries.progress import paper_kinds


@dataclass
class Uploaded:
    """One paper: its newest version and the older ones."""

    current: Paper
    older: list[Paper] = field(default_factory=list)


@dataclass
class PaperRow:
    """One line of the checklist."""

    kind: PaperKind
    papers: list[Uploaded] = field(default_factory=list)

    @property
    def is_missing(self) -> bool:
        """Tell whether a required paper is not there yet; one with a virus is none."""
        return self.kind.required and all(item.current.is_rejected for item in self.papers)


def paper_list(proposal: Proposal) -> list[PaperRow]:
    """Return the checklist in its order, then papers of kinds that are no longer asked for."""
    rows = {kind.code: PaperRow(kind) for kind in paper_kinds(proposal)}
    series: dict[object, Uploaded] = {}
    papers = sorted(proposal.papers.all(), key=lambda paper: (paper.kind, -paper.version))
    for paper in papers:
        if paper.is_current:
            series[paper.series] = Uploaded(paper)
            if paper.kind not in rows and paper.kind in KINDS:
                rows[paper.kind] = PaperRow(KINDS[paper.kind])
            if paper.kind in rows:
                rows[paper.kind].papers.append(series[paper.series])
    for paper in papers:
        if not paper.is_current and paper.series in series:
            series[paper.series].older.append(paper)
    return list(rows.values())
