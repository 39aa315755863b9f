"""The list of any past day equals what a person replays from the resolutions, on the page too."""

import calendar
import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from hypothesis import given, settings, strategies as st

from projects.queries.as_of import list_on, revised_by, story_of, totals_on, undated
from projects.queries.register import register
from projects.queries.totals import Figures
from projects.services import listing, lists
from projects.services.register import approve, exclude_lines
from tests import factories
from tests.registry.pages import numbers, parse, whole

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


DAY = datetime.date(2024, 3, 1)


# --- a replay in plain Python ---


def certain_from(adopted):
    """Return the first day on which a resolution of this date was certainly adopted; None when never."""
    parts = [int(part) for part in adopted.split("-") if part]
    if not parts:
        return None
    year, month = parts[0], parts[1] if len(parts) > 1 else 12
    return datetime.date(year, month, parts[2] if len(parts) > 2 else calendar.monthrange(year, month)[1])


def replayed(acts, day):
    """Return title, cost and term of each listed project by replaying the acts that were in force on the day."""
    held = {}
    for adopted, project, line in acts:
        begin = certain_from(adopted)
        if begin is not None and begin <= day:
            held[project] = line
    return {project: line for project, line in held.items() if line is not None}


def shown(day):
    """Return the same as the register tells it."""
    return {line.project_id: (line.title_ru, line.cost, line.term_years) for line in list_on(day)}


@st.composite
def dates(draw):
    """Return dates of resolutions in order, some of them known by month or year only, or not at all."""
    found, day = [], datetime.date(2016, 1, 15)
    for _ in range(draw(st.integers(1, 6))):
        day += datetime.timedelta(days=draw(st.integers(0, 500)))
        found.append(day.isoformat()[: draw(st.sampled_from([10, 10, 7, 4, 0]))])
    return found


DAYS = st.dates(datetime.date(2015, 1, 1), datetime.date(2026, 6, 1))
COSTS = st.one_of(st.none(), st.integers(0, 10**12))


def amended(project, turn, cost):
    return lists.Amending(
        project=project,
        title_kk=project.title_kk,
        title_ru=f"Школа, редакция {turn}",
        title_en=project.title_en,
        cost=cost,
        term_years=Decimal(5 + turn),
    )


def line_of(project):
    project.refresh_from_db()
    return project.title_ru, project.cost, project.term_years


@settings(max_examples=30)
@given(data=st.data(), papers=dates())
def test_the_list_of_any_day_equals_a_replay(rolled_back, client, data, papers):
    with rolled_back():
        acts, listed = [], []
        for turn, adopted in enumerate(papers):
            kinds = ["enter", "amend", "exclude", "complete"] if listed else ["enter"]
            kind = data.draw(st.sampled_from(kinds))
            if kind == "enter":
                made = [factories.project(cost=data.draw(COSTS)) for _ in range(data.draw(st.integers(1, 3)))]
                approve(made, resolution=factories.resolution(adopted=adopted), by=None)
                acts += [(adopted, row.pk, line_of(row)) for row in made]
                listed += made
                continue
            chosen = data.draw(st.lists(st.sampled_from(listed), min_size=1, max_size=2, unique_by=lambda row: row.pk))
            if kind == "amend":
                paper = factories.resolution("amendment", adopted=adopted)
                lists.amend([amended(row, turn, data.draw(COSTS)) for row in chosen], resolution=paper, by=None)
                acts += [(adopted, row.pk, line_of(row)) for row in chosen]
            elif kind == "exclude":
                paper = factories.resolution("exclusion", adopted=adopted)
                exclude_lines([(row, {"reason_kk": "себебі"}) for row in chosen], resolution=paper, by=None)
                acts += [(adopted, row.pk, None) for row in chosen]
                listed = [row for row in listed if row not in chosen]
            else:
                row = chosen[0]
                row.refresh_from_db()
                row.title_en = f"School {turn}"
                row.cost = data.draw(COSTS)
                row.save()
                last = row.list_changes.last().resolution.adopted
                listing.complete(row, by=None)
                acts.append((last, row.pk, line_of(row)))
        known = [day for adopted in papers if (day := certain_from(adopted))] or [datetime.date(2017, 1, 1)]
        days = data.draw(
            st.lists(st.dates(datetime.date(2015, 1, 1), datetime.date(2026, 6, 1)), min_size=2, max_size=4)
        )
        for day in [*days, known[0], known[0] - datetime.timedelta(days=1), known[-1]]:
            expected = replayed(acts, day)
            assert shown(day) == expected
            costs = [cost for _title, cost, _term in expected.values() if cost is not None]
            assert totals_on(list_on(day)) == Figures(len(expected), len(costs), sum(costs))


