"""Who may do what on the staff site, tried with the very posts that succeed for the right role."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from projects.models import (
    Contract,
    ContractChange,
    DeclaredShare,
    Document,
    ListChange,
    Maslikhat,
    Obligation,
    ObligationCeiling,
    Project,
    Resolution,
    Responsibility,
    StatusChange,
)
from reference.models import LegalParameter, Sector, Territory
from tests import factories
from tests.registry.pages import controls, parse
from tests.registry.people import logged_in, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

NO_ROLE = "no role"
ROLES = [*Role.values, NO_ROLE]
READERS = ["clerk", "expert", "head", "secretary", "auditor"]
TABLES = [Project, Resolution, StatusChange, DeclaredShare, Document, Responsibility, Maslikhat]
TABLES += [Contract, ContractChange, ListChange, Obligation, ObligationCeiling]
TABLES += [User, Sector, Territory, LegalParameter, LogEntry]


def browser_of(role):
    return logged_in(*([] if role == NO_ROLE else [role]))


@pytest.fixture
def rows(law):
    """Rows to look at and to act on."""
    return {
        "planned": factories.project(),
        "approved": factories.project_in("approved"),
        "resolution": factories.resolution(),
        "exclusion": factories.resolution("exclusion"),
        "signed": factories.contract().project,
        "ceiling": factories.ceiling(),
        "person": staff(),
    }


def everything():
    """Return every column of every row, but for the time of the last visit."""
    visits = {"last_login"}
    kept = {
        model: [{name: value for name, value in row.items() if name not in visits} for row in model.objects.values()]
        for model in TABLES
    }
    return kept, sorted(User.groups.through.objects.values_list("user", "group__name"))


# --- reading ---

PAGES = {
    "projects/project/": READERS,
    "projects/project/{planned}/change/": READERS,
    "projects/project/{planned}/history/": READERS,
    "projects/project/add/": ["secretary"],
    "projects/project/{approved}/status/": ["secretary"],
    "projects/resolution/": READERS,
    "projects/resolution/{resolution}/change/": READERS,
    "projects/resolution/{resolution}/history/": READERS,
    "projects/resolution/add/": [],
    "projects/project/{approved}/contract/": ["secretary"],
    "projects/project/{signed}/contract/change/": ["secretary"],
    "projects/project/{signed}/contract/treasury/": ["secretary"],
    "projects/obligationceiling/": READERS,
    "projects/obligationceiling/{ceiling}/change/": READERS,
    "projects/obligationceiling/{ceiling}/history/": READERS,
    "projects/obligationceiling/add/": ["secretary"],
    "projects/maslikhat/": READERS,
    "projects/maslikhat/add/": ["secretary"],
    "accounts/user/": ["auditor", "administrator"],
    "accounts/user/{person}/change/": ["auditor", "administrator"],
    "accounts/user/{person}/history/": ["auditor", "administrator"],
    "accounts/user/{person}/password/": ["administrator"],
    "accounts/user/add/": ["administrator"],
    "reference/sector/": [*READERS, "administrator"],
    "reference/sector/education/change/": [*READERS, "administrator"],
    "reference/sector/add/": ["head", "administrator"],
    "reference/legalparameter/": [*READERS, "administrator"],
    "reference/legalparameter/add/": ["head", "administrator"],
    "reference/territory/add/": ["head", "administrator"],
    "reference/workingdaycorrection/add/": ["head", "administrator"],
    "autocomplete/?app_label=projects&model_name=project&field_name=group&term=": READERS,
    "": ROLES,
    "auth/group/": [],
    "projects/statuschange/": [],
    "projects/document/": [],
    "projects/projectevent/": [],
    "admin/logentry/": [],
}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_its_pages_and_no_others(rows, role):
    browser = browser_of(role)
    keys = {name: row.pk for name, row in rows.items()}
    opened = {page: browser.get(f"/admin/{page.format(**keys)}").status_code for page in PAGES}
    nowhere = {page for page in PAGES if PAGES[page] == []} - {"projects/resolution/add/"}
    assert opened == {
        page: 200 if role in allowed else 404 if page in nowhere else 403 for page, allowed in PAGES.items()
    }


@pytest.mark.parametrize("facts", [None, {}, {"is_staff": True, "is_active": False}])
def test_who_is_no_staff_is_sent_to_the_login_from_every_page_alike(rows, facts):
    browser = Client()
    if facts is not None:
        person = factories.user(**facts)
        person.groups.set([Group.objects.get(name="secretary")])
        browser.force_login(person)
    keys = {name: row.pk for name, row in rows.items()}
    for page in [*PAGES, "projects/project/999999/change/"]:
        address = f"/admin/{page.format(**keys)}"
        answer = browser.get(address)
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/admin/login/"), page


@pytest.mark.parametrize(("role", "sees"), [("auditor", 1), ("administrator", 0), (NO_ROLE, 0)])
def test_the_desk_shows_totals_only_to_those_who_may_see_projects(rows, role, sees):
    assert len(parse(browser_of(role).get("/admin/")).all("section", "totals")) == sees


def test_readers_see_no_box_to_type_in_and_no_button_to_save(rows):
    for role in READERS:
        page = parse(browser_of(role).get(f"/admin/projects/project/{rows['planned'].pk}/change/"))
        boxes = [box for box in page.one("form", id="project_form").all("input") if box.get("type") != "hidden"]
        assert bool(boxes) == (role == "secretary"), role


# --- acting ---


def untouched(address, role="secretary"):
    """Return what the right role's browser would send of the untouched form."""
    page = parse(logged_in(role).get(address))
    return controls(next(form for form in page.all("form") if form.get("id").endswith("_form")))


