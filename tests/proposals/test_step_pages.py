"""The steps of the form over HTTP: nothing typed is lost, nothing newer overwritten, every mistake told at its box."""

import unicodedata

import pytest

from proposals.models import Proposal
from proposals.steps import FormStep
from reference.money import format_number
from tests.factories import MEDEU
from tests.proposals.applications import IIN, applicant, draft, filled
from tests.proposals.form_pages import address, autosave, box_errors, press, shown
from tests.registry.pages import parse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


@pytest.fixture
def by():
    return applicant()


@pytest.fixture
def proposal(by) -> Proposal:
    return draft(by).proposals.get()


@pytest.fixture
def web(client, by):
    client.force_login(by)
    return client


def stored(proposal) -> Proposal:
    return Proposal.objects.get(pk=proposal.pk)


TOO_LARGE, DIGITS, TWO_WAYS, ZERO = "too large", "digits and spaces only", "two ways", "more than zero"
SUMS = [
    ("1100000000", 1_100_000_000),
    (" 1 100 000 000 ", 1_100_000_000),
    ("1 100 000 000 ₸", 1_100_000_000),
    ("1,5 млрд", 1_500_000_000),
    ("1.5 bn", 1_500_000_000),
    ("100000000000000", 10**14),
    ("1", 1),
    ("", None),
    ("   ", None),
    ("0", ZERO),
    ("-5", DIGITS),
    ("−5", DIGITS),
    (str(10**14 + 1), TOO_LARGE),
    (str(10**30), DIGITS),
    ("٣٤٥٠٠٠", DIGITS),
    ("１２３", DIGITS),
    ("1_000", DIGITS),
    ("0x10", DIGITS),
    ("1e9", DIGITS),
    ("1.250", TWO_WAYS),
    ("1,250", TWO_WAYS),
    ("NaN", DIGITS),
    ("тоқсан", DIGITS),
    ("1" * 5000, DIGITS),
    ("5\x00", "Null characters|digits and spaces only|cannot be stored|cannot be shown"),
]


@pytest.mark.parametrize("way", ["button", "autosave"])
@pytest.mark.parametrize(("text", "result"), SUMS, ids=lambda value: ascii(value)[:20])
def test_a_sum_is_stored_or_told_at_its_box_and_the_others_stay(web, proposal, way, text, result):
    autosave(web, proposal, "money", own_funds="5 000", payment_sources=["sales"])
    if way == "button":
        answer = press(web, proposal, "money", cost=text)
        assert answer.status_code == 302
    else:
        answer = autosave(web, proposal, "money", cost=text)
        assert answer.status_code == 200
    row = stored(proposal)
    assert (row.own_funds, row.payment_sources) == (5000, ["sales"])
    assert row.cost == (None if isinstance(result, str) else result)
    if way == "autosave":
        sentence = " ".join(answer.json()["errors"].get("cost", []))
        assert not isinstance(result, str) or any(words in sentence for words in result.split("|"))
        assert set(row.typed) == ({"cost"} if isinstance(result, str) else set())
        return
    page = parse(web.get(address(proposal, "money")))
    if isinstance(result, str):
        assert any(words in box_errors(page, "cost") for words in result.split("|")), box_errors(page, "cost")
        assert shown(page, "cost") == text.replace("\x00", "").strip()
    else:
        assert box_errors(page, "cost") == ""
        assert row.typed == {}


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("60", 60), ("1 250", 1250), ("0", 0), ("", None), ("-1", "whole number"), ("1_000", "whole number"),
        ("٦٠", "whole number"), ("6.5", "whole number"), ("1,250", "whole number"), ("1e3", "whole number"),
        ("1000001", "1000000"), ("9999999999", "1000000"), ("9" * 400, "whole number"), ("алпыс", "whole number"),
    ],
)  # fmt: skip
def test_a_count(web, proposal, text, result):
    autosave(web, proposal, "partners", state_partner="Білім басқармасы")
    press(web, proposal, "partners", jobs=text)
    row, page = stored(proposal), parse(web.get(address(proposal, "partners")))
    assert row.state_partner == "Білім басқармасы"
    if isinstance(result, str):
        assert row.jobs is None
        assert result in box_errors(page, "jobs").replace("\u00a0", "")
        assert shown(page, "jobs") == text
    else:
        assert (row.jobs, row.typed) == (result, {})


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("10", "10.00"), ("7,5", "7.50"), ("7.25", "7.25"), ("", None), ("-7", "years"), ("٧", "years"),
        ("1_0", "years"), ("7,555", "years"), ("1e1", "years"), ("0", "0"), ("999", "99"),
    ],
)  # fmt: skip
def test_a_term(web, proposal, text, result):
    press(web, proposal, "money", term_years=text)
    row, page = stored(proposal), parse(web.get(address(proposal, "money")))
    wrong = box_errors(page, "term_years")
    if row.typed:
        assert row.term_years is None
        assert wrong
        assert shown(page, "term_years") == text
    else:
        assert (str(row.term_years) if row.term_years else None) == result
        assert wrong == ""


