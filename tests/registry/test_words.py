"""Nobody reads a word of another language: every page as every role, every letter, every file, in all languages."""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import docx
import openpyxl
import pytest
from django.conf import settings
from django.test import RequestFactory
from post_office.models import Email

from accounts.models import Organisation, User
from accounts.roles import Role
from accounts.services.letters import send_letter
from devtools.translations import words_of_libraries
from ppp_registry.error_pages import error_page
from projects.services.following import ask_to_follow, tell_followers
from proposals.documents.session_papers import session_paper
from proposals.letter_examples import example_words
from proposals.models import LetterKind, TypicalDocument
from proposals.services.letters import filled as with_words, words_of
from reference.languages import LANGUAGES
from tests import factories
from tests.accounts.outbox import letters
from tests.conftest import rolled_back
from tests.projects.followers import follower
from tests.registry.crawl import Walk, Walker, typed_texts
from tests.registry.filled import ANYBODY, APPLICANT, ROLES, WRITTEN_ONLY, Filled, routes
from tests.registry.people import Browser
from tests.registry.words import Typed, foreign, foreign_lines, wrong_word

pytestmark = pytest.mark.django_db

SITE = "https://registry.example.kz/"


@pytest.fixture(scope="module")
def register(django_db_setup, django_db_blocker, reference_rows) -> Iterator[Filled]:
    """One register for all tests of this file; nothing of it stays."""
    territories, sectors = reference_rows
    with django_db_blocker.unblock(), rolled_back():
        type(territories[0]).objects.bulk_create(territories, ignore_conflicts=True)
        type(sectors[0]).objects.bulk_create(sectors, ignore_conflicts=True)
        yield Filled()


@pytest.fixture(scope="module")
def walk(register) -> Walk:
    """One walk through the whole site as everybody."""
    return Walker(register).as_everybody()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_says_anything_in_another_language(walk, language):
    assert walk.wrong[language] == {}


def test_every_address_was_tried_and_answered(walk):
    tried = {name: set().union(*walk.statuses[name].values()) for name in routes()}
    assert [name for name, found in tried.items() if not found] == []
    assert {name: found for name, found in tried.items() if max(found) >= 500} == {}
    buttons = {name for name, found in tried.items() if found <= {302, 403, 404, 405}}
    assert buttons >= WRITTEN_ONLY
    assert len(set(tried) - buttons) > 150
    assert walk.pages > 1000


@pytest.mark.parametrize(
    ("role", "opens", "not_opens"),
    [
        (ANYBODY, "projects", "applications"),
        (APPLICANT, "application_file", "admin:index"),
        (Role.CLERK, "admin:proposals_letter_change", "admin:accounts_user_change"),
        (Role.EXPERT, "admin:proposals_proposal_opinion", "admin:proposals_letter_changelist"),
        (Role.HEAD, "admin:proposals_draftresolution_confirm", "admin:accounts_user_changelist"),
        (Role.SECRETARY, "admin:proposals_session_put", "admin:proposals_letter_changelist"),
        (Role.AUDITOR, "admin:accounts_user_change", "admin:reference_sector_add"),
        (Role.ADMINISTRATOR, "admin:auth_user_password_change", "admin:projects_project_changelist"),
    ],
)
def test_each_role_saw_its_own_pages(walk, role, opens, not_opens):
    assert role in ROLES
    assert 200 in walk.statuses[opens][role]
    assert 200 not in walk.statuses[not_opens][role]


# --- letters ---
def _facts(language: str) -> dict[str, object]:
    person = User(email="a@example.kz", full_name="Әсем Үлгі", language=language)
    links = {name: f"{SITE}{language}/{name}/" for name in ("link", "login", "reset", "account")}
    office = Organisation(name="«Көктем» ЖШС")
    return {
        "user": person,
        "by": person,
        "organisation": office,
        "site": SITE,
        "new": "b@example.kz",
        "left": 2,
        **links,
    }


TYPED = Typed(["Әсем Үлгі", "«Көктем» ЖШС"])
WITH_OWN_TESTS = {"follow", "news"}


def _whole(letter: Email | None) -> str:
    assert letter is not None
    return f"{letter.subject}\n{letter.message}"


