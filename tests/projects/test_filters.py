"""What people type into addresses: a clear answer for the unreadable, the right rows for the rest."""

import re
from urllib.parse import quote, urlencode

import pytest
from django.templatetags.static import static

from projects.filters import ProjectFilter
from projects.services.register import enter_all
from tests import factories
from tests.registry.pages import numbers, parse, query
from tests.registry.people import Browser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


@pytest.fixture
def client():
    return Browser()


LIST = "/en/projects/"
FIELDS = {
    "sector": "Sector",
    "territory": "Territory",
    "initiator_type": "Initiator",
    "status": "Status",
    "year": "Year",
    "cost_min": "Cost from, tenge",
    "cost_max": "Cost to, tenge",
    "resolution": "Resolution",
    "search": "Search",
    "ordering": "Order",
}
UNREADABLE = {
    "sector": ["nowhere", "\0", "education\0", "EDUCATION", " education", "1' OR 1=1", "\ud800", "\u202ex", "x" * 9000],
    "territory": ["1' OR 1=1", "000000000", "75", "\0", "٧٥٠٠٠٠٠٠٠", "750000000;DROP TABLE x", "750000000--", "-1"],
    "initiator_type": ["SME", "\0", "__class__", "sme,unknown", "0"],
    "status": ["deleted", "\0", "approved,planned", "Approved", "\ud800"],
    "year": ["abc", "1900", "2101", "-1", "9" * 20, "2017.5", "٢٠١٧", "02017", "null", "\0", "2017\n"],
    "cost_min": [
        *("abc", "-1", "-0", "1e-999999", "1e400", "NaN", "inf", "1_000", "0x10", "1,250", "1.250", "١٢", "１２", "\0"),
        *("1\0", "9" * 21, "9" * 5000, "100000000000001", "\u202e1", "<script>", "1 00", "1 bnn", "½", "²"),
    ],
    "cost_max": ["abc", "1e20", "0.5", "--1", "%", "\ud800", "1;2"],
    "resolution": ["abc", "0", "-1", "999999999", "9" * 20, "NONE", "None", "\0", "١", "²", "1.0", "1 OR 1=1"],
    "search": ["\0", "школа\0", "x" * 201, "%" * 1000],
    "ordering": ["password", "cost,number", "--cost", "\0", "?", "cost__lt", "group__number", "Cost", "- cost"],
}
TWICE = ["cost_min=1&cost_min=2", "cost_max=1&cost_max=1", "resolution=none&resolution=none", "search=a&search=b"]
TWICE += ["ordering=cost&ordering=-cost"]


def at(client, address):
    """Return status and page; a fault of the site is an answer here, not an exception."""
    client.raise_request_exception = False
    answer = client.get(LIST + address)
    return answer.status_code, parse(answer)


def encoded(value):
    """Return the value as it stands in an address, a lone surrogate as the bytes a broken program sends."""
    return quote(value, encoding="utf-8", errors="surrogatepass")


OURS = "js/search.js"


def scripts(page):
    """Return what the page runs: the address of a file, or the words of what no page may hold."""
    return [script.get("src") or script.text for script in page.all("script")]


def complaints(page):
    """Return the labels of the fields that the page complains about."""
    return [item.one("b").text.rstrip(":") for box in page.all("div", "notice-bad") for item in box.all("li")]


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_refused_and_the_field_named(client, name):
    factories.project()
    for value in UNREADABLE[name]:
        status, page = at(client, f"?{name}={encoded(value)}")
        assert (status, complaints(page), numbers(page)) == (400, [FIELDS[name]], []), ascii(value)
        assert page.all("section", "totals") == []
        assert page.one("div", "notice-bad").one("a")["href"] == LIST


def test_the_table_of_unreadable_values_is_long_enough():
    assert sum(len(values) for values in UNREADABLE.values()) >= 60


@pytest.mark.parametrize("address", TWICE)
def test_a_filter_given_twice_is_refused_and_named(client, address):
    status, page = at(client, f"?{address}")
    assert (status, complaints(page)) == (400, [FIELDS[address.split("=")[0]]])


def test_bounds_the_wrong_way_round_are_refused_and_both_named(client):
    factories.project(cost=5)
    status, page = at(client, "?cost_min=5&cost_max=4")
    assert (status, complaints(page)) == (400, ["Cost from, tenge", "Cost to, tenge"])
    assert [box.get("aria-invalid") for box in page.one("form", "cost-form").all("input")] == ["true", "true"]
    status, page = at(client, "?cost_min=5&cost_max=5")
    assert (status, numbers(page)) == (200, [1])


