"""People and settings that many tests of intake ask for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from accounts.models import User
from accounts.roles import Role
from tests.proposals.applications import staff


@pytest.fixture
def secretary() -> User:
    return staff(Role.SECRETARY)


@pytest.fixture
def head() -> User:
    return staff(Role.HEAD)


@pytest.fixture
def in_english() -> Iterator[None]:
    """Let refusals speak English for the whole test."""
    with translation.override("en"):
        yield


@pytest.fixture
def own_files(settings: Any, tmp_path: Path) -> None:
    """Keep the files of the test in a folder of its own."""
    settings.MEDIA_ROOT = tmp_path
