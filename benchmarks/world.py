"""What made-up proposals refer to: who works in the chamber, who applies, and the rows that grow."""

import datetime
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

TITLE = "[синтетика]"
"""How the titles of every made-up proposal begin; a real one never begins so."""
MONTHS_BETWEEN_SESSIONS = 2
_SESSION_DAY = 20
ALMATY = datetime.timezone(datetime.timedelta(hours=5))


@dataclass(frozen=True)
class Applicant:
    """An organisation, who files for it, and what is frozen of it at filing."""

    organisation: uuid.UUID
    person: int
    initiator_type: str
    size: str
    name: str
    bin: str


@dataclass(frozen=True)
class Chamber:
    """Who works in the chamber; experts by their sectors."""

    clerk: int
    head: int
    secretary: int
    experts: dict[str, list[int]]


@dataclass
class World:
    """What stories refer to. ``projects`` are those of the register that nobody proposed; approvals use them up."""

    now: datetime.datetime
    chamber: Chamber
    applicants: list[Applicant]
    places: list[tuple[str, int]]
    """Codes of territories, each with its maslikhat."""
    sectors: list[str]
    reasons: list[int]
    projects: list[int]
    convocation: int
    """Of the sessions: one for each filling, so that no session is there twice."""
    next_keys: dict[str, int]
    numbers: dict[int, int]
    """Last number of arrival of each year."""
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    sessions: dict[tuple[int, datetime.date], dict[str, Any]] = field(default_factory=dict)

    def key(self, table: str) -> int:
        """Return the next key of a table."""
        self.next_keys[table] += 1
        return self.next_keys[table] - 1

    def add(self, table: str, **facts: Any) -> dict[str, Any]:
        """Keep a row for a table with a key of numbers."""
        row = {"id": self.key(table), **facts}
        self.rows[table].append(row)
        return row


def session_after(day: datetime.date) -> datetime.date:
    """Return the first day of a session at least five days later."""
    day += datetime.timedelta(days=5)
    month = day.year * 12 + day.month - 1 + (day.day > _SESSION_DAY)
    month += -month % MONTHS_BETWEEN_SESSIONS
    return datetime.date(month // 12, month % 12 + 1, _SESSION_DAY)
