"""Letters on the staff site: the outbox of proposals to read, and the chamber's own words, written by the head."""

import pytest
from post_office.models import STATUS, Email

from accounts.models import User
from accounts.roles import Role
from accounts.services.letters import send_letter
from proposals.letter_examples import example_words
from proposals.models import LetterKind, LetterText
from proposals.services.letters import filled, shipped, write_letter
from reference.languages import LANGUAGES
from tests.proposals.applications import filed
from tests.registry.pages import complaints, parse
from tests.registry.people import logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

READERS = ["clerk", "head", "auditor"]
OUTBOX, TEXTS = "/admin/proposals/letter/", "/admin/proposals/lettertext/"
FACTS = {
    "kind": "asked",
    "language": "kk",
    "subject": "Сұрау {{ proposal }}",
    "body": "Біздің сөз: {{ text }}, {{ due }}",
}


@pytest.fixture
def letters():
    """One letter in each state, and one that opens an account."""
    made = {}
    for name, status in (
        ("waits", STATUS.queued),
        ("again", STATUS.requeued),
        ("sent", STATUS.sent),
        ("lost", STATUS.failed),
    ):
        kind = "refused" if name == "sent" else "supported"
        write_letter(
            f"{name}@example.kz", kind, "kk", {**example_words(kind), "proposal": f"2027-{name}", "title": "<b>"}
        )
        made[name] = Email.objects.order_by("-pk").first()
        Email.objects.filter(pk=made[name].pk).update(status=status)
    user = User.objects.create_user("reset@example.kz", "ұзын құпия сөз", full_name="Әсем")
    made["reset"] = send_letter(user.email, "password_reset", "kk", {"user": user, "link": "https://x.kz/secret"})
    return made


def subjects(browser, conditions=""):
    page = parse(browser.get(f"{OUTBOX}{conditions}"))
    tables = page.all("table", id="result_list")
    return {cell.text.strip() for cell in tables[0].all("th", "field-shown_subject")} if tables else set()


