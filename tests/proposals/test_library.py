"""The library on file: versions are added, none is changed, and what staff uploaded is never followed by ours."""

import dataclasses

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.utils import translation

from proposals.models import TypicalDocument
from proposals.queries.library import offered_documents
from proposals.services import library
from proposals.services.library import add_version, checked_template, load_shipped, set_offered
from tests.factories import user
from tests.proposals.templates import version, word

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

SHIPPED = library.shipped_documents()


@pytest.fixture
def shipped(monkeypatch):
    """Let the registry ship two of its documents, as a test wants them."""
    now = [row for row in SHIPPED if row.code == "cover_letter"]
    monkeypatch.setattr(library, "shipped_documents", lambda: now)
    return now


def rows(**which):
    return list(TypicalDocument.objects.filter(**which).order_by("code", "language", "version"))


def test_everything_shipped_is_put_on_file_once(capsys):
    call_command("load_typical_documents")
    assert capsys.readouterr().out == "16 versions added, 16 on file.\n"
    assert {(row.code, row.language, row.sector_id or "", row.version) for row in rows()} == {
        (made.code, made.language, made.sector_code, 1) for made in SHIPPED
    }
    for made in SHIPPED:
        (row,) = rows(code=made.code, language=made.language)
        with row.file.open("rb") as stream:
            assert stream.read() == made.content
        assert (row.title_kk, row.title_ru, row.uploaded_by) == (made.title_kk, made.title_ru, None)
    before = rows()
    call_command("load_typical_documents")
    assert capsys.readouterr().out == "0 versions added, 16 on file.\n"
    assert rows() == before


def test_a_changed_document_becomes_the_next_version(shipped):
    load_shipped()
    shipped[0] = dataclasses.replace(shipped[0], content=word("Жаңа: {{ title }}").read())
    (added,) = load_shipped()
    assert (added.code, added.language, added.version, added.is_offered) == ("cover_letter", "kk", 2, True)
    assert [row.version for row in rows(language="kk")] == [1, 2]
    assert load_shipped() == []


def test_a_version_of_the_staff_is_never_followed_by_ours(shipped):
    load_shipped()
    version("{{ title_kk }}", code="cover_letter", by=user())
    shipped[0] = dataclasses.replace(shipped[0], content=word("Жаңа: {{ title }}").read())
    assert load_shipped() == []
    assert [row.version for row in rows(language="kk")] == [1, 2]


def test_what_nobody_offers_stays_so_after_a_change(shipped):
    load_shipped()
    set_offered(rows(language="kk")[0], False)
    shipped[0] = dataclasses.replace(shipped[0], content=word("Жаңа: {{ title }}").read())
    (added,) = load_shipped()
    assert not added.is_offered
    assert not offered_documents("education").filter(language="kk").exists()


def test_applicants_are_offered_the_newest_version_that_is_offered():
    first, second = version("{{ title }}"), version("{{ title_kk }}")
    assert (first.version, second.version) == (1, 2)
    assert list(offered_documents("education")) == [second]
    set_offered(second, False)
    assert list(offered_documents("education")) == [first]


@pytest.mark.parametrize(
    ("upload", "said"),
    [
        (lambda: word("{{ applicant }}"), "Nobody knows the placeholder applicant."),
        (lambda: word("{{ applicant }} {{ iin }}"), "Nobody knows the placeholders applicant, iin."),
        (lambda: word("{{ title"), "not closed"),
        (lambda: word("{{ ''.__class__ }}"), "may only name placeholders"),
        (lambda: word("{{ title }}", name="үлгі.pdf"), "The name says PDF"),
    ],
)
def test_a_template_nobody_can_fill_in_is_refused_with_a_sentence(upload, said):
    with translation.override("en"):
        with pytest.raises(ValidationError) as refusal:
            checked_template(upload())
        assert said in " ".join(refusal.value.messages)


def test_a_refused_row_leaves_no_file(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    template = checked_template(word("{{ title }}"))
    facts = {"language": "kk", "sector": None, "by": None}
    titles = {"title_kk": "Хат", "title_ru": "Письмо", "title_en": ""}
    with pytest.raises(ValidationError):
        add_version(template, code="letter", **facts, titles={**titles, "title_kk": ""})
    with pytest.raises(ValidationError):
        add_version(template, code="жаман код", **facts, titles=titles)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    made = add_version(template, code="letter", **facts, titles=titles)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / made.file.name]


def test_versions_are_counted_one_after_the_other():
    version()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        assert cursor.fetchone()[0] == 1
