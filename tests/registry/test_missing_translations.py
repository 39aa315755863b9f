"""The work list of texts that lack a language: whose rows stand there, where they are mended, what is marked."""

import re

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.roles import Role
from projects.models import Document, Project, Resolution, StatusChange
from proposals.queries import translations
from proposals.queries.translations import KINDS, counted, may_change, seen_kinds, waiting_for
from reference.languages import LANGUAGES
from tests import factories
from tests.registry.gaps import every_kind
from tests.registry.pages import parse
from tests.registry.people import Browser, logged_in, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

LEFT_OUT = {
    "proposal.title": "the applicant's own words; the item of the agenda has a title that the secretary completes",
    "listchange.title": "the line of a past day; the title of the project itself stands in the work list",
}
"""Texts in several languages that nobody of the chamber completes, with the reason."""
REGISTER = {"project", "resolution", "document", "responsibility", "listchange", "statuschange", "contractchange"}
REGISTER |= {"maslikhat"}
SESSIONS = {"session", "agendaitem", "draftresolution", "itemdecision", "listrevision"}
LISTS = {"lettertext", "criterion", "refusalreason"}
REFERENCE = {"legalparameter", "sector", "territory", "workingdaycorrection"}
SEEN = {
    Role.CLERK: REGISTER | LISTS | REFERENCE | {"typicaldocument"},
    Role.EXPERT: REGISTER | REFERENCE | {"typicaldocument"},
    Role.HEAD: REGISTER | SESSIONS | LISTS | REFERENCE | {"typicaldocument"},
    Role.SECRETARY: REGISTER | SESSIONS | REFERENCE,
    Role.AUDITOR: REGISTER | SESSIONS | LISTS | REFERENCE | {"typicaldocument"},
    Role.ADMINISTRATOR: REFERENCE,
}
MENDED = {
    Role.CLERK: {"typicaldocument"},
    Role.HEAD: LISTS | REFERENCE | {"typicaldocument"},
    Role.SECRETARY: SESSIONS | {"project", "resolution", "document", "responsibility", "maslikhat"},
    Role.ADMINISTRATOR: REFERENCE,
}
STAYS = {"listchange", "statuschange", "contractchange"}


def address(query=""):
    return reverse("admin:missing_translations") + query


def rows(page):
    """Return the rows of the list: name, address of the link or nothing, the languages said to be missing."""
    found = []
    for row in page.one("ol", "missing-rows").children:
        if isinstance(row, str):
            continue
        links = row.all("a")
        lacks = {part.text.removesuffix(": missing") for part in row.all("span", "missing-language")}
        found.append((row.one("p").text, links[0]["href"] if links else "", lacks))
    return found


def opened(browser, query=""):
    answer = browser.get(address(query))
    assert answer.status_code == 200, query
    return parse(answer)


def test_every_text_in_several_languages_stands_on_the_work_list():
    there = {f"{kind.code}.{name}" for kind in KINDS for name in kind.texts} | set(LEFT_OUT)
    wanted = set()
    for app in ("reference", "accounts", "projects", "proposals"):
        for model in apps.get_app_config(app).get_models():
            names = {field.name for field in model._meta.get_fields()}
            if "pgh_id" not in names:
                texts = {name[:-3] for name in names if name.endswith("_kk") and not name.startswith("order_")}
                wanted |= {f"{model._meta.model_name}.{name}" for name in texts}
    assert there == wanted


def test_each_role_sees_the_kinds_it_reads_and_is_led_to_those_it_changes():
    every_kind(staff(Role.SECRETARY))
    seen, mended = {}, {}
    for role in Role:
        person = staff(role)
        seen[role] = {line.kind.code for line in counted(person)}
        mended[role] = {line.kind.code for line in counted(person) if line.may_change}
        assert seen[role] == {kind.code for kind in seen_kinds(person)}
    assert seen == SEEN
    assert {role: kinds for role, kinds in mended.items() if kinds} == MENDED


