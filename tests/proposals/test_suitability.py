"""The short check: each answer is judged by the law of its day, and nobody is told more than is known."""

import datetime
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import translation

from proposals.models.proposal import ObjectOwner
from proposals.suitability import (
    ObjectKind,
    Owner,
    Payer,
    SuitabilityAnswers,
    UsedBy,
    Verdict,
    assess,
    conclusion,
    own_funds_needed,
    share,
    term_limits,
)
from proposals.wording import said

pytestmark = pytest.mark.usefixtures("law")

day = datetime.date
BEFORE, SINCE = day(2021, 1, 15), day(2021, 1, 16)
NOW = day(2026, 11, 22)
VERDICTS = {
    "object_owner": {
        Owner.STATE: "ok",
        Owner.NEW: "ok",
        Owner.PRIVATE: "warning",
        Owner.OTHER: "warning",
    },
    "object_kind": {
        ObjectKind.NONE: "ok",
        ObjectKind.DEFENCE: "warning",
        ObjectKind.NATURE: "warning",
        ObjectKind.HERITAGE: "warning",
        ObjectKind.TRUNK: "warning",
        ObjectKind.UNSURE: "warning",
        ObjectKind.LISTED: "no",
    },
    "used_by": {UsedBy.PUBLIC: "ok", UsedBy.OWN: "no"},
    "payer": {Payer.USERS: "ok", Payer.STATE: "warning", Payer.BOTH: "warning", Payer.UNSURE: "warning"},
    "state_owned": {True: "no", False: "ok"},
    "tax_arrears": {True: "no", False: "ok"},
}


def found(on=NOW, **answers):
    """Return the findings about the answers by field, without the note about the list of tasks."""
    return {finding.field: finding for finding in assess(SuitabilityAnswers(**answers), on) if finding.field}


@pytest.mark.parametrize(
    ("on", "term", "verdict"),
    [
        (BEFORE, "2.99", "no"),
        (BEFORE, "3", "ok"),
        (BEFORE, "30", "ok"),
        (BEFORE, "30.01", "no"),
        (SINCE, "3", "no"),
        (SINCE, "4.99", "no"),
        (SINCE, "5", "ok"),
        (NOW, "30", "ok"),
        (NOW, "30.01", "no"),
        (day(2015, 10, 30), "1", "note"),
    ],
)
def test_the_term_is_judged_by_the_law_of_the_day(on, term, verdict):
    finding = found(on, term_years=Decimal(term))["term_years"]
    assert finding.verdict == verdict
    assert not finding.verified


def test_the_sentence_about_the_term_has_the_numbers_of_the_day():
    with translation.override("en"):
        assert "from 3 to 30 years; yours: 2.5" in str(found(BEFORE, term_years=Decimal("2.5"))["term_years"].sentence)
        assert "from 5 to 30 years; yours: 31" in str(found(SINCE, term_years=Decimal(31))["term_years"].sentence)


@pytest.mark.parametrize(
    ("on", "own", "verdict"),
    [
        (BEFORE, 0, "note"),
        (SINCE, 199_900_000, "no"),
        (SINCE, 199_999_999, "no"),
        (SINCE, 200_000_000, "ok"),
        (NOW, 1_000_000_000, "ok"),
        (NOW, 0, "no"),
    ],
)
def test_own_funds_are_judged_as_a_share_of_the_cost(on, own, verdict):
    assert found(on, cost=1_000_000_000, own_funds=own)["own_funds"].verdict == verdict


def test_a_share_just_below_the_border_is_not_shown_as_reached():
    finding = found(cost=1_000_000_000, own_funds=199_999_999)["own_funds"]
    with translation.override("en"):
        assert "yours: 19.99%" in str(finding.sentence)
        assert "200\u00a0000\u00a0000\u00a0₸" in str(finding.sentence)
    with translation.override("ru"):
        assert "19,99" in str(said("%(n)s", n=finding.sentence))


@pytest.mark.parametrize("answers", [{"own_funds": 5}, {"own_funds": 5, "cost": 0}, {"cost": 5}])
def test_no_share_is_counted_without_a_cost(answers):
    assert found(**answers) == {}


def test_the_least_own_funds_are_rounded_up_to_whole_tenge():
    assert own_funds_needed(1_000_000_001, Decimal(20)) == 200_000_001
    assert own_funds_needed(1_000_000_000, Decimal(20)) == 200_000_000
    assert share(1, 3) == Decimal("33.33")


@pytest.mark.parametrize(
    ("field", "answer", "verdict"),
    [(field, answer, verdict) for field, cases in VERDICTS.items() for answer, verdict in cases.items()],
)
def test_every_answer_has_its_verdict(field, answer, verdict):
    assert found(**{field: answer})[field].verdict == verdict