@pytest.mark.parametrize("role", [*Role.values, "superuser"])
def test_the_outbox_is_read_by_clerk_head_and_auditor_and_written_by_nobody(letters, role):
    browser = logged_in(*([] if role == "superuser" else [role]), is_superuser=role == "superuser")
    seen = 200 if role in [*READERS, "superuser"] else 403
    page = f"{OUTBOX}{letters['sent'].pk}/change/"
    assert (browser.get(OUTBOX).status_code, browser.get(page).status_code) == (seen, seen)
    before = list(Email.objects.order_by("pk").values())
    assert browser.post(page, {"subject": "x", "status": "2"}).status_code == 403
    assert browser.get(f"{OUTBOX}add/").status_code == 403
    assert browser.post(f"{OUTBOX}{letters['sent'].pk}/delete/", {"post": "yes"}).status_code == 403
    browser.post(OUTBOX, {"action": "delete_selected", "_selected_action": [letters["sent"].pk], "post": "yes"})
    assert list(Email.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("role", ["head", "superuser"])
def test_letters_of_accounts_never_appear_whatever_the_address(letters, role):
    browser = logged_in(*([] if role == "superuser" else [role]), is_superuser=role == "superuser")
    for conditions in ("", "?q=пароль", "?q=reset", "?state=waiting", "?all=", "?letter=password_reset"):
        answer = browser.get(f"{OUTBOX}{conditions}", follow=True).content.decode()
        assert "reset@example.kz" not in answer
    for place in ("change/", "history/", "delete/", ""):
        answer = browser.get(f"{OUTBOX}{letters['reset'].pk}/{place}", follow=True)
        assert answer.status_code in (403, 404)
        assert "secret" not in answer.content.decode()
    assert browser.get("/admin/post_office/email/").status_code == 404
    assert browser.get(f"{OUTBOX}{letters['sent'].pk}/change/").status_code == 200


def test_the_list_is_narrowed_by_state_kind_and_words(letters):
    browser = logged_in("clerk")

    def named(*names):
        return {Email.objects.get(pk=letters[name].pk).subject for name in names}

    assert subjects(browser) == named("waits", "again", "sent", "lost")
    assert subjects(browser, "?state=waiting") == named("waits", "again")
    assert subjects(browser, "?state=sent") == named("sent")
    assert subjects(browser, "?state=failed") == named("lost")
    assert subjects(browser, "?letter=refused") == named("sent")
    assert subjects(browser, "?q=2027-lost") == named("lost")
    assert subjects(browser, "?q=lost@example.kz") == set()


@pytest.mark.parametrize("condition", ["to__startswith", "message__contains", "headers__X-Letter", "context", "id__in"])
def test_other_conditions_are_refused(letters, condition):
    assert logged_in("clerk").get(f"{OUTBOX}?{condition}=a").status_code in (302, 400)


def test_the_page_shows_the_letter_as_it_went_and_what_failed(letters):
    letters["lost"].logs.create(status=STATUS.failed, message="no such box b@example.kz", exception_type="OSError")
    answer = logged_in("auditor").get(f"{OUTBOX}{letters['lost'].pk}/change/").content.decode()
    letter = Email.objects.get(pk=letters["lost"].pk)
    assert letter.subject in answer
    assert "lost@example.kz" in answer
    assert "Failed" in answer
    assert "OSError" in answer
    assert "&lt;b&gt;" in answer


@pytest.mark.parametrize("role", Role.values)
def test_the_head_writes_words_and_others_read_them_by_their_role(role):
    browser = logged_in(role)
    seen = 200 if role in READERS else 403
    assert browser.get(TEXTS).status_code == seen
    assert browser.get(f"{TEXTS}words/refused/kk/").status_code == seen
    added = browser.post(f"{TEXTS}add/", FACTS)
    if role != "head":
        assert added.status_code == 403
        assert browser.post(f"{TEXTS}preview/", FACTS).status_code == 403
        assert not LetterText.objects.exists()
        return
    assert added.status_code == 302, complaints(parse(added))
    row = LetterText.objects.get()
    assert (row.changed_by, row.subject) == (browser.user, FACTS["subject"])
    own = parse(browser.get(TEXTS)).one("table").all("a", href=f"{TEXTS}{row.pk}/change/")
    assert len(own) == 1


def test_other_roles_change_and_restore_nothing():
    head = logged_in("head")
    head.post(f"{TEXTS}add/", FACTS)
    row = LetterText.objects.get()
    for role in ("clerk", "auditor", "administrator"):
        browser = logged_in(role)
        assert browser.post(f"{TEXTS}{row.pk}/change/", {**FACTS, "subject": "x"}).status_code == 403
        assert browser.post(f"{TEXTS}{row.pk}/restore/").status_code == 403
        assert browser.post(f"{TEXTS}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert head.post(f"{TEXTS}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert head.get(f"{TEXTS}{row.pk}/restore/").status_code == 403
    assert LetterText.objects.values().get()["subject"] == FACTS["subject"]
    assert head.post(f"{TEXTS}{row.pk}/change/", {**FACTS, "subject": "Жаңа"}).status_code == 302
    assert LetterText.objects.get().subject == "Жаңа"


def test_what_letter_it_is_stays():
    head = logged_in("head")
    head.post(f"{TEXTS}add/", FACTS)
    row = LetterText.objects.get()
    head.post(f"{TEXTS}{row.pk}/change/", {**FACTS, "kind": "filed", "language": "ru", "body": "{{ text }} {{ due }}"})
    row.refresh_from_db()
    assert (row.kind, row.language, row.body) == ("asked", "kk", "{{ text }} {{ due }}")


def test_new_words_begin_with_the_shipped_ones():
    head = logged_in("head")
    page = parse(head.get(f"{TEXTS}add/?kind=refused&language=ru"))
    subject, body = shipped("refused", "ru")
    assert page.one("input", name="subject")["value"] == subject
    assert page.one("textarea", name="body").text.split() == body.split()
    for junk in ("?kind=x&language=ru", "?kind=refused&language=../../x"):
        assert head.get(f"{TEXTS}add/{junk}").status_code == 200


@pytest.mark.parametrize(
    ("facts", "field", "said"),
    [
        ({"body": "{{ iin }} {{ text }} {{ due }}"}, "body", "{{ request }}"),
        ({"body": "{{ text }}"}, "body", "{{ due }}"),
        ({"subject": "{{ text }}"}, "subject", "{{ proposal }}"),
        ({"subject": "{{ number"}, "subject", "{{"),
        ({"subject": ""}, "subject", ""),
        ({"body": "{{ text }} {{ due }} ИИН 900101300017"}, "body", ""),
    ],
)
def test_words_that_cannot_be_filled_are_refused_at_the_field(facts, field, said):
    head = logged_in("head")
    for answer in (head.post(f"{TEXTS}add/", {**FACTS, **facts}), head.post(f"{TEXTS}preview/", {**FACTS, **facts})):
        assert answer.status_code in (200, 422)
        page = parse(answer)
        assert said in " ".join(each.text for each in page.all("ul", "errorlist"))
        assert page.all("ul", "errorlist")
    assert not LetterText.objects.exists()


def test_a_preview_shows_the_form_as_a_letter_and_saves_nothing():
    head = logged_in("head")
    page = head.post(f"{TEXTS}preview/", {**FACTS, "body": "<b>{{ text }}</b>\n\n{{ due }}"})
    words = example_words("asked", "kk")
    text = page.content.decode()
    assert page.status_code == 200
    assert f"Сұрау {words['proposal']}" in text
    assert words["due"] in text
    assert "&lt;b&gt;" in text
    assert not LetterText.objects.exists()
    head.post(f"{TEXTS}add/", FACTS)
    row = LetterText.objects.get()
    # The form of a row on file sends neither letter nor language.
    facts = {"row": row.pk, "subject": "Басқа", "body": FACTS["body"]}
    assert "Басқа" in head.post(f"{TEXTS}preview/", facts).content.decode()
    for junk in ("", "x", "٣", "9" * 12, "\0"):
        assert head.post(f"{TEXTS}preview/", {**facts, "row": junk}).status_code == 422
    row.refresh_from_db()
    assert row.subject == FACTS["subject"]


def test_back_to_the_shipped_words():
    head = logged_in("head")
    head.post(f"{TEXTS}add/", FACTS)
    row = LetterText.objects.get()
    answer = head.post(f"{TEXTS}{row.pk}/restore/")
    assert (answer.status_code, answer["Location"]) == (302, TEXTS)
    assert not LetterText.objects.exists()
    assert head.post(f"{TEXTS}{row.pk}/restore/").status_code == 404
    assert head.post(f"{TEXTS}x/restore/").status_code == 404


def test_the_list_shows_every_letter_in_every_language():
    page = parse(logged_in("head").get(TEXTS))
    ways = [link["href"] for link in page.one("table").all("a")]
    for kind in LetterKind.values:
        for language in LANGUAGES:
            assert f"{TEXTS}words/{kind}/{language}/" in ways
            assert f"{TEXTS}add/?kind={kind}&language={language}" in ways


@pytest.mark.parametrize("kind", LetterKind.values)
def test_the_reading_page_shows_the_words_that_would_be_written(kind):
    browser = logged_in("auditor")
    for language in LANGUAGES:
        page = browser.get(f"{TEXTS}words/{kind}/{language}/").content.decode()
        assert filled(*shipped(kind, language), example_words(kind, language))[0] in page
    for nowhere in (f"{kind}/de/", "x/kk/"):
        assert browser.get(f"{TEXTS}words/{nowhere}").status_code == 404


def test_a_real_letter_stands_in_the_outbox():
    application = filed()
    page = logged_in("clerk").get(OUTBOX).content.decode()
    assert application.number in page
