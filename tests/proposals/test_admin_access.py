"""Who reads what was filed on the staff site, tried by address, and that nobody writes there by a crafted post."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client

from accounts.models import Organisation
from accounts.roles import Role
from proposals.models import Application, Clarification, Paper, PaperReading, Proposal, StageChange, TypicalDocument
from tests import factories
from tests.proposals.applications import complete_draft, filed, organisation
from tests.proposals.templates import version
from tests.registry.people import logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

NO_ROLE = "no role"
ROLES = [*Role.values, NO_ROLE]
EVERYWHERE = ["clerk", "head", "auditor"]
READERS = [*EVERYWHERE, "expert"]
"""An expert reads the proposals of the own sectors; the one of these tests gives opinions on education."""
LIBRARIANS = ["clerk", "head"]
TABLES = [Application, Proposal, Paper, PaperReading, StageChange, Clarification, TypicalDocument, Organisation]

SHORT_LISTS = [*READERS, "secretary"]
"""The secretary's lists hold what stands or stood on an agenda: nothing here."""

READ = {
    "proposals/proposal/": SHORT_LISTS,
    "proposals/proposal/{proposal}/change/": READERS,
    "proposals/application/": SHORT_LISTS,
    "proposals/application/{application}/change/": READERS,
    "accounts/organisation/": EVERYWHERE,
    "accounts/organisation/{organisation}/change/": EVERYWHERE,
    "proposals/proposal/{proposal}/assign/": LIBRARIANS,
    "proposals/typicaldocument/": READERS,
    "proposals/typicaldocument/{document}/change/": READERS,
    "proposals/typicaldocument/{document}/file/": READERS,
    "proposals/typicaldocument/add/": LIBRARIANS,
    "autocomplete/?app_label=proposals&model_name=paper&field_name=proposal&term=": SHORT_LISTS,
    "autocomplete/?app_label=proposals&model_name=application&field_name=organisation&term=": EVERYWHERE,
}
FILES = [
    "proposals/proposal/{proposal}/change/",
    "proposals/application/{application}/change/",
    "proposals/proposal/{proposal}/assign/",
]
NOBODY = [
    f"{table}/{place}"
    for table in ("proposals/proposal", "proposals/application", "accounts/organisation")
    for place in ("add/", "{key}/delete/")
] + ["proposals/typicaldocument/{document}/delete/"]
NOWHERE = [
    f"proposals/{table}/{place}"
    for table in ("paper", "paperreading", "reporttaking", "stagechange", "clarification", "arrivalcounter", "answer")
    for place in ("", "add/")
] + ["accounts/membership/", "accounts/invitation/", "post_office/email/"]


@pytest.fixture
def keys():
    application = filed()
    return {
        "proposal": application.proposals.get().pk,
        "application": application.pk,
        "organisation": application.organisation_id,
        "paper": Paper.objects.first().pk,
        "document": version().pk,
    }


def key_for(place, keys):
    table = place.split("/")[1]
    return place.format(key=keys.get(table, keys["proposal"]), **keys)


def browser_of(role):
    browser = logged_in(*([] if role == NO_ROLE else [role]))
    if role == "expert":
        browser.user.expert_sectors.create(sector_id="education")
    return browser


def everything():
    return {model: list(model.objects.order_by("pk").values()) for model in TABLES}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_its_pages_and_no_others(keys, role):
    browser = browser_of(role)
    opened = {place: browser.get(f"/admin/{key_for(place, keys)}").status_code for place in [*READ, *NOBODY, *NOWHERE]}
    assert opened == (
        {place: 200 if role in allowed else 403 for place, allowed in READ.items()}
        | dict.fromkeys(NOBODY, 403)
        | dict.fromkeys(NOWHERE, 404)
        | (dict.fromkeys(FILES, 404) if role == "secretary" else {})
    )


@pytest.mark.parametrize("role", [*ROLES, "superuser"])
def test_nobody_writes_what_was_filed_by_a_crafted_post(keys, role):
    browser = browser_of(NO_ROLE if role == "superuser" else role)
    browser.be_superuser(role == "superuser")
    before = everything()
    facts = {"stage": "approved", "cost": "1", "name": "x", "bin": "", "code": "x", "post": "yes", "_save": "1"}
    for table in ("proposals/proposal", "proposals/application", "accounts/organisation"):
        key = keys[table.split("/")[1]]
        for place in (f"{table}/add/", f"{table}/{key}/change/", f"{table}/{key}/delete/"):
            expected = 404 if role == "secretary" and "change" in place and "organisation" not in place else 403
            assert browser.post(f"/admin/{place}", facts).status_code == expected, place
        doomed = {"action": "delete_selected", "_selected_action": [key], "post": "yes"}
        browser.post(f"/admin/{table}/", doomed)
    document = f"/admin/proposals/typicaldocument/{keys['document']}"
    assert browser.post(f"{document}/delete/", {"post": "yes"}).status_code == 403
    browser.post("/admin/proposals/typicaldocument/", {"action": "delete_selected", "_selected_action": [key]})
    if role not in (*LIBRARIANS, "superuser"):
        assert browser.post(f"{document}/change/", {"is_offered": ""}).status_code == 403
        assert browser.post("/admin/proposals/typicaldocument/add/", facts).status_code == 403
    assert everything() == before