def test_the_page_is_closed_to_who_reads_no_rows_and_the_auditor_only_looks():
    factories.project()
    assert Browser().get(address()).status_code == 302
    assert logged_in().get(address()).status_code == 403
    page = opened(logged_in(Role.AUDITOR), "?kind=project")
    assert [link for _name, link, _lacks in rows(page)] == [""]
    secretary = logged_in(Role.SECRETARY)
    (row,) = Project.objects.all()
    assert rows(opened(secretary, "?kind=project"))[0][1:] == (
        reverse("admin:projects_project_change", args=[row.pk]),
        {"English"},
    )
    assert logged_in(Role.ADMINISTRATOR).get(address("?kind=project")).status_code == 404


def test_every_row_that_may_be_changed_leads_to_the_page_where_it_is():
    """Each address opens for whoever may mend the kind; what nobody changes has none."""
    every_kind(staff(Role.SECRETARY))
    browsers = {role: logged_in(role) for role in (Role.SECRETARY, Role.HEAD)}
    for kind in KINDS:
        role = Role.SECRETARY if kind.code in MENDED[Role.SECRETARY] | STAYS else Role.HEAD
        links = [link for _name, link, _lacks in rows(opened(browsers[role], f"?kind={kind.code}"))]
        assert links, kind.code
        if kind.code in STAYS:
            assert set(links) == {""}, kind.code
            continue
        assert browsers[role].get(links[0]).status_code == 200, kind.code


def test_rows_are_counted_by_language_and_leave_when_they_are_whole():
    secretary = staff(Role.SECRETARY)
    whole = {"title_kk": "Мектеп", "title_ru": "Школа", "title_en": "School"}
    factories.project(**whole)
    lacking = factories.project(**{**whole, "title_ru": "", "description_kk": "Үш қабатты", "note_ru": "Акимат"})
    assert not may_change(secretary, next(kind for kind in KINDS if kind.code == "listchange"))
    (line,) = counted(secretary)
    assert (line.kind.code, line.rows, line.by_language) == ("project", 1, {"kk": 1, "ru": 1, "en": 1})
    assert waiting_for(secretary) == 1
    missing = line.kind.missing(lacking)
    assert [(str(text.label), text.lacks) for text in missing] == [
        ("Title", ("ru",)),
        ("Description", ("ru", "en")),
        ("Note", ("kk", "en")),
    ]
    texts = {"title_ru": "Школа", "description_ru": "Три этажа", "description_en": "Three", "note_kk": "Әкімдік"}
    Project.objects.filter(pk=lacking.pk).update(**texts, note_en="City hall")
    assert counted(secretary) == []
    assert waiting_for(secretary) == 0
    browser = Browser()
    browser.force_login(secretary)
    assert "Nothing is missing" in browser.get(address()).text


def test_texts_that_the_law_wants_in_two_languages_lack_no_english():
    every_kind(staff(Role.SECRETARY))
    found = {line.kind.code: line for line in counted(staff(Role.AUDITOR))}
    for kind in KINDS:
        assert (found[kind.code].by_language["en"] == 0) == (
            "en" not in kind.languages or kind.code in ("sector", "territory")
        )


def test_a_confirmed_resolution_is_shown_and_not_mended():
    paper = factories.resolution(note_kk="Қағаз көшірмесінен")
    secretary = logged_in(Role.SECRETARY)
    assert rows(opened(secretary, "?kind=resolution"))[0][1] != ""
    before = waiting_for(secretary.user)
    factories.long_published(paper)
    assert Resolution.objects.get().is_confirmed
    assert [link for _name, link, _lacks in rows(opened(secretary, "?kind=resolution"))] == [""]
    assert waiting_for(secretary.user) == before - 1


def test_filters_narrow_and_what_they_cannot_be_is_not_found():
    factories.project(title_ru="")
    factories.project()
    secretary = logged_in(Role.SECRETARY)
    assert len(rows(opened(secretary, "?kind=project"))) == 2
    assert len(rows(opened(secretary, "?kind=project&language=ru"))) == 1
    assert "Nothing is missing here." in secretary.get(address("?kind=project&language=kk")).text
    for query in ("?kind=nosuch", "?kind=criterion", "?language=de", "?kind=project&page=2", "?kind=project&page=x"):
        assert secretary.get(address(query)).status_code == 404, query


