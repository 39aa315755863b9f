"""README and tours of docs/: their pictures are there and small, their words stand on the pages."""

import re
from pathlib import Path

import polib
import pytest

from devtools.screenshots import FOLDER, LARGEST, PICTURES, wanted

ROOT = Path(__file__).resolve().parent.parent.parent
TOURS = sorted((ROOT / "docs" / "tours").glob("*-*.md"))
PAGES = [ROOT / "README.md", ROOT / "docs" / "tours" / "README.md", *TOURS]
LEAST = 12
"""Words of the pages that a tour names at least; fewer, and the test looks at nothing."""


def words_of(catalogue):
    """Return what the pages can say in a language: the words in use, without the colon or dots at their end."""
    return {
        re.sub(r"[:…\s]+$", "", entry.msgstr).casefold()
        for entry in polib.pofile(str(catalogue))
        if not entry.obsolete and not entry.fuzzy
    }


@pytest.mark.parametrize("tour", TOURS, ids=lambda tour: tour.stem)
def test_what_a_tour_tells_to_press_stands_on_the_pages(tour):
    language = tour.stem[-2:]
    known = words_of(ROOT / "locale" / language / "LC_MESSAGES" / "django.po")
    text = " ".join(tour.read_text(encoding="utf-8").split())
    quoted = re.findall(r"\*\*(.+?)\*\*", text)
    assert len(quoted) >= LEAST
    assert [words for words in quoted if words.casefold() not in known] == []
    assert re.findall(r"screenshots/[a-z]+-(?!" + language + r"\b)", text) == []


def test_each_tour_is_there_in_both_languages_and_stands_in_the_index():
    kinds = {tour.stem[:-3] for tour in TOURS}
    assert {tour.stem for tour in TOURS} == {f"{kind}-{language}" for kind in kinds for language in ("kk", "ru")}
    assert len(kinds) == 3
    index = (ROOT / "docs" / "tours" / "README.md").read_text(encoding="utf-8")
    assert all(f"]({tour.name})" in index for tour in TOURS)


@pytest.mark.parametrize("told", PAGES, ids=lambda told: f"{told.parent.name}-{told.stem}")
def test_links_of_readme_and_tours_lead_to_files(told):
    links = re.findall(r"\]\(((?!https?:|#)[^)#]+)", told.read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (told.parent / link).exists()] == []


def test_pictures_are_small_and_each_is_shown_and_made_by_the_script():
    kept = {picture.stem: picture.stat().st_size for picture in FOLDER.iterdir()}
    assert sorted(kept) == sorted(wanted())
    assert set(kept) <= set(PICTURES)
    assert {name: size for name, size in kept.items() if size > LARGEST} == {}