def change_project(rows):
    address = f"/admin/projects/project/{rows['planned'].pk}/change/"
    return address, {**untouched(address), "title_ru": "Переписано"}


def add_project(rows):
    address = "/admin/projects/project/add/"
    facts = {"title_ru": "Новый", "sector": "education", "territory": factories.ALMATY, "source": "газета"}
    return address, {**untouched(address), **facts, "status": "planned"}


def record_status(rows):
    return f"/admin/projects/project/{rows['approved'].pk}/status/", {"status": "operation", "since": "2020"}


def sign(rows):
    facts = {"number": "1", "signed_on": "02.05.2018", "partner": "«Жаңа мектеп» ЖШС"}
    return f"/admin/projects/project/{rows['approved'].pk}/contract/", facts


def change_contract(rows):
    facts = {"number": "2", "signed_on": "02.05.2019", "sum": "5", "reason_kk": "себебі"}
    return f"/admin/projects/project/{rows['signed'].pk}/contract/change/", facts


def register_treasury(rows):
    return f"/admin/projects/project/{rows['signed'].pk}/contract/treasury/", {"treasury_number": "17/4"}


def add_ceiling(rows):
    facts = {"territory": factories.ALMATY, "year": "2099", "amount": "1 млрд", "source": "№ 5"}
    return "/admin/projects/obligationceiling/add/", facts


def change_resolution(rows):
    address = f"/admin/projects/resolution/{rows['resolution'].pk}/change/"
    return address, {**untouched(address), "number": "переписан"}


def add_user(rows):
    facts = {"email": "new@example.kz", "full_name": "Жаңа", "language": "kk", "usable_password": "true"}
    return "/admin/accounts/user/add/", {**facts, "password1": "ұзын құпия сөз", "password2": "ұзын құпия сөз"}


def change_user(rows):
    address = f"/admin/accounts/user/{rows['person'].pk}/change/"
    return address, {**untouched(address, "administrator"), "full_name": "Басқа", "groups": [_group("head")]}


def _group(name):
    return Group.objects.get(name=name).pk


def change_password(rows):
    word = "жаңа ұзын құпия"
    sent = {"password1": word, "password2": word, "usable_password": "true"}
    return f"/admin/accounts/user/{rows['person'].pk}/password/", sent


def change_sector(rows):
    address = "/admin/reference/sector/education/change/"
    return address, {**untouched(address, "head"), "name_ru": "Переписано"}


def add_sector(rows):
    names = {"name_kk": "а", "name_ru": "б", "name_en": "c"}
    return "/admin/reference/sector/add/", {"code": "zzz", **names, "oc4ids_codes": "x", "order": "3"}


