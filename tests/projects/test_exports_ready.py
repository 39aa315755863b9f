"""Whole files kept ready: the same bytes as made now, of the same moment, whole or not there, and never in the way."""

import errno

import pytest
from django.test import override_settings

from projects.exports import ready
from projects.models import Project
from projects.queries.version import Version
from projects.views import downloads
from tests import factories
from tests.projects.exported import API, FORMS, body
from tests.registry.people import Browser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


@pytest.fixture
def client():
    return Browser()


@pytest.fixture
def now(monkeypatch):
    """Return a cell with the version that the register has: inside a test's transaction it has none."""
    cell = [Version(5, factories.timezone.now())]
    monkeypatch.setattr("projects.exports.view.register_version", lambda: cell[0])
    return cell


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path / "ready-made"


def files(home):
    return sorted(path for path in home.glob("*/*") if path.is_file()) if home.exists() else []


@pytest.mark.parametrize("name", FORMS)
def test_the_next_reader_gets_the_very_file_with_the_same_headers(client, now, home, name):
    factories.project(cost=7)
    first = client.get(API + name)
    sent = body(first)
    assert "Content-Length" not in first.headers
    assert len(files(home)) == 1
    second = client.get(API + name)
    assert body(second) == sent
    assert second.headers["Content-Length"] == str(len(sent))
    for header in (
        *downloads.FIGURES,
        "Content-Disposition",
        "Content-Type",
        "Cache-Control",
        "X-Content-Type-Options",
    ):
        assert second.headers[header] == first.headers[header], header
    again = client.get(API + name, headers={"If-None-Match": second.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = client.head(API + name)
    assert (head.headers["Content-Length"], b"".join(head.streaming_content)) == (str(len(sent)), b"")


def test_parts_languages_separators_and_hosts_have_no_file_or_their_own(client, now, home):
    factories.project(sector="health")
    for query in ("sector=health", "ordering=-cost", "search=1", "cost_min=0", "as_of=2026-01-01", "resolution=none"):
        body(client.get(f"{API}projects.csv?{query}"))
    assert files(home) == []
    sent = {body(client.get(f"{API}projects.csv?{query}")) for query in ("", "lang=ru", "lang=en", "separator=tab")}
    assert len(sent) == len(files(home)) == 4
    with override_settings(ALLOWED_HOSTS=["*"]):
        packages = {body(client.get(f"{API}oc4ids.json", headers={"Host": host})) for host in ("one.kz", "two.kz")}
    assert len(packages) == 2


def test_a_change_of_the_register_makes_it_anew_and_removes_the_old(client, now, home):
    made = factories.project(cost=7)
    body(client.get(API + "projects.csv"))
    Project.objects.filter(pk=made.pk).update(private_partner="Жаңа")
    older, now[0] = now[0], Version(6, factories.timezone.now())
    assert "Жаңа" in body(client.get(API + "projects.csv")).decode()
    assert [path.parent.name for path in files(home)] == [str(now[0])]
    # Whoever finishes late with the version of before leaves the newer one alone.
    newer, now[0] = now[0], older
    body(client.get(API + "projects.csv?lang=ru"))
    assert str(newer) in {path.parent.name for path in files(home)}


def test_what_a_transaction_may_still_take_back_is_not_kept(client, now, home):
    now[0] = None
    factories.project()
    body(client.get(API + "projects.csv"))
    assert files(home) == []


class Pieces:
    """A stream of three pieces that says when it was closed."""

    closed = False

    def __iter__(self):
        return iter((b"a", b"b", b"c"))

    def close(self):
        self.closed = True


def test_a_reader_who_goes_away_leaves_nothing_and_keeps_nobody_waiting(now, home):
    place = ready.Place(now[0], "x")
    first, second = ready.Kept(Pieces(), place), ready.Kept(Pieces(), place)
    next(iter(first))
    assert len(list(home.glob(".part-*"))) == 1
    # Another reader gets his bytes meanwhile, and no second file is begun.
    assert list(second) == [b"a", b"b", b"c"]
    assert (len(list(home.glob(".part-*"))), files(home)) == (1, [])
    first.close()
    assert (first._stream.closed, list(home.glob(".part-*")), files(home)) == (True, [], [])
    never = ready.Kept(Pieces(), place)
    never.close()
    assert never._stream.closed
    (home / ".part-of-a-machine-that-died").write_bytes(b"a")
    assert list(ready.Kept(Pieces(), place)) == [b"a", b"b", b"c"]
    assert (list(home.glob(".part-*")), [path.read_bytes() for path in files(home)]) == ([], [b"abc"])


@pytest.mark.parametrize("step", ["touch", "open", "replace"])
def test_a_full_disk_keeps_no_file_and_no_reader_from_his_bytes(client, now, home, monkeypatch, step):
    factories.project()

    def fails(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(ready.Path, step, fails)
        assert body(client.get(API + "projects.jsonl")).count(b"\n") == 1
    assert (files(home), list(home.glob(".part-*"))) == ([], [])
    body(client.get(API + "projects.jsonl"))
    assert len(files(home)) == 1


def test_so_many_files_and_no_more(client, now, home, monkeypatch):
    monkeypatch.setattr(ready, "MOST_FILES", 1)
    factories.project()
    for query in ("", "?lang=ru"):
        body(client.get(f"{API}projects.csv{query}"))
    assert len(files(home)) == 1
