"""What every test may ask for: reference data, a clerk, and savepoints for examples of property tests."""

import copy
import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings as site
from django.db import transaction
from hypothesis import HealthCheck, settings

from accounts.models import User
from reference.models import Sector, Territory
from reference.services import load_sectors, load_territories
from tests import factories

settings.register_profile(
    "registry", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile("registry")


def pytest_configure() -> None:
    """Hash passwords fast, and do without the manifest of static files where nobody has collected them."""
    # Runs side by side have databases of their own, and so they need folders of their own.
    site.MEDIA_ROOT = str(Path(site.MEDIA_ROOT, os.environ.get("PYTEST_XDIST_WORKER", "")))
    site.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if not Path(site.STATIC_ROOT, "staticfiles.json").exists():
        # In place: the outbox has made Django read the storages already.
        site.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"


def pytest_collection_finish() -> None:
    """Let the collector leave alone what lives until the end, and look less often: rows of a test are short-lived."""
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


@pytest.fixture
def reference_data(reference_rows, db) -> None:
    """Put the shipped territories and sectors into the database: two statements."""
    territories, sectors = reference_rows
    Territory.objects.bulk_create(copy.deepcopy(territories), ignore_conflicts=True)
    Sector.objects.bulk_create(copy.deepcopy(sectors), ignore_conflicts=True)


@pytest.fixture
def clerk(db) -> User:
    """A member of the chamber's staff."""
    return factories.user(is_staff=True)
