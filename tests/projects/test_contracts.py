"""Contracts: signed after the approval, registered, changed by agreements; the project says what its contract says."""

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError
from django.utils import timezone, translation

from projects.models import Contract, ContractChange, Project, StatusChange
from projects.services.contracts import change_contract, ends_on, register_treasury, sign
from projects.services.register import approve
from tests import factories
from tests.registry.pages import complaints, controls, parse
from tests.registry.people import SECRETARY, logged_in
from tests.rules import update

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


MAY = datetime.date(2018, 5, 2)
TERMS = {"number": "12-МЖӘ", "signed_on": MAY, "partner": "«Жаңа мектеп» ЖШС"}


def state():
    return [list(model.objects.order_by("pk").values()) for model in (Project, Contract, ContractChange, StatusChange)]


def refused(act, *args, **facts):
    """Return what is refused, by box; nothing may be stored."""
    before = state()
    with pytest.raises(ValidationError) as refusal:
        act(*args, **facts)
    assert state() == before
    told = refusal.value
    return told.message_dict if hasattr(told, "error_dict") else {"": told.messages}


# --- signing ---


def test_a_contract_tells_the_project_what_was_signed(clerk):
    project = factories.project_in("approved")
    facts = {"partner_bin": "150340000003", "sum": 1_100_000_000, "term_years": Decimal("7.5")}
    contract = sign(project, by=clerk, **TERMS, **facts, treasury_number="17/4", treasury_date=MAY)
    project.refresh_from_db()
    assert project.contract == contract
    assert (project.private_partner, project.signed_sum, project.status) == (
        "«Жаңа мектеп» ЖШС", 1_100_000_000, "contract_signed",
    )  # fmt: skip
    assert (project.contract_signed_on, project.contract_ends_on) == ("2018-05-02", "2025-11")
    step = project.status_changes.last()
    assert (step.status, step.since, step.recorded_by) == ("contract_signed", "2018-05-02", clerk)


@pytest.mark.parametrize("status", ["contract_signed", "implementation", "operation", "completed"])
def test_a_project_that_is_further_on_keeps_its_status_and_what_the_contract_does_not_tell(status, clerk):
    project = factories.project_in(status, signed_sum=9, contract_ends_on="2030")
    steps = project.status_changes.count()
    sign(project, by=clerk, **TERMS)
    project.refresh_from_db()
    assert (project.status, project.signed_sum, project.contract_ends_on) == (status, 9, "2030")
    assert project.status_changes.count() == steps


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("planned", "Project No. 1 is not in the approved list."),
        ("excluded", "Project No. 1 is not in the approved list."),
        ("terminated", "The contract of project No. 1 was terminated."),
    ],
)
def test_nothing_is_signed_for_a_project_outside_the_list(status, sentence, clerk):
    assert refused(sign, factories.project_in(status), by=clerk, **TERMS) == {"": [sentence]}


def test_a_project_has_one_contract(clerk):
    project = factories.contract().project
    sentence = "Project No. 1 already has a contract. Record a change of it instead."
    assert refused(sign, project, by=clerk, **TERMS) == {"": [sentence]}


@pytest.mark.parametrize(
    ("adopted", "signed", "may"),
    [
        ("2018-05-03", MAY, False),
        ("2018-05-02", MAY, True),
        ("2018-06", MAY, False),
        ("2018-05", MAY, True),
        ("2019", MAY, False),
        ("2018", MAY, True),
        ("", MAY, True),
    ],
)
def test_a_contract_is_not_signed_before_the_approval(adopted, signed, may, clerk):
    project = factories.project()
    approve([project], resolution=factories.resolution(adopted=adopted), by=None)
    facts = {**TERMS, "signed_on": signed}
    if may:
        assert sign(project, by=clerk, **facts).pk
    else:
        assert list(refused(sign, project, by=clerk, **facts)) == ["signed_on"]


