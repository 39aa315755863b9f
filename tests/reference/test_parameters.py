"""Numbers of the law hold from a day to a day, one at a time."""

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import gettext, override

from reference.acts import ACTS
from reference.models import LegalParameter
from reference.queries import ParameterUnknown, legal_parameter, legal_value
from reference.services import load_parameters
from tests.rules import sentences

day = datetime.date


def parameter(valid_from, valid_to=None, *, code="test_rate", value=1):
    names = {"name_kk": "Мөлшерлеме", "name_ru": "Ставка", "name_en": "Rate", "source": "Act"}
    return LegalParameter(code=code, value=value, unit="percent", valid_from=valid_from, valid_to=valid_to, **names)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "on", "value"),
    [
        ("mci", day(2017, 1, 1), 2_269),
        ("mci", day(2017, 9, 14), 2_269),
        ("mci", day(2017, 12, 31), 2_269),
        ("mci", day(2020, 3, 31), 2_651),
        ("mci", day(2020, 4, 1), 2_778),
        ("mci", day(2026, 1, 1), 4_325),
        ("mci", day(2030, 1, 1), 4_325),
        ("ppp_term_min", day(2021, 1, 15), 3),
        ("ppp_term_min", day(2021, 1, 16), 5),
        ("ppp_term_max", day(2017, 9, 14), 30),
        ("ppp_term_max", day(2026, 9, 14), 30),
    ],
)
def test_a_number_of_the_law_is_the_one_of_its_day(code, on, value):
    load_parameters()
    assert legal_value(code, on) == value
    assert legal_parameter(code, on).is_target is False


@pytest.mark.django_db
@pytest.mark.parametrize(("code", "on"), [("mci", day(2014, 12, 31)), ("nothing", day(2017, 1, 1))])
def test_an_unknown_number_is_not_guessed(code, on):
    load_parameters()
    with pytest.raises(ParameterUnknown):
        legal_value(code, on)


@pytest.mark.django_db
def test_a_number_is_not_known_after_its_last_day():
    parameter(day(2017, 1, 1), day(2017, 12, 31)).save()
    assert legal_value("test_rate", day(2017, 12, 31)) == 1
    with pytest.raises(ParameterUnknown):
        legal_value("test_rate", day(2018, 1, 1))


@pytest.mark.django_db
def test_the_days_of_every_stage_are_marked_as_targets_of_the_chamber():
    load_parameters()
    targets = LegalParameter.objects.filter(is_target=True).values_list("code", "unit").order_by("code")
    stages = ("agenda", "clarification", "filed", "review", "supported")
    assert list(targets) == [(f"target_days_{stage}", "working_day") for stage in stages]


@pytest.mark.django_db
def test_a_fraction_of_a_percent_is_kept():
    parameter(day(2017, 1, 1), value=Decimal("0.1234")).save()
    assert legal_value("test_rate", day(2017, 1, 1)) == Decimal("0.1234")


@pytest.mark.django_db
def test_a_number_of_the_law_costs_one_query(django_assert_num_queries):
    load_parameters()
    with django_assert_num_queries(1):
        legal_value("mci", day(2017, 9, 14))


OVERLAPPING = [
    (day(2017, 6, 1), day(2017, 6, 30)),
    (day(2016, 1, 1), day(2017, 1, 1)),
    (day(2017, 12, 31), day(2018, 6, 1)),
    (day(2017, 12, 31), None),
    (day(2010, 1, 1), None),
]
APART = [(day(2016, 1, 1), day(2016, 12, 31)), (day(2018, 1, 1), day(2018, 12, 31)), (day(2018, 1, 1), None)]


@pytest.mark.django_db
@pytest.mark.parametrize(("valid_from", "valid_to"), OVERLAPPING)
def test_a_second_value_for_the_same_day_is_refused(valid_from, valid_to):
    parameter(day(2017, 1, 1), day(2017, 12, 31)).save()
    second = parameter(valid_from, valid_to)
    assert sentences(second) == ["This parameter already has a value for some of these days."]
    with pytest.raises(IntegrityError, match="reference_legalparameter_one_value_a_day"), transaction.atomic():
        second.save()


@pytest.mark.django_db
@pytest.mark.parametrize(("valid_from", "valid_to"), APART)
def test_a_value_for_other_days_is_taken(valid_from, valid_to):
    parameter(day(2017, 1, 1), day(2017, 12, 31)).save()
    second = parameter(valid_from, valid_to)
    second.full_clean()
    second.save()


@pytest.mark.django_db
def test_another_parameter_may_hold_on_the_same_days():
    parameter(day(2017, 1, 1)).save()
    other = parameter(day(2017, 1, 1), code="other_rate")
    other.full_clean()
    other.save()


REVERSED = (day(2017, 6, 2), day(2017, 6, 1))


@pytest.mark.django_db
def test_the_database_refuses_a_value_that_ends_before_it_begins():
    with pytest.raises(IntegrityError, match="reference_legalparameter_ends_after_it_begins"), transaction.atomic():
        parameter(*REVERSED).save()
    parameter(day(2017, 6, 1), day(2017, 6, 1)).save()


@pytest.mark.django_db
def test_dates_the_wrong_way_round_are_told_in_a_sentence():
    assert sentences(parameter(*REVERSED)) == ["“Valid to” lies before “valid from”."]
    assert sentences(parameter(day(2017, 6, 1), day(2017, 6, 1))) == []


@pytest.mark.django_db
def test_the_act_that_a_number_cites_is_named_in_the_language_of_the_page():
    load_parameters()
    assert set(LegalParameter.objects.values_list("source", flat=True)) == set(ACTS)
    for language in ("kk", "ru"):
        with override(language):
            assert [act for act in ACTS if gettext(act) == act] == []
