"""Turns that people's acts wait for where there is no row to lock yet. Held until the end of the transaction."""

from enum import IntEnum

from django.db import connection


class Turn(IntEnum):
    """The keys of the advisory locks, all in one place: two that shared a key would wait for each other."""

    REGISTER_NUMBERS = 7_301_001
    STEP_CHAIN = 7_301_002
    LIBRARY_VERSIONS = 7_301_003
    NEWS = 7_301_004
    BACKUP = 7_301_005
    MIGRATION = 7_301_006


def wait_for_turn(turn: Turn) -> None:
    """Wait until nobody else holds the turn, and hold it until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [turn.value])
