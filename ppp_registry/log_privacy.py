"""No personal value in a log: what people typed, addresses of requests and values of rows are taken out of a record.

A log goes to more people and machines than the database, and stays longer. So a record keeps what a programmer needs
(where, which kind of fault, which rule of the database) and none of what a visitor sent. Put ``NoPersonalValues`` as a
filter on every handler: filters of loggers are not asked for records of the loggers below them.
"""

import linecache
import logging
import re
import traceback
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final

from django.http import HttpRequest

HIDDEN: Final = "…"
LONGEST: Final = 2_000
"""Characters of a message; longer ones hold somebody's text."""
_DEEPEST: Final = 10
"""Faults that led to one another."""

_PLAIN: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""What every record has; everything else came with ``extra``."""

_VALUES: Final = (
    # The query of an address, a cookie, a header: everything up to the next blank.
    (re.compile(r"\?[^\s\"'<>]+"), f"?{HIDDEN}"),
    (
        re.compile(
            r"(?i)\b(sessionid|csrftoken|csrfmiddlewaretoken|password|passwd|token|secret|authorization|cookie)"
            r"(['\"]?\s*[=:]\s*)[^\s;,&]+"
        ),
        rf"\1\2{HIDDEN}",
    ),
    (re.compile(r"(?i)(://)[^\s/@]*@"), rf"\1{HIDDEN}@"),
    (re.compile(r"[^\s<>\"'(),;:=/]+@[^\s<>\"'(),;:=/]+"), f"{HIDDEN}@{HIDDEN}"),
    # IIN and BIN, with whatever digits: a number of twelve is nobody's business here.
    (re.compile(r"(?<!\d)\d{12}(?!\d)"), HIDDEN),
    (re.compile(r"(?<![\w+-])(?:\+\d{1,3}|[78])[ (-]{0,2}\d{3}[) -]{0,2}\d{3}[ -]?\d{2}[ -]?\d{2}(?!\w)"), HIDDEN),
    # The detail of a broken rule of the database: "Key (email)=(…) already exists", "Failing row contains (…)".
    (re.compile(r"\)=\([^\n]*"), f")=({HIDDEN})"),
    (re.compile(r"(?i)(failing row contains|detail:)[^\n]*"), rf"\1 {HIDDEN}"),
    # Links, sessions and secrets; keys of rows (UUID) have dashes in their places and stay.
    (
        re.compile(r"(?<![\w-])(?![0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![\w-]))(?=[\w.:\-]*\d)[\w.:\-]{24,}"),
        HIDDEN,
    ),
)
_UNSEEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def scrubbed(text: str) -> str:
    """Return a text without queries, addresses, numbers of people, secrets and values of rows."""
    for pattern, instead in _VALUES:
        text = pattern.sub(instead, text)
    return _UNSEEN.sub(" ", text)[:LONGEST]


def route_of(request: Any) -> str:
    """Return the pattern of the address instead of the address: links and names stand in addresses.

    Where no page was found only the first part is kept, if it is one of ours.
    """
    match = getattr(request, "resolver_match", None)
    if match is not None:
        return f"/{match.route}"
    path = getattr(request, "path_info", "") or ""
    first = path.strip("/").partition("/")[0]
    return f"/{first}/{HIDDEN}" if first in {"kk", "ru", "en", "admin", "api", "account", "static"} else f"/{HIDDEN}"


def _name(fault: BaseException) -> str:
    """Return the kind of a fault; of the database also the state and the rule, which name no value."""
    words = [f"{type(fault).__module__}.{type(fault).__qualname__}"]
    diagnosis = getattr(fault, "diag", None)
    for name in ("sqlstate", "table_name", "constraint_name"):
        if value := getattr(diagnosis, name, None):
            words.append(f"{name}={value}")
    if isinstance(fault, OSError) and fault.errno:
        words.append(f"errno={fault.errno}")
    return " ".join(words)


def _frames(trace: TracebackType | None) -> list[str]:
    lines = []
    for frame, number in traceback.walk_tb(trace):
        name, function = frame.f_code.co_filename, frame.f_code.co_name
        lines.append(f'  File "{name}", line {number}, in {function}')
        # Our code says what was done; the values it was done with are never read.
        if source := linecache.getline(name, number).strip():
            lines.append(f"    {source}")
    return lines


def told(fault: BaseException | None) -> str:
    """Return what a fault was and where, without its words: these quote what was typed."""
    parts: list[str] = []
    while fault is not None and len(parts) < _DEEPEST:
        trace = ["Traceback (most recent call last):", *_frames(fault.__traceback__), _name(fault)]
        parts.insert(0, "\n".join(trace))
        fault = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
    return "\n\nled to:\n\n".join(parts)


class NoPersonalValues(logging.Filter):
    """Rewrites records in place, so that every formatter after it, the one for JSON too, meets clean ones."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Clean the record; it is always let through."""
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest):
            record.msg = (
                f"{_heading(record)} {request.method if _is_known(request.method) else HIDDEN} {route_of(request)}"
            )
        elif record.name.startswith("django.security"):
            # The words of these quote hosts, referers and files of uploads.
            record.msg = _heading(record)
        elif record.name.startswith("django.db.backends"):
            record.msg = "A statement of the database"
        else:
            record.msg = scrubbed(_message(record))
        record.args = ()
        if record.exc_info:
            record.exc_text, record.exc_info = told(record.exc_info[1]), None
        elif record.exc_text:
            record.exc_text = scrubbed(record.exc_text)
        _clean_extras(record)
        return True


def _is_known(method: str | None) -> bool:
    return method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        return str(record.msg)


def _heading(record: logging.LogRecord) -> str:
    """Return the words before the first value of a message of Django, or the last name of its logger."""
    if not record.args:
        return record.name.rpartition(".")[2]
    known = {status.value: status.phrase for status in HTTPStatus}
    return str(record.msg).partition("%")[0].rstrip(" (:") or known.get(getattr(record, "status_code", 0), HIDDEN)


def _clean_extras(record: logging.LogRecord) -> None:
    for name, value in list(vars(record).items()):
        if name in _PLAIN:
            continue
        if isinstance(value, str):
            setattr(record, name, scrubbed(value))
        elif value is not None and not isinstance(value, bool | int | float):
            delattr(record, name)
