"""Extra questions: every sector has its own, and an answer is stored in one form only."""

import csv
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.functional import Promise

import reference
from proposals.questions import QUESTIONS, clean, question_by_code, questions_for, shown
from reference.codelists import InitiatorType
from tests.rules import refusals

with Path(reference.__file__).with_name("data").joinpath("sectors.csv").open(encoding="utf-8") as table:
    SECTORS = [row["code"] for row in csv.DictReader(table)]

by_code = question_by_code


def test_codes_are_unique_and_fit_their_column():
    codes = [question.code for question in QUESTIONS]
    assert len(codes) == len(set(codes))
    assert all(len(code) <= 50 and code.isidentifier() and code.isascii() for code in codes)


def test_every_question_is_asked_of_somebody_known():
    for question in QUESTIONS:
        assert question.sectors or question.initiators
        assert set(question.sectors) <= set(SECTORS)
        assert set(question.initiators) <= set(InitiatorType.values)


def test_every_word_can_be_translated():
    for question in QUESTIONS:
        words = [question.label, *(label for _, label in question.choices), *filter(None, [question.help])]
        assert all(isinstance(word, Promise) for word in words)


def test_choices_stand_where_they_belong_and_nowhere_else():
    for question in QUESTIONS:
        assert bool(question.choices) == (question.kind in {"choice", "yes_no"})
        codes = [code for code, _ in question.choices]
        assert len(codes) == len(set(codes))
        assert all(len(code) <= question.max_length for code in codes)


@pytest.mark.parametrize("sector", SECTORS)
def test_every_sector_has_two_to_five_questions_and_one_of_them_must_be_answered(sector):
    asked = questions_for(sector, "unknown")
    assert 2 <= len(asked) <= 5
    assert any(question.required for question in asked)
    assert sum(question.required for question in asked) <= 3


@pytest.mark.parametrize("initiator", ["sme", "association", "large_business", "state_body"])
def test_every_initiator_has_questions_of_its_own_after_those_of_the_sector(initiator):
    own = questions_for("", initiator)
    assert 2 <= len(own) <= 3
    assert questions_for("health", initiator) == (*questions_for("health", "unknown"), *own)


def test_a_small_business_is_asked_nothing_it_must_answer_beyond_its_sector():
    assert not any(question.required for question in questions_for("", "sme"))


def test_a_sector_that_staff_added_is_asked_what_other_sectors_are():
    assert questions_for("space", "unknown") == questions_for("other", "unknown") != ()
    assert questions_for("", "unknown") == ()


@pytest.mark.parametrize(
    ("code", "raw", "stored"),
    [
        ("waste_tonnes", "12 500", "12500"),
        ("waste_tonnes", "12\u00a0500,50", "12500.5"),
        ("waste_tonnes", " 7.25 ", "7.25"),
        ("waste_tonnes", "0", "0"),
        ("waste_tonnes", "100", "100"),
        ("housing_wear", "100", "100"),
        ("tourism_months", "1", "1"),
        ("tourism_months", "12", "12"),
        ("health_licence", "later", "later"),
        ("health_licence", " later ", "later"),
        ("education_state_order", "yes", "yes"),
        ("health_profile", "Диализ\r\nжәне  оңалту", "Диализ және  оңалту"),
        ("sme_experience", " Бірінші\r\nекінші ", "Бірінші\nекінші"),
        ("sme_experience", "Й", "Й"),
        ("health_profile", "ж" * 300, "ж" * 300),
        ("sme_experience", "ж" * 3000, "ж" * 3000),
    ],
)
def test_an_answer_is_stored_in_one_form(code, raw, stored):
    assert clean(by_code(code), raw) == stored
    assert clean(by_code(code), stored) == stored


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.code)
def test_no_answer_is_lawful_in_a_draft(question):
    assert clean(question, "") == clean(question, " \u200b\n") == ""


@pytest.mark.parametrize(
    ("code", "raw", "told"),
    [
        ("waste_tonnes", "many", "Write a number in digits, for example 250 or 12,5."),
        ("waste_tonnes", "1_000", "Write a number in digits, for example 250 or 12,5."),
        ("waste_tonnes", "٣", "Write a number in digits, for example 250 or 12,5."),
        ("waste_tonnes", "1e5", "Write a number in digits, for example 250 or 12,5."),
        ("waste_tonnes", "-1", "Write a number in digits, for example 250 or 12,5."),
        ("waste_tonnes", "12 50", "Write a number in digits, for example 250 or 12,5."),
        (
            "waste_tonnes",
            "1000000000001",
            "The number must lie between 0 and 1\u00a0000\u00a0000\u00a0000\u00a0000.",
        ),
        ("housing_wear", "100,01", "The number must lie between 0 and 100."),
        ("sport_free_hours", "169", "The number must lie between 0 and 168."),
        ("tourism_months", "0", "The number must lie between 1 and 12."),
        ("tourism_months", "13", "The number must lie between 1 and 12."),
        ("health_licence", "stolen", "Choose one of the answers."),
        ("education_state_order", "true", "Choose one of the answers."),
        ("health_profile", "ж" * 301, "Shorten the text: at most 300 characters."),
        ("sme_experience", "ж" * 3001, "Shorten the text: at most 3\u00a0000 characters."),
        ("waste_tonnes", "1" * 41, "Shorten the text: at most 40 characters."),
        ("health_profile", "a\x00b", "The text has characters that cannot be shown. Type it again."),
        ("sme_experience", "\ud800", "The text has characters that cannot be shown. Type it again."),
        (
            "sme_experience",
            "ИИН 850101300005",
            "The text holds a personal number (IIN), which must not stand in the register. Delete it.",
        ),
    ],
)
def test_what_is_no_answer_is_refused_with_the_remedy(code, raw, told):
    assert refusals(clean, by_code(code), raw) == [told]


def test_a_refusal_speaks_the_language_of_the_reader():
    with pytest.raises(ValidationError) as refusal:
        clean(by_code("housing_wear"), "101")
    spoken = []
    for language in ("en", "ru"):
        with translation.override(language):
            spoken += refusal.value.messages
    assert "100" in spoken[0]
    assert "100" in spoken[1]


@pytest.mark.parametrize(
    ("code", "stored", "read"),
    [
        ("waste_tonnes", "12500", "12\u00a0500"),
        ("waste_tonnes", "12500.5", "12500.5"),
        ("health_licence", "later", "We will apply for it"),
        ("health_licence", "no longer offered", "no longer offered"),
        ("education_state_order", "no", "No"),
        ("health_profile", "Dialysis", "Dialysis"),
        ("waste_tonnes", "", ""),
    ],
)
def test_a_stored_answer_is_read_in_words(code, stored, read):
    with translation.override("en"):
        assert str(shown(by_code(code), stored)) == read


def test_a_question_that_is_no_longer_asked_is_not_found():
    assert by_code("phlogiston") is None
    assert by_code("waste_tonnes").kind == "number"
