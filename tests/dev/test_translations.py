"""What `make check-translations` sees; that it finds nothing in the real catalogues is for `make check` to say."""

import re
import shutil
from pathlib import Path

import polib
import pytest

from devtools import msgids, translations
from devtools.checkout import Checkout
from devtools.checks import check_commands
from devtools.msgids import Unreadable, Words, words_of

ROOT = Path(__file__).resolve().parent.parent.parent
PYTHON = """
from django.utils.translation import gettext as _, ngettext, npgettext_lazy, pgettext_lazy as p
from django.utils import translation
LATER = gettext_lazy("first " "and second")
_("It is not ‘%(a)s’.") % {"a": 1}; _(name); _(""); translation.gettext_noop('tab\\there')
ngettext("%(n)s day", "%(n)s days", 3); p("month", "May"); npgettext_lazy("sum", "one", "many", "n")
not_one_of_them("Nothing")
"""
TEMPLATE = """{% load i18n %}{% translate "It's" %} {% translate "May" context "month" as m %}{{ x|default:_("none") }}
{% blocktranslate trimmed count n=n %}
  {{ n }} day
{% plural %}{{ n }} days{% endblocktranslate %}{# _("A comment") #} _ ("Bare") 100 %"""
SCRIPT = """x = gettext('Now'); y = ngettext('%s hour', '%s hours', n); z = interpolate(gettext(
  "%(sel)s of " + "all"), {}); pgettext("letter", 'F'); element.gettext; get_text("No")"""


@pytest.mark.parametrize(
    ("name", "source", "expected"),
    [
        (
            "a.py",
            PYTHON,
            {
                *(Words("first and second"), Words("It is not ‘%(a)s’."), Words("tab\there"), Words("May", "month")),
                *(Words("%(n)s day", "", "%(n)s days"), Words("one", "sum", "many")),
            },
        ),
        (
            "a.html",
            TEMPLATE,
            {Words("It's"), Words("May", "month"), Words("none"), Words("%(n)s day", "", "%(n)s days")},
        ),
        (
            "a.js",
            SCRIPT,
            {Words("Now"), Words("%s hour", "", "%s hours"), Words("%(sel)s of all"), Words("F", "letter")},
        ),
    ],
)
def test_words_are_read_as_gettext_reads_them(tmp_path, name, source, expected):
    (tmp_path / name).write_text(source)
    assert words_of(tmp_path / name) == expected


def test_an_f_string_is_no_msgid(tmp_path):
    (tmp_path / "a.py").write_text('gettext(f"{count} rows")')
    with pytest.raises(Unreadable, match=r"a\.py: line 1"):
        words_of(tmp_path / "a.py")


