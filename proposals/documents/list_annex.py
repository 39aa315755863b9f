"""The list of projects as annex to a resolution: a draft before the vote, the approved lines after it."""

from collections.abc import Iterable, Sequence
from typing import Final

from proposals.documents.agenda_sheets import Cell, Column, Paper, Sheet, plain, told
from proposals.documents.agenda_words import WORDS, annex_to, projects, thousand_tenge, years
from proposals.models import AgendaItem, DraftResolution, DraftState, Session
from proposals.models.session import APPROVING
from proposals.queries.agenda import items_of
from proposals.queries.recorded import decisions_of, figures
from reference.codelists import ContractType
from reference.partial_dates import format_partial_date
from reference.roman import to_roman

_WIDTHS: Final = (1.0, 7.4, 3.6, 4.7, 3.6, 2.9, 3.5)
_CONTRACTS: Final = dict(ContractType.choices)
Line = tuple[AgendaItem, int | None]


def list_paper(session: Session, language: str) -> Paper:
    """Return the list: open items with recommended sums as a draft; when none is open, what was approved.

    Each published resolution of the session has an annex of its own, with its number, date and approved sums.
    """
    words = WORDS[language]
    title = words["list_title"]
    open_lines = [(item, item.recommended_sum) for item in items_of(session) if not item.outcome]
    adopted = [] if open_lines else _adopted(session, language)
    sheets = adopted or [annex_sheet(session, language, annex_to(language), open_lines)]
    return Paper(
        language=language,
        title=title if adopted else words["draft_in_title"].format(title=title),
        mark="" if adopted else words["draft"],
        footer=title,
        sheets=tuple(sheets),
    )


def _adopted(session: Session, language: str) -> list[Sheet]:
    found = []
    drafts = DraftResolution.objects.filter(session=session, state=DraftState.PUBLISHED).order_by("adopted", "number")
    for draft in drafts:
        approving = decisions_of(draft).filter(outcome__in=APPROVING)
        lines = [(decision.item, decision.approved_sum) for decision in approving]
        if lines:
            found.append(annex_sheet(session, language, annex_to(language, plain(draft.number), draft.adopted), lines))
    return found


def annex_sheet(session: Session, language: str, head: Iterable[str], lines: Sequence[Line]) -> Sheet:
    """Return one annex; ``head`` are the lines in its corner, ``lines`` the items with the sums to print."""
    words = WORDS[language]
    sitting = words["sitting"].format(number=to_roman(session.number), convocation=to_roman(session.convocation))
    heads = [words[name] for name in ("number", "project", "where", "sector", "thousand", "period", "way")]
    whole = figures(cost for _item, cost in lines)
    known = thousand_tenge(whole.cost) if whole.cost_known else words["unknown"]
    unknown = (words["unknown_of"].format(projects=projects(whole.cost_unknown, language)),)
    return Sheet(
        corner=(*head, told(session.maslikhat, "name", language), sitting),
        title=(words["list_title"],),
        facts=(),
        columns=tuple(
            Column(head, width, head == words["thousand"]) for head, width in zip(heads, _WIDTHS, strict=True)
        ),
        rows=tuple(_row(number, line, session, language) for number, line in enumerate(lines, start=1)),
        total=(
            Cell(words["total"].format(projects=projects(whole.projects, language)), span=4),
            Cell(known, unknown if whole.cost_unknown else ()),
            Cell("", span=2),
        ),
        nothing=words["nothing"],
    )


def _row(number: int, line: Line, session: Session, language: str) -> tuple[Cell, ...]:
    item, cost = line
    words = WORDS[language]
    territory = told(item.territory, "name", language)
    if item.territory.parent and item.territory.parent_id != session.maslikhat.territory_id:
        territory = f"{told(item.territory.parent, 'name', language)}, {territory}"
    source = item.proposal or item.project
    start = format_partial_date(source.implementation_start, language) if source else ""
    term = years(item.term_years, language) if item.term_years is not None else ""
    period = [part for part in (start, term) if part]
    way = str(_CONTRACTS.get(item.contract_type, ""))
    missing = Cell(words["not_said"], is_quiet=True)
    return (
        Cell(str(number)),
        Cell(told(item, "title", language)),
        Cell(territory, _filled(told(item, "place", language))),
        Cell(told(item.sector, "name", language), _filled(told(item, "state_partner", language))),
        Cell(words["unknown"], is_quiet=True) if cost is None else Cell(thousand_tenge(cost)),
        Cell(period[0], tuple(period[1:])) if period else missing,
        Cell(way) if way else missing,
    )


def _filled(text: str) -> tuple[str, ...]:
    return (text,) if text else ()
