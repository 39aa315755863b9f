"""Texts that people read and that lack a language: what kinds there are, how many, which. Its queries never grow."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, reduce
from operator import or_
from typing import Any, Final

from django.db import connection
from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, Model, OuterRef, Q, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from projects.models import (
    ContractChange,
    Document,
    ListChange,
    Maslikhat,
    Project,
    Resolution,
    Responsibility,
    StatusChange,
)
from proposals.models import (
    AgendaItem,
    Criterion,
    DraftResolution,
    DraftState,
    ItemDecision,
    LetterText,
    ListRevision,
    RefusalReason,
    Session,
    SessionState,
    TypicalDocument,
)
from reference.languages import LANGUAGES, Localized, localized
from reference.models import LegalParameter, Sector, Territory, WorkingDayCorrection

MOST: Final = 1000
"""The desk counts no further: a register of a million rows must not slow its first page."""

_ALWAYS: Final = Q()
_NAME, _NOTE, _PLACE, _REASON = _("Name"), _("Note"), _("Place"), _("Reason")
_TITLE, _CONDITIONS, _STATE_PARTNER = _("Title"), _("Conditions"), _("State partner")


@dataclass(frozen=True)
class Missing:
    """One text of a row: its label, the languages it lacks, and what there is to translate from."""

    label: Any
    lacks: tuple[str, ...]
    source: Localized


@dataclass(frozen=True)
class Kind:
    """Rows of one table with their texts.

    ``wanted`` says which rows are read by anybody still; ``open_rows`` which of them may be changed, None where
    nobody changes a row any more. ``rights`` stand here where rows are read and changed with another row,
    ``part_of`` where a row says little without it.
    """

    model: type[Model]
    texts: dict[str, Any]
    wanted: Q = _ALWAYS
    open_rows: Q | None = _ALWAYS
    rights: tuple[str, str] = ("", "")
    related: tuple[str, ...] = ()
    part_of: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """The word for the kind in addresses."""
        return str(self.model._meta.model_name)

    @property
    def label(self) -> str:
        """What the rows are called."""
        return str(self.model._meta.verbose_name_plural)

    @property
    def view_right(self) -> str:
        """The right without which nobody learns of the rows."""
        return self.rights[0] or f"{self.model._meta.app_label}.view_{self.code}"

    @property
    def change_right(self) -> str:
        """The right to write the missing words."""
        return self.rights[1] or f"{self.model._meta.app_label}.change_{self.code}"

    def languages_of(self, text: str) -> tuple[str, ...]:
        """Return the languages in which there is a column for this text; some texts have no English one."""
        columns = {column.name for column in self.model._meta.concrete_fields}
        return tuple(code for code in LANGUAGES if f"{text}_{code}" in columns)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that a row of this kind may lack."""
        return tuple(code for code in LANGUAGES if any(code in self.languages_of(text) for text in self.texts))

    def lacking(self, language: str) -> Any:
        """Return the condition that some text of the row is there in another language and not in this one."""
        texts = [text for text in self.texts if language in self.languages_of(text)]
        if not texts:
            return Q(pk__in=[])
        return reduce(or_, (self._begun(text) & Q(**{f"{text}_{language}": ""}) for text in texts))

    def _begun(self, text: str) -> Q:
        return reduce(or_, (~Q(**{f"{text}_{code}": ""}) for code in self.languages_of(text)))

    def rows(self) -> QuerySet[Any]:
        """Return the rows that somebody still reads, with what they lack as ``lacks_kk`` and so on."""
        found = self.model._default_manager.filter(self.wanted).order_by("pk")
        return found.annotate(
            **{f"lacks_{code}": ExpressionWrapper(self.lacking(code), BooleanField()) for code in LANGUAGES}
        )

    def lines(self, language: str = "") -> QuerySet[Any]:
        """Return the rows that lack a language, or this one."""
        found = self.rows().filter(_lacks(language)).annotate(is_open=self._is_open())
        return found.select_related(*self.related) if self.related else found

    def missing(self, row: Any) -> list[Missing]:
        """Return the texts of a row that lack a language."""
        found = []
        for name, label in self.texts.items():
            said = {code: getattr(row, f"{name}_{code}") for code in self.languages_of(name)}
            lacks = tuple(code for code, text in said.items() if not text)
            if lacks and any(said.values()):
                found.append(Missing(label, lacks, localized(row, name)))
        return found

    def _is_open(self) -> Any:
        """Return the condition under which a row may still be changed by whoever has the right."""
        return (
            ExpressionWrapper(self.open_rows, BooleanField()) if self.open_rows else Value(self.open_rows is not None)
        )


