"""How often somebody may do something: counted in PostgreSQL, by all workers together, through restarts and crashes.

Rows hold a keyed hash (HMAC-SHA256 with SECRET_KEY) of whom they count, never an address or an e-mail. Each count is
one statement that also decides, so that of many requests at once none slips through; a refused one writes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.utils import timezone
from django.utils.crypto import salted_hmac

from reference.models import Tally

_SALT: Final = "reference.rates"
_MOST_DOUBLINGS: Final = 20

# Past the first row the moment moves on by the price; where that leads beyond the span, nothing is written.
_SPEND: Final = """
    INSERT INTO reference_tally AS was (key, kind, count, until, forget_at, is_told)
    SELECT %(key)s, %(kind)s, 0, statement_timestamp() + %(price)s * interval '1 second',
           statement_timestamp() + %(price)s * interval '1 second', false
    FROM (SELECT set_config('synchronous_commit',
                            coalesce(%(commit)s::text, current_setting('synchronous_commit')), true)) AS disk
    WHERE true
    ON CONFLICT (key) DO UPDATE SET
        until = greatest(was.until, statement_timestamp()) + %(price)s * interval '1 second',
        forget_at = greatest(was.until, statement_timestamp()) + %(price)s * interval '1 second'
    WHERE greatest(was.until, statement_timestamp()) + %(price)s * interval '1 second'
          <= statement_timestamp() + %(span)s * interval '1 second'
    RETURNING 1
"""
_GIVE_BACK: Final = """
    UPDATE reference_tally
    SET until = until - %(price)s * interval '1 second', forget_at = forget_at - %(price)s * interval '1 second'
    WHERE key = %(key)s
"""
_TRY: Final = """
    INSERT INTO reference_tally AS was (key, kind, count, until, forget_at, is_told)
    VALUES (%(key)s, %(kind)s, 1,
            statement_timestamp() + CASE WHEN 1 >= %(free)s THEN %(first)s ELSE 0 END * interval '1 second',
            statement_timestamp() + %(memory)s * interval '1 second', false)
    ON CONFLICT (key) DO UPDATE SET
        (count, until, forget_at, is_told) = (
            SELECT now.count,
                   statement_timestamp() + interval '1 second' * CASE
                       WHEN now.count < %(free)s THEN 0
                       ELSE least(%(longest)s, %(first)s * 2 ^ least(now.count - %(free)s, %(doublings)s)) END,
                   statement_timestamp() + %(memory)s * interval '1 second',
                   was.is_told AND now.count > 1
            FROM (SELECT CASE WHEN was.forget_at <= statement_timestamp() THEN 1 ELSE was.count + 1 END AS count) AS now
        )
    WHERE was.until <= statement_timestamp()
    RETURNING 1
"""
_WAIT: Final = """
    SELECT ceil(extract(epoch FROM until + %(price)s * interval '1 second' - statement_timestamp()) - %(span)s)
    FROM reference_tally WHERE key = %(key)s
"""


@dataclass(frozen=True)
class Rate:
    """``most`` at once, and again as many evenly within ``seconds``."""

    kind: str
    most: int
    seconds: int

    def price(self, count: int = 1) -> float:
        """Return after how many seconds so many are free again."""
        return count * self.seconds / self.most


@dataclass(frozen=True)
class Lock:
    """After ``free`` tries in a row the next must wait ``first`` seconds, then twice as long each, at most ``longest``.

    The row is forgotten ``memory`` seconds after the last try; ``memory`` is longer than ``longest``.
    """

    kind: str
    free: int
    first: int
    longest: int
    memory: int


def keyed(kind: str, who: str) -> str:
    """Return the name under which somebody is counted; nobody without SECRET_KEY can tell whose it is."""
    return salted_hmac(_SALT, f"{kind}\n{who}", algorithm="sha256").hexdigest()[:40]


def spend(rate: Rate, who: str, count: int = 1, *, may_be_lost: bool = False) -> int:
    """Count so many for somebody; return 0, or after how many seconds there is room and then nothing was counted.

    ``may_be_lost``: outside a transaction the disk is not waited for. One query, two when refused.
    """
    if not who:
        return 0
    values = {"key": keyed(rate.kind, who), "kind": rate.kind, "price": rate.price(count), "span": rate.seconds}
    # Inside a transaction the setting would reach what that transaction must not lose.
    return _asked(_SPEND, {**values, "commit": "off" if may_be_lost and not connection.in_atomic_block else None})


def give_back(rate: Rate, who: str) -> None:
    """Take one count back: it was honest."""
    if who:
        with connection.cursor() as cursor:
            cursor.execute(_GIVE_BACK, {"key": keyed(rate.kind, who), "price": rate.price()})


def try_once(lock: Lock, who: str) -> int:
    """Count a try before it is made; return 0, or after how many seconds the next may be made: then none was counted.

    The try counts as a wrong one until :func:`forgive` says otherwise; so no number at once gets past the lock.
    """
    if not who:
        return 0
    values = {
        "key": keyed(lock.kind, who),
        "kind": lock.kind,
        "free": lock.free,
        "first": lock.first,
        "longest": lock.longest,
        "memory": lock.memory,
        "doublings": _MOST_DOUBLINGS,
        "price": 0,
        "span": 0,
    }
    return _asked(_TRY, values)


def forgive(lock: Lock, who: str) -> None:
    """Forget the wrong tries of somebody."""
    Tally.objects.filter(key=keyed(lock.kind, who)).delete()


def newly_locked(lock: Lock) -> Iterator[str]:
    """Yield the key of every lock that closed and was not told of yet; it is told of from now on.

    Call it inside the transaction that tells.
    """
    closed = Tally.objects.select_for_update(skip_locked=True).filter(
        kind=lock.kind, count__gte=lock.free, is_told=False, forget_at__gt=timezone.now()
    )
    for tally in closed:
        Tally.objects.filter(pk=tally.pk).update(is_told=True)
        yield tally.key


def clear_old() -> int:
    """Remove rows that count nothing any more; return how many."""
    return Tally.objects.filter(forget_at__lt=timezone.now()).delete()[0]


def _asked(statement: str, values: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        if cursor.fetchone():
            return 0
        cursor.execute(_WAIT, values)
        row = cursor.fetchone()
    # Removed meanwhile, or free again since: the next try will tell.
    return max(1, int(row[0])) if row else 1
