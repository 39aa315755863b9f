"""The register as OC4IDS: a compact copy of the standard's rules here, the whole standard where its folder is named."""

import io
import json
import os
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from projects.exports.dictionary import BLOCK_NAME, OC4IDS_EXTRA
from projects.exports.oc4ids_check import Standard, check, is_moment, is_uri
from projects.models import Document, Obligation, Project
from projects.services import contracts
from projects.services.register import exclude
from reference.codelists import OC4IDS_STATUS, DocumentType, ProjectStatus, ResolutionKind
from tests import factories
from tests.projects.exported import API, body
from tests.registry.people import Browser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

STANDARD = os.environ.get("OC4IDS_SCHEMA", "")
STATUSES = "identification preparation implementation completion maintenance decommissioning decommissioned cancelled"
FIELDS = {
    "id", "updated", "language", "identifiers", "publicAuthority", "title", "description", "budget", "period",
    "locations", "status", "sector", "purpose", "parties", "implementationPeriod", "maintenancePeriod", "documents",
    "contractingProcesses", "relatedProjects", BLOCK_NAME,
}  # fmt: skip
"""Fields of a project in OC4IDS 0.9.5 that we fill, and our own block."""


@pytest.fixture
def client():
    return Browser()


def package(client, query=""):
    return json.loads(body(client.get(f"{API}oc4ids.json{query}")))


def parts(value, path=""):
    """Yield every value of a package but those of our own block."""
    yield path, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, held in inner:
        if name != BLOCK_NAME:
            yield from parts(held, f"{path}/{name}")


def everything(clerk):
    """Enter a project that fills every field, a group with a member, and one that is out of the list."""
    full = factories.project_in(
        ProjectStatus.PARTNER_SELECTION,
        initiator_type="sme",
        initiator_size="small",
        title_en="School",
        description_ru="Описание",
        objective_kk="Мақсат",
        place_kk="Медеу ауданы",
        territory=factories.MEDEU,
        state_partner_kk="Білім басқармасы",
        contract_type="concession",
        payment_sources=["sales"],
        asked_sum=2,
        approved_sum=3,
        state_obligations=5,
        term_years="10.50",
        jobs=70,
        implementation_start="2018-05-02",
        contract_ends_on="2028-05",
    )
    contract = factories.contract(full, by=clerk, sum=10, term_years=10, partner_bin="150340000003")
    contracts.change_contract(contract, number="1", signed_on=date(2019, 1, 15), sum=12, reason_kk="Баға", by=clerk)
    Project.objects.filter(pk=full.pk).update(commissioned_on="2020-09-01")
    Obligation.objects.create(project=full, year=2019, amount=5)
    for public in (True, False):
        Document.objects.create(
            project=full,
            document_type=DocumentType.CONTRACT_SIGNED,
            title_kk="Шарт" if public else "Жасырын",
            url="https://example.kz/құжат бір.pdf",
            is_public=public,
        )
    factories.group_of({"cost": 1}, cost=None, group_size=2)
    gone = factories.project_in(ProjectStatus.APPROVED)
    exclude([gone], resolution=factories.resolution(ResolutionKind.EXCLUSION, adopted="2019"), by=None)
    return full


def test_every_field_is_filled_and_every_rule_kept(client, clerk):
    full = everything(clerk)
    made = package(client)
    assert {name: made[name] for name in ("version", "license")} == {
        "version": "0.9",
        "license": "https://creativecommons.org/licenses/by/4.0/",
    }
    assert is_moment(made["publishedDate"])
    assert is_uri(made["uri"])
    projects = made["projects"]
    assert {name for project in projects for name in project} == FIELDS
    assert len({project["id"] for project in projects}) == len(projects) == 4
    for path, value in parts(projects):
        assert value not in (None, "", [], {}), path
        if isinstance(value, list):
            assert len({json.dumps(item, sort_keys=True) for item in value}) == len(value), path
        if path.endswith(("Date", "/updated", "/datePublished", "/date")):
            assert is_moment(value), path
        if path.endswith(("/url", "/uri")):
            assert is_uri(value), path
    (told,) = [project for project in projects if project["id"].endswith(f"-{full.number}")]
    assert told["budget"]["amount"] == {"amount": full.cost, "currency": "KZT"}
    assert told["locations"][0]["address"] == {
        "streetAddress": "Медеу ауданы",
        "locality": "Медеу ауданы",
        "region": "Алматы қаласы",
        "countryName": "Kazakhstan",
    }
    assert [party["roles"] for party in told["parties"]] == [["publicAuthority"], ["supplier"]]
    assert told["publicAuthority"] == {"id": "state-partner", "name": "Білім басқармасы"}
    assert told["implementationPeriod"]["durationInDays"] == 853
    summary = told["contractingProcesses"][0]["summary"]
    assert (summary["status"], summary["contractValue"]["amount"]) == ("active", 10)
    assert [change["newContractValue"]["amount"] for change in summary["modifications"]] == [12]
    assert told["parties"][1]["identifier"]["id"] == "150340000003"


def test_nothing_that_is_not_public_stands_in_it(client, clerk):
    everything(clerk)
    sent = body(client.get(f"{API}oc4ids.json")).decode()
    assert "Жасырын" not in sent
    assert "Шарт" in sent


def test_the_dictionary_names_exactly_our_own_facts(client, clerk):
    everything(clerk)
    blocks = [
        project[BLOCK_NAME] for query in ("", "?as_of=2019-06-01") for project in package(client, query)["projects"]
    ]
    assert {name for block in blocks for name in block} == {entry.name for entry in OC4IDS_EXTRA}