def test_the_number_of_queries_is_the_same_for_one_row_and_for_pages_of_them():
    made = every_kind(staff(Role.SECRETARY))
    auditor = logged_in(Role.AUDITOR)

    def asked(query):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = opened(auditor, query)
        return len(queries), len(rows(page))

    kinds = [kind.code for kind in KINDS]
    auditor.get(address())
    before = {code: asked(f"?kind={code}")[0] for code in kinds}
    assert len(set(before.values())) == 1, before
    project = made["project"]
    StatusChange.objects.bulk_create(
        StatusChange(project=project, status="planned", note_ru=f"Запись {turn}") for turn in range(60)
    )
    for turn in range(4):
        factories.project(title_ru="", place_kk=f"Алматы {turn}")
    assert asked("?kind=statuschange") == (before["statuschange"], 50)
    assert asked("?kind=statuschange&page=2")[0] == before["statuschange"]
    assert asked("?kind=project")[0] == before["project"]
    with CaptureQueriesContext(connection) as queries:
        assert waiting_for(auditor.user) is None
        assert waiting_for(staff(Role.SECRETARY)) > 5
    assert sum("lacks" in one["sql"] or "UNION" in one["sql"] for one in queries) == 1


def test_the_desk_tells_those_who_can_mend(monkeypatch):
    for _turn in range(3):
        factories.project()
    words = "Missing translations: 3 rows"
    assert words in logged_in(Role.SECRETARY).get("/admin/").text
    assert "Missing translations" not in logged_in(Role.AUDITOR).get("/admin/").text
    assert "Missing translations: " not in logged_in(Role.HEAD).get("/admin/").text
    assert 'href="/admin/missing-translations/"' in logged_in(Role.HEAD).get("/admin/").text
    monkeypatch.setattr(translations, "MOST", 2)
    monkeypatch.setattr("ppp_registry.admin_site.MOST", 2)
    assert "Missing translations: more than 2 rows" in logged_in(Role.SECRETARY).get("/admin/").text


def test_a_paper_is_named_in_the_language_of_the_reader():
    paper = Document(title_kk="Жоспар", title_ru="План", original_name="plan.pdf")
    said = {}
    for language in LANGUAGES:
        with translation.override(language):
            said[language] = str(paper)
    assert said == {"kk": "Жоспар", "ru": "План", "en": "Жоспар"}
    assert str(Document(original_name="plan.pdf")) == "plan.pdf"


def test_a_name_falls_back_to_kazakh_then_russian_then_english_with_a_mark():
    """On the public page, in the lists of the staff site and in the work list alike."""
    titles = {"kk": "Мектеп салу", "ru": "Строительство школы", "en": "A school"}
    secretary = {code: logged_in(Role.SECRETARY, language=code) for code in LANGUAGES}
    reader = Browser()
    changelist = reverse("admin:projects_project_changelist")
    for reading, there, shown in (("en", "kk ru", "kk"), ("en", "ru", "ru"), ("ru", "kk", "kk"), ("kk", "ru en", "ru")):
        project = factories.project(
            **{f"title_{code}": titles[code] if code in there.split() else "" for code in titles}
        )
        with translation.override(reading):
            public = reverse("project", args=[project.number])
        for browser, place in (
            (reader, public),
            (secretary[reading], f"{changelist}?q={project.number}"),
            (secretary[reading], address("?kind=project")),
        ):
            text = browser.get(place).text
            mark = (
                rf'<span lang="{shown}">{titles[shown]}</span> <abbr class="lang-mark" title="[^"]+">{shown.upper()}<'
            )
            assert re.search(mark, text), (reading, there, place)
        assert "lang-mark" not in reader.get(public.replace(f"/{reading}/", f"/{there[:2]}/")).text
        Project.objects.filter(pk=project.pk).update(**{f"title_{code}": "Бітті" for code in titles})
