"""What every test may ask for: reference data, a clerk, and savepoints for examples of property tests."""

import copy
import functools
import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.db import connection, transaction
from django.test import client
from hypothesis import HealthCheck, settings
from psycopg import sql

from accounts.models import User
from proposals.services import library
from reference import unchanged
from reference.models import LegalParameter, Sector, Territory
from reference.services import load_parameters, load_sectors, load_territories
from tests import factories, made_once

settings.register_profile(
    "registry", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile("registry")


MAKING = pytest.StashKey[made_once.Making]()


def pytest_configure(config: pytest.Config) -> None:
    """Hash passwords fast, and do without the manifest of static files where nobody has collected them."""
    # Thousands of tests are collected, and all of it stays: nothing to look for until they are.
    gc.disable()
    # Runs side by side have databases of their own, and so they need folders of their own.
    site.MEDIA_ROOT = str(Path(site.MEDIA_ROOT, os.environ.get("PYTEST_XDIST_WORKER", "")))
    # Tests hold answers that they do not read to the end.
    site.HEAVY_AT_ONCE = 1_000
    site.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    client.store_rendered_templates = functools.partial(store_pages, client.store_rendered_templates)
    # Sixteen Word files, the same bytes every time (proposals/test_typical_documents): made once.
    library.shipped_documents = functools.cache(library.shipped_documents)
    # Every client of a test starts the middleware anew, which else looks at each static file: a tenth of the run.
    site.WHITENOISE_AUTOREFRESH = True
    if not Path(site.STATIC_ROOT, "staticfiles.json").exists():
        # In place: the outbox has made Django read the storages already.
        site.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    if made_once.wanted(config):
        config.stash[MAKING] = made_once.Making(config)


def store_pages(store: Callable[..., None], answer: Any, signal: Any, sender: Any, template: Any, **facts: Any) -> None:
    """Copy for the test what a page or a letter was rendered with, not each of its boxes: a form has hundreds."""
    name = template.name or ""
    if not name.startswith("django/forms/") and "/_" not in name:
        store(answer, signal, sender, template, **facts)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Drop the database that the workers have copied."""
    if making := config.stash.get(MAKING, None):
        making.end()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Let a worker copy the database that is migrated once for all; `migrate` finds nothing to do in it."""
    if name := made_once.database():
        connection.settings_dict["TEST"]["TEMPLATE"] = name


LONG_FILES = (
    "tests/registry/test_words.py",
    "tests/registry/test_every_page.py",
    "tests/registry/test_demo_data.py",
    "tests/promises/",
)
"""Files of half a minute and more that collecting by name would put last: one worker would wait for the other."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let workers begin with the long files; tests of one file stay together."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: not item.nodeid.startswith(LONG_FILES))


def pytest_collection_finish() -> None:
    """Let the collector leave alone what lives until the end, and look less often: rows of a test are short-lived."""
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@contextmanager
def rolled_back() -> Iterator[None]:
    """Undo in the end whatever the block wrote: examples of one property test must not see each other."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(name="rolled_back")
def _rolled_back() -> Callable:
    return rolled_back


@pytest.fixture(scope="session")
def reference_rows(django_db_setup, django_db_blocker) -> tuple[list[Territory], list[Sector]]:
    """Territories and sectors as the loaders read them; nothing of it stays in the database."""
    with django_db_blocker.unblock(), rolled_back():
        load_territories()
        load_sectors()
        territories = sorted(Territory.objects.all(), key=lambda territory: territory.parent_id or "")
        return territories, list(Sector.objects.all())


@pytest.fixture(scope="session")
def law_rows(django_db_setup, django_db_blocker) -> list[LegalParameter]:
    """Return the shipped numbers of the law as the loader reads them; nothing of it stays in the database."""
    with django_db_blocker.unblock(), rolled_back():
        load_parameters()
        return list(LegalParameter.objects.all())


@pytest.fixture
def law(law_rows, db) -> None:
    """Put the numbers of the law into the database with one statement."""
    LegalParameter.objects.bulk_create(copy.deepcopy(law_rows))


@pytest.fixture(scope="session")
def reference_sql(reference_rows, django_db_blocker) -> dict[str, str]:
    """Return the statements that put territories and sectors into a database, each with its rows as JSON."""
    found = {}
    with django_db_blocker.unblock(), rolled_back(), connection.cursor() as cursor:
        for model, rows in zip((Territory, Sector), reference_rows, strict=True):
            model.objects.bulk_create(copy.deepcopy(rows))
            names = {"table": sql.Identifier(model._meta.db_table)}
            written = [sql.Identifier(field.column) for field in model._meta.local_fields if not field.generated]
            insert = sql.SQL(
                "INSERT INTO {table} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s) "
                "ON CONFLICT DO NOTHING"
            ).format(columns=sql.SQL(", ").join(written), **names)
            cursor.execute(sql.SQL("SELECT json_agg(rows)::text FROM {table} rows").format(**names))
            found[insert.as_string(None)] = cursor.fetchone()[0]
    return found


@pytest.fixture
def reference_data(reference_sql, db) -> None:
    """Put the shipped territories and sectors into the database: two statements, quick as each of thousands asks."""
    with connection.cursor() as cursor:
        for insert, rows in reference_sql.items():
            cursor.execute(insert, [rows])


@pytest.fixture
def clerk(db) -> User:
    """A member of the chamber's staff."""
    return factories.user(is_staff=True)


@pytest.fixture(autouse=True)
def unhurried(settings) -> None:
    """All tests have one address, and the number of queries must not change: public rates are tested by themselves."""
    settings.PUBLIC_RATES = {}


@pytest.fixture(autouse=True)
def no_page_kept() -> None:
    """A test begins as a new worker does: no page of another test is kept."""
    unchanged.pages.clear()