def test_a_group_and_its_member_point_at_each_other_and_unknown_is_no_budget(client):
    factories.group_of({"cost": 1, "title_kk": "Бөлігі"}, cost=None)
    group, member = package(client)["projects"]
    assert "budget" not in group
    assert (group[BLOCK_NAME]["costKnown"], member[BLOCK_NAME]["groupNumber"]) == (False, 1)
    assert group["relatedProjects"] == [
        {"id": "member-2", "scheme": "oc4ids", "identifier": member["id"], "title": "Бөлігі"}
    ]
    assert member["relatedProjects"][0]["identifier"] == group["id"]


def test_a_date_that_is_known_in_part_is_no_day(client):
    made = factories.project(implementation_start="2018-05", term_years="10")
    (project,) = package(client)["projects"]
    assert project["period"] == {"durationInDays": 3652}
    assert project[BLOCK_NAME]["dates"] == {"implementationStart": "2018-05"}
    assert made.number == project[BLOCK_NAME]["number"]


def test_every_status_has_a_code_of_the_standard():
    assert set(OC4IDS_STATUS) == set(ProjectStatus)
    assert set(OC4IDS_STATUS.values()) <= set(STATUSES.split())


def test_a_megabyte_of_description_and_control_characters_survive(client):
    made = factories.project(description_kk="қ" * 1_000_000)
    Project.objects.filter(pk=made.pk).update(place_kk="=1")
    (project,) = package(client)["projects"]
    assert (project["description"], project["locations"][0]["description"]) == ("қ" * 1_000_000, "=1")


# --- the check ---

TINY = Standard(
    {"type": "object", "required": ["uri"], "properties": {"uri": {"type": "string", "format": "uri"}}},
    {
        "type": "object",
        "required": ["id"],
        "properties": {
            "id": {"type": "string"},
            "updated": {"type": "string", "format": "date-time"},
            "status": {"type": "string", "codelist": "s.csv", "openCodelist": False},
            "sector": {"type": "array", "codelist": "o.csv", "openCodelist": True},
            "deep": {"type": "array", "items": {"$ref": "#/definitions/Deep"}},
        },
        "definitions": {"Deep": {"properties": {"kind": {"codelist": "s.csv", "openCodelist": False}}}},
    },
    {"s.csv": {"a", "b"}, "o.csv": {"x"}},
)
GOOD = {
    "id": "1",
    "status": "a",
    "sector": ["x", "own"],
    "deep": [{"kind": "b"}],
    "updated": "2026-01-01T00:00:00+05:00",
}


def test_the_check_takes_what_is_lawful_and_notes_own_codes():
    found = check({"uri": "https://example.kz/", "projects": [GOOD]}, TINY)
    assert (found.errors, found.closed_codes, found.open_codes) == ([], 2, 2)
    assert found.notes == ["own is not in the open codelist o.csv: 1 times"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"id": 5}, "5: id"),
        ({"status": "c"}, "c is not in s.csv"),
        ({"deep": [{"kind": "z"}]}, "/deep/0/kind: z is not in s.csv"),
        ({"updated": "2026-01-01"}, "updated"),
        ({"updated": "2026-01-01T00:00:00"}, "updated"),
    ],
)
def test_the_check_names_what_is_not(changes, told):
    wrong = {**GOOD, **changes}
    found = check({"uri": "https://example.kz/", "projects": [GOOD, wrong]}, TINY)
    assert found.errors
    assert told in " ".join(found.errors)
    assert check({"uri": "қ", "projects": [GOOD]}, TINY).errors
    assert check({"uri": "https://example.kz/", "projects": [GOOD, GOOD]}, TINY).errors


def standard_in(folder, standard):
    """Write a standard as the folder of the real one is."""
    (folder / "codelists").mkdir()
    (folder / "project-package-schema.json").write_text(json.dumps(standard.package))
    (folder / "project-schema.json").write_text(json.dumps(standard.project))
    for name, codes in standard.codelists.items():
        (folder / "codelists" / name).write_text("Code,Title\n" + "".join(f"{code},x\n" for code in codes))


def test_the_command_writes_the_package_and_exits_with_errors_named(client, tmp_path):
    factories.project(title_kk="Мектеп")
    target = tmp_path / "made.json"
    call_command("export_oc4ids", output=str(target))
    assert [project["id"] for project in json.loads(target.read_bytes())["projects"]] == ["kz-ppp-registry-1"]
    printed = io.StringIO()
    call_command("export_oc4ids", stdout=printed)
    assert [project["title"] for project in json.loads(printed.getvalue())["projects"]] == ["Мектеп"]
    with pytest.raises(CommandError, match="does not hold the standard"):
        call_command("export_oc4ids", check=str(tmp_path))
    standard_in(tmp_path, TINY)
    told, errors = io.StringIO(), io.StringIO()
    with pytest.raises(CommandError, match="1 errors"):
        call_command("export_oc4ids", check=str(tmp_path), stdout=told, stderr=errors)
    assert "kz-ppp-registry-1: /status: identification is not in s.csv" in errors.getvalue()


if STANDARD:
    # The files of the standard are not ours to keep here: who has their folder asks the whole of it.
    def test_the_whole_standard_is_kept(clerk):
        everything(clerk)
        told = io.StringIO()
        call_command("export_oc4ids", check=str(Path(STANDARD)), stdout=told)
        assert "4 projects" in told.getvalue()
        assert " 0 errors" in told.getvalue()