ACTS = {
    "change a project": (change_project, ["secretary"]),
    "add a project": (add_project, ["secretary"]),
    "record a status": (record_status, ["secretary"]),
    "sign a contract": (sign, ["secretary"]),
    "change a contract": (change_contract, ["secretary"]),
    "register a contract": (register_treasury, ["secretary"]),
    "add a ceiling": (add_ceiling, ["secretary"]),
    "change a resolution": (change_resolution, ["secretary"]),
    "add a user": (add_user, ["administrator"]),
    "change a user": (change_user, ["administrator"]),
    "change a password": (change_password, ["administrator"]),
    "change a sector": (change_sector, ["head", "administrator"]),
    "add a sector": (add_sector, ["head", "administrator"]),
}


@pytest.mark.parametrize("name", ACTS)
def test_only_the_right_role_acts_and_a_crafted_post_of_any_other_changes_nothing(rows, name):
    prepare, allowed = ACTS[name]
    address, sent = prepare(rows)
    browsers = {role: browser_of(role) for role in ROLES}
    before = everything()
    statuses = {role: browsers[role].post(address, sent).status_code for role in ROLES if role not in allowed}
    assert statuses == dict.fromkeys(statuses, 403)
    assert Client().post(address, sent).status_code == 302
    assert everything() == before
    answer = browsers[allowed[0]].post(address, sent)
    assert (answer.status_code, everything() != before) == (302, True)


@pytest.mark.parametrize("role", ["head", "secretary", "administrator", "superuser"])
def test_nobody_deletes(rows, role):
    browser = browser_of(NO_ROLE if role == "superuser" else role)
    browser.be_superuser(role == "superuser")
    paths = [
        f"projects/project/{rows['planned'].pk}",
        f"projects/resolution/{rows['resolution'].pk}",
        f"projects/maslikhat/{rows['resolution'].maslikhat_id}",
        f"accounts/user/{rows['person'].pk}",
        f"projects/obligationceiling/{rows['ceiling'].pk}",
        "reference/sector/education",
        f"reference/territory/{factories.ALMATY}",
    ]
    before = everything()
    for path in paths:
        assert browser.post(f"/admin/{path}/delete/", {"post": "yes"}).status_code == 403, path
        table, key = path.rsplit("/", 1)
        browser.post(f"/admin/{table}/", {"action": "delete_selected", "_selected_action": [key], "post": "yes"})
    assert everything() == before


def test_no_page_offers_to_delete(rows):
    browser = browser_of(Role.SECRETARY)
    for page in (f"projects/project/{rows['planned'].pk}", f"projects/resolution/{rows['resolution'].pk}"):
        found = parse(browser.get(f"/admin/{page}/change/"))
        assert (found.all("a", "deletelink"), found.all("input", type="checkbox", name="documents-0-DELETE")) == (
            [],
            [],
        )
        assert browser.get(f"/admin/{page}/delete/").status_code == 403


INLINES = {
    "project": ["responsibilities", "obligations", "documents", "status_changes"],
    "resolution": ["declared_shares"],
}


@pytest.mark.parametrize("is_root", [False, True])
@pytest.mark.parametrize("table", INLINES)
def test_no_row_is_deleted_through_the_page_it_stands_on(rows, table, is_root):
    row = rows["planned" if table == "project" else "resolution"]
    Responsibility.objects.create(project=rows["planned"], area="land", bearer="state")
    Obligation.objects.create(project=rows["planned"], year=2027, amount=5)
    Document.objects.create(project=rows["planned"], url="https://example.kz/x")
    DeclaredShare.objects.create(resolution=rows["resolution"], initiator_type="sme", count=2)
    address = f"/admin/projects/{table}/{row.pk}/change/"
    browser = logged_in(Role.SECRETARY)
    browser.be_superuser(is_root)
    sent = controls(parse(browser.get(address)).one("form", id=f"{table}_form"))
    keys = {inline: getattr(row, inline).get().pk for inline in INLINES[table]}
    for inline, key in keys.items():
        sent |= {f"{inline}-TOTAL_FORMS": "1", f"{inline}-INITIAL_FORMS": "1"}
        sent |= {f"{inline}-0-DELETE": "on", f"{inline}-0-id": key}
    browser.post(address, sent)
    assert {inline: getattr(row, inline).filter(pk=key).count() for inline, key in keys.items()} == dict.fromkeys(
        keys, 1
    )
