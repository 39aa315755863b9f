"""The alphabet's order and the forgiving search, the same in Python and in SQL."""

import itertools
import unicodedata

import pytest
from django.db import connection
from django.db.models import Value
from hypothesis import example, given, strategies as st

from reference.kazakh import ALPHABET, fold, folded, search_words, sort_key, sorting
from reference.models import Territory

LETTERS = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя"
OTHERS = "abcxyzABCXYZ0123456789 «»\"'„“”‘’()[]{}.,;:!?-–—_/\\|№#+*&%@=<>~^`…·•\u00a0\u202f\t₸😀ß"
WRITTEN = st.text(st.sampled_from(LETTERS + LETTERS.upper() + OTHERS))
ANY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))


def in_sql(expression, text):
    """Return what PostgreSQL makes of the text by the expression that generated columns use."""
    query = Territory.objects.all().query
    sql, parameters = query.get_compiler(connection=connection).compile(expression(Value(text)))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sql}", parameters)
        return cursor.fetchone()[0]


def test_alphabet_has_the_42_letters_in_their_order():
    assert ALPHABET == LETTERS
    assert len(set(ALPHABET)) == 42


@pytest.mark.parametrize("letters", [LETTERS, LETTERS.upper()])
def test_letters_sort_in_the_order_of_the_alphabet(letters):
    backwards = letters[::-1]
    assert sorted(backwards, key=sort_key) == list(letters)


def test_kazakh_letters_stand_beside_their_russian_neighbours():
    words = ["Яблоко", "Әуезов", "Үйтас", "Ұлытау", "Іле", "Ыстықкөл", "Қызылорда", "Көкшетау", "Алматы", "Һарон"]
    expected = ["Алматы", "Әуезов", "Көкшетау", "Қызылорда", "Ұлытау", "Үйтас", "Һарон", "Ыстықкөл", "Іле", "Яблоко"]
    assert sorted(words, key=sort_key) == expected


def test_latin_and_digits_sort_before_cyrillic():
    assert sorted(["Алматы", "Zoo", "5 мектеп"], key=sort_key) == ["5 мектеп", "Zoo", "Алматы"]


def test_quotation_marks_do_not_count_in_sorting():
    names = ["«Бәйтерек»", "Алау", "«Арай» саябағы", "„Ән“"]
    assert sorted(names, key=sort_key) == ["Алау", "«Арай» саябағы", "„Ән“", "«Бәйтерек»"]


@pytest.mark.parametrize("mark", "«»\"'„“”‘’()[]")
def test_no_mark_of_quotation_or_bracket_has_a_place_in_the_order(mark):
    assert sort_key(f"{mark}Ән{mark}") == sort_key("Ән")


def test_case_does_not_count_in_sorting():
    assert sort_key("ҚЫЗЫЛОРДА") == sort_key("қызылорда")


def test_a_letter_of_two_code_points_sorts_as_one():
    assert sort_key("и\u0306") == sort_key("й")


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Қызылорда", "кизилорда"),
        ("ҚАЗАҚ", "казак"),
        ("әғқңөұүһі", "агкноуухи"),
        ("ёэйыщ", "ееииш"),
        ("объект", "обект"),
        ("больница", "болница"),
        ("№5-мектеп", " 5 мектеп"),
        ("«Арай» саябағы", " араи  саябаги"),
        ("а\u00a0б", "а б"),
        ("и\u0306", "и"),
        ("School 40", "school 40"),
    ],
)
def test_search_sees_a_text_without_its_difficult_letters(text, seen):
    assert fold(text) == seen


def test_words_of_a_query_keep_their_order_and_lose_repeats():
    assert search_words("  Балабақша, мектеп – балабакша!") == ["балабакша", "мектеп"]


def test_a_query_of_marks_has_no_words():
    assert search_words("«…» –") == []


@pytest.mark.django_db
@pytest.mark.parametrize("letter", [*LETTERS, *LETTERS.upper()])
def test_every_letter_folds_and_sorts_alike_in_python_and_in_sql(letter):
    assert in_sql(folded, letter) == fold(letter)
    assert in_sql(sorting, letter) == sort_key(letter)


@pytest.mark.django_db
@given(text=WRITTEN)
def test_written_text_folds_and_sorts_alike_in_python_and_in_sql(text):
    assert in_sql(folded, text) == fold(text)
    assert in_sql(sorting, text) == sort_key(text)


@pytest.mark.django_db
@given(text=ANY)
@example("İstanbul")
@example("ΟΔΟΣ")
@example("ΑΣ ΒΣ")
def test_any_text_folds_and_sorts_alike_in_python_and_in_sql(text):
    stored = unicodedata.normalize("NFC", text)  # as the columns make it
    assert in_sql(folded, stored) == fold(stored)
    assert in_sql(sorting, stored) == sort_key(stored)


@given(st.lists(st.sampled_from(LETTERS + LETTERS.upper()), min_size=2, max_size=2))
def test_one_letter_stands_before_another_as_in_the_alphabet(pair):
    first, second = (ALPHABET.index(letter.lower()) for letter in pair)
    assert (sort_key(pair[0]) < sort_key(pair[1])) == (first < second)


@given(WRITTEN)
def test_what_was_folded_folds_to_itself(text):
    assert fold(fold(text)) == fold(text)


@pytest.mark.django_db
def test_the_database_sorts_territories_in_kazakh_order(reference_data):
    names = list(Territory.objects.order_by("order_kk").values_list("name_kk", flat=True))
    assert names == sorted(names, key=sort_key)
    assert [next(group)[:1] for _, group in itertools.groupby(names, lambda name: name[0])] == [
        "А", "Ә", "Б", "Ж", "Қ", "М", "Н", "П", "С", "Т", "Ұ", "Ш",
    ]  # fmt: skip