@pytest.mark.parametrize(
    ("text", "result"), [("09.2027", "2027-09"), ("2027", "2027"), ("14.09.2027", "2027-09-14"), ("31.02.2027", None)]
)
def test_a_start(web, proposal, text, result):
    press(web, proposal, "money", implementation_start=text)
    row, page = stored(proposal), parse(web.get(address(proposal, "money")))
    assert row.implementation_start == (result or "")
    assert shown(page, "implementation_start") == text
    assert bool(box_errors(page, "implementation_start")) is (result is None)


EMOJI = "Мектеп 🏫👩‍🏫"
TEXTS = [
    ("Қазақша әріптер: әғқңөұүһі", "Қазақша әріптер: әғқңөұүһі"),
    (unicodedata.normalize("NFD", "Қайың й ё"), "Қайың й ё"),
    (EMOJI, EMOJI),
    ("сол\u202eжақ\u200f", "солжақ"),
    ("екі\r\nжол", "екі\nжол"),
    ("\u200b", ""),
    ("<script>alert(1)</script> & 'x'", "<script>alert(1)</script> & 'x'"),
    ("=1+1", "=1+1"),
]


@pytest.mark.parametrize(("text", "result"), TEXTS, ids=lambda text: ascii(text)[:20])
@pytest.mark.parametrize("way", ["button", "autosave"])
def test_words_are_kept_as_people_mean_them(web, proposal, text, result, way):
    (press if way == "button" else autosave)(web, proposal, "idea", description=text)
    assert stored(proposal).description == result
    assert shown(parse(web.get(address(proposal, "idea"))), "description") == result


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (f"ЖСН {IIN} деген адам", "personal number"),
        ("а" * 20_001, "20000|20,000|20\u00a0000"),
        ("б" * 400_000, "20000|20,000|20\u00a0000"),
        ("қоңырау \x07", "cannot be shown"),
    ],
    ids=["iin", "long", "very long", "bell"],
)
def test_words_that_cannot_be_stored_come_back_with_the_sentence(web, proposal, client, by, text, sentence):
    autosave(web, proposal, "idea", description="Бұрынғы мәтін.", problem="Мәселе бар.")
    answer = autosave(web, proposal, "idea", description=text)
    assert answer.status_code == 200
    assert answer.json()["errors"]["description"]
    row = stored(proposal)
    assert (row.description, row.problem) == ("", "Мәселе бар.")
    assert row.typed == {"description": text}
    client.logout()
    client.force_login(by)
    page = parse(client.get(address(proposal, "idea")))
    assert shown(page, "description") == text
    assert any(words in box_errors(page, "description") for words in sentence.split("|"))
    autosave(web, proposal, "idea", description="Түзетілді.")
    assert (stored(proposal).description, stored(proposal).typed) == ("Түзетілді.", {})


def test_a_nul_is_told_and_the_rest_of_the_text_comes_back(web, proposal):
    answer = press(web, proposal, "idea", go="next", problem="жа\x00қсы", objective="Мақсат.")
    page = parse(answer)
    assert answer.status_code == 422
    assert box_errors(page, "problem")
    assert shown(page, "problem") == "жақсы"
    row = stored(proposal)
    assert (row.problem, row.objective) == ("", "Мақсат.")
    press(web, proposal, "idea")
    assert (stored(proposal).problem, stored(proposal).typed) == ("жақсы", {})


@pytest.mark.parametrize(
    ("step", "name", "text"),
    [("place", "sector", "жоқ"), ("place", "sector", "a\x00b"), ("place", "territory", "999"),
     ("place", "object_owner", "meniki"), ("money", "contract_type", "x"), ("money", "payment_sources", "x"),
     ("partners", "area_land", "x"), ("money", "preparation_paid_by", "\x00")],
)  # fmt: skip
def test_a_choice_that_is_none_is_told(web, proposal, step, name, text):
    answer = press(web, proposal, step, go="next", **{name: text})
    assert answer.status_code == 422
    assert box_errors(parse(answer), name)
    assert web.get(address(proposal, step)).status_code == 200


