"""How long anybody waits for the database, and which of its errors say that it is away.

`docs/decisions/0030-when-the-database-is-away.md`.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.db import Error, InterfaceError, OperationalError

WITHIN_REACH: Final[dict[str, Any]] = {
    "connect_timeout": 3,  # seconds; of each host, where the address names several
    # A machine that vanished answers nothing at all: unanswered bytes end the connection after so many milliseconds.
    "tcp_user_timeout": 4_000,
    "keepalives_idle": 30,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
"""Options of every connection, of pages and commands."""

KEPT: Final[dict[str, Any]] = {
    # The server plans a statement of psycopg's own cursor once and keeps it, when one connection asks it a third time.
    # Django's cursors bind their values themselves and are never kept: docs/decisions/0039.
    "prepare_threshold": 2,
}
"""Options of connections that outlive a request; `ppp_registry/database` asks them for a sign of life."""

OF_PAGES: Final = {
    # What was acknowledged is on the disk, whatever is the habit of the cluster.
    "synchronous_commit": "on",
    # A row or table that somebody keeps: the reader is told to come back, also when he had to wait for a thread, as
    # long again, before it was his turn.
    "lock_timeout": "2s",
    # Below the time of a hung request (`hung.py`); a download is many statements, each with its own limit.
    "statement_timeout": "20s",
    "idle_in_transaction_session_timeout": "60s",
    # What a page asks is answered sooner than it would be compiled: docs/decisions/0039.
    "jit": "off",
}
"""Settings of the connections that serve pages, limits above all, in the words of PostgreSQL."""

_AWAY_BY_STATE: Final = {
    "25006",  # the server became a standby under an open connection: it only reads now
    "25P03",  # it ended a transaction that stood idle for too long
}


def limit_waits(databases: Iterable[Any]) -> None:
    """Put the limits of pages on connections that open from now on; limits that an address itself sets stay.

    Called by what serves pages, before its first request.
    """
    for settings in databases:
        options = settings.setdefault("OPTIONS", {})
        own = options.get("options", "")
        added = [f"-c {name}={value}" for name, value in OF_PAGES.items() if name not in own]
        options["options"] = " ".join([*added, own]).strip()


def is_away(error: BaseException | None) -> bool:
    """Tell whether the database is away, full or kept by others, so that coming back helps: 503, not 500.

    A database error that was raised because of such an error counts too: what follows in a broken transaction.
    """
    return any(
        isinstance(one, OperationalError | InterfaceError) or _state(one) in _AWAY_BY_STATE for one in _behind(error)
    )


def _behind(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        if not isinstance(error, Error):
            return
        error = error.__cause__ or error.__context__


def _state(error: BaseException) -> str:
    return str(getattr(error.__cause__, "sqlstate", "") or "")
