"""Public pages of the register: one query while nothing changes, the new page at the next request after a change."""

import threading

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects.models import Project, RegisterChange, RegisterVersion
from projects.models.register_version import ONLY_ROW
from projects.services.register import approve
from reference import unchanged
from reference.limits import in_advance
from tests import factories

pytestmark = pytest.mark.usefixtures("reference_data")

OLD, NEW = "Мектеп", "Балабақша"


@pytest.fixture
def site():
    """A project, its resolution, and the version as it stands after them."""
    paper = factories.resolution()
    project = factories.project(title_kk=OLD, sector="health", year=2020)
    approve([project], resolution=paper, by=None)
    return ["/kk/", "/kk/projects/", "/kk/projects/?view=table&search=мектеп", "/kk/projects/?view=map",
            f"/kk/projects/{project.number}/", "/kk/resolutions/", f"/kk/resolutions/{paper.pk}/"]  # fmt: skip


def asked(address, **headers):
    with CaptureQueriesContext(connection) as queries:
        answer = Client().get(address, headers={name.replace("_", "-"): value for name, value in headers.items()})
    return answer, len(queries)


def _as_if_committed():
    """Let what this transaction has changed count as the register that everybody sees."""
    RegisterChange.objects.all().delete()
    RegisterVersion.objects.update_or_create(pk=ONLY_ROW, defaults={"version": 7, "changed_at": timezone.now()})


def elsewhere(act):
    """Do something on a connection of its own, as another worker does."""

    def run():
        act()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


@pytest.mark.django_db(transaction=True)
def test_an_unchanged_page_costs_one_query_and_a_changed_one_is_new_at_once(site):
    first = {address: asked(address) for address in site}
    marks = {address: answer["ETag"] for address, (answer, _) in first.items()}
    for address, (answer, queries) in first.items():
        again, once = asked(address)
        held, also_once = asked(address, if_none_match=marks[address])
        assert (again.content, again["ETag"], again["Cache-Control"]) == (answer.content, marks[address], "no-cache")
        assert (held.status_code, held.content, held["ETag"]) == (304, b"", marks[address])
        assert (queries > 2, once, also_once) == (True, 1, 1), address
        assert (held["Vary"], held["Content-Language"], "Content-Length" in held) == ("Cookie", "kk", False)
        assert "Content-Security-Policy" in held.headers
    with transaction.atomic():
        Project.objects.update(jobs=7)
        # Neither is what a transaction has not committed taken from what is kept, nor kept.
        assert "ETag" not in asked(site[1])[0].headers
        transaction.set_rollback(True)
    assert asked(site[1], if_none_match=marks[site[1]])[0].status_code == 304
    elsewhere(lambda: Project.objects.update(place_kk=NEW))
    for address in site:
        answer, _ = asked(address, if_none_match=marks[address])
        assert (answer.status_code, answer["ETag"] == marks[address]) == (200, False), address
    assert NEW in asked(site[4])[0].content.decode()
    # A worker that has kept nothing yet marks the same page alike.
    mark = asked(site[0])[0]["ETag"]
    unchanged.pages.clear()
    assert asked(site[0])[0]["ETag"] == mark


@pytest.mark.django_db
def test_a_person_is_never_shown_what_is_kept_nor_kept_from(site, settings):
    _as_if_committed()
    mark = asked(site[1])[0]["ETag"]
    held = unchanged.pages.held
    person = Client()
    person.force_login(factories.user(email="asem@example.kz", full_name="Асем Оспанова"))
    for address in site:
        answer = person.get(address, headers={"if-none-match": mark})
        assert (answer.status_code, "ETag" in answer.headers) == (200, False)
        assert "Асем Оспанова" in answer.content.decode()
        assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))
    assert unchanged.pages.held == held
    for address in site:
        assert "Асем Оспанова" not in asked(address)[0].content.decode()
    # What is wrong with an address is said anew each time, and searches are counted also where the page is kept.
    refused = asked("/kk/projects/?sector=none")[0]
    assert (refused.status_code, "ETag" in refused.headers) == (400, False)
    in_advance.forget()
    settings.PUBLIC_RATES = {"search": (20, 60)}
    assert [asked(site[2])[0].status_code for _ in range(22)] == [200] * 20 + [429] * 2