# --- the page ---


def totals_of(page):
    """Return number and sum as the strip of the page shows them."""
    number, _cost, _unknown = (fact.text for fact in page.one("dl", "totals-main").all("dd"))
    return int(number), whole(page.one("dl", "totals-basis").all("dd")[0].text)


def at(client, query="", **facts):
    answer = client.get(f"/en/projects/{query}", facts)
    return answer.status_code, parse(answer)


@pytest.fixture
def history():
    """A project that entered for 5 and was amended to 7, another that left, a third known from sources only."""
    first = factories.project(cost=5, title_kk="", title_ru="Школа на Абая", sector="education")
    second = factories.project(cost=11, title_kk="", title_ru="Поликлиника", sector="health", territory=factories.MEDEU)
    approve([first, second], resolution=factories.resolution(adopted="2020-05-14"), by=None)
    change = lists.Amending(
        project=first,
        title_kk=first.title_kk,
        title_ru="Лицей на Абая",
        title_en="",
        cost=7,
        term_years=None,
        reason_ru="Уточнена смета",
    )
    lists.amend([change], resolution=factories.resolution("amendment", adopted="2022-06-01"), by=None)
    exclude_lines(
        [(second, {"reason_ru": "Нет заявок"})], resolution=factories.resolution("exclusion", adopted="2023"), by=None
    )
    factories.project(status="operation", cost=100)
    return first, second


def test_a_past_day_shows_titles_sums_and_members_of_that_day(client, history):
    first, _second = history
    status, page = at(client, as_of="2021-01-01")
    assert (status, numbers(page)) == (200, [1, 2])
    assert "Школа на Абая" in page.text
    assert totals_of(page) == (2, 16)
    assert page.one("h1").text == "The list on 1 January 2021"
    assert "1 approved project has no known day of entry" in page.text
    _status, page = at(client, as_of="2022-06-01")
    assert ("Лицей на Абая" in page.text, totals_of(page)) == (True, (2, 18))
    assert numbers(at(client, as_of="2023-12-30")[1]) == [1, 2]
    assert numbers(at(client, as_of="31.12.2023")[1]) == [1]
    assert numbers(at(client, as_of="2020-05-13")[1]) == []
    assert first.number == 1


@settings(max_examples=8)
@given(entries=st.lists(st.tuples(dates(), COSTS), min_size=1, max_size=3), day=DAYS)
def test_the_page_of_any_day_shows_what_the_replay_does(rolled_back, client, entries, day):
    with rolled_back():
        acts = []
        for (adopted, *_others), cost in entries:
            made = factories.project(cost=cost)
            approve([made], resolution=factories.resolution(adopted=adopted), by=None)
            acts.append((adopted, made.number, cost))
        day = min(day, timezone.localdate())
        dated = [(certain_from(adopted), number, cost) for adopted, number, cost in acts]
        held = {number: cost for begin, number, cost in dated if begin is not None and begin <= day}
        _status, page = at(client, as_of=str(day), ordering="number")
        assert numbers(page) == sorted(held)
        assert totals_of(page) == (len(held), sum(cost or 0 for cost in held.values()))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("sector=health", [2]),
        ("territory=750000000", [1, 2]),
        ("territory=751710000", [2]),
        ("search=школа", [1]),
        ("search=лицей", []),
        ("search=Медеу", [2]),
        ("search=2", [2]),
        ("cost_min=6", [2]),
        ("cost_max=6", [1]),
        ("resolution=none", []),
        ("initiator_type=sme", []),
        ("year=2017", [1, 2]),
        ("year=none", []),
        ("ordering=-cost", [2, 1]),
        ("ordering=title", [2, 1]),
        ("ordering=-title", [1, 2]),
        ("ordering=sector", None),
        ("ordering=-status", [2, 1]),
        ("status=planned", [1, 2]),
    ],
)
def test_filters_and_order_speak_of_that_day(client, history, query, found):
    _status, page = at(client, f"?as_of=2021-01-01&{query}")
    assert (sorted(numbers(page)) == [1, 2]) if found is None else (numbers(page) == found)


def test_a_filter_by_status_is_left_out_and_the_page_says_so(client, history):
    _status, page = at(client, "?as_of=2021-01-01&status=excluded")
    assert "The status of that day is not known" in page.text
    assert "The status of that day" not in at(client, "?as_of=2021-01-01")[1].text


