"""Letters about proposals: shipped in three languages, whole without an account, the chamber's own if it wrote some."""

import datetime
import re

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from post_office.models import Email

from accounts.models import Membership
from proposals.letter_examples import example_words
from proposals.models import LetterKind, LetterText, RefusalReason, StageChange
from proposals.models.clarification import Clarification
from proposals.models.refusal import Refusal
from proposals.notifications import answered, asked, overdue, refused, reminded, supported, taken_up, withdrawn
from proposals.services import intake, letters
from proposals.services.letters import filled, missing_places, places, shipped, unknown_places, write_letter
from proposals.services.review_lists import load_review_lists
from reference.languages import LANGUAGES
from tests import factories
from tests.proposals.applications import SITE, applicant, complete, draft

EVERY = [(kind, language) for kind in LetterKind.values for language in LANGUAGES]
KAZAKH = set("әғқңөұүһі")


def own(kind="asked", language="kk", subject="Сұрау", body="{{ text }} {{ due }}"):
    row = LetterText(kind=kind, language=language, subject=subject, body=body, changed_by=factories.user())
    row.full_clean()
    row.save()
    return row


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_every_letter_is_shipped_in_every_language_and_may_be_saved_as_it_is(kind, language):
    subject, body = shipped(kind, language)
    assert subject.strip()
    assert body.count("\n\n") >= 3
    assert not unknown_places(kind, subject, in_subject=True)
    assert not unknown_places(kind, body)
    assert not missing_places(kind, body)
    facts = {"kind": kind, "language": language, "subject": subject, "body": body}
    LetterText(**facts).full_clean(exclude={"changed_by"}, validate_unique=False, validate_constraints=False)
    letters_in = set((subject + body).lower())
    assert bool(letters_in & KAZAKH) == (language == "kk")
    assert bool(letters_in & set("бгдж")) == (language != "en")


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_a_letter_reads_well_with_a_page_and_without(kind, language):
    words = example_words(kind, language)
    subject, body = filled(*shipped(kind, language), words)
    assert words["page"] in body
    paper_subject, paper = filled(
        *shipped(kind, language), {**words, "page": "", "project": "", "days": "", "request": ""}
    )
    assert paper_subject == subject
    assert "http" not in paper
    for text in (subject, body, paper):
        assert not re.search("[{}]", text)
        # Words that lead to something never stand at the end of a paragraph.
        assert not [part for part in text.split("\n\n") if part.rstrip().endswith((":", "–", "№"))]
    assert len(paper.split("\n\n")) >= 3


def test_a_refusal_says_that_it_may_be_copied_and_mended():
    for language, word in (("kk", "көшір"), ("ru", "скопировать"), ("en", "copied")):
        assert word in shipped("refused", language)[1]


def test_values_are_plain_text_and_places_in_them_stay_as_typed():
    words = {"text": "{{ page }} & <b>{% x %}</b>\n\n{{ number }}", "due": "15", "page": "", "number": "1"}
    subject, body = filled("{{ number }}", "{{ text }}\n\nсоңы {{due}}", words)
    assert (subject, body) == ("1", "{{ page }} & <b>{% x %}</b>\n\n{{ number }}\n\nсоңы 15")


def test_a_paragraph_with_an_empty_place_is_left_out_and_nothing_else():
    body = "бір\r\n\r\nСілтеме:\r\n{{ page }}\r\n\r\n{{ number }}\n \nүш"
    assert filled("{{ page }}{{ number }}", body, {"page": "", "number": 7}) == ("7", "бір\n\n7\n\nүш")
    assert filled("", body, {"page": "http://x", "number": 7})[1] == "бір\n\nСілтеме:\nhttp://x\n\n7\n\nүш"


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("{{ text }} {{due}}", []),
        ("{{ iin }}", ["iin"]),
        ("{{ Нөмірі }} {{ number.x }}", ["number.x", "Нөмірі"]),
        ("{{ number", ["{{"]),
        ("number }}", ["}}"]),
        ("{{}}", [""]),
        ("{% load x %} { number }", []),
    ],
)
def test_unknown_places_are_found(text, unknown):
    assert unknown_places("asked", text) == unknown


def test_long_values_have_no_place_in_a_subject():
    assert unknown_places("asked", "{{ text }} {{ page }} {{ proposal }}", in_subject=True) == ["page", "text"]
    assert not unknown_places("asked", "{{ text }} {{ page }}")
    assert set(places("asked")) - set(places("asked", in_subject=True)) == {"page", "text"}


def test_each_letter_has_its_own_places():
    assert unknown_places("filed", "{{ due }}") == ["due"]
    assert missing_places("refused", "{{ text }}") == ["reasons"]
    assert missing_places("supported", "") == []


