"""Connections that are kept are looked at before they are asked: `docs/decisions/0039-connections-and-filing.md`."""

import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from django.db.backends.postgresql import base

FRESH: Final = 5.0
"""Seconds: a line that was used so lately and lies quiet is good without a question."""


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that asks for a sign of life (CONN_HEALTH_CHECKS) only when there is a reason to.

    A server that ends a connection says so on the line, or its machine closes the line: both are seen without a round
    trip. Only a machine that vanished says nothing, so a line that was idle for longer is asked.
    """

    _used_at: float | None = None

    def connect(self) -> None:
        """Open the connection; it answered just now."""
        super().connect()
        self._used_at = time.monotonic()

    def is_usable(self) -> bool:
        """Tell whether the connection answers; asked before the first statement of a request, and after an error."""
        is_usable = self._lies_quiet() or super().is_usable()
        self._used_at = time.monotonic() if is_usable else None
        return is_usable

    def _lies_quiet(self) -> bool:
        """Tell whether nothing speaks against the connection: no error, used lately, nothing to read on its line."""
        if self.errors_occurred or self._used_at is None or time.monotonic() - self._used_at > FRESH:
            return False
        try:
            if self.connection.pgconn.transaction_status == psycopg.pq.TransactionStatus.INERROR:
                return False
            # Not select(): a worker with many open files has numbers above its 1024.
            line = select.poll()
            line.register(self.connection.fileno(), select.POLLIN)
        except (psycopg.Error, AttributeError):  # closed already; none was opened
            return False
        return not line.poll(0)  # words of the server, an end and an error are all events

    @contextmanager
    def prepared_cursor(self) -> Iterator[psycopg.Cursor[Any]]:
        """Yield psycopg's own cursor: the server binds the values and keeps the plan of what is asked again.

        For reading, and for tables without a tracked history (`reference/rows.py`): what listens to Django's cursors
        (who acts, for the history; counted queries) hears nothing.
        """
        is_looked_at = self.health_check_done or not self.health_check_enabled  # type: ignore[attr-defined]
        if self.connection is None or not is_looked_at:  # both do nothing else, slowly
            self.close_if_health_check_failed()
            self.ensure_connection()
        with self.wrap_database_errors, psycopg.Cursor(self.connection) as cursor:
            yield cursor