def test_a_folder_is_read_but_for_what_is_left_out(tmp_path):
    for name in ("app/a.py", "app/migrations/b.py", "app/templates/c.txt", "app/d.css"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        text = '{% translate "c" %}' if name.endswith("txt") else f'gettext("{name[-4]}")'
        (tmp_path / name).write_text(text)
    assert msgids.words_below(tmp_path / "app", left_out=("migrations",)) == {Words("a"), Words("c")}


FORMS = {"kk": "nplurals=2; plural=(n != 1);", "ru": "nplurals=4; plural=(n%10==1 ? 0 : 3);"}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project that says “Save” and “%(n)s day”, in good order; Django says “Log in” there."""
    for app in translations.APPS:
        (tmp_path / app).mkdir()
    (tmp_path / "projects/views.py").write_text('_("Save"); ngettext("%(n)s day", "%(n)s days", 1)')
    (tmp_path / "locale").mkdir()
    shutil.copy(ROOT / "locale/terms.csv", tmp_path / "locale")
    shown = {"django": {Words("Log in"), Words("Delete")}, "djangojs": set()}
    monkeypatch.setattr(translations, "words_of_libraries", lambda: shown)
    monkeypatch.setattr(translations, "_catalogs_of_libraries", lambda language, domain: {"Delete": "x"})
    for language, (save, day, door) in {
        "kk": ("Сақтау", "%(n)s күн", "Кіру"),
        "ru": ("Сохранить", "%(n)s дн.", "Войти"),
    }.items():
        plural = dict.fromkeys(range(2 if language == "kk" else 4), day)
        days = polib.POEntry(msgid="%(n)s day", msgid_plural="%(n)s days", msgstr_plural=plural)
        write(tmp_path, language, "locale", polib.POEntry(msgid="Save", msgstr=save), days)
        write(tmp_path, language, "locale/vendor", polib.POEntry(msgid="Log in", msgstr=door))
    return tmp_path


def path_of(root, language, folder="locale"):
    return root / folder / language / "LC_MESSAGES" / "django.po"


def write(root, language, folder, *entries):
    catalog = polib.POFile()
    catalog.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Plural-Forms": FORMS[language]}
    catalog.extend(entries)
    path_of(root, language, folder).parent.mkdir(parents=True, exist_ok=True)
    catalog.save(str(path_of(root, language, folder)))


def changed(root, language, msgid, /, folder="locale", **facts):
    """Change one entry of a catalogue."""
    path = path_of(root, language, folder)
    catalog = polib.pofile(str(path))
    entry = next(entry for entry in catalog if entry.msgid == msgid)
    for name, value in facts.items():
        setattr(entry, name, value)
    catalog.save(str(path))


def test_complete_catalogues_are_praised(project):
    assert translations.problems(project) == []


@pytest.mark.parametrize(
    ("language", "msgid", "facts", "told"),
    [
        ("kk", "Save", {"msgstr": ""}, "not translated: “Save”"),
        ("ru", "Save", {"flags": ["fuzzy"]}, "fuzzy: “Save”"),
        ("ru", "Save", {"obsolete": 1}, "obsolete, take it out: “Save”"),
        ("kk", "Save", {"msgid": "Keep"}, "no source says it, take it out: “Keep”"),
        ("ru", "%(n)s day", {"msgstr_plural": {0: "%(n)s день", 1: "%(n)s дня"}}, "a plural form is missing"),
        ("kk", "%(n)s day", {"msgstr_plural": {0: "%(n)s күн", 1: "%s күн"}}, "other placeholders"),
        ("kk", "Save", {"msgstr": "Сақтау\n"}, "other line ends"),
        ("kk", "Save", {"msgstr": "Save"}, "still English"),
        ("ru", "Save", {"msgstr": "Сақтау"}, "Kazakh letters in Russian"),
        ("ru", "Save", {"msgstr": "Cохранить"}, "Latin and Cyrillic letters in one word"),
        ("kk", "Save", {"msgstr": "Өтінім беруші"}, "“Өтінім беруші” instead of “өтініш беруші”"),
        ("ru", "Save", {"msgstr": "Контракт"}, "instead of “договор”"),
    ],
)
def test_every_fault_of_ours_is_told(project, language, msgid, facts, told):
    changed(project, language, msgid, **facts)
    found = translations.problems(project)
    assert any(sentence.startswith(f"locale/{language}/") and told in sentence for sentence in found), found


def test_a_new_word_is_missing_in_both(project):
    (project / "templates/x.html").write_text('{% load i18n %}{% translate "New" %}')
    assert translations.problems(project) == [
        f"locale/{language}/LC_MESSAGES/django.po: missing: “New”" for language in ("kk", "ru")
    ]


def test_a_word_of_a_library_is_missing_and_wrong_there_too(project):
    write(project, "kk", "locale/vendor")
    changed(project, "ru", "Log in", "locale/vendor", msgstr="Логин")
    assert translations.problems(project) == [
        "locale/vendor/kk/LC_MESSAGES/django.po: missing, a page can show it: “Log in”",
        "locale/vendor/ru/LC_MESSAGES/django.po: “Логин” instead of “учетная запись, адрес электронной почты”: "
        "“Логин”: “Log in”",
    ]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ru", "Как ТОО «Көктем»"),
        ("ru", "Контракт жизненного цикла"),
        ("ru", "Сервисный контракт"),
        ("kk", "Сервистік келісімшарт"),
        ("kk", "100 % дайын"),
        ("ru", "Файл PDF"),
    ],
)
def test_what_only_looks_wrong_is_left_alone(project, language, text):
    changed(project, language, "Save", msgstr=text)
    assert translations.problems(project) == []


def test_every_wrong_wording_is_a_pattern_with_a_remedy():
    terms = [term for language in translations.LANGUAGES for term in translations.terms_of(ROOT, language)]
    assert len(terms) > 15
    assert all(term.right and not term.wrong.search("") for term in terms)


def test_make_check_asks_for_the_translations(tmp_path):
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "templates").mkdir()
    command = check_commands(Checkout(tmp_path))["translations"]
    assert command[1:] == ["-m", "devtools.translations"]
    assert re.search(r"Log in", str(translations.words_of_libraries()["django"]))
