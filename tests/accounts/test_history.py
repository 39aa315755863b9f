"""Organisations and who works for them leave history too: without personal data, and never rewritten."""

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Membership, Organisation
from tests import factories

pytestmark = pytest.mark.django_db

PERSONAL = {"iin", "contact_person", "phone", "email", "address"}


def organisation():
    return Organisation.objects.create(
        name="«Үлгі» ЖШС",
        legal_form="llp",
        bin="100540001234",
        size="small",
        contact_person="Айгүл Үлгі",
        phone="+7 727 000 00 00",
    )


def membership():
    return Membership.objects.create(organisation=organisation(), user=factories.user(), is_owner=True)


TRACKED = [(Organisation, organisation, {"name": "«Жаңа үлгі» ЖШС"}), (Membership, membership, {"is_owner": False})]


@pytest.mark.parametrize(("model", "make", "change"), TRACKED)
def test_history_remembers_every_change_also_a_bulk_one(model, make, change):
    row = make()
    model.objects.filter(pk=row.pk).update(**change)
    row.delete()
    labels = list(model.pgh_event_model.objects.order_by("pgh_id").values_list("pgh_label", flat=True))
    assert labels == ["insert", "update", "delete"]


def test_history_holds_no_personal_data():
    columns = {field.name for field in Organisation.pgh_event_model._meta.get_fields()}
    assert {"name", "bin", "size"} <= columns
    assert columns & PERSONAL == set()


@pytest.mark.parametrize(("model", "make", "change"), TRACKED)
@pytest.mark.parametrize("act", ["UPDATE {} SET pgh_label = 'x'", "DELETE FROM {}"])
def test_history_cannot_be_rewritten(model, make, change, act):
    make()
    table = model.pgh_event_model._meta.db_table
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act.format(table))
    assert model.pgh_event_model.objects.count() == 1
