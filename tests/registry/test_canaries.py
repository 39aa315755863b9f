"""One canary in every confidential field: no list, search, filter, autocomplete, history, download or feed sings."""

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.roles import Role
from reference.codelists import LegalForm
from tests.factories import user
from tests.proposals.applications import IIN, applicant, expert_of, filed, organisation
from tests.registry.people import Browser, logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data", "own_folder")]

TOLD = ("problem", "objective", "description", "place", "partners", "title_kk")
CONTACTS = {"contact_person": "Канарейка-Тұлға", "phone": "+7 701 987 65 43", "email": "kanarejka@example.kz"}
OF_CONTACTS = (*CONTACTS.values(), IIN)
LOGIN = "kanarejka-adam@example.kz"
"""Of the person, which the administrator of accounts may see."""
OF_FILE = tuple(f"канарейка-{name}" for name in TOLD)
PUBLIC = (
    "queue/",
    "projects/?q=канарейка",
    "statistics/",
    "data/",
    "how-to-apply/",
    "news.atom",
    "projects/?sector=education",
)
OPEN = ("/api/v1/projects/?q=канарейка", "/api/v1/projects.csv", "/api/v1/schema/", "/sitemap.xml", "/robots.txt")


@pytest.fixture
def own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def proposal():
    person = user(email=LOGIN)
    organisation(person, legal_form=LegalForm.INDIVIDUAL, iin=IIN, name="«Канар» ЖК", **CONTACTS)
    return filed(person, **{name: f"канарейка-{name}" for name in TOLD}).proposals.get()


def lists(words):
    """Return every list of what people wrote, with a search, and every door that finds rows by a few letters."""
    for model in admin.site._registry:
        if model._meta.app_label not in ("proposals", "accounts"):
            continue
        start = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        yield from (start, f"{start}?q={words}")
        yield f"/admin/autocomplete/?term={words}&app_label={model._meta.app_label}&model_name={model._meta.model_name}"
    yield from ("/admin/", "/admin/who-read-what/", "/admin/missing-translations/")


def rows(proposal):
    """Return the pages about the row itself, as they can be guessed."""
    things = (proposal, proposal.application, proposal.application.organisation, proposal.papers.first())
    for thing in things:
        start = f"/admin/{thing._meta.app_label}/{thing._meta.model_name}/{thing.pk}/"
        yield from (f"{start}{page}" for page in ("change/", "history/", "delete/"))
    yield proposal.papers.first().get_absolute_url()
    yield proposal.get_absolute_url()
    yield reverse("application", args=[proposal.application_id])


def sings(browser, addresses, canaries):
    found = {}
    for address in addresses:
        answer = browser.get(address)
        assert answer.status_code < 500, address
        text = b"".join(answer).decode(errors="replace")
        if heard := [one for one in canaries if one in text and one not in address]:
            found[address] = heard
    return found


def test_who_may_not_read_the_file_hears_nothing_anywhere(proposal):
    everything = (*OF_FILE, *OF_CONTACTS)
    other_expert = Browser()
    other_expert.force_login(expert_of("sport", language="en"))
    other_applicant = Browser()
    other_applicant.force_login(applicant())
    pages = [*lists("канарейка"), *rows(proposal)]
    for browser in (other_expert, logged_in(Role.SECRETARY), logged_in(Role.ADMINISTRATOR)):
        assert sings(browser, pages, everything) == {}
    outside = [*(f"/kk/{page}" for page in PUBLIC), *OPEN, *rows(proposal)]
    for browser in (other_applicant, Browser()):
        assert sings(browser, outside, everything) == {}


def test_lists_of_those_who_may_hold_no_contact_data(proposal):
    """Contact data stand on pages that leave a row, and nowhere else."""
    clerk = logged_in(Role.CLERK)
    assert sings(clerk, lists("Канар"), (*OF_CONTACTS, LOGIN)) == {}
    page = reverse("admin:accounts_organisation_change", args=[proposal.application.organisation_id])
    assert set(sings(clerk, [page], (*OF_CONTACTS, LOGIN))[page]) == {*OF_CONTACTS, LOGIN}
