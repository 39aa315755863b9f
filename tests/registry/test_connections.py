"""Kept connections are looked at, not asked; a dead one is found before the first statement of a request."""

import copy
import select
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, ProgrammingError, connection, connections
from django.db.backends.postgresql import base
from django.test import Client

from ppp_registry.database.base import FRESH, DatabaseWrapper
from ppp_registry.waiting import is_away

pytestmark = pytest.mark.django_db


class Asked:
    """Counts how often PostgreSQL is asked for a sign of life."""

    times = 0


@pytest.fixture
def asked(monkeypatch) -> Asked:
    counts, ask = Asked(), base.DatabaseWrapper.is_usable

    def counted(self):
        counts.times += 1
        return ask(self)

    monkeypatch.setattr(base.DatabaseWrapper, "is_usable", counted)
    return counts


@pytest.fixture
def kept() -> Iterator[DatabaseWrapper]:
    """A connection of its own, used in one request that has ended."""
    opened = DatabaseWrapper(copy.deepcopy(connections["default"].settings_dict), alias="default")
    number(opened)
    yield opened
    opened.close()


def number(database: DatabaseWrapper) -> int:
    """Return which process of the server answers, in a request of its own."""
    database.close_if_unusable_or_obsolete()
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def parameters(database: DatabaseWrapper) -> dict[str, Any]:
    """Return how to reach the same database past Django."""
    return {name: value for name, value in database.get_connection_params().items() if name != "cursor_factory"}


def end(process: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [process])


def test_a_connection_in_use_is_not_asked(kept, asked):
    assert len({number(kept) for _request in range(5)}) == 1
    assert asked.times == 0


def test_a_connection_that_lay_idle_is_asked_once(kept, asked, monkeypatch):
    process, later = number(kept), time.monotonic() + FRESH + 1
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert number(kept) == number(kept) == process
    assert asked.times == 1


def test_a_connection_with_an_error_behind_it_is_asked(kept, asked):
    with pytest.raises(OperationalError), kept.cursor() as cursor:
        cursor.execute("SET statement_timeout = '1ms'; SELECT pg_sleep(1)")
    number(kept)
    assert asked.times == 1


def test_a_broken_transaction_is_no_usable_connection(kept):
    kept.set_autocommit(False)
    with pytest.raises(ProgrammingError), kept.cursor() as cursor:
        cursor.execute("SELECT nothing_of_this_name")
    kept.errors_occurred = False
    assert not kept.is_usable()
    kept.rollback()
    assert kept.is_usable()


def test_words_that_came_unasked_are_read_and_the_connection_stays(kept, asked):
    with kept.cursor() as cursor:
        cursor.execute("LISTEN news")
    with psycopg.connect(**parameters(kept), autocommit=True) as somebody:
        somebody.execute("NOTIFY news")
    assert select.select([kept.connection], [], [], 5)[0], "the words never came"
    process = number(kept)
    assert asked.times == 1
    assert number(kept) == process
    assert asked.times == 1


def test_a_connection_that_the_server_ended_is_replaced_before_the_first_statement(kept):
    process = number(kept)
    end(process)
    assert number(kept) != process
    assert not kept.errors_occurred


def test_the_request_after_all_connections_were_ended_is_answered(kept):
    of_the_test = connections["default"]
    connections["default"] = kept
    try:
        for page in ("/readyz", "/kk/projects/", "/api/v1/projects/"):
            process = number(kept)
            with psycopg.connect(**parameters(kept), autocommit=True) as somebody:
                somebody.execute("SELECT pg_terminate_backend(%s, 5000)", [process])
            kept.close_if_unusable_or_obsolete()  # as at the beginning of each request
            assert Client().get(page).status_code == 200, page
            assert number(kept) != process
    finally:
        connections["default"] = of_the_test


def test_a_prepared_cursor_keeps_the_plan_and_finds_a_dead_connection(kept):
    for _request in range(4):
        with kept.prepared_cursor() as cursor:
            cursor.execute("SELECT 1 + %s", [1])
            assert cursor.fetchone() == (2,)
    with kept.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        assert cursor.fetchall() == [("SELECT 1 + $1",)]
    end(number(kept))
    kept.close_if_unusable_or_obsolete()
    with kept.prepared_cursor() as cursor:
        assert cursor.execute("SELECT 1 + %s", [1]).fetchone() == (2,)


def test_an_error_of_a_prepared_cursor_is_told_as_djangos(kept):
    with pytest.raises(OperationalError) as told, kept.prepared_cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    assert is_away(told.value)
    assert kept.errors_occurred
