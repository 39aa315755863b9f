"""The library on the staff site: a version is uploaded, looked at and shown; its file never changes."""

import io

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from proposals.documents.filling import PLACEHOLDERS
from proposals.models import TypicalDocument
from tests.proposals.applications import pdf
from tests.proposals.templates import version, word
from tests.registry.pages import complaints, parse
from tests.registry.people import logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

ADD = "/admin/proposals/typicaldocument/add/"


def facts(upload, **more):
    return {
        "code": "letter",
        "sector": "",
        "language": "kk",
        "title_kk": "Хат",
        "title_ru": "Письмо",
        "title_en": "",
        "is_offered": "on",
        "file": upload,
        **more,
    }


@pytest.mark.parametrize("role", ["clerk", "head"])
def test_staff_upload_versions(role):
    browser = logged_in(role)
    for number in (1, 2):
        answer = browser.post(ADD, facts(word(f"{number} {{{{ title }}}}")))
        assert answer.status_code == 302, complaints(parse(answer))
    first, second = TypicalDocument.objects.order_by("version")
    assert (first.version, second.version) == (1, 2)
    assert (first.uploaded_by, first.code, first.sector) == (browser.user, "letter", None)
    assert first.sha256 != second.sha256


@pytest.mark.parametrize(
    "upload",
    [
        lambda: pdf(),
        lambda: SimpleUploadedFile("a.docx", b"MZ" + b"\0" * 900),
        lambda: SimpleUploadedFile("a.docx", b""),
        lambda: word("{{ iin }}"),
        lambda: word("{% import 'x' %}"),
    ],
)
def test_what_cannot_be_filled_in_is_refused_at_the_field(upload):
    answer = logged_in("head").post(ADD, facts(upload()))
    page = parse(answer)
    assert answer.status_code == 200
    assert page.one("div", "form-row", "errors", "field-file").all("ul", "errorlist")
    assert page.one("input", name="title_kk")["value"] == "Хат"
    assert not TypicalDocument.objects.exists()


def test_of_a_version_on_file_only_the_offer_changes():
    document = version()
    before = TypicalDocument.objects.values().get()
    address = f"/admin/proposals/typicaldocument/{document.pk}/change/"
    browser = logged_in("head")
    boxes = [box["name"] for box in parse(browser.get(address)).one("form", id="typicaldocument_form").all("input")]
    assert [name for name in boxes if not name.startswith(("_", "csrf"))] == ["is_offered"]
    browser.post(address, facts(word("{{ title_ru }}"), code="other", title_kk="Басқа", is_offered=""))
    assert TypicalDocument.objects.values().get() == {**before, "is_offered": False}
    browser.post(address, {"is_offered": "on"})
    assert TypicalDocument.objects.values().get() == before


def test_the_placeholders_stand_beside_the_form():
    text = parse(logged_in("clerk").get(ADD)).text
    assert all(f"{{{{ {name} }}}}" in text for name in PLACEHOLDERS)


def test_the_template_itself_is_a_download(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    document = version("Құрметті {{ applicant_name }}")
    browser = logged_in("expert")
    address = f"/admin/proposals/typicaldocument/{document.pk}/file/"
    answer = browser.get(address)
    content = b"".join(answer.streaming_content)
    assert docx.Document(io.BytesIO(content)).paragraphs[0].text == "Құрметті {{ applicant_name }}"
    assert answer["Content-Disposition"] == 'attachment; filename="letter-kk-1.docx"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    page = browser.get(f"/admin/proposals/typicaldocument/{document.pk}/change/")
    assert address in [link["href"] for link in parse(page).all("a")]
    (tmp_path / document.file.name).write_bytes(b"changed")
    assert browser.get(address).status_code == 404
    (tmp_path / document.file.name).unlink()
    assert browser.get(address).status_code == 404