def test_every_choice_is_judged():
    judged = {field: set(cases) for field, cases in VERDICTS.items()}
    for field, choices in {"object_owner": Owner, "object_kind": ObjectKind, "used_by": UsedBy, "payer": Payer}.items():
        assert judged[field] == set(choices)


def test_tax_arrears_are_counted_in_the_mci_of_the_day():
    with translation.override("en"):
        assert "6 MCI (25\u00a0950\u00a0₸)" in str(found(tax_arrears=True)["tax_arrears"].sentence)
        assert "6 MCI (17\u00a0502\u00a0₸)" in str(found(SINCE, tax_arrears=True)["tax_arrears"].sentence)
    assert found(BEFORE, tax_arrears=True) == {}


@pytest.mark.parametrize(("on", "is_told"), [(day(2023, 1, 11), False), (day(2023, 1, 12), True)])
def test_the_list_of_tasks_is_named_since_it_exists(on, is_told):
    codes = [finding.code for finding in assess(SuitabilityAnswers(payer="users"), on)]
    assert ("tasks" in codes) is is_told


def test_the_owners_are_those_of_the_form_that_follows():
    assert Owner.choices == ObjectOwner.choices


def test_nothing_answered_is_nothing_found():
    assert assess(SuitabilityAnswers(), NOW) == []


def test_only_what_was_read_in_the_law_counts_as_verified():
    findings = assess(
        SuitabilityAnswers(Decimal(5), "state", "listed", "own", "users", 100, 20, state_owned=True, tax_arrears=True),
        NOW,
    )
    assert {finding.code for finding in findings if finding.verified} == {"payer", "state_owned", "tasks"}
    assert all(str(finding.article) and str(finding.url).startswith("https://") for finding in findings)


def test_the_gravest_comes_first_and_gives_the_conclusion():
    findings = assess(SuitabilityAnswers(term_years=Decimal(7), payer="state", used_by="own"), NOW)
    assert [finding.verdict for finding in findings] == ["no", "warning", "ok", "note"]
    assert conclusion(findings) == Verdict.NO
    assert conclusion(findings[1:]) == Verdict.WARNING
    assert conclusion(findings[2:]) == Verdict.OK


def test_limits_are_unknown_before_the_law():
    assert term_limits(day(2015, 10, 30)) is None
    assert term_limits(SINCE) == (5, 30)


def ask(client, status=200, **answers):
    """Ask the page; return its text."""
    with translation.override("en"):
        reply = client.get(reverse("suitability"), answers)
    assert reply.status_code == status
    return reply.content.decode()


@pytest.mark.usefixtures("reference_data")
def test_the_page_asks_and_answers_without_login(client):
    empty = ask(client)
    assert 'name="term_years"' in empty
    assert "finding" not in empty
    answered = ask(client, term_years="7,5", cost="1,1 bn", own_funds="500 000", used_by="public", sector="health")
    assert "yours: 7.5" in answered
    assert "finding-no" in answered
    assert "Not possible as described" in answered
    assert "Papers for the sector “Health care”" in answered
    assert 'value="7,5"' in answered


@pytest.mark.usefixtures("reference_data")
def test_the_page_says_when_nothing_stands_against_it(client):
    page = ask(client, term_years="7", payer="users", used_by="public")
    assert "Nothing stands against it" in page
    assert "/en/applications/new/" in page


@pytest.mark.usefixtures("reference_data")
@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"term_years": "٧"}, "Write the number of years in digits"),
        ({"term_years": "-7"}, "Write the number of years in digits"),
        ({"term_years": "7\x00"}, "Write the number of years in digits"),
        ({"cost": "0"}, "The cost must be more than zero"),
        ({"cost": "1_000"}, "Write the sum in whole tenge"),
        ({"own_funds": "100"}, "Write the cost too"),
        ({"object_owner": "nobody"}, "Select a valid choice"),
        ({"sector": "nowhere"}, "Select a valid choice"),
        ({"state_owned": "maybe"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_read_is_named_at_its_field_and_the_rest_stays(client, answers, told):
    page = ask(client, status=400, payer="users", **answers)
    assert told in page
    assert '<option value="users" selected>' in page
    assert "finding-" not in page


@pytest.mark.usefixtures("reference_data")
def test_an_empty_form_is_answered_with_a_hint(client):
    assert "One answer is enough" in ask(client, payer="", term_years="")


@pytest.mark.usefixtures("reference_data")
def test_the_page_asks_the_database_a_fixed_number_of_times(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        ask(client, term_years="7", cost="100", own_funds="20", tax_arrears="no", sector="health")


def test_the_page_takes_no_post(client):
    with translation.override("en"):
        assert client.post(reverse("suitability"), {"payer": "users"}).status_code == 405
