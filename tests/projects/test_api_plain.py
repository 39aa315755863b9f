"""Plain views by one short statement are those of the filter, and what is kept is never older than the register."""

import itertools
import json
import random

import pytest
from django.db import connection, transaction
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from projects.api import answers, plain, views
from projects.models import Project
from projects.queries.version import register_version
from reference.codelists import InitiatorType, ProjectStatus
from reference.models import Territory
from tests import factories
from tests.projects.registers import SECTORS, TERRITORIES, YEARS

pytestmark = pytest.mark.usefixtures("reference_data")
API = "/api/v1/projects/"
PARTS = {
    "sector": SECTORS,
    "territory": TERRITORIES,
    "initiator_type": InitiatorType.values,
    "status": ProjectStatus.values,
    "year": [*(str(year) for year in YEARS if year), "none"],
}


@pytest.fixture(autouse=True)
def nothing_kept():
    """Begin and end with nothing kept."""
    answers.kept_answers.clear()
    yield
    answers.kept_answers.clear()


@pytest.fixture
def some():
    """A register with every kind of row."""
    chance = random.Random(10)
    regions = [*TERRITORIES, Territory.objects.exclude(parent=None).first().pk]
    for _ in range(30):
        factories.project(
            sector=chance.choice(SECTORS),
            territory=chance.choice(regions),
            initiator_type=chance.choice(InitiatorType.values),
            year=chance.choice(YEARS),
            cost=chance.choice([None, 5, 10**9]),
        )
    factories.group_of({}, {})


def asked(query):
    answer = Client().get(f"{API}?{query}")
    assert answer.status_code == 200, answer.content
    return json.loads(answer.content)


def in_turn(query):
    """Return the figures and all rows, page by page."""
    rows, cursor = [], ""
    while True:
        body = asked(f"{query}&page_size=7" + (f"&cursor={cursor}" if cursor else ""))
        rows += body.pop("results")
        following = body.pop("next")
        if not following:
            return body, rows
        cursor = QueryDict(following.partition("?")[2])["cursor"]


@pytest.mark.django_db
def test_a_plain_view_is_that_of_the_filter(some, monkeypatch):
    chance = random.Random(3)
    seen = []
    # Within the transaction of a test nothing is kept; the plain way is taken all the same.
    version = answers.Version(1, Project.objects.first().created_at)
    monkeypatch.setattr(views, "plain_page", lambda *arguments: seen.append(1) or plain.plain_page(*arguments))
    for turn in range(40):
        chosen = {name: chance.sample(values, chance.randint(1, 2)) for name, values in PARTS.items()}
        names = chance.sample(list(PARTS), chance.choice((0, 1, 1, 2, 3)))
        query = "&".join(itertools.chain(*([f"{name}={value}" for value in chosen[name]] for name in names)))
        query += chance.choice(("", "&ordering=number", "&ordering=-number")) + f"&lang={chance.choice(('kk', 'ru'))}"
        monkeypatch.setattr(answers, "register_version", lambda: None)
        usual = in_turn(query)
        answers.kept_answers.clear()
        assert len(seen) == 0
        monkeypatch.setattr(answers, "register_version", lambda turn=turn: answers.Version(turn, version.changed_at))
        assert in_turn(query) == usual, query
        assert seen
        seen.clear()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    [
        "sector=nothing",
        "year=1900",
        "sector=",
        "search=x",
        "cost_min=1",
        "ordering=title",
        "page_size=0",
        "lang=de",
        "resolution=none",
        "lang=kk&lang=ru",
        "cursor=x",
        "unknown=1",
        "as_of=2024-01-01",
    ],
)
def test_whatever_else_is_asked_is_left_to_the_filter(query):
    factories.project()
    version = answers.Version(1, Project.objects.first().created_at)
    assert plain.plain_page(QueryDict(query), version, "name") is None
    assert plain.plain_page(QueryDict("year=2020"), version, "name") is not None


@pytest.mark.django_db(transaction=True)
def test_an_answer_is_kept_until_the_register_changes():
    factories.project(title_kk="Бірінші")
    client = Client()

    def titles(**headers):
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(API, headers=headers)
        return answer, [row["title_kk"] for row in json.loads(answer.content or "{}").get("results", [])], len(queries)

    first, shown, _ = titles()
    etag = first["ETag"]
    assert shown == ["Бірінші"]
    again, shown, queries = titles()
    assert (again["ETag"], again.content, shown, queries) == (etag, first.content, ["Бірінші"], 1)
    assert dict(again.headers) == {**first.headers, "X-Request-ID": again["X-Request-ID"]}
    same, _shown, queries = titles(**{"if-none-match": etag})
    assert (same.status_code, same.content, same["ETag"], queries) == (304, b"", etag, 1)
    # Another language, another address, another format: another answer.
    assert client.get(API, headers={"accept-language": "ru"})["ETag"] != etag
    assert client.get(f"{API}?year=none")["ETag"] != etag
    assert client.get(API, headers={"accept": "text/html"}).status_code == 406
    # Taken back: nothing changes. Within the transaction what may be taken back is shown and not kept.
    with transaction.atomic():
        Project.objects.update(title_kk="Екінші")
        assert titles()[1] == ["Екінші"]
        transaction.set_rollback(True)
    assert titles(**{"if-none-match": etag})[0].status_code == 304
    # Committed: the next answer shows it.
    Project.objects.update(title_kk="Үшінші")
    changed, shown, _ = titles(**{"if-none-match": etag})
    assert (changed.status_code, shown) == (200, ["Үшінші"])
    assert changed["ETag"] != etag
    assert register_version() is not None


@pytest.mark.django_db(transaction=True)
def test_codes_that_are_added_are_known_at_once():
    factories.project()
    client = Client()
    assert client.get(f"{API}?territory=759999999").status_code == 400
    Territory.objects.create(code="759999999", name_kk="Жаңа", name_ru="Новый", level="district", parent_id="750000000")
    factories.project(territory="759999999")
    for code, rows in (("759999999", 1), ("750000000", 2)):
        assert json.loads(client.get(f"{API}?territory={code}").content)["rows"] == rows
