"""Whatever is kept until the register changes is made of nothing but what moves its version."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects.api import answers
from projects.models.register_version import PUBLIC_TABLES
from projects.queries import version
from reference import unchanged
from tests.registry.addresses import Everything

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

TABLE = re.compile(r'(?:FROM|JOIN)\s+\(*"?([a-z]+_[a-z_]+)"?')
MADE_OF_THESE = {"projects_registercell", "projects_registercube"}
"""Triggers write them when they add up what stands in the public tables."""
OF_NO_ANSWER = {"projects_registerversion", "projects_registerchange", "reference_tally"}
API = [f"/api/v1/{name}" for name in ("projects/", "projects/?cost_min=1", "resolutions/", "sectors/", "territories/")]


def test_kept_answers_read_public_tables_only(client, monkeypatch):
    everything = Everything()
    of_api = [*API, f"/api/v1/projects/{everything.signed.number}/", "/api/v1/totals/?by=sector"]
    # Within the transaction of a test nothing would be kept.
    stands = [(1, timezone.now(), False)]
    monkeypatch.setattr(version, "rows_of", lambda statement: stands)
    kept, other = set(), {}
    for address in [*everything.public("kk"), *of_api]:
        unchanged.pages.clear()
        answers.kept_answers.clear()
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        if not unchanged.pages.held and not answers.kept_answers.held:
            continue
        kept.add(address)
        read = {table for query in asked for table in TABLE.findall(query["sql"])}
        if strange := read - set(PUBLIC_TABLES) - MADE_OF_THESE - OF_NO_ANSWER:
            other[address] = sorted(strange)
    assert other == {}
    assert {"/kk/", "/kk/projects/", f"/kk/projects/{everything.signed.number}/", *of_api} <= kept
