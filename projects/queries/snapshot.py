"""Several questions answered as of one moment, while others write."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from projects.queries.reading import reading

_FOR_SEARCHES = "SET LOCAL work_mem = '32MB'; SET LOCAL jit = off; SET LOCAL plan_cache_mode = force_custom_plan"
"""Room for the places of a million rows, no compiling for a question of milliseconds, a plan for the word itself."""


@contextmanager
def one_moment(*, seconds: int = 0) -> Iterator[None]:
    """Let every query of the block see the register as it stood at the first one; nothing can be written.

    ``seconds``: the longest that one question may take; then OperationalError, which the site answers with 503.
    Inside a transaction that runs already, that transaction decides.
    """
    connection = reading()
    if connection.in_atomic_block:
        yield
        return
    # In one message with the other: no further way to the database.
    limit = f"; SET LOCAL statement_timeout = {seconds * 1000:d}; {_FOR_SEARCHES}" if seconds else ""
    with transaction.atomic(using=connection.alias):
        with connection.cursor() as cursor:
            cursor.execute(f"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY{limit}")
        yield
