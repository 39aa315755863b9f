"""Lawful organisations with people."""

from accounts.models import Membership, Organisation
from accounts.services.organisations import create_organisation
from reference.codelists import CompanySize, LegalForm
from tests import factories

BIN = "150140000002"
IIN = "900101300017"
FACTS = {
    "legal_form": LegalForm.LLP.value,
    "name": "«Көктем & Қайрат» ЖШС",
    "bin": BIN,
    "iin": "",
    "size": CompanySize.SMALL.value,
    "contact_person": "Әсем Ғалымқызы",
    "phone": "+7 727 123 45 67",
    "email": "office@example.kz",
    "address": "Алматы қ., Абай даңғылы, 1",
}


def organisation(owner=None, **facts):
    """Make an organisation that the person owns."""
    return create_organisation(Organisation(**{**FACTS, **facts}), by=owner or factories.user())


def member(of, *, owner=False, **facts):
    """Make a person who works for the organisation."""
    user = factories.user(**facts)
    Membership.objects.create(organisation=of, user=user, is_owner=owner)
    return user
