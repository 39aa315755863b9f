"""What makes a whole run short: workers copy one migrated database, and none is left alone with a long file."""

import os
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests import conftest, made_once


@pytest.mark.django_db
def test_the_database_is_whole_and_a_copy_where_there_are_workers():
    has_copied = bool(connection.settings_dict["TEST"].get("TEMPLATE"))
    assert has_copied == (made_once.SAID in os.environ)
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []


def test_long_files_come_first_and_stay_together():
    assert [name for name in conftest.LONG_FILES if not (settings.BASE_DIR / name).exists()] == []
    names = ["tests/a.py::x", f"{conftest.LONG_FILES[0]}::x", f"{conftest.LONG_FILES[0]}::y", "tests/a.py::y"]
    items = [SimpleNamespace(nodeid=name) for name in names]
    conftest.pytest_collection_modifyitems(SimpleNamespace(workerinput={}), items)
    assert [item.nodeid for item in items] == [names[1], names[2], names[0], names[3]]
    conftest.pytest_collection_modifyitems(SimpleNamespace(), reordered := items[::-1])
    assert reordered == items[::-1], "a run without workers keeps the order of names"
