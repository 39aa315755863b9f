"""Criteria and reasons for refusal come with the registry, once, and never against the staff."""

import pytest
from django.core.management import call_command

from proposals.models import Criterion, RefusalReason
from proposals.services import review_lists
from proposals.services.review_lists import LoadedLists, load_review_lists
from reference.languages import LANGUAGES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


def rows(model):
    return list(model.objects.order_by("pk").values())


def test_the_shipped_rows_are_added_once_and_lawful():
    assert load_review_lists() == LoadedLists(13, 15)
    before = rows(Criterion), rows(RefusalReason)
    assert load_review_lists() == LoadedLists(0, 0)
    assert (rows(Criterion), rows(RefusalReason)) == before
    for model in (Criterion, RefusalReason):
        for row in model.objects.all():
            row.full_clean()
            assert row.is_active


def test_every_row_speaks_three_languages():
    load_review_lists()
    for model, texts in ((Criterion, ("name", "help")), (RefusalReason, ("name", "advice"))):
        for row in model.objects.all():
            for text in texts:
                told = [getattr(row, f"{text}_{language}") for language in LANGUAGES]
                assert all(told), row.code
                assert len(set(told)) == 3, row.code


def test_every_sector_is_judged_by_something_and_three_by_more():
    load_review_lists()
    general = Criterion.objects.filter(sector=None)
    assert general.count() == 7
    assert sum(general.values_list("weight", flat=True)) == 100
    more = Criterion.objects.exclude(sector=None).values_list("sector_id", flat=True)
    assert sorted(set(more)) == ["education", "health", "housing"]


def test_a_reason_of_the_law_names_its_article_and_source():
    load_review_lists()
    for reason in RefusalReason.objects.all():
        assert bool(reason.article) == bool(reason.source_url)
    assert RefusalReason.objects.exclude(article="").count() == 7
    assert RefusalReason.objects.order_by("order").last().code == "other"


def test_what_staff_changed_or_switched_off_stays_and_what_is_missing_comes():
    load_review_lists()
    Criterion.objects.filter(code="need").update(weight=1, name_kk="Басқаша", is_active=False)
    RefusalReason.objects.filter(code="duplicate").update(advice_kk="Басқаша", is_active=False)
    RefusalReason.objects.filter(code="other").delete()
    RefusalReason.objects.create(
        code="ours", name_kk="Біздікі", name_ru="Наша", name_en="Ours", advice_kk="а", advice_ru="а"
    )
    assert load_review_lists() == LoadedLists(0, 1)
    need, duplicate = Criterion.objects.get(code="need"), RefusalReason.objects.get(code="duplicate")
    assert (need.weight, need.name_kk, need.is_active) == (1, "Басқаша", False)
    assert (duplicate.advice_kk, duplicate.is_active) == ("Басқаша", False)
    assert RefusalReason.objects.count() == 16


def test_the_command_says_what_it_added(capsys):
    call_command("load_review_lists")
    call_command("load_review_lists")
    assert capsys.readouterr().out.splitlines() == [
        "13 criteria and 15 reasons for refusal added.",
        "0 criteria and 0 reasons for refusal added.",
    ]


def test_a_bad_file_adds_nothing(tmp_path, monkeypatch):
    """A sector that is not on file must not become "for every sector"."""
    for name in ("criteria.csv", "refusal_reasons.csv"):
        text = (review_lists.DATA / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace(",housing,", ",houses,"), encoding="utf-8")
    monkeypatch.setattr(review_lists, "DATA", tmp_path)
    with pytest.raises(KeyError, match="houses"):
        load_review_lists()
    assert not Criterion.objects.exists()
    assert not RefusalReason.objects.exists()