class LetterTexts(Kind):
    """The chamber's words for a letter: each language is a row, so the oldest row stands for its letter."""

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of letters."""
        return LANGUAGES

    def lacking(self, language: str) -> Any:
        """Return the condition that nobody has written the letter in this language."""
        return ~Exists(LetterText.objects.filter(kind=OuterRef("kind"), language=language))

    def rows(self) -> QuerySet[Any]:
        """Return one row for each letter that has words of the chamber's own."""
        earlier = LetterText.objects.filter(kind=OuterRef("kind"), pk__lt=OuterRef("pk"))
        return super().rows().filter(~Exists(earlier))

    def missing(self, row: Any) -> list[Missing]:
        """Return the letter with the languages in which nobody has written it."""
        lacks = tuple(code for code in LANGUAGES if getattr(row, f"lacks_{code}"))
        return [Missing(_("Text of the letter"), lacks, Localized(row.subject, row.language, is_fallback=True))]


_BEING_RECORDED = Q(draft__state=DraftState.DRAFT)
_STILL_READ = Q(draft__state__in=(DraftState.DRAFT, DraftState.RECORDED, DraftState.CONFIRMED))
_OF_DRAFT = ("proposals.view_draftresolution", "proposals.change_draftresolution")

KINDS: Final = (
    Kind(
        Project,
        {
            "title": _TITLE,
            "description": _("Description"),
            "objective": _("Objective"),
            "place": _("place"),
            "state_partner": _STATE_PARTNER,
            "note": _NOTE,
        },
    ),
    Kind(Resolution, {"note": _NOTE}, open_rows=Q(confirmed_at__isnull=True), related=("maslikhat",)),
    Kind(
        Document,
        {"title": _TITLE},
        related=("project", "resolution__maslikhat"),
        part_of=("project", "resolution"),
    ),
    Kind(Responsibility, {"note": _NOTE}, related=("project",), part_of=("project",)),
    Kind(
        ListChange,
        {"conditions": _CONDITIONS, "reason": _REASON},
        open_rows=None,
        related=("project", "resolution__maslikhat"),
        part_of=("resolution",),
    ),
    Kind(StatusChange, {"note": _NOTE}, open_rows=None, related=("project",), part_of=("project",)),
    Kind(
        ContractChange,
        {"reason": _REASON},
        open_rows=None,
        related=("contract__project",),
        part_of=("contract",),
    ),
    Kind(Maslikhat, {"name": _NAME}),
    Kind(
        Session,
        {"place": _PLACE},
        wanted=Q(state=SessionState.PLANNED),
        related=("maslikhat",),
    ),
    Kind(
        AgendaItem,
        {"title": _TITLE, "place": _("place"), "state_partner": _STATE_PARTNER},
        wanted=Q(outcome=""),
        open_rows=Q(session__state=SessionState.PLANNED),
        rights=("", "proposals.table_proposal"),
        related=("session__maslikhat",),
        part_of=("session",),
    ),
    Kind(
        DraftResolution,
        {"note": _NOTE},
        wanted=Q(state__in=(DraftState.DRAFT, DraftState.RECORDED, DraftState.CONFIRMED)),
        open_rows=Q(state=DraftState.DRAFT),
        related=("maslikhat",),
    ),
    Kind(
        ItemDecision,
        {"conditions": _CONDITIONS},
        wanted=_STILL_READ,
        open_rows=_BEING_RECORDED,
        rights=_OF_DRAFT,
        related=("item",),
    ),
    Kind(
        ListRevision,
        {"title": _TITLE, "reason": _REASON},
        wanted=_STILL_READ,
        open_rows=_BEING_RECORDED,
        rights=_OF_DRAFT,
        related=("project",),
    ),
    Kind(TypicalDocument, {"title": _TITLE}, wanted=Q(is_offered=True)),
    LetterTexts(LetterText, {}),
    Kind(Criterion, {"name": _NAME, "help": _("Help for the expert")}, wanted=Q(is_active=True)),
    Kind(RefusalReason, {"name": _NAME, "advice": _("What to mend")}, wanted=Q(is_active=True)),
    Kind(LegalParameter, {"name": _NAME, "note": _NOTE}),
    Kind(Sector, {"name": _NAME}),
    Kind(Territory, {"name": _NAME}),
    Kind(WorkingDayCorrection, {"name": _NAME}),
)
"""Every table whose texts staff write, what people meet most first."""