def test_next_stops_once_at_a_mistake_and_then_goes_on(web, proposal):
    first = press(web, proposal, "money", go="next", cost="көп")
    assert first.status_code == 422
    second = press(web, proposal, "money", go="next", cost="көп")
    assert second["Location"] == address(proposal, "partners")
    assert stored(proposal).typed == {"cost": "көп"}
    assert press(web, proposal, "money", go="next", cost="аз").status_code == 422


@pytest.mark.parametrize(
    ("step", "go", "place"),
    [("idea", "next", "place"), ("money", "back", "place"), ("money", "stay", "money"), ("money", "?", "money")],
)
def test_the_buttons_lead_where_they_say(web, proposal, step, go, place):
    assert press(web, proposal, step, go=go)["Location"] == address(proposal, place)


def test_the_last_button_leads_to_the_application(web, proposal):
    assert press(web, proposal, "review", go="next")["Location"].endswith(f"/applications/{proposal.application_id}/")


@pytest.mark.parametrize("step", FormStep.values)
def test_every_step_of_an_empty_and_of_a_full_draft_opens(web, proposal, step):
    assert web.get(address(proposal, step)).status_code == 200
    filled(proposal)
    answer = web.get(address(proposal, step))
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


def test_a_filled_step_saved_again_unchanged_stays_the_same(web, proposal):
    filled(proposal)
    proposal.payments.create(year=2030, amount=1_234_567)
    before = {step: shown_all(web, proposal, step) for step in ("idea", "place", "money", "partners")}
    row = Proposal.objects.filter(pk=proposal.pk).values().get()
    for step in before:
        assert press(web, proposal, step).status_code == 302
    after = Proposal.objects.filter(pk=proposal.pk).values().get()
    changed = {name for name in row if row[name] != after[name]}
    assert changed == {"version", "updated_at"}
    assert proposal.payments.get().amount == 1_234_567
    assert before == {step: shown_all(web, proposal, step) for step in before}


def shown_all(web, proposal, step):
    from tests.proposals.form_pages import values

    return {name: text for name, text in values(parse(web.get(address(proposal, step)))).items() if name != "version"}


# --- questions and years that come and go -----------------------------------------------------------------------------


def test_another_sector_asks_other_questions_and_forgets_no_answer(web, proposal):
    autosave(web, proposal, "place", sector="education", territory=MEDEU)
    autosave(web, proposal, "place", answer_education_age="2-6", answer_education_queue="көп")
    assert "answer_education_queue" in stored(proposal).typed
    answer = autosave(web, proposal, "place", sector="health")
    assert answer.json()["refresh"] is True
    page = parse(web.get(address(proposal, "place")))
    assert "answer_health_profile" in dict(shown_all(web, proposal, "place"))
    assert "education" not in page.one("div", id="missing").text.lower()
    from proposals.queries.progress import progress, with_details

    (row,) = with_details(proposal.application)
    assert not [item for item in progress(row).missing if item.is_wrong]
    autosave(web, proposal, "place", sector="education")
    page = parse(web.get(address(proposal, "place")))
    assert (shown(page, "answer_education_age"), shown(page, "answer_education_queue")) == ("2-6", "көп")
    assert box_errors(page, "answer_education_queue")


def test_payments_are_asked_for_each_year_and_kept_by_year(web, proposal):
    autosave(web, proposal, "money", term_years="3", implementation_start="09.2027")
    years = [name for name in shown_all(web, proposal, "money") if name.startswith("year_")]
    assert years == ["year_2027", "year_2028", "year_2029", "year_2030"]
    autosave(web, proposal, "money", year_2028="1 млн", year_2029="көп")
    assert list(proposal.payments.values_list("year", "amount")) == [(2028, 1_000_000)]
    autosave(web, proposal, "money", term_years="1")
    page = parse(web.get(address(proposal, "money")))
    # What was typed for years that are no longer asked for is still shown, or nobody could correct it.
    assert (shown(page, "year_2028"), shown(page, "year_2029")) == (format_number(1_000_000), "көп")
    assert box_errors(page, "year_2029")
    autosave(web, proposal, "money", year_2028="", year_2029="")
    assert not proposal.payments.exists()
    assert stored(proposal).typed == {}
    assert "year_2029" not in shown_all(web, proposal, "money")


def test_a_step_that_is_none_is_not_found(web, proposal):
    assert web.get(address(proposal, "wish")).status_code == 404
    assert autosave(web, proposal, "papers", kind="x").status_code == 404


def test_the_text_of_a_page_cannot_become_code(web, proposal):
    autosave(web, proposal, "money", cost="<b>&\"'")
    content = web.get(address(proposal, "money")).content.decode()
    assert '<b>&"' not in content
    assert shown(parse(web.get(address(proposal, "money"))), "cost") == "<b>&\"'"
