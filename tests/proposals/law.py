"""The shipped numbers of the law for tests that ask for them often: read once, put in with one statement."""

import copy

import pytest

from reference.models import LegalParameter
from reference.services import load_parameters
from tests.conftest import rolled_back


@pytest.fixture(scope="session")
def law_rows(django_db_setup, django_db_blocker) -> list[LegalParameter]:
    """Return the legal parameters as the loader reads them; nothing of it stays in the database."""
    with django_db_blocker.unblock(), rolled_back():
        load_parameters()
        return list(LegalParameter.objects.all())


@pytest.fixture
def law(law_rows, db) -> None:
    """Put the numbers of the law into the database."""
    LegalParameter.objects.bulk_create(copy.deepcopy(law_rows))