@dataclass(frozen=True)
class Line:
    """A kind with its numbers: rows that lack anything, and rows that lack each language."""

    kind: Kind
    rows: int
    by_language: dict[str, int]
    may_change: bool


def _lacks(language: str = "") -> Q:
    return reduce(or_, (Q(**{f"lacks_{code}": True}) for code in ([language] if language else LANGUAGES)))


def seen_kinds(user: Any) -> list[Kind]:
    """Return the kinds whose rows the person may read."""
    return [kind for kind in KINDS if user.has_perm(kind.view_right)]


def may_change(user: Any, kind: Kind) -> bool:
    """Tell whether the person may write missing words of this kind."""
    return bool(user.has_perm(kind.change_right))


def counted(user: Any) -> list[Line]:
    """Return the kinds that lack something, of those the person may read. One query."""
    kinds = {kind.code: kind for kind in seen_kinds(user)}
    with connection.cursor() as cursor:
        cursor.execute(*_counting(tuple(kinds)))
        lines = {row[0]: row[1:] for row in cursor.fetchall()}
    return [
        Line(kind, lines[code][0], dict(zip(LANGUAGES, lines[code][1:], strict=True)), may_change(user, kind))
        for code, kind in kinds.items()
        if code in lines and lines[code][0]
    ]


def mends_words(user: Any) -> bool:
    """Tell whether there are words that this person may write. No query of its own."""
    return any(may_change(user, kind) for kind in seen_kinds(user))


def waiting_for(user: Any) -> int | None:
    """Return how many rows wait for words this person may write, counted up to ``MOST`` + 1; None for others.

    One query.
    """
    codes = tuple(kind.code for kind in seen_kinds(user) if may_change(user, kind))
    if not codes:
        return None
    sql, values = _waiting(codes, MOST + 1)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({sql}) AS gaps", values)  # noqa: S608
        return min(int(cursor.fetchone()[0]), MOST + 1)


# To put the questions together costs more than to answer them in a register of thousands: they are kept as text.
@cache
def _counting(codes: tuple[str, ...]) -> tuple[str, tuple[Any, ...]]:
    return _united(
        kind.rows()
        .order_by()
        .values(of_kind=Value(kind.code))
        .annotate(
            lacking=Count("pk", filter=_lacks()),
            **{code: Count("pk", filter=_lacks(code)) for code in LANGUAGES},
        )
        .values_list("of_kind", "lacking", *LANGUAGES)
        for kind in KINDS
        if kind.code in codes
    )


@cache
def _waiting(codes: tuple[str, ...], most: int) -> tuple[str, tuple[Any, ...]]:
    return _united(
        kind.lines().filter(is_open=True).order_by().values_list(Value(1))[:most]
        for kind in KINDS
        if kind.code in codes
    )


def _united(found: Iterable[QuerySet[Any]]) -> tuple[str, tuple[Any, ...]]:
    first, *more = found
    return (first.union(*more, all=True) if more else first).query.sql_with_params()