@pytest.mark.django_db
def test_own_words_are_written_in_their_language_only_and_may_be_given_up():
    row = own(body="Өз сөзіміз: {{ text }}, {{ due }}")
    words = example_words("asked", "kk")
    for language in LANGUAGES:
        write_letter("a@example.kz", "asked", language, words)
    letters.back_to_shipped(row)
    write_letter("a@example.kz", "asked", "kk", words)
    first, second, _third, fourth = Email.objects.order_by("pk")
    assert first.message.startswith("Өз сөзіміз: ")
    assert second.subject == filled(*shipped("asked", "ru"), words)[0]
    assert fourth.message.strip() == filled(*shipped("asked", "kk"), words)[1].strip()
    assert [letter.headers["Content-Language"] for letter in (first, second)] == ["kk", "ru"]


@pytest.mark.django_db
def test_a_letter_has_one_text_in_a_language():
    own()
    with pytest.raises(ValidationError):
        own()
    own(language="ru")


@pytest.mark.django_db
def test_a_subject_stays_one_line():
    own(subject="{{ title }}")
    write_letter("a@example.kz", "asked", "kk", {**example_words("asked"), "title": "бір\r\nBcc: b@example.kz"})
    assert Email.objects.get().subject == "бір Bcc: b@example.kz"


@pytest.fixture
def told(reference_data):
    """One proposal with an account behind it, and what the letters about it need."""
    load_review_lists()
    by = applicant(full_name="Әсем Үлгі")
    application = complete(draft(by, language="ru"), by)
    proposal = intake.file(application, by=by, consent=True, publish_agreed=False, site=SITE).proposals.get()
    request = Clarification.objects.create(
        proposal=proposal,
        number=1,
        kind="other",
        text="Чья земля?",
        asked_by=by,
        due_on=datetime.date(2027, 3, 15),
        came_from="filed",
    )
    change = StageChange.objects.filter(proposal=proposal).get()
    refusal = Refusal.objects.create(proposal=proposal, change=change, text="Нет расчета.")
    refusal.reasons.set(RefusalReason.objects.filter(code__in=["no_demand", "other"]))
    Email.objects.all().delete()
    return {
        "taken_up": lambda: taken_up(proposal, by=by, site=SITE, days=20),
        "asked": lambda: asked(request, by=by, site=SITE),
        "reminded": lambda: reminded(request),
        "overdue": lambda: overdue(request),
        "answered": lambda: answered(proposal, by=by, site=SITE, number=1),
        "supported": lambda: supported(proposal, by=by, site=SITE),
        "refused": lambda: refused(refusal, by=by, site=SITE),
        "withdrawn": lambda: withdrawn(proposal, by=by, note="Передумали.", site=SITE),
    }, proposal


@pytest.mark.django_db
def test_every_letter_is_written_in_the_language_of_the_application_and_whole(told):
    acts, proposal = told
    said = {
        "taken_up": "20",
        "asked": "Чья земля?",
        "reminded": "15 марта 2027",
        "overdue": "15 марта 2027",
        "answered": "Спасибо",
        "supported": "маслихат",
        "refused": "Покажите в цифрах",
        "withdrawn": "Передумали.",
    }
    for kind, act in acts.items():
        act()
        letter = Email.objects.order_by("-pk").first()
        assert letter.headers["X-Letter"] == f"proposal:{kind}"
        assert letter.headers["Content-Language"] == "ru"
        assert proposal.number in letter.subject
        assert said[kind] in letter.message
        assert f"/ru/applications/{proposal.application_id}/" in letter.message
        assert "{{" not in letter.subject + letter.message
    assert Email.objects.count() == len(acts)


@pytest.mark.django_db
def test_whoever_filed_on_paper_gets_no_link(told):
    acts, proposal = told
    Membership.objects.all().delete()
    proposal.application.organisation.email = "paper@example.kz"
    proposal.application.organisation.save()
    for kind, act in acts.items():
        act()
        letter = Email.objects.order_by("-pk").first()
        assert letter.to == ["paper@example.kz"]
        assert "http" not in letter.message, kind
    Email.objects.all().delete()
    proposal.application.organisation.email = ""
    proposal.application.organisation.save()
    acts["supported"]()
    assert not Email.objects.exists()


@pytest.mark.django_db
def test_a_letter_of_a_step_that_is_undone_was_never_written(told):
    acts, _proposal = told
    with transaction.atomic():
        acts["supported"]()
        assert Email.objects.count() == 1
        transaction.set_rollback(True)
    assert not Email.objects.exists()
    acts["supported"]()
    assert Email.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("reference_data")
def test_a_title_stands_in_the_language_of_the_letter_whoever_acts():
    person = applicant()
    application = complete(draft(person, language="ru"), person, title_kk="Балабақша", title_ru="Детский сад")
    with translation.override("kk"):
        filed = intake.file(application, by=person, consent=True, publish_agreed=False, site=SITE)
        taken_up(filed.proposals.get(), by=person, site=SITE, days=None)
    for letter in Email.objects.filter(headers__contains={"Content-Language": "ru"}):
        assert ("Детский сад" in letter.message, "Балабақша" in letter.message) == (True, False)
    assert Email.objects.count() == 2