def test_the_way_back_and_every_other_link_keep_what_was_chosen(client, history):
    _status, page = at(client, "?as_of=2021-01-01&sector=health")
    addresses = [link["href"] for link in page.all("a") if link.get("href")]
    assert "?sector=health" in addresses
    assert "/ru/projects/?as_of=2021-01-01&sector=health" in addresses
    facets = [link["href"] for link in page.one("aside").all("a") if link["href"].startswith("?")]
    assert all("as_of=2021-01-01" in address for address in facets)
    form = page.one("form", "day-form")
    assert [(box["name"], box["value"]) for box in form.all("input", type="hidden")] == [("sector", "health")]
    assert form.one("input", name="as_of")["value"] == "2021-01-01"


@pytest.mark.parametrize(
    "text", ["2021-02-30", "2021", "03.2021", "1990-12-31", "вчера", "1" * 41, "\x01", "２０２１-01-01"]
)
def test_a_day_that_cannot_be_read_is_named_at_its_box(client, text):
    status, page = at(client, as_of=text)
    assert (status, len(page.all("div", "notice-bad"))) == (400, 1)
    box = page.one("form", "day-form").one("input", name="as_of")
    assert box["aria-invalid"] == "true"


def test_a_day_to_come_is_refused_and_today_is_not(client, history):
    today = timezone.localdate()
    assert at(client, as_of=str(today))[0] == 200
    status, page = at(client, as_of=str(today + datetime.timedelta(days=1)))
    assert status == 400
    assert "This day is still to come." in page.one("p", id="day-error").text


def test_a_day_given_twice_is_refused(client):
    assert client.get("/en/projects/?as_of=2021-01-01&as_of=2022-01-01").status_code == 400


def test_a_long_list_of_a_day_has_pages(client):
    made = [factories.project() for _ in range(27)]
    approve(made, resolution=factories.resolution(adopted="2020"), by=None)
    assert len(numbers(at(client, as_of="2024-03-01")[1])) == 25
    assert numbers(at(client, as_of="2024-03-01", page="2")[1]) == [26, 27]
    assert client.get("/en/projects/?as_of=2024-03-01&page=3").status_code == 404


def test_a_day_asks_the_same_number_of_queries_for_1_and_30_lines(client):
    counts = []
    for size in (1, 29):
        made = [factories.project() for _ in range(size)]
        approve(made, resolution=factories.resolution(adopted="2020-01-01"), by=None)
        with CaptureQueriesContext(connection) as captured:
            assert at(client, as_of="2024-03-01")[0] == 200
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 14


def test_members_of_a_group_are_shown_and_counted_with_it():
    group = factories.group_of({"cost": 3}, cost=7)
    member = group.members.get()
    approve([group, member], resolution=factories.resolution(adopted="2020"), by=None)
    assert (list_on(DAY).count(), totals_on(list_on(DAY))) == (2, Figures(1, 1, 7))


def test_undated_are_the_approved_whose_day_of_entry_nobody_knows():
    factories.project()
    factories.project(status="approved")
    approve([factories.project()], resolution=factories.resolution(adopted=""), by=None)
    approve([factories.project()], resolution=factories.resolution(adopted="2020"), by=None)
    assert undated(register()) == 2


def test_the_story_of_a_line_tells_old_and_new(history):
    first, second = history
    entered, changed = story_of(first)
    assert (entered.differences, changed.change.reason.text) == ([], "Уточнена смета")
    told = {field.label: (field.old, field.new.replace("\xa0", " ")) for field in changed.differences}
    assert told == {"title in Russian": ("Школа на Абая", "Лицей на Абая"), "cost, tenge": ("5\xa0₸", "7 ₸")}
    assert [(line.change.act, line.differences) for line in story_of(second)] == [("entered", []), ("excluded", [])]


def test_a_resolution_tells_what_it_changed(history, client):
    first, second = history
    amendment, exclusion = (row.list_changes.last().resolution for row in (first, second))
    assert [(line.change.project, line.before.cost, line.change.cost) for line in revised_by(amendment)] == [
        (first, 5, 7)
    ]
    assert [line.change.reason.text for line in revised_by(exclusion)] == ["Нет заявок"]
    page = parse(client.get(f"/en/resolutions/{amendment.pk}/"))
    assert (page.all("del")[0].text, page.all("ins")[0].text) == ("Школа на Абая", "Лицей на Абая")
    assert "Known from public sources" in page.text
    assert "/en/projects/?as_of=2022-06-01" in [link.get("href") for link in page.all("a")]
    page = parse(client.get(f"/en/resolutions/{exclusion.pk}/"))
    assert "Нет заявок" in page.text
    assert [link for link in page.all("a") if "as_of" in link.get("href", "")] == []
