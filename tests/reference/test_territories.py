"""Territories and sectors: the rules of the classifiers in the form and in the database."""

import pytest
from django.db import IntegrityError, connection, transaction

from reference.kazakh import sort_key
from reference.models import Sector, Territory
from tests.rules import sentences, update

pytestmark = pytest.mark.django_db

NINE = "A KATO code has nine digits."
ALONE = "A district lies in a city or region; a city or region stands alone."


def territory(code="170000000", level="region", parent=None, name="Ән"):
    return Territory(code=code, level=level, parent_id=parent, name_kk=name, name_ru=name, name_en=name)


def insert(row):
    """Write around every check that Python makes."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO reference_territory (code, level, parent_id, name_kk, name_ru, name_en)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            [row.code, row.level, row.parent_id, row.name_kk, row.name_ru, row.name_en],
        )


@pytest.mark.parametrize(
    ("facts", "name", "sentence"),
    [
        ({"code": "17"}, "code_has_nine_digits", NINE),
        ({"code": "17000000x"}, "code_has_nine_digits", NINE),
        ({"code": "١٧٠٠٠٠٠٠٠"}, "code_has_nine_digits", NINE),
        ({"code": "17000000\n"}, "code_has_nine_digits", NINE),
        ({"level": "district"}, "only_districts_lie_in_another", ALONE),
        ({"level": "region", "parent": "750000000"}, "only_districts_lie_in_another", ALONE),
        ({"level": "city_republican", "parent": "750000000"}, "only_districts_lie_in_another", ALONE),
    ],
)
def test_a_territory_that_breaks_a_rule_of_kato_is_refused(reference_data, facts, name, sentence):
    assert sentences(territory(**facts)) == [sentence]
    with pytest.raises(IntegrityError, match=f"reference_territory_{name}"):
        insert(territory(**facts))


@pytest.mark.parametrize(
    "facts", [{}, {"level": "city_republican"}, {"level": "district", "parent": "750000000"}, {"code": "000000001"}]
)
def test_a_territory_that_keeps_the_rules_is_taken(reference_data, facts):
    row = territory(**facts)
    row.full_clean()
    insert(row)
    assert Territory.objects.get(pk=row.code).order_kk == sort_key("Ән")


def test_the_place_of_a_sector_is_never_negative(reference_data):
    sector = Sector.objects.get(pk="other")
    with pytest.raises(IntegrityError, match='"reference_sector_order_check"'):
        update(sector, order=-1)
    sector.order = -1
    assert sentences(sector) != []
    update(sector, order=0)


def test_every_check_of_a_territory_is_tested_here():
    names = {constraint.name for constraint in Territory._meta.constraints}
    assert names - {"reference_territory_level_is_known"} == {
        "reference_territory_code_has_nine_digits",
        "reference_territory_only_districts_lie_in_another",
    }