def _names() -> list[str]:
    folder = Path(settings.BASE_DIR, "templates", "letters")
    return sorted(path.stem for path in folder.glob("[!_]*.txt"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_about_an_account_is_in_its_language(register, language):
    names = [name for name in _names() if name not in WITH_OWN_TESTS]
    assert len(names) > 10
    written = [send_letter("a@example.kz", name, language, _facts(language)) for name in names]
    found = {
        letter.subject: foreign_lines(f"{letter.subject}\n{letter.message}", language, TYPED) for letter in written
    }
    assert {subject: lines for subject, lines in found.items() if lines} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_about_an_application_is_in_its_language(register, language):
    found = {}
    for kind in LetterKind.values:
        subject, body = with_words(*words_of(kind, language), example_words(kind, language))
        found[kind] = foreign_lines(f"{subject}\n{body}", language)
    assert {kind: lines for kind, lines in found.items() if lines} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_to_followers_is_in_its_language(register, language):
    address = f"{language}@example.kz"
    with rolled_back():
        ask_to_follow(address, None, language=language, site=SITE)
        follower(address, language)
        made = factories.project_in("excluded", title_en="School")
        tell_followers()
        asked, told = letters(address)
        typed = Typed({*typed_texts(language), str(made.title)})
        found = [line for one in (asked, told) for line in foreign_lines(_whole(one), language, typed)]
    assert found == []


# --- files and scripts ---
@pytest.mark.parametrize("language", ["kk", "ru"])
@pytest.mark.parametrize("paper", ["agenda", "list"])
def test_papers_of_a_session_are_in_their_language(register, language, paper):
    content = session_paper(register.coming, paper, language, "docx")[0]
    found = foreign_lines(_of_docx(content), language, Typed(typed_texts(language)))
    assert found == []


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_typical_documents_are_in_their_language(register, language):
    rows = TypicalDocument.objects.filter(language=language)
    assert rows.count() > 5
    found = {str(row): foreign_lines(_of_docx(row.file.read()), language) for row in rows}
    assert {name: lines for name, lines in found.items() if lines} == {}


def _of_docx(content: bytes) -> str:
    """Return the words of a document, those of its tables too, without places that are filled in."""
    paper = docx.Document(io.BytesIO(content))
    texts = (part.text for part in paper.element.body.iter() if part.tag.endswith("}t"))
    return re.sub(r"\{[{%].*?[%}]\}", " ", "\n".join(text or "" for text in texts))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", ["/api/v1/projects.xlsx?lang={}", "/admin/statistics/report.xlsx?lang={}"])
def test_workbooks_are_in_their_language(register, language, address):
    browser = Browser()
    browser.force_login(register.people[Role.HEAD.value])
    answer = browser.get(address.format(language))
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    book = openpyxl.load_workbook(io.BytesIO(content))
    said = list(book.sheetnames)
    said += [value for sheet in book for row in sheet.values for value in row if isinstance(value, str)]
    # Both titles of a project have columns of their own.
    assert foreign_lines("\n".join(said), language, Typed(typed_texts(language, whole=True))) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_scripts_of_the_staff_site_are_in_its_language(register, language):
    browser = Browser()
    User.objects.filter(pk=register.people[Role.HEAD.value].pk).update(language=language)
    browser.force_login(register.people[Role.HEAD.value])
    told = browser.get("/admin/jsi18n/").content.decode()
    found = re.search(r"newcatalog = (\{.*?\});\n", told, re.DOTALL)
    catalog = json.loads(found[1]) if found else {}
    wanted = words_of_libraries()["djangojs"]
    shown = {f"{words.context}\x04{words.id}" if words.context else words.id for words in wanted}
    texts = [catalog[name] for name in shown & set(catalog)]
    spoken = [text for value in texts for text in (value if isinstance(value, list) else [value])]
    assert [wrong for text in spoken if (wrong := wrong_word(text, language))] == []
    assert language == "en" or shown <= set(catalog)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 429, 500, 503])
def test_pages_of_what_went_wrong_are_in_their_language(status, language):
    answer = error_page(RequestFactory().get(f"/{language}/x/"), status)
    assert foreign(answer.content, language) == []


# --- the eyes of this test ---
PAGE = '<html lang="{}"><title>{}</title><body>{}</body></html>'


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("kk", "Save"),
        ("kk", "Сохранить изменения"),
        ("kk", "Удалить"),
        ("ru", "Сақтау"),
        ("ru", "Жоба туралы"),
        ("ru", "3 rows"),
        ("en", "Сохранить"),
        ("en", "Сақтау"),
    ],
)
def test_a_word_of_another_language_is_seen_wherever_it_stands(language, text):
    plain = {"kk": "Сақтау", "ru": "Сохранить", "en": "Save"}[language]
    places = [
        f"<p>{text}</p>",
        f"<p>{plain}<b>1</b>{text}</p>",
        f'<a aria-label="{text}">{plain}</a>',
        f'<img alt="{text}">',
        f'<input placeholder="{text}">',
        f'<input type="submit" value="{text}">',
        f"<select><option>{text}</option></select>",
        f'<p data-text-saved="{text}"></p>',
        f'<p lang="{language}">{text}</p>',
    ]
    assert foreign(PAGE.format(language, plain, f"<p>{plain}</p>").encode(), language) == []
    assert [place for place in places if not foreign(PAGE.format(language, plain, place).encode(), language)] == []
    assert foreign(PAGE.format(language, text, plain).encode(), language) != []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_people_typed_and_what_says_its_language_is_no_fault(language):
    body = (
        '<p lang="kk">Сақтау</p><p lang="ru">Сохранить</p><p lang="en">Save</p><q>Save, сақтау</q><code>save()</code>'
        "<textarea>Save, сақтау</textarea><script>save()</script><p>PDF, eGov, a@example.kz, № 8/2-VI</p>"
        '<table><td class="field-name_ru">Сохранить</td><td class="field-name_kk">Сақтау</td></table>'
        "<p>Әсем Үлгі · Save Ltd</p>"
    )
    typed = Typed(["Әсем Үлгі", "Save Ltd"])
    assert foreign(PAGE.format(language, "1", body).encode(), language, typed) == []


def test_a_page_must_say_its_language():
    assert foreign(b'<html lang="ru"><p>1</p></html>', "kk") != []
    assert foreign('<html lang="kk"><p lang="ru">Сақтау</p></html>'.encode(), "kk") != []
    assert foreign(b'<html lang="kk"><p lang="None">1</p></html>', "kk") != []
