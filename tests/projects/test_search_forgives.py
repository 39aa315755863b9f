"""A mistyped word finds what the right one finds, and only where the text as it stands finds nothing."""

from urllib.parse import urlencode

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from hypothesis import given, strategies as st

from projects.filters import ProjectFilter
from projects.queries import search
from projects.queries.register import register
from projects.queries.search import MOST_WORDS, slips_to_a_beginning
from projects.services.register import enter_all
from tests import factories

SCHOOL = {"title_kk": "Мектептің құрылысы", "title_ru": "Строительство школы"}
STADIUM = {"title_kk": "Стадиондарды жаңғырту", "title_ru": "Модернизация стадионов", "sector": "sport"}
HOSPITAL = {"title_kk": "Көпбейінді аурухана", "title_ru": "Многопрофильная больница", "sector": "health"}
PARK = {"title_kk": "Саябақ", "title_ru": "Парк отдыха", "territory": "430000000"}


def filtered(**pairs):
    """Return the filter of these parameters."""
    found = ProjectFilter(QueryDict(urlencode(pairs)), queryset=register())
    assert found.form.is_valid(), found.form.errors
    return found


def found(text, **more):
    """Return the numbers of the rows of a search."""
    return [row.number for row in filtered(search=text, **more).rows()]


@pytest.fixture
def four(db, reference_data):
    enter_all([factories.entry(**facts) for facts in (SCHOOL, STADIUM, HOSPITAL, PARK)])


@pytest.mark.parametrize(
    ("text", "rows", "written"),
    [
        ("стадеон", [2], ("стадионов", "Стадиондарды")),
        ("стадон", [2], ("стадионов", "Стадиондарды")),
        ("стаадион", [2], ("стадионов", "Стадиондарды")),
        ("стаидон", [2], ("стадионов", "Стадиондарды")),
        ("СТАДЕОН", [2], ("стадионов", "Стадиондарды")),
        ("больинца", [3], ("больница",)),
        ("ауурхана", [3], ("аурухана",)),
        ("мектап", [1], ("Мектептің",)),
        ("строителсдво школы", [1], ("Строительство",)),
        ("Казылорда", [4], ("Қызылорда",)),
        ("пакр", [4], ("Парк",)),
    ],
)
def test_a_slip_is_forgiven_and_the_word_named(four, text, rows, written):
    chosen = filtered(search=text)
    assert ([row.number for row in chosen.rows()], chosen.instead.written) == (rows, written)
    assert chosen.figures().projects == len(rows)
    assert [record["number"] for record in chosen.records()] == rows


@pytest.mark.parametrize("text", ["стадион", "школы больница", "парк", "2", "стад 77", "жоқжоба", "дом", "..."])
def test_where_the_text_is_right_or_nothing_is_near_nothing_is_forgiven(four, text):
    chosen = filtered(search=text)
    assert not chosen.instead
    assert [row.number for row in chosen.rows()] == {"стадион": [2], "парк": [4], "2": [2]}.get(text, [])


@pytest.mark.parametrize(("text", "compares"), [("стадион", False), ("стадеон", True)])
def test_texts_are_compared_only_where_the_search_finds_nothing(four, text, compares):
    with CaptureQueriesContext(connection) as asked:
        found(text)
    assert any("part_0" in query["sql"] for query in asked) == compares


def test_other_filters_do_not_change_what_the_words_mean(four):
    assert found("стадион", sector="health") == found("стадеон", sector="health") == []
    assert not filtered(search="стадион", sector="health").instead
    assert found("стадеон", sector="sport") == [2]


def test_a_past_day_forgives_too_and_reads_its_own_titles(db, reference_data):
    paper = factories.resolution(adopted="2017-09-13")
    enter_all([factories.entry(**SCHOOL, status="approved", resolution=paper)])
    chosen = filtered(search="мектап", as_of="2018-01-01")
    assert ([line.project.number for line in chosen.lines()], chosen.instead.written) == ([1], ("Мектептің",))
    assert chosen.lines(without=("search",)).count() == 1


def test_a_right_word_is_kept_though_no_more_than_few_texts_are_read(four, monkeypatch):
    enter_all([factories.entry(title_kk=f"Стан {place}", title_ru=f"Станция {place}") for place in range(3)])
    monkeypatch.setattr(search, "_READ", 8)
    assert filtered(search="стадионов мектап").instead.words.keys() == {"мектап"}


@pytest.mark.parametrize("text", ["%" * 200, "% " * 100, "стадеон " * 25, "ъ" * 200, "абвг" * 50, "х" * 199])
def test_a_long_text_stays_cheap(four, text):
    with CaptureQueriesContext(connection) as asked:
        found(text)
    assert len(asked) <= 15 + MOST_WORDS


def test_a_long_text_of_many_words_stays_cheap(four):
    with CaptureQueriesContext(connection) as asked:
        found(" ".join(f"словно{letter}" for letter in "абвгдежзиклмнопрст"))
    assert len(asked) <= 15 + MOST_WORDS


@pytest.mark.parametrize(
    ("word", "other", "slips"),
    [
        ("парк", "парк", 0),
        ("парк", "паркинг", 0),
        ("пакр", "парк", 1),
        ("прк", "парк", 1),
        ("паарк", "парк", 1),
        ("порк", "парка", 1),
        ("парк", "стадион", 3),
        ("", "парк", 0),
        ("парк", "", 3),
    ],
)
def test_slips_are_counted_to_the_nearest_beginning(word, other, slips):
    assert slips_to_a_beginning(word, other, 2) == slips


@given(word=st.text("аб", max_size=6), other=st.text("аб", max_size=6), place=st.integers(0, 6))
def test_one_slip_is_never_counted_as_more(word, other, place):
    assert slips_to_a_beginning(word[:place] + "в" + word[place + 1 :], word + other, 2) <= 1
    assert slips_to_a_beginning(word[:place] + "в" + word[place:], word + other, 2) <= 1
    assert slips_to_a_beginning(word[:place] + word[place + 1 :], word + other, 2) <= 1