@pytest.mark.parametrize(
    ("facts", "boxes"),
    [
        ({"signed_on": "tomorrow"}, ["signed_on"]),
        ({"treasury_number": "1", "treasury_date": "tomorrow"}, ["treasury_date"]),
        ({"signed_on": datetime.date(1, 1, 1)}, ["signed_on"]),
        ({"treasury_number": "1", "treasury_date": datetime.date(2018, 5, 1)}, ["treasury_date"]),
        ({"treasury_date": MAY}, ["__all__"]),
        ({"number": ""}, ["number"]),
        ({"partner": ""}, ["partner"]),
        ({"partner_bin": "123"}, ["partner_bin"]),
        ({"sum": -1}, ["sum"]),
        ({"term_years": Decimal(50)}, ["term_years"]),
    ],
)
def test_what_cannot_be_is_named_at_its_box(facts, boxes, clerk):
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    facts = {name: tomorrow if value == "tomorrow" else value for name, value in facts.items()}
    assert list(refused(sign, factories.project_in("approved"), by=clerk, **{**TERMS, **facts})) == boxes
    today = {**TERMS, "signed_on": timezone.localdate(), "treasury_number": "1", "treasury_date": timezone.localdate()}
    assert sign(factories.project_in("approved"), by=clerk, **today).pk


@pytest.mark.parametrize(
    ("signed", "term", "end"),
    [
        ("2018-05-02", "7.5", "2025-11"),
        ("2018-12-31", "1", "2019-12"),
        ("2020-11-30", "25.25", "2046-02"),
        ("2020-01-01", "49", "2069-01"),
    ],
)
def test_a_contract_ends_in_the_month_its_term_says(signed, term, end):
    assert ends_on(datetime.date.fromisoformat(signed), Decimal(term)) == end


# --- changing ---


def test_an_agreement_changes_the_contract_and_keeps_the_old_values(clerk):
    contract = factories.contract(sum=100, term_years=Decimal(10))
    first = change_contract(
        contract, by=clerk, number="1", signed_on=datetime.date(2019, 1, 1), sum=150, reason_ru="Смета"
    )
    second = change_contract(
        contract, by=clerk, number="2", signed_on=datetime.date(2020, 1, 1), term_years=Decimal(12), reason_kk="Мерзім"
    )
    assert (first.old_sum, first.sum, first.old_term_years, first.term_years) == (100, 150, 10, None)
    assert (second.old_sum, second.sum, second.old_term_years, second.term_years) == (150, None, 10, 12)
    contract.refresh_from_db()
    assert (contract.sum, contract.term_years, contract.number) == (150, 12, contract.number)
    project = contract.project
    project.refresh_from_db()
    assert (project.signed_sum, project.contract_ends_on) == (150, "2030-05")
    assert list(contract.events.order_by("pgh_id").values_list("sum", flat=True)) == [100, 150, 150]
    assert second.recorded_by == clerk


@pytest.mark.parametrize(
    ("facts", "boxes"),
    [
        ({"reason_kk": ""}, ["__all__"]),
        ({"signed_on": datetime.date(2018, 5, 1)}, ["signed_on"]),
        ({"signed_on": datetime.date(2018, 12, 31)}, ["signed_on"]),
        ({"number": "1", "signed_on": datetime.date(2019, 1, 1)}, ["number"]),
        ({"signed_on": "tomorrow"}, ["signed_on"]),
        ({"number": ""}, ["number"]),
        ({"sum": -1}, ["sum"]),
    ],
)
def test_an_agreement_that_cannot_be_changes_nothing(facts, boxes, clerk):
    contract = factories.contract()
    terms = {"number": "1", "signed_on": datetime.date(2019, 1, 1), "reason_kk": "себебі"}
    change_contract(contract, by=clerk, **terms)
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    facts = {name: tomorrow if value == "tomorrow" else value for name, value in facts.items()}
    terms = {**terms, "number": "2"}
    assert list(refused(change_contract, contract, by=clerk, **{**terms, **facts})) == boxes
    assert change_contract(contract, by=clerk, **terms).pk


def test_a_terminated_contract_is_not_changed_or_registered(clerk):
    contract = factories.contract(factories.project_in("operation"))
    update(contract.project, status="terminated")
    terms = {"number": "1", "signed_on": datetime.date(2019, 1, 1), "reason_kk": "себебі"}
    sentence = {"": ["The contract of project No. 1 was terminated."]}
    assert refused(change_contract, contract, by=clerk, **terms) == sentence
    assert refused(register_treasury, contract, number="1", date=None) == sentence


