"""The paper of a maslikhat, what it declares, and the documents that belong to it."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.utils import translation

from projects.models import DeclaredShare, Document, Maslikhat, Resolution
from reference.codelists import InitiatorType, ProjectStatus, ResolutionKind
from reference.money import TENGE_CEILING
from tests import factories
from tests.rules import constraint_sentences, insert, sentences, update

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

ON_FILE = "This resolution is already on file. Complete that record instead of adding another."
SAME = "This maslikhat already has a resolution with this number and date."


def test_every_rule_of_these_tables_is_tested_here():
    names = {
        constraint.name.removeprefix("projects_")
        for model in (Maslikhat, Resolution, DeclaredShare, Document)
        for constraint in model._meta.constraints
    }
    assert names - {name for name in names if name.endswith("_is_known")} == {
        "resolution_one_number_a_day",
        "resolution_justice_date_has_number",
        "declaredshare_one_row_an_initiator_type",
        "declaredshare_says_something",
        "document_has_one_owner",
        "document_is_somewhere",
        "document_file_is_hashed",
    }  # that a code is one of the codelist is tested for every table at once in tests/test_house.py
    triggers = {trigger.name for model in (Resolution, Document) for trigger in model._meta.triggers}
    assert triggers - {"insert_insert", "update_update", "delete_delete"} == {
        "kind_fits_its_projects",
        "confirmed_stays",  # tested in tests/projects/test_list_rules.py
    }


@pytest.mark.parametrize("kind", ["", "decree", "List_approval"])
def test_a_kind_of_resolution_is_one_of_five(kind):
    row = factories.resolution()
    with pytest.raises(IntegrityError, match="projects_resolution_kind_is_known"):
        update(row, kind=kind)
    row.kind = kind
    assert constraint_sentences(row) == ["Choose one of the kinds of resolution."]
    assert sentences(row) != []
    for lawful in ResolutionKind:
        update(row, kind=lawful)


def test_a_justice_date_stands_beside_its_number():
    row = factories.resolution()
    with pytest.raises(IntegrityError, match="justice_date_has_number"):
        update(row, justice_date="2017-10-02")
    row.justice_date = "2017-10-02"
    assert sentences(row) == ["Give the justice registration number that belongs to this date."]
    row.justice_number = "1412"
    assert sentences(row) == []
    update(row, justice_date="2017-10-02", justice_number="1412")
    update(row, justice_date=None, justice_number="1412")


def test_one_paper_is_on_file_once():
    factories.resolution(number="277", adopted="2017-09-14")
    again = Resolution(maslikhat=factories.maslikhat(), kind="list_approval", number="277", adopted="2017-09-14")
    assert sentences(again) == [ON_FILE]
    assert constraint_sentences(again) == [SAME]
    with pytest.raises(IntegrityError, match="one_number_a_day"):
        again.save()


@pytest.mark.parametrize(
    ("number", "adopted", "territory"),
    [
        ("278", "2017-09-14", factories.ALMATY),
        ("277", "2018-09-14", factories.ALMATY),
        ("277", "2017-09-14", factories.ASTANA),
        ("", "2017-09-14", factories.ALMATY),
    ],
)
def test_another_number_date_or_maslikhat_is_another_paper(number, adopted, territory):
    factories.resolution(number="277", adopted="2017-09-14")
    other = factories.resolution(number=number, adopted=adopted, territory=territory)
    assert Resolution.objects.count() == 2
    assert sentences(other) == []


@pytest.mark.parametrize(
    ("known", "typed"),
    [
        ("2017-09-14", "2017-09"),
        ("2017-09-14", "2017"),
        ("2017-09-14", ""),
        ("2017-09", "2017-09-14"),
        ("2017", "2017-09"),
        ("", "2017-09-14"),
        ("", ""),
    ],
)
def test_the_same_number_with_a_less_exact_date_is_the_same_paper(known, typed):
    first = factories.resolution(number="277", adopted=known)
    again = Resolution(maslikhat=factories.maslikhat(), kind="list_approval", number="277", adopted=typed)
    assert sentences(again) == [ON_FILE]
    assert sentences(first) == []


@pytest.mark.parametrize(
    ("known", "typed"), [("2017-09", "2017-10"), ("2017-09-14", "2017-09-15"), ("2017", "2018-09")]
)
def test_the_same_number_with_another_date_is_another_paper(known, typed):
    factories.resolution(number="277", adopted=known)
    factories.resolution(number="277", adopted=typed)
    assert Resolution.objects.count() == 2


def test_papers_without_a_number_may_be_many():
    factories.resolution(number="", adopted="2017-09")
    factories.resolution(number="", adopted="2017-09")
    assert Resolution.objects.count() == 2


@pytest.mark.parametrize("number", ["277", "369/45", "8/2-VI", "№ 12-1 қ"])
def test_a_number_is_kept_as_on_the_paper(number):
    row = factories.resolution(number=number)
    row.refresh_from_db()
    assert row.number == number


def test_a_paper_is_completed_without_losing_its_address():
    row = factories.resolution(number="", adopted="2017-09", session=None)
    with translation.override("kk"):
        before = row.get_absolute_url()
        assert before == f"/kk/resolutions/{row.pk}/"
        row.number, row.adopted, row.session = "186", "2017-09-14", 21
        row.full_clean()
        row.save()
        assert Resolution.objects.get(number="186").get_absolute_url() == before


@pytest.mark.parametrize(("adopted", "year"), [("2017-09-14", 2017), ("2017-09", 2017), ("1995", 1995), ("", None)])
def test_the_year_follows_from_the_date(adopted, year):
    row = factories.resolution(adopted=adopted)
    row.refresh_from_db()
    assert row.adopted_year == year


@pytest.mark.parametrize("column", ["session", "convocation"])
def test_a_session_is_counted_from_1_to_399(column):
    row = factories.resolution()
    for number in (0, 400, -1):
        with pytest.raises(IntegrityError, match=f"projects_resolution_{column}_check"):
            update(row, **{column: number})
        setattr(row, column, number)
        assert sentences(row) != []
    for number in (1, 399, None):
        update(row, **{column: number})
        setattr(row, column, number)
        assert sentences(row) == []


def test_declared_figures_are_never_negative():
    row = factories.resolution()
    share = DeclaredShare.objects.create(resolution=row, initiator_type="sme", count=2)
    for table, column in ((row, "declared_total"), (share, "total")):
        for amount in (-1, TENGE_CEILING + 1):
            with pytest.raises(IntegrityError, match=f'"{table._meta.db_table}_{column}_check"'):
                update(table, **{column: amount})
        for amount in (0, TENGE_CEILING, None):
            update(table, **{column: amount})
    for table, column in (
        (row, "declared_count"),
        (row, "votes_for"),
        (row, "votes_against"),
        (row, "votes_abstained"),
        (share, "count"),
    ):
        with pytest.raises(IntegrityError, match=f'"{table._meta.db_table}_{column}_check"'):
            update(table, **{column: -1})
        update(table, **{column: 0})


@pytest.mark.parametrize("adopted", ["2017-13", "2017-9", "17", "2017-0x"])
def test_the_database_refuses_a_date_that_is_none(adopted):
    row = factories.resolution()
    with pytest.raises(IntegrityError, match='"projects_resolution_adopted_check"'):
        update(row, adopted=adopted)
    update(row, adopted="2017-09")


@pytest.mark.parametrize(
    ("status", "kind", "other"),
    [
        (ProjectStatus.APPROVED, ResolutionKind.EXCLUSION, ResolutionKind.AMENDMENT),
        (ProjectStatus.APPROVED, ResolutionKind.STATE_OBLIGATIONS, ResolutionKind.AMENDMENT),
        (ProjectStatus.APPROVED, ResolutionKind.YEARLY_REPORT, ResolutionKind.AMENDMENT),
        (ProjectStatus.EXCLUDED, ResolutionKind.AMENDMENT, None),
        (ProjectStatus.EXCLUDED, ResolutionKind.LIST_APPROVAL, None),
    ],
)
def test_the_kind_of_a_paper_stays_true_to_its_projects(status, kind, other):
    project = factories.project_in(status)
    paper = project.excluded_by or project.resolution
    with pytest.raises(IntegrityError, match="projects hang on resolution"):
        update(paper, kind=kind)
    paper.kind = kind
    assert sentences(paper) != []
    if other:
        update(paper, kind=other)
        paper.kind = other
        assert sentences(paper) == []


def test_the_kind_of_a_paper_without_projects_may_be_corrected():
    paper = factories.resolution()
    paper.kind = ResolutionKind.EXCLUSION
    assert sentences(paper) == []
    update(paper, kind=ResolutionKind.EXCLUSION)


@pytest.mark.parametrize(
    ("kind", "enters", "excludes"),
    [
        (ResolutionKind.LIST_APPROVAL, True, False),
        (ResolutionKind.AMENDMENT, True, False),
        (ResolutionKind.EXCLUSION, False, True),
        (ResolutionKind.STATE_OBLIGATIONS, False, False),
        (ResolutionKind.YEARLY_REPORT, False, False),
    ],
)
def test_the_kind_says_whether_projects_enter_or_leave(kind, enters, excludes):
    paper = Resolution(kind=kind)
    assert (paper.enters_projects, paper.excludes_projects) == (enters, excludes)


def test_a_maslikhat_has_one_territory_and_a_territory_one_maslikhat():
    factories.maslikhat()
    with pytest.raises(IntegrityError):
        insert(Maslikhat, territory_id=factories.ALMATY, name_kk="Екінші", name_ru="Второй", name_en="Second")
    insert(Maslikhat, territory_id=factories.ASTANA, name_kk="Астана", name_ru="Астана", name_en="Astana")


@pytest.mark.parametrize("kind", InitiatorType)
def test_a_paper_declares_one_line_for_an_initiator_type(kind):
    paper, other = factories.resolution(), factories.resolution()
    insert(DeclaredShare, resolution_id=paper.pk, initiator_type=kind, count=2, total=1_100_000_000)
    with pytest.raises(IntegrityError, match="one_row_an_initiator_type"):
        insert(DeclaredShare, resolution_id=paper.pk, initiator_type=kind, count=3)
    second = DeclaredShare(resolution=paper, initiator_type=kind, count=3)
    assert sentences(second) == ["This initiator type already has a row."]
    insert(DeclaredShare, resolution_id=other.pk, initiator_type=kind, count=3)


def test_a_declared_line_says_something():
    paper = factories.resolution()
    with pytest.raises(IntegrityError, match="says_something"):
        insert(DeclaredShare, resolution_id=paper.pk, initiator_type="sme")
    assert sentences(DeclaredShare(resolution=paper, initiator_type="sme")) == ["Give the number, the sum, or both."]
    insert(DeclaredShare, resolution_id=paper.pk, initiator_type="sme", count=0)
    insert(DeclaredShare, resolution_id=paper.pk, initiator_type="unknown", total=0)


def document(**facts):
    texts = ("document_type", "title_kk", "title_ru", "title_en", "language", "file", "url", "original_name")
    blank = dict.fromkeys((*texts, "content_type", "sha256"), "")
    return {**blank, "id": uuid.uuid4(), "is_public": False, "created_at": "2017-09-14T00:00Z", **facts}


LINK = "https://example.kz/277.pdf"
HASHED = {"file": "documents/a", "size": 5, "sha256": "a" * 64}


@pytest.mark.parametrize(
    ("facts", "name", "sentence"),
    [
        ({"url": LINK}, "has_one_owner", "A document belongs to one project or to one resolution."),
        (
            {"url": LINK, "project": True, "resolution": True},
            "has_one_owner",
            "A document belongs to one project or to one resolution.",
        ),
        ({"project": True}, "is_somewhere", "Upload a file or give its address."),
        ({**HASHED, "size": None, "project": True}, "file_is_hashed", "The file was not examined; upload it again."),
        ({**HASHED, "sha256": "", "project": True}, "file_is_hashed", "The file was not examined; upload it again."),
    ],
)
def test_a_document_that_breaks_a_rule_is_refused(facts, name, sentence):
    made = {"project": factories.project, "resolution": factories.resolution}
    facts = {
        f"{key}_id" if key in made else key: made[key]().pk if key in made else value for key, value in facts.items()
    }
    with pytest.raises(IntegrityError, match=f"projects_document_{name}"):
        insert(Document, **document(**facts))
    assert sentence in constraint_sentences(Document(**facts))


def test_the_size_of_a_file_is_never_negative():
    with pytest.raises(IntegrityError, match='"projects_document_size_check"'):
        insert(Document, **document(**HASHED | {"size": -1}, project_id=factories.project().pk))


@pytest.mark.parametrize("facts", [{"url": LINK}, HASHED, {**HASHED, "url": LINK}])
@pytest.mark.parametrize("owner", ["project", "resolution"])
def test_a_document_that_keeps_the_rules_is_taken(facts, owner):
    owner_key = {f"{owner}_id": getattr(factories, owner)().pk}
    insert(Document, **document(**facts, **owner_key))
    assert constraint_sentences(Document(**facts, **owner_key)) == []


def test_an_uploaded_paper_is_examined_and_stored_under_a_name_nobody_can_guess(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    upload = SimpleUploadedFile("../Шешім №277.EXE", b"%PDF-1.7 text %%EOF", "text/html")
    row = Document(resolution=factories.resolution(), file=upload)
    assert sentences(row) == []
    row.save()
    row.refresh_from_db()
    assert (row.original_name, row.content_type, row.size) == ("Шешім №277.pdf", "application/pdf", 19)
    assert len(row.sha256) == 64
    assert row.file.name.startswith("documents/")
    assert "277" not in row.file.name
    assert row.is_public is False
    assert (tmp_path / row.file.name).read_bytes() == b"%PDF-1.7 text %%EOF"


def test_an_upload_that_is_no_paper_is_refused_at_its_field():
    row = Document(resolution=factories.resolution(), file=SimpleUploadedFile("a.pdf", b"<script>"))
    assert sentences(row) == ["Upload a PDF, DOCX, XLSX, JPEG or PNG file."]