def test_every_unreadable_filter_is_named_at_once(client):
    address = urlencode({name: values[0] for name, values in UNREADABLE.items()})
    status, page = at(client, f"?{address}")
    assert (status, sorted(complaints(page))) == (400, sorted(FIELDS.values()))


@pytest.mark.parametrize(
    "page",
    ["0", "-1", "1e20", "9" * 21, "9" * 5000, "999999999999", "abc", "%00", "١", "1.0", "2", "last", " 1", "+1", "²"],
)
def test_a_page_that_is_not_there_is_not_found(client, page):
    factories.project()
    assert at(client, f"?sector=education&page={page}")[0] == 404


@pytest.mark.parametrize("address", ["", "?page=", "?page=01", "?&&&"])
def test_the_first_page_is_always_there(client, address):
    assert at(client, address)[0] == 200
    factories.project()
    status, page = at(client, address)
    assert (status, numbers(page)) == (200, [1])


@pytest.mark.parametrize("name", FIELDS)
def test_an_empty_filter_is_no_filter(client, name):
    factories.project()
    status, page = at(client, f"?{name}=")
    assert (status, numbers(page), complaints(page)) == (200, [1], [])


@pytest.mark.parametrize(
    "address",
    [
        *("sector__in=education", "resolution__number=1", "__proto__=1", "Sector=education", "format=json", "q=x"),
        *(
            "limit=100000000000000000000",
            "offset=9223372036854775808",
            "page_size=1000000",
            "cost=1",
            "<b>=1",
            "a=&a=2",
        ),
    ],
)
def test_an_unknown_parameter_is_noted_and_left_out(client, address):
    factories.project(sector="health")
    status, page = at(client, f"?{address}")
    assert (status, numbers(page)) == (200, [1])
    (note,) = page.all("div", "notice")
    assert note.text.endswith(f"they were left out: {address.split('=')[0]}.")


def test_unknown_parameters_stand_in_alphabetical_order():
    assert ProjectFilter.unknown_parameters(["b", "sector", "a", "page", "A"]) == ["A", "a", "b"]
    assert ProjectFilter.unknown_parameters(["page", "page_size"], also_known=("page", "page_size")) == []
    assert ProjectFilter.unknown_parameters(list(FIELDS)) == []


def test_too_many_parameters_are_refused(client):
    assert at(client, "?" + "&".join(f"p{turn}=1" for turn in range(2001)))[0] == 400
    assert at(client, "?" + "sector=education&" * 1000)[0] == 200


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_list_is_only_read(client, method):
    assert getattr(client, method)(LIST).status_code == 405


@pytest.mark.parametrize("name", ["search", "cost_min", "cost_max"])
@pytest.mark.parametrize("typed", ["\"'><script>x</script>", "&lt;b&gt; {{7*7}}", "1\xa0000\u202f000 х"])
def test_what_was_typed_comes_back_as_it_was_typed(client, name, typed):
    wrong = "cost_max" if name == "cost_min" else "cost_min"
    status, page = at(client, f"?{urlencode({name: typed, wrong: 'abc'})}")
    assert status == 400
    boxes = [box for box in page.all("input", name=name) if box.get("type") != "hidden"]
    assert [box["value"] for box in boxes] == [typed]
    assert scripts(page) == [static(OURS)]


MARKUP = """"><script>x()</script>'><img src=x onerror=x()></title><svg onload=x()> javascript:x() """


@pytest.mark.parametrize("name", [*FIELDS, "page", "unknown", MARKUP])
def test_no_parameter_becomes_markup(client, name):
    factories.project()
    status, page = at(client, f"?{urlencode({name: MARKUP})}")
    assert status == {"page": 404, "search": 200, "unknown": 200, MARKUP: 200}.get(name, 400)
    assert scripts(page) in ([], [static(OURS)])
    assert page.all("img", src="x") == []
    assert [name for element in page for name in element.attributes if name.startswith("on")] == []
    assert [link["href"] for link in page.all("a") if link["href"].startswith("javascript:")] == []
    assert [note.text for note in page.all("div", "notice") if MARKUP.strip() in note.text] or name != MARKUP


