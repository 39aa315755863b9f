"""Pages wait for the database for seconds only; what is away is a 503 and what is wrong stays a fault."""

import copy
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    connection,
    connections,
)
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.transaction import TransactionManagementError

from ppp_registry.waiting import OF_PAGES, WITHIN_REACH, is_away, limit_waits

pytestmark = pytest.mark.django_db


@pytest.fixture
def limited() -> Iterator[DatabaseWrapper]:
    """A connection of its own with the limits of pages, as gunicorn opens one."""
    found = own_settings()
    found["OPTIONS"].pop("options", None)
    limit_waits([found])
    opened = DatabaseWrapper(found, alias="default")
    yield opened
    opened.close()


def own_settings() -> dict[str, Any]:
    return copy.deepcopy(connections["default"].settings_dict)


def raised(database: DatabaseWrapper, *statements: str) -> BaseException | None:
    with database.cursor() as cursor:
        try:
            for statement in statements:
                cursor.execute(statement)
        except DatabaseError as error:
            return error
    return None


def test_every_connection_learns_soon_that_the_database_is_out_of_reach():
    assert WITHIN_REACH["connect_timeout"] < 5
    assert WITHIN_REACH["tcp_user_timeout"] < 5_000
    assert settings.DATABASES["default"]["OPTIONS"].items() >= WITHIN_REACH.items()


def test_pages_have_limits_and_what_is_acknowledged_is_on_the_disk(limited):
    with limited.cursor() as cursor:
        for name, value in OF_PAGES.items():
            cursor.execute("SELECT current_setting(%s)", [name])
            assert cursor.fetchone()[0] in {value, {"60s": "1min"}.get(value)}, name
    assert (OF_PAGES["synchronous_commit"], OF_PAGES["jit"]) == ("on", "off")


def test_commands_and_migrations_have_no_limits():
    with connection.cursor() as cursor:
        for name in ("lock_timeout", "statement_timeout"):
            cursor.execute("SELECT reset_val FROM pg_settings WHERE name = %s", [name])
            assert cursor.fetchone()[0] == "0", name


def test_a_limit_of_the_address_itself_stays():
    found = {"OPTIONS": {"options": "-c lock_timeout=9s -c search_path=x"}}
    limit_waits([found])
    assert "lock_timeout=9s" in found["OPTIONS"]["options"]
    assert "lock_timeout=2s" not in found["OPTIONS"]["options"]
    assert "statement_timeout=20s" in found["OPTIONS"]["options"]


def test_the_web_server_opens_its_connections_with_the_limits():
    """Of the wsgi module's own process: here it would limit the tests."""
    code = (
        "import ppp_registry.wsgi; from django.db import connection as c; k = c.cursor();"
        "k.execute('SHOW lock_timeout'); print(k.fetchone()[0]); k.execute('SHOW synchronous_commit');"
        "print(k.fetchone()[0])"
    )
    told = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, timeout=60)
    assert told.stdout.split() == ["2s", "on"], told.stderr[-500:]


def test_a_lock_that_somebody_keeps_is_not_waited_for_long(limited):
    somebody = DatabaseWrapper(own_settings(), alias="default")
    try:
        with somebody.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("LOCK TABLE projects_contract IN ACCESS EXCLUSIVE MODE")
        began = time.monotonic()
        assert is_away(raised(limited, "SELECT count(*) FROM projects_contract"))
        assert time.monotonic() - began < 5
    finally:
        somebody.close()


@pytest.mark.parametrize(
    "statements",
    [
        ("SET statement_timeout = '20ms'", "SELECT pg_sleep(5)"),
        ("SET default_transaction_read_only = on", "DELETE FROM projects_contract"),
        ("SELECT pg_terminate_backend(pg_backend_pid())",),
    ],
    ids=["too slow", "became a standby", "ended"],
)
def test_coming_back_helps(limited, statements):
    assert is_away(raised(limited, *statements))


@pytest.mark.parametrize(
    "statement", ["SELECT 1 / 0", "SELECT nothing", "INSERT INTO reference_sector (code) VALUES (NULL)"]
)
def test_a_fault_of_ours_stays_a_fault(limited, statement):
    error = raised(limited, statement)
    assert error is not None
    assert not is_away(error)


def test_what_follows_in_a_broken_transaction_is_away_too():
    away, fault = OperationalError("gone"), IntegrityError("twice")
    for behind, expected in ((away, True), (fault, False)):
        error = TransactionManagementError("no more queries")
        error.__context__ = behind
        assert is_away(error) is expected
    other = ValueError("ours")
    other.__context__ = away
    assert not is_away(other)
    assert is_away(InterfaceError("closed"))
    assert not is_away(None)
    assert not is_away(DataError("x"))
    assert not is_away(InternalError("x"))
