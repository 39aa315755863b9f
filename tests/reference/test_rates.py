"""Counts of tries: shared, exact however many come at once, and nothing in them that names anybody."""

import datetime
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reference.models import Tally
from reference.rates import Lock, Rate, clear_old, forgive, give_back, keyed, newly_locked, spend, try_once
from tests.reference.tallies import later

ADDRESS = "203.0.113.9"
RATE = Rate("letters", 3, 60)
LOCK = Lock("account", free=5, first=60, longest=3600, memory=86400)


class TestRates:
    pytestmark = pytest.mark.django_db

    def test_so_many_at_once_and_then_evenly(self):
        assert [spend(RATE, ADDRESS) for _ in range(3)] == [0, 0, 0]
        assert 18 <= spend(RATE, ADDRESS) <= 20
        later(seconds=20)
        assert spend(RATE, ADDRESS) == 0
        assert spend(RATE, ADDRESS) > 0
        later(seconds=600)
        assert [spend(RATE, ADDRESS) > 0 for _ in range(4)] == [False, False, False, True]

    def test_a_refusal_counts_nothing_and_writes_nothing(self):
        for _ in range(3):
            spend(RATE, ADDRESS)
        before = Tally.objects.values().get()
        assert all(spend(RATE, ADDRESS) for _ in range(20))
        assert Tally.objects.values().get() == before

    def test_one_does_not_count_for_another_nor_one_kind_for_another(self):
        assert [spend(RATE, ADDRESS, 3), spend(RATE, "203.0.113.10", 3), spend(Rate("links", 3, 60), ADDRESS)] == [
            0
        ] * 3
        assert spend(RATE, ADDRESS) > 0

    def test_what_was_honest_is_given_back(self):
        spend(RATE, ADDRESS, 3)
        give_back(RATE, ADDRESS)
        assert (spend(RATE, ADDRESS), spend(RATE, ADDRESS) > 0) == (0, True)

    def test_nobody_known_is_not_counted(self):
        assert [spend(RATE, "") for _ in range(9)] == [0] * 9
        assert not Tally.objects.exists()

    def test_a_count_costs_one_query_and_a_refusal_two(self):
        for queries in (1, 1, 1, 2):
            with CaptureQueriesContext(connection) as captured:
                spend(RATE, ADDRESS)
            assert len(captured) == queries


class TestLocks:
    pytestmark = pytest.mark.django_db

    def test_the_wait_grows_and_has_an_end(self):
        waits = []
        for _ in range(14):
            assert try_once(LOCK, "a") == 0
            wait = Tally.objects.get().until - timezone.now()
            waits.append(max(0, round(wait / datetime.timedelta(minutes=1))))
            later(minutes=waits[-1])
        assert waits == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]

    def test_a_locked_try_counts_nothing(self):
        for _ in range(5):
            try_once(LOCK, "a")
        assert all(try_once(LOCK, "a") for _ in range(50))
        assert Tally.objects.get().count == 5
        assert try_once(LOCK, "b") == 0

    def test_whoever_succeeds_begins_anew(self):
        for _ in range(4):
            try_once(LOCK, "a")
        forgive(LOCK, "a")
        assert [try_once(LOCK, "a") for _ in range(5)] == [0] * 5
        assert try_once(LOCK, "a") > 0

    def test_wrong_tries_are_forgotten_after_a_day_without(self):
        for _ in range(5):
            try_once(LOCK, "a")
        later(hours=23)
        try_once(LOCK, "a")
        assert try_once(LOCK, "a") > 60
        later(hours=25)
        assert [try_once(LOCK, "a") for _ in range(5)] == [0] * 5

    def test_a_lock_that_closed_is_told_of_once(self):
        for _ in range(4):
            try_once(LOCK, "a")
        assert list(newly_locked(LOCK)) == []
        try_once(LOCK, "a")
        assert list(newly_locked(LOCK)) == [keyed("account", "a")]
        later(minutes=2)
        try_once(LOCK, "a")
        assert list(newly_locked(LOCK)) == []
        later(hours=30)
        for _ in range(5):
            try_once(LOCK, "a")
        assert len(list(newly_locked(LOCK))) == 1


@pytest.mark.django_db
def test_nothing_in_a_row_names_anybody(settings):
    spend(RATE, ADDRESS)
    try_once(LOCK, "aigul@example.kz")
    rows = str(list(Tally.objects.values()))
    assert ADDRESS not in rows
    assert "aigul" not in rows
    one = keyed("account", "a")
    settings.SECRET_KEY = "another" * 10
    assert keyed("account", "a") != one


@pytest.mark.django_db
def test_what_counts_nothing_any_more_is_removed():
    spend(RATE, ADDRESS)
    try_once(LOCK, "a")
    assert clear_old() == 0
    later(minutes=2)
    call_command("clear_old_rates", verbosity=0)
    assert [row.kind for row in Tally.objects.all()] == ["account"]
    later(days=2)
    assert clear_old() == 1


def at_once(act, times=40):
    """Do the act in many threads, each with a connection of its own that really commits; remove what it left."""

    def one(asked):
        try:
            return asked()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        try:
            return list(pool.map(one, [act] * times))
        finally:
            pool.submit(one, Tally.objects.all().delete).result(10)


@pytest.mark.django_db
def test_of_many_at_once_exactly_so_many_get_through():
    assert at_once(lambda: try_once(LOCK, "a")).count(0) == 5
    assert at_once(lambda: spend(Rate("api", 7, 3600), ADDRESS)).count(0) == 7


@pytest.mark.django_db
def test_counts_outlive_a_crash():
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'reference_tally'")
        assert cursor.fetchone() == ("p",)


@pytest.mark.django_db
def test_what_may_be_lost_does_not_make_anything_else_so():
    def asked(who=ADDRESS):
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit = 'local'")
            spend(RATE, who, may_be_lost=True)
            cursor.execute("SHOW synchronous_commit")
            return cursor.fetchone()[0]

    with transaction.atomic():
        # Another name: the thread would wait for our row.
        assert asked("198.51.100.1") == "local"
    assert at_once(asked, 1) == ["local"]
