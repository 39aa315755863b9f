"""Criteria and reasons for refusal on the staff site: the head writes, rows are switched off and never deleted."""

import pytest

from accounts.roles import Role
from proposals.models import Criterion, Opinion, RefusalReason, Score, StageChange
from proposals.models.refusal import Refusal
from proposals.services.review_lists import load_review_lists
from tests import factories
from tests.proposals.applications import filed
from tests.registry.pages import complaints, parse
from tests.registry.people import logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

READERS = ["clerk", "head", "auditor"]
CRITERION = {
    "code": "noise",
    "sector": "",
    "weight": "10",
    "order": "200",
    "is_active": "on",
    "name_kk": "Шу",
    "name_ru": "Шум",
    "name_en": "Noise",
    "help_kk": "",
    "help_ru": "",
    "help_en": "",
}
REASON = {
    "code": "ours",
    "order": "200",
    "is_active": "on",
    "name_kk": "Біздікі",
    "name_ru": "Наша",
    "name_en": "Ours",
    "advice_kk": "Түзетіңіз.",
    "advice_ru": "Исправьте.",
    "advice_en": "",
    "article": "",
    "source_url": "",
}
LISTS = [("criterion", Criterion, CRITERION), ("refusalreason", RefusalReason, REASON)]


@pytest.mark.parametrize(("table", "model", "facts"), LISTS)
@pytest.mark.parametrize("role", Role.values)
def test_the_head_writes_the_lists_and_others_read_by_their_role(role, table, model, facts):
    load_review_lists()
    row = model.objects.first()
    browser = logged_in(role)
    base = f"/admin/proposals/{table}/"
    seen = 200 if role in READERS else 403
    assert browser.get(base).status_code == seen
    assert browser.get(f"{base}{row.pk}/change/").status_code == seen
    before = list(model.objects.order_by("pk").values())
    added = browser.post(f"{base}add/", facts)
    changed = browser.post(f"{base}{row.pk}/change/", {**facts, "name_kk": "Басқаша"})
    if role == "head":
        assert (added.status_code, changed.status_code) == (302, 302), complaints(parse(added))
        row.refresh_from_db()
        assert row.name_kk == "Басқаша"
        assert row.code != facts["code"]
        assert model.objects.get(code=facts["code"]).name_kk == facts["name_kk"]
    else:
        assert (added.status_code, changed.status_code) == (403, 403)
        assert list(model.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(("table", "model", "facts"), LISTS)
def test_nobody_deletes_not_even_a_superuser(table, model, facts):
    load_review_lists()
    row = model.objects.first()
    browser = logged_in("head")
    for superuser in (False, True):
        browser.be_superuser(superuser)
        assert browser.post(f"/admin/proposals/{table}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
        act = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        browser.post(f"/admin/proposals/{table}/", act)
        assert model.objects.filter(pk=row.pk).exists()
    facts = {**facts, "is_active": ""}
    assert browser.post(f"/admin/proposals/{table}/{row.pk}/change/", facts).status_code == 302
    row.refresh_from_db()
    assert not row.is_active


@pytest.mark.parametrize("weight", ["0", "101", "-1", "", "x"])
def test_a_weight_lies_between_1_and_100(weight):
    answer = logged_in("head").post("/admin/proposals/criterion/add/", {**CRITERION, "weight": weight})
    assert answer.status_code == 200
    assert complaints(parse(answer))
    assert not Criterion.objects.exists()


def test_the_sector_of_a_criterion_stays_once_somebody_scored_by_it():
    load_review_lists()
    free, used = Criterion.objects.get(code="need"), Criterion.objects.get(code="budget")
    opinion = Opinion.objects.create(proposal=filed().proposals.get(), expert=factories.user())
    Score.objects.create(opinion=opinion, criterion=used, weight=10, score=5)
    browser = logged_in("head")
    for row in (free, used):
        answer = browser.post(f"/admin/proposals/criterion/{row.pk}/change/", {**CRITERION, "sector": "health"})
        assert answer.status_code == 302
        row.refresh_from_db()
    assert (free.sector_id, used.sector_id) == ("health", None)


def test_the_list_of_reasons_counts_refusals():
    load_review_lists()
    proposal = filed().proposals.get()
    step = StageChange.objects.get(proposal=proposal)
    refusal = Refusal.objects.create(proposal=proposal, change=step, text="Себебі")
    refusal.reasons.set([RefusalReason.objects.get(code="duplicate")])
    page = parse(logged_in("auditor").get("/admin/proposals/refusalreason/"))
    counted = {
        row.one("th", "field-shown_name").text.strip(): row.one("td", "field-shown_uses").text.strip()
        for row in page.one("table", id="result_list").one("tbody").all("tr")
    }
    assert counted["There is such a proposal or project already"] == "1"
    assert set(counted.values()) == {"0", "1"}
