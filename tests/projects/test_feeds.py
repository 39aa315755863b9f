"""Atom feeds: every change of the register once, under a name that stays, and nothing that is not public."""

import datetime
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects.models import ListChange, StatusChange
from projects.queries.news import Position
from projects.services.register import approve, enter_all, exclude, record_status
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

ATOM = "{http://www.w3.org/2005/Atom}"


def read(client, address="/en/feed.atom"):
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    return ElementTree.fromstring(answer.content)


def entries(feed):
    return feed.findall(f"{ATOM}entry")


def text(element, name):
    return element.findtext(f"{ATOM}{name}")


def links(feed):
    return {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}


def told(feed):
    """Return number of the project and heading of each entry."""
    found = [text(entry, "title").split(": ")[0].split(".")[0] for entry in entries(feed)]
    return [int(number.removeprefix("№ ")) for number in found]


def test_a_feed_has_everything_that_atom_asks_for(client):
    factories.project(title_kk="Ғылым & <үй>", title_ru="", territory=factories.MEDEU)
    feed = read(client)
    assert feed.tag == f"{ATOM}feed"
    assert text(feed, "title") == "News of the PPP register"
    assert text(feed, "id").startswith("tag:")
    assert feed.find(f"{ATOM}author") is not None
    (entry,) = entries(feed)
    assert "Ғылым & <үй>" in text(entry, "title")
    assert text(entry, "id") == f"tag:localhost,2026:en/news/status-{StatusChange.objects.get().pk}"
    assert text(entry, "updated") == text(feed, "updated")
    assert datetime.datetime.fromisoformat(text(entry, "updated")).tzinfo is not None
    assert entry.find(f"{ATOM}link").get("href") == "http://testserver/en/projects/1/"
    assert links(feed) == {"self": "http://testserver/en/feed.atom", "alternate": "http://testserver/en/projects/"}


def test_every_change_stands_in_the_feed_once_newest_first(client, clerk):
    project = factories.project()
    approve([project], resolution=factories.resolution(), by=clerk)
    record_status(project, "partner_selection", by=clerk, since="2018-05")
    exclude([project], resolution=factories.resolution("exclusion"), by=clerk, note_kk="Бас тарту.")
    headings = [text(entry, "title").rpartition(": ")[2] for entry in entries(read(client, "/en/projects/1/feed.atom"))]
    assert headings == [
        "Taken out of the list",
        "Selection of the private partner",
        "Entered the list",
        "Entered in the register from public sources",
    ]
    assert "Бас тарту." in text(entries(read(client))[0], "summary")


def test_a_feed_is_filtered_by_sector_and_territory_with_districts(client):
    factories.project(sector="education", territory=factories.MEDEU)
    factories.project(sector="health", territory=factories.ALMATY)
    factories.project(sector="sport", territory=factories.ASTANA)
    assert told(read(client)) == [3, 2, 1]
    assert told(read(client, "/kk/feed.atom?sector=education&sector=sport")) == [3, 1]
    assert told(read(client, f"/kk/feed.atom?territory={factories.ALMATY}")) == [2, 1]
    assert told(read(client, f"/kk/feed.atom?territory={factories.ALMATY}&sector=health")) == [2]
    assert told(read(client, "/kk/feed.atom?sector=digital")) == []
    assert told(read(client, "/kk/projects/2/feed.atom")) == [2]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("sector=x", "sector"),
        ("territory=1", "territory"),
        ("unheard=1", "unheard"),
        ("ordering=cost", "ordering"),
        ("as_of=2018-01-01", "as_of"),
        ("below=1", "below"),
        ("below=1-other-1", "below"),
        ("below=1-list-1&below=1-list-2", "below"),
        ("sector=%00", "sector"),
    ],
)
def test_what_cannot_be_read_is_named(client, query, named):
    answer = client.get(f"/en/feed.atom?{query}")
    assert answer.status_code == 400
    assert named in [line.split(":")[0] for line in answer.content.decode().splitlines()]


def test_a_project_that_is_not_there_has_no_feed(client):
    factories.project()
    assert client.get("/en/projects/2/feed.atom").status_code == 404
    assert client.get("/en/projects/99999999999/feed.atom").status_code == 404
    assert client.get("/en/projects/1/feed.atom?sector=education").status_code == 400


def test_a_feed_goes_on_below_its_50_entries_and_leaves_nothing_out(client, clerk):
    moment = timezone.now()
    with pytest.MonkeyPatch.context() as patch:
        # All at one moment: the order has no gap and no entry twice even then.
        patch.setattr("django.utils.timezone.now", lambda: moment)
        rows = enter_all([factories.entry() for _ in range(60)])
        approve(rows[:55], resolution=factories.resolution(), by=clerk)
    seen, address = [], "/en/feed.atom?sector=education"
    while address:
        feed = read(client, address)
        seen.append([text(entry, "id") for entry in entries(feed)])
        address = links(feed).get("next")
    assert [len(page) for page in seen] == [50, 50, 15]
    assert len({name for page in seen for name in page}) == 115


def test_what_was_read_before_is_not_sent_again_until_something_is_new(client):
    factories.project()
    first = client.get("/en/feed.atom")
    again = client.get("/en/feed.atom", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert not first.cookies
    assert first["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert client.get("/en/feed.atom?sector=health")["ETag"] == client.get("/en/feed.atom?sector=health")["ETag"]
    now = timezone.now()
    with pytest.MonkeyPatch.context() as patch:
        # Committed late: older than what was read before.
        patch.setattr("django.utils.timezone.now", lambda: now - datetime.timedelta(minutes=5))
        factories.project()
    fresh = client.get("/en/feed.atom", headers={"If-None-Match": first["ETag"]})
    assert fresh.status_code == 200
    assert told(ElementTree.fromstring(fresh.content)) == [1, 2]


def test_a_feed_asks_the_same_number_of_queries_for_1_and_30_entries(client):
    factories.project_in("approved")

    def asked():
        with CaptureQueriesContext(connection) as captured:
            read(client)
        return len(captured)

    asked()
    few = asked()
    for _ in range(10):
        factories.project_in("approved")
    assert asked() == few


def test_a_place_in_the_feed_is_read_as_it_is_written():
    factories.project_in("approved")
    for row, kind in ((ListChange.objects.get(), "list"), (StatusChange.objects.first(), "status")):
        place = Position(row.recorded_at, kind, row.pk)
        assert Position.parse(str(place)) == place
