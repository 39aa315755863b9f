"""The version of the register moves when a change of what is public is committed, and with nothing else."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from projects.models import Project, RegisterChange, RegisterVersion
from projects.models.register_version import PUBLIC_TABLES
from projects.queries.version import Version, register_version
from reference.models import Sector
from tests import factories

pytestmark = pytest.mark.usefixtures("reference_data")


def number() -> int:
    found = register_version()
    assert found is not None
    return found.number


def moves(act: Callable[[], object]) -> int:
    """Return by how much the version moves while something is done."""
    before = number()
    act()
    return number() - before


def aside(act: Callable[[], object]) -> threading.Thread:
    """Do something in a thread with a connection of its own."""

    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def several() -> None:
    with transaction.atomic():
        factories.project()
        Project.objects.update(jobs=2)
        Sector.objects.update(name_en="Other")


def taken_back(*, then: Callable[[], object] = lambda: None) -> None:
    with transaction.atomic():
        try:
            with transaction.atomic():
                factories.project()
                raise ZeroDivisionError
        except ZeroDivisionError:
            then()


@pytest.mark.django_db(transaction=True)
def test_each_committed_change_moves_it_once():
    Project.objects.update(jobs=1)
    assert moves(several) == 1
    assert moves(taken_back) == 0
    assert moves(lambda: taken_back(then=lambda: Project.objects.update(jobs=3))) == 1
    assert moves(lambda: factories.user(email="somebody@example.kz")) == 0
    with connection.cursor() as cursor:
        by_table = {
            table: moves(lambda table=table: cursor.execute(f"DELETE FROM {table} WHERE false"))
            for table in PUBLIC_TABLES
        }
    assert by_table == dict.fromkeys(PUBLIC_TABLES, 1)
    assert not RegisterChange.objects.exists()
    RegisterVersion.objects.all().delete()
    assert register_version() is None
    Project.objects.update(jobs=1)
    assert number() == 1


@pytest.mark.django_db(transaction=True)
def test_writers_wait_for_each_other_at_their_end_only():
    Project.objects.update(jobs=1)
    before, seen = number(), []

    def quick() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'; UPDATE projects_maslikhat SET id = id WHERE false")
        seen.append(number())

    with transaction.atomic():
        Project.objects.update(jobs=2)
        aside(quick).join(10)
        assert seen == [before + 1]
    assert number() == before + 2

    def many() -> None:
        for _ in range(5):
            with transaction.atomic():
                Sector.objects.filter(pk="").update(name_en="")
                Project.objects.update(jobs=2)

    for thread in [aside(many) for _ in range(8)]:
        thread.join()
    assert number() == before + 42
    assert not RegisterChange.objects.exists()


@pytest.mark.django_db
def test_nothing_is_kept_of_what_may_still_be_taken_back():
    factories.project()
    assert register_version() is None


def test_versions_of_a_restored_register_are_others():
    first, second = (Version(7, datetime(2026, 1, 1, 0, 0, 0, micro, tzinfo=UTC)) for micro in (1, 2))
    assert str(first) != str(second)