@pytest.mark.parametrize("facts", [None, {}, {"is_staff": True, "is_active": False}])
def test_who_is_no_staff_is_sent_to_the_login(keys, facts):
    browser = Client()
    if facts is not None:
        browser.force_login(factories.user(**facts))
    for place in READ:
        answer = browser.get(f"/admin/{key_for(place, keys)}")
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/admin/login/"), place


@pytest.mark.parametrize("role", [*READERS, "superuser"])
def test_a_draft_is_nowhere(role):
    person = factories.user()
    hidden = complete_draft(_applicant(person), title_kk="Көрінбейтін жоба", title_ru="Невидимый проект")
    shown = filed(_applicant(factories.user()), title_kk="Көрінетін жоба", title_ru="Видимый проект")
    browser = browser_of(NO_ROLE if role == "superuser" else role)
    browser.be_superuser(role == "superuser")
    draft, open_one = hidden.proposals.get(), shown.proposals.get()
    listed = [
        "proposals/proposal/",
        "proposals/proposal/?q=жоба",
        "proposals/proposal/?_popup=1",
        "proposals/proposal/?_facets=True",
        "proposals/proposal/?stage=draft",
        "proposals/application/",
        "autocomplete/?app_label=proposals&model_name=paper&field_name=proposal&term=",
        "autocomplete/?app_label=proposals&model_name=paper&field_name=proposal&term=жоба",
    ]
    for place in listed:
        page = browser.get(f"/admin/{place}").json() if "autocomplete" in place else browser.get(f"/admin/{place}")
        text = str(page) if isinstance(page, dict) else page.content.decode()
        assert "Көрінбейтін" not in text, place
        assert str(draft.pk) not in text, place
        assert str(hidden.pk) not in text, place
        if place != "proposals/proposal/?stage=draft":
            assert str(open_one.pk) in text or str(shown.pk) in text, place
    for place in ("proposals/proposal/{}/change/", "proposals/proposal/{}/history/"):
        assert browser.get(f"/admin/{place.format(draft.pk)}").status_code == 404
    assert browser.get(f"/admin/proposals/application/{hidden.pk}/change/").status_code == 404
    assert browser.get(f"/admin/proposals/proposal/{open_one.pk}/change/").status_code == 200
    assert browser.get(f"/kk/papers/{draft.papers.first().pk}/").status_code == 404
    assert str(draft.pk) not in browser.get("/admin/").content.decode()


def _applicant(person):
    organisation(person)
    return person


REFUSED = {
    "proposals/proposal": [
        "stage__exact=draft",
        "application__organisation__iin__startswith=9",
        "application__organisation__contact_person__contains=А",
        "application__created_by__email__startswith=a",
        "typed__contains=1",
        "preparation_cost__gt=1",
        "sector__proposals__title_kk__contains=а",
    ],
    "proposals/application": ["filed_at__isnull=True", "organisation__iin__startswith=9", "consent_at__isnull=True"],
    "accounts/organisation": ["iin__startswith=9", "phone__contains=7", "memberships__user__email=x"],
}


def test_a_list_is_asked_only_what_its_filters_ask(keys):
    browser = logged_in("clerk")
    for table, conditions in REFUSED.items():
        for condition in conditions:
            assert browser.get(f"/admin/{table}/?{condition}").status_code == 400, condition


def test_its_own_filters_find_the_rows(keys):
    browser = logged_in("clerk")
    for condition in (
        "stage=filed",
        "territory=751710000",
        "territory=750000000",
        "sector__code__exact=education",
        "application__channel__exact=online",
        "application__initiator_type__exact=sme",
    ):
        assert str(keys["proposal"]) in browser.get(f"/admin/proposals/proposal/?{condition}").content.decode()
    for condition in ("stage=review", "territory=751310000", "application__channel__exact=paper"):
        assert str(keys["proposal"]) not in browser.get(f"/admin/proposals/proposal/?{condition}").content.decode()


def test_junk_in_the_address_is_no_fault(keys):
    browser = logged_in("clerk")
    browser.raise_request_exception = False
    for junk in (
        "stage=%00",
        "territory=%00",
        "stage=x",
        "territory=x",
        "q=%00",
        "q=%",
        "p=99999",
        "o=9.9",
        "q=1/9999",
    ):
        assert browser.get(f"/admin/proposals/proposal/?{junk}").status_code < 500, junk
    for table in ("proposals/proposal", "proposals/application", "accounts/organisation"):
        for key in ("1", "x", "_00", "00000000-0000-4000-8000-000000000000"):
            assert browser.get(f"/admin/{table}/{key}/change/").status_code == 404


def test_the_door_to_the_public_page_tells_nothing_about_proposals(keys):
    browser = logged_in("clerk")
    kind = ContentType.objects.get_for_model(Proposal)
    assert browser.get(f"/admin/r/{kind.pk}/{keys['proposal']}/").status_code == 404
    project = factories.project()
    kind = ContentType.objects.get_for_model(type(project))
    assert browser.get(f"/admin/r/{kind.pk}/{project.pk}/").status_code == 302
