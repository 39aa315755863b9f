"""A text in the reader's language, or the nearest there is, and said so."""

from types import SimpleNamespace

import pytest
from django.utils import translation

from reference.languages import Localized, localized
from reference.models import Sector


def row(kk="", ru="", en=""):
    return SimpleNamespace(note_kk=kk, note_ru=ru, note_en=en)


@pytest.mark.parametrize(
    ("texts", "wanted", "expected"),
    [
        (("қ", "р", "e"), "kk", Localized("қ", "kk")),
        (("қ", "р", "e"), "ru", Localized("р", "ru")),
        (("қ", "р", "e"), "en", Localized("e", "en")),
        (("қ", "р", ""), "en", Localized("қ", "kk", is_fallback=True)),
        (("қ", "", "e"), "ru", Localized("қ", "kk", is_fallback=True)),
        (("", "р", "e"), "kk", Localized("р", "ru", is_fallback=True)),
        (("", "р", ""), "en", Localized("р", "ru", is_fallback=True)),
        (("", "", "e"), "kk", Localized("e", "en", is_fallback=True)),
        (("", "", ""), "ru", Localized("", "ru")),
    ],
)
def test_a_missing_language_gives_way_to_kazakh_then_russian_then_english(texts, wanted, expected):
    assert localized(row(*texts), "note", wanted) == expected
    with translation.override(wanted):
        assert localized(row(*texts), "note") == expected


def test_a_country_in_the_language_code_does_not_matter():
    assert localized(row("қ", "р", "e"), "note", "ru-kz") == Localized("р", "ru")


def test_without_any_language_kazakh_is_spoken():
    with translation.override(None):
        assert localized(row("қ", "р", "e"), "note") == Localized("қ", "kk")


def test_a_localized_text_prints_as_its_text():
    assert str(Localized("Мектеп", "kk", is_fallback=True)) == "Мектеп"


@pytest.mark.parametrize(("language", "name"), [("kk", "Білім беру"), ("ru", "Образование"), ("en", "Education")])
def test_a_named_row_is_called_by_its_name_in_the_readers_language(language, name):
    sector = Sector(name_kk="Білім беру", name_ru="Образование", name_en="Education")
    with translation.override(language):
        assert sector.name == str(sector) == name