def test_a_change_is_never_rewritten(clerk):
    contract = factories.contract()
    change = change_contract(contract, by=clerk, number="1", signed_on=MAY, reason_kk="себебі")
    with pytest.raises(DatabaseError, match="Cannot update or delete"):
        update(change, sum=5)


@pytest.mark.parametrize("table", [Contract, ContractChange])
def test_a_date_of_the_treasury_stands_beside_its_number(table, clerk):
    row = factories.contract()
    with pytest.raises(IntegrityError, match="contract_treasury_date_has_number"):
        update(row, treasury_date="2019-01-01")
    names = {constraint.name for constraint in table._meta.constraints}
    assert f"projects_{table._meta.model_name}_treasury_date_has_number" in names
    assert names <= {
        "projects_contract_treasury_date_has_number",
        "projects_contractchange_treasury_date_has_number",
        "projects_contractchange_has_a_reason",
    }


# --- the treasury ---


def test_the_treasury_registers_a_contract():
    contract = factories.contract()
    assert list(refused(register_treasury, contract, number=" ", date=MAY)) == ["treasury_number"]
    assert list(refused(register_treasury, contract, number="1", date=datetime.date(2018, 5, 1))) == ["treasury_date"]
    register_treasury(contract, number="17/4", date=MAY)
    contract.refresh_from_db()
    assert (contract.treasury_number, contract.treasury_date) == ("17/4", MAY)


# --- the pages ---


@pytest.fixture
def desk():
    made = logged_in(SECRETARY)
    made.raise_request_exception = False
    return made


def page(project, name=""):
    return f"/admin/projects/project/{project.pk}/contract/{name}"


def test_the_secretary_signs_changes_and_registers_on_pages_of_their_own(desk, client):
    project = factories.project_in("approved")
    links = [link.get("href") for link in parse(desk.get(f"/admin/projects/project/{project.pk}/change/")).all("a")]
    assert [link for link in links if link and "/contract/" in link] == [page(project)]
    facts = {"number": "12-МЖӘ", "signed_on": "02.05.2018", "partner": "«Жаңа мектеп» ЖШС", "sum": "1,1 млрд"}
    answer = desk.post(page(project), {**facts, "partner_bin": "150340000003", "term_years": "10"})
    assert answer.status_code == 302
    links = [link.get("href") for link in parse(desk.get(answer["Location"])).all("a")]
    assert [link for link in links if link and "/contract/" in link] == [
        page(project, "change/"),
        page(project, "treasury/"),
    ]
    assert desk.get(page(project))["Location"] == page(project, "change/")
    change = {"number": "1", "signed_on": "01.01.2019", "sum": "1,2 млрд", "reason_ru": "Смета"}
    assert desk.post(page(project, "change/"), change).status_code == 302
    sent = {"treasury_number": "17/4", "treasury_date": "03.05.2018"}
    assert desk.post(page(project, "treasury/"), sent).status_code == 302
    public = parse(client.get(f"/en/projects/{project.number}/")).text.replace("\xa0", " ")
    for words in ("12-МЖӘ", "150340000003", "1 100 000 000 ₸", "1 200 000 000 ₸", "17/4", "Смета"):
        assert words in public


def test_what_is_refused_stands_at_its_box_and_nothing_typed_is_lost(desk):
    project = factories.project_in("approved")
    facts = {"number": "1", "signed_on": "01.01.2010", "partner": "«Жаңа» ЖШС", "sum": "1,250", "partner_bin": "1"}
    answer = desk.post(page(project), facts)
    kept = controls(parse(answer).all("form", method="post")[-1])
    assert (answer.status_code, len(complaints(parse(answer)))) == (422, 2)
    assert {name: kept[name] for name in facts} == {name: [text] for name, text in facts.items()}
    answer = desk.post(page(project), {**facts, "sum": "5", "partner_bin": ""})
    assert [words.split(";")[1] for words in complaints(parse(answer))] == [" a contract is not signed before."]
    assert not Contract.objects.exists()


def test_pages_of_a_contract_that_is_not_there_are_not_there(desk):
    project = factories.project_in("approved")
    assert [desk.get(page(project, name)).status_code for name in ("change/", "treasury/")] == [404, 404]
    assert desk.get("/admin/projects/project/999999/contract/").status_code in (403, 404)
