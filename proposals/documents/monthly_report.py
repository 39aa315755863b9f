"""The monthly report: every section of the figures as they stand now, in one language, for paper and workbook."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _, override, pgettext

from proposals.dashboard.blocks import Block, Cell, Chart, Column, Figure, Kind, Section
from proposals.dashboard.scope import Scope
from proposals.dashboard.sections import PAGES, Page
from proposals.dashboard.words import SET_ASIDE, filters_in_words, in_words, labels_of
from reference.archival import archival_pdf, dated, in_house_style, in_words as moment_in_words, soft

_SOURCE = in_house_style(Path(__file__).with_name("monthly_report.typ"))


@dataclass(frozen=True)
class Part:
    """One section with its heading; ``left_out`` are the filters in force that it does not ask for."""

    key: str
    heading: str
    lead: str
    left_out: Sequence[str]
    made: Section


@dataclass(frozen=True)
class Report:
    """What paper and workbook print. ``facts`` say what it is, for whom and how it was made."""

    language: str
    title: str
    moment: datetime
    facts: Sequence[tuple[str, str]]
    parts: Sequence[Part]


def _facts(scope: Scope, moment: str) -> Iterator[tuple[str, str]]:
    yield _("What this is"), _("Figures of the register of PPP projects and of the proposals filed")
    yield _("For whom"), _("Head of the Regional Chamber of Entrepreneurs")
    yield _("Years"), str(scope.years) or _("all years")
    chosen = [f"{label}: {words}" for label, words in filters_in_words(scope)]
    yield _("Filters"), "; ".join(chosen) or _("none: everything is counted")
    if scope.sets_aside():
        yield _("Left out"), str(SET_ASIDE)
    yield _("Made on"), moment
    yield _("Made by"), scope.user.full_name
    yield _("Source"), _("Registry of PPP projects, Regional Chamber of Entrepreneurs")
    yield (
        _("Note"),
        _("Figures of this moment, the same as on the pages. What is not known is counted apart and is never zero."),
    )


def monthly_report(scope: Scope, language: str, *, made_at: datetime, pages: Iterable[Page] = PAGES) -> Report:
    """Return the report of these sections; texts that wait for a language get this one here."""
    made = timezone.localtime(made_at)
    with override(language):
        month = date_format(made, "YEAR_MONTH_FORMAT")
        if language != "en":
            month = month.lower()  # Names of months are no names in Kazakh and Russian.
        return Report(
            language=language,
            title=_("Monthly report on PPP projects: %(month)s") % {"month": month},
            moment=made,
            facts=list(_facts(scope, moment_in_words(made))),
            parts=[
                Part(
                    key=page.key,
                    heading=str(page.heading),
                    lead=str(page.lead),
                    left_out=labels_of(name for name in scope.filters if name not in page.filters),
                    made=page.make(scope),
                )
                for page in pages
            ],
        )


def _value(holder: Cell | Figure, kind: Kind) -> dict[str, Any]:
    known = kind == Kind.TEXT or holder.value is not None
    return {"text": soft(in_words(holder.value, kind)), "known": known, "sub": soft(str(holder.sub))}


def _chart(chart: Chart | None) -> dict[str, Any] | None:
    if chart is None or (drawn := chart.drawn) is None:
        return None
    return {
        "labels": [str(label) for label in chart.labels],
        "keys": [str(one.label) for one in chart.series],
        "top": in_words(drawn.greatest, chart.kind),
        "columns": [[part.height for part in column.parts] for column in drawn.columns],
    }


def _columns(block: Block) -> list[dict[str, Any]]:
    return [{"label": str(column.label), "is_sum": column.kind != Kind.TEXT} for column in block.columns]


def _row(columns: Sequence[Column], row: Any) -> dict[str, Any]:
    return {
        "label": soft(str(row.label)),
        "bar": row.bar,
        "is_total": row.is_total,
        "is_late": row.is_late,
        "cells": [_value(cell, column.kind) for column, cell in zip(columns, row.cells, strict=True)],
    }


def _block(block: Block) -> dict[str, Any]:
    return {
        "heading": str(block.heading),
        "first": str(block.first),
        "how": str(block.how),
        "empty": str(block.empty),
        "columns": _columns(block),
        "rows": [_row(block.columns, row) for row in block.rows],
        "chart": _chart(block.chart) if block.rows else None,
    }


def not_asked(part: Part) -> str:
    """Return the sentence about the filters that the section does not ask for, or nothing."""
    if not part.left_out:
        return ""
    return _("Not asked for here: %(names)s.") % {"names": ", ".join(part.left_out)}


def _part(part: Part) -> dict[str, Any]:
    return {
        "heading": part.heading,
        "lead": " ".join(filter(None, (part.lead, not_asked(part)))),
        "figures": [
            {"label": str(one.label), "is_late": one.is_late, **_value(one, one.kind)} for one in part.made.figures
        ],
        "blocks": [_block(block) for block in part.made.blocks],
    }


def printed(report: Report) -> dict[str, Any]:
    """Return the report as typst gets it: everything is words already."""
    with override(report.language):
        return {
            "language": report.language,
            "title": report.title,
            **dated(report.moment),
            "footer": report.title,
            "organisation": _("Regional Chamber of Entrepreneurs"),
            "facts": [[label, soft(words)] for label, words in report.facts],
            "parts": [_part(part) for part in report.parts],
            "words": {
                "registry": _("Registry of PPP projects"),
                "head": _("Head"),
                "signature": _("signature"),
                "name": pgettext("paper", "full name"),
                "day": _("date"),
                "top": _("Highest column"),
            },
        }


def report_pdf(report: Report) -> bytes:
    """Return the report as PDF/A-2a and PDF/UA-1; the same facts and moment give the same bytes."""
    return archival_pdf(_SOURCE, printed(report), int(report.moment.timestamp()))