@pytest.mark.parametrize("address", ["?status=%00", "?%00=1", "?search=%1b", "?cost_min=%07", "?ordering=%9b"])
def test_no_control_character_comes_back(client, address):
    client.raise_request_exception = False
    text = client.get(LIST + address).content.decode()
    assert re.findall(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", text) == []


# --- search ---


def found(client, text):
    """Return the numbers that a search finds."""
    status, page = at(client, f"?{urlencode({'search': text})}")
    assert status == 200
    return numbers(page)


@pytest.mark.parametrize("text", ["кызылорда", "Қызылорда", "ҚЫЗЫЛОРДА", "КЫЗЫЛОРДА", " қЫЗЫЛорда ", "«Қызылорда»"])
def test_a_word_is_found_whatever_its_letters(client, text):
    enter_all(
        [
            factories.entry(title_kk="Қызылорда мектебі"),
            factories.entry(title_ru="Школа в КЫЗЫЛОРДЕ, она же Кызылорда", title_kk=""),
            factories.entry(title_kk="Ақтөбе мектебі"),
        ]
    )
    assert found(client, text) == [1, 2]


@pytest.mark.parametrize("text", ["Қызылорда облысы", "кызылординская", "Kyzylorda", "KYZYLORDA"])
def test_a_territory_is_found_by_its_name_in_any_language(client, text):
    enter_all([factories.entry(territory="430000000"), factories.entry()])
    assert found(client, text) == [1]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("мектеп", [1, 2]),
        ("мектеп стадион", [2]),
        ("стадион мектеп", [2]),
        ("мектеп  салу", [1]),
        ("мектеп аурухана", []),
        ("мектеп мектеп", [1, 2]),
        ("аурухана Бетон", [3]),
        ("ауру бетон", [3]),
        ("мектеп здравоохранение", []),
        ("аурухана здравоохранение", [3]),
    ],
)
def test_every_word_must_be_found(client, text, rows):
    enter_all(
        [
            factories.entry(title_kk="Мектеп салу", title_ru=""),
            factories.entry(title_kk="Мектеп жанындағы стадион", title_ru=""),
            factories.entry(title_kk="Аурухана", title_ru="", private_partner="«Бетон» ЖШС", sector="health"),
        ]
    )
    assert found(client, text) == rows


@pytest.mark.parametrize(
    "text", ["%", "_", "\\", "%%%", "______", "т%п", "т_п", "%еп", "т\\п", "' OR 1=1 --", "*", "т*п"]
)
def test_wildcards_are_letters_like_any_other(client, text):
    enter_all([factories.entry(title_kk="Мектеп салу", title_ru="Строительство"), factories.entry(title_kk="Парк")])
    assert found(client, text) == []


def test_a_percent_sign_parts_words_and_nothing_more(client):
    enter_all([factories.entry(title_kk="Мектеп 50 % дайын"), factories.entry(title_kk="Мектеп 50 орын")])
    assert found(client, "50%") == found(client, "50") == [1, 2]


@pytest.mark.parametrize(
    ("text", "rows"),
    [("2", [2, 3]), ("№ 2", [2, 3]), ("#2", [2, 3]), ("99", []), ("1", [1]), ("9" * 30, []), ("٢", [])],
)
def test_a_number_finds_its_project(client, text, rows):
    enter_all(
        [
            factories.entry(title_kk="Бақ", title_ru=""),
            factories.entry(title_kk="Саябақ", title_ru=""),
            factories.entry(title_kk="№ 2 кітапхана", title_ru=""),
        ]
    )
    assert found(client, text) == rows


@pytest.mark.parametrize(
    ("text", "rows"), [("ау", [1]), ("бө", [2]), ("ул", []), ("кж", []), ("аул", [1]), ("өбе", [2])]
)
def test_a_word_of_two_letters_must_begin_a_word(client, text, rows):
    enter_all([factories.entry(title_kk="Аула", title_ru=""), factories.entry(title_kk="Жаңа бөбекжай", title_ru="")])
    assert found(client, text) == rows


@pytest.mark.parametrize("form", ["\u0439", "\u0438\u0306", "И", "Ы"])
def test_a_letter_of_two_code_points_is_the_same_letter(client, form):
    enter_all([factories.entry(title_kk="Сарайшық", title_ru=""), factories.entry(title_kk="Парк", title_ru="")])
    assert found(client, f"Сара{form}шык") == [1]


@pytest.mark.parametrize("text", ["\u202e\u200b", "🏫", "...", "«»", "\ufffd"])
def test_a_search_without_letters_finds_nothing(client, text):
    factories.project()
    assert found(client, text) == []


def test_a_search_keeps_the_filters_and_forgets_the_page(client):
    page = at(client, "?sector=education&page=1&search=x")[1]
    assert [(box["name"], box["value"]) for box in page.one("form", "search").all("input", type="hidden")] == [
        ("sector", "education")
    ]
    chip = page.one("ul", "chips").all("a")[1]
    assert query(chip["href"]) == [("sector", "education")]
