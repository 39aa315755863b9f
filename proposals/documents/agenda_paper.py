"""The agenda for print: what the session is to decide, what was asked and recommended, and room to note the vote."""

from collections.abc import Iterable
from typing import Final

from proposals.documents.agenda_sheets import Cell, Column, Paper, Sheet, plain, told
from proposals.documents.agenda_words import WORDS, day_in_words, projects
from proposals.models import AgendaItem, Outcome, Session
from proposals.queries.agenda import items_of
from proposals.queries.recorded import figures
from reference.codelists import InitiatorType
from reference.money import NBSP, format_number
from reference.roman import to_roman

_WIDTHS: Final = (1.1, 9.5, 4.7, 3.6, 3.6, 4.2)
_INITIATORS: Final = dict(InitiatorType.choices)


def agenda_paper(session: Session, language: str) -> Paper:
    """Return the agenda with its decided items; numbers are those of the staff pages: a gap is an item taken off."""
    words = WORDS[language]
    items = list(
        items_of(session).select_related("proposal__application__organisation").exclude(outcome=Outcome.REMOVED)
    )
    heads = [words[name] for name in ("number", "project", "initiator", "asked", "recommended", "vote")]
    sums = (words["asked"], words["recommended"])
    sitting = words["sitting"].format(number=to_roman(session.number), convocation=to_roman(session.convocation))
    hour = session.starts_at.strftime("%H:%M") if session.starts_at else words["not_said"]
    sheet = Sheet(
        corner=(),
        title=(told(session.maslikhat, "name", language), sitting, words["agenda_title"], words["agenda_subject"]),
        facts=(
            (words["day"], day_in_words(session.held_on, language)),
            (words["hour"], hour),
            (words["place"], told(session, "place", language) or words["not_said"]),
        ),
        columns=tuple(Column(head, width, head in sums) for head, width in zip(heads, _WIDTHS, strict=True)),
        rows=tuple(_row(item, language) for item in items),
        total=(
            Cell(words["total"].format(projects=projects(len(items), language)), span=3),
            _total((item.asked_sum for item in items), language),
            _total((item.recommended_sum for item in items), language),
            Cell(""),
        ),
        nothing=words["nothing"],
    )
    title = f"{words['agenda_title']}: {sitting}"
    return Paper(language, title, mark="", footer=title, sheets=(sheet,))


def _row(item: AgendaItem, language: str) -> tuple[Cell, ...]:
    words = WORDS[language]
    room = tuple(f"{words[name]}:{NBSP}______" for name in ("for", "against", "abstained"))
    return (
        Cell(str(item.position)),
        Cell(told(item, "title", language)),
        Cell(str(_INITIATORS[item.initiator_type]), _named(item, language)),
        _sum(item.asked_sum, language),
        _sum(item.recommended_sum, language),
        Cell(room[0], (*room[1:], f"{words['remark']}:{NBSP}______")),
    )


def _named(item: AgendaItem, language: str) -> tuple[str, ...]:
    """Name the state body; a company only when it agreed to be named, for the agenda is handed round."""
    if item.initiator_type == InitiatorType.STATE_BODY:
        name = told(item, "state_partner", language)
    else:
        application = item.proposal.application if item.proposal else None
        name = plain(application.organisation.name) if application and application.publish_agreed else ""
    return (name,) if name else ()


def _sum(amount: int | None, language: str) -> Cell:
    if amount is None:
        return Cell(WORDS[language]["unknown"], is_quiet=True)
    return Cell(format_number(amount))


def _total(sums: Iterable[int | None], language: str) -> Cell:
    words, whole = WORDS[language], figures(sums)
    known = format_number(whole.cost) if whole.cost_known else words["unknown"]
    unknown = (words["unknown_of"].format(projects=projects(whole.cost_unknown, language)),)
    return Cell(known, unknown if whole.cost_unknown else ())
