"""What PostgreSQL writes of a project is what ``project_of`` says of it, value for value, whatever the row holds."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.utils.translation import override

from projects.exports import oc4ids
from projects.exports.cells import as_json
from projects.models import Document, Obligation, Project, StatusChange
from projects.services import contracts
from projects.services.register import approve, exclude
from reference.codelists import ProjectStatus, ResolutionKind
from reference.models import Sector, Territory
from tests import factories
from tests.projects.test_exports_copied import HOSTILE, fill, view_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


@pytest.fixture
def by_python(monkeypatch):
    """Return the numbers of the rows that Python wrote; a test empties it."""
    told, made = [], oc4ids.projects_of

    def counted(view, chunk):
        told.extend(record["number"] for record in chunk)
        return made(view, chunk)

    monkeypatch.setattr(oc4ids, "projects_of", counted)
    return told


def same(by_python, query="", language="kk"):
    """Hold the package against the writer of single projects; return the numbers that the database did not write."""
    by_python.clear()
    with override(language):
        view = view_of(query, language)
        sent = json.loads(b"".join(oc4ids.package(view, view.figures())))
        numbers = sorted(by_python)
        wanted = json.loads(as_json(oc4ids.projects_of(view, list(view.records()))))
    assert sent["projects"] == wanted
    return numbers


def many(count=40):
    """Enter rows that differ in everything a line is made of; every combination that matters occurs."""
    papers = [
        factories.resolution(adopted=adopted, link="https://example.kz/қаулы")
        for adopted in ("2017-09-14", "2018-05", "")
    ]
    out = factories.resolution(ResolutionKind.EXCLUSION, adopted="2019")
    group = factories.group_of({"cost": 1, "title_kk": 'Бірінші "бөлігі"'}, {"title_en": "x"}, cost=None, group_size=2)
    made = [factories.project(territory=factories.MEDEU if turn % 3 else factories.ALMATY) for turn in range(count)]
    terms = [None, Decimal("10.00"), Decimal("2.00"), Decimal("2.50"), Decimal("6.00"), Decimal("1.03")]
    fill(title_en=["", "School", ""], term_years=terms)
    for place, paper in enumerate(papers):
        approve(made[place : count // 2 : 3], resolution=paper, by=None)
    exclude(made[:8], resolution=out, by=None)
    fill(
        description_ru=["", 'Сипаттамасы\nекінші \\ "жол"\u2028'], description_kk=["", "", "қ"],
        place_kk=["", "Медеу", "", '"\ue000"'], place_ru=["", "", "Алатау \\1 \\\\"],
        objective_en=["x", ""], state_partner_ru=["Акимат", "", ""],
        private_partner=["", "«А» ЖШС", ""], initiator_type=["sme", "unknown"], initiator_size=["small", ""],
        source=["x"], source_url=["https://example.kz/a?b=%D2%9B&c=[1]#'~", "https://example.kz/", "x", ""],
        contract_type=["", "concession"], payment_sources=[[], ["sales"]],
        asked_sum=[None, 0, 5], approved_sum=[None, 7], signed_sum=[None, None, 1],
        state_obligations=[None, None, None, 10**13],
        jobs=[None, 0, 5], year=[None, 2017],
        implementation_start=["", "2018-05-02", "2018-05", "2024-02-29", "", "2030-01-01"],
        contract_signed_on=["", "2017-01-01", "2017"], commissioned_on=["", "2024-03-01", "2018-05-02", "2020-09"],
        contract_ends_on=["", "2028-05-01", "2018-05-02", "2024-03-02", "2028"],
        updated_at=[datetime(2024, 2, 29, 17, 59, 59, 999_990, UTC), datetime(2024, 2, 29, 19, tzinfo=UTC),
                    datetime(2026, 1, 1, 0, 0, 0, 1, UTC), datetime(2026, 6, 1, 0, 0, 0, 500_000, UTC)],
    )  # fmt: skip
    assert group.members.count() == 2
    return made


def test_rows_of_all_kinds_are_written_by_the_database_as_python_would(by_python):
    many()
    for language in ("kk", "ru", "en"):
        assert same(by_python, "", language) == []
    assert same(by_python, "ordering=-title&sector=education", "en") == []
    assert same(by_python, "as_of=2018-09-14", "ru") == []
    assert same(by_python, "search=жоқ_сөз") == []


def test_many_steps_sectors_without_codes_and_a_prefix_of_ones_own(by_python, settings):
    settings.OC4IDS_PREFIX = 'oc4ids-"ab"'
    made = [factories.project(sector="health"), factories.project(sector="sport"), factories.project()]
    approve(made, resolution=factories.resolution(), by=None)
    for turn, status in enumerate((ProjectStatus.PARTNER_SELECTION, ProjectStatus.IMPLEMENTATION)):
        StatusChange.objects.create(
            project=made[0], status=status, since=f"20{18 + turn}-05", source_url="https://a.kz/x"
        )
    Sector.objects.filter(pk="health").update(oc4ids_codes=[])
    Sector.objects.filter(pk="sport").update(oc4ids_codes=["health", "x", "health"])
    Territory.objects.filter(pk=factories.ALMATY).update(name_kk='"Алматы" \\ \ue000')
    assert same(by_python) == []


def test_what_other_tables_say_is_written_too(by_python, clerk):
    made = [factories.project_in(ProjectStatus.PARTNER_SELECTION, term_years="10.50") for _ in range(4)]
    made += [factories.project() for _ in range(4)]
    for place, facts in enumerate(
        ({"sum": 10, "term_years": 10, "partner_bin": "150340000003"}, {"number": '5 "а"'}, {})
    ):
        factories.contract(made[place], by=clerk, **facts)
    Project.objects.filter(pk=made[2].pk).update(status="terminated", private_partner="Басқа \\")
    file = {"file": "x.pdf", "size": 1, "sha256": "x", "original_name": "Құжат.pdf", "content_type": "application/pdf"}
    papers = (
        (2, {"title_kk": "Шарт", "url": "https://example.kz/"}),
        (3, file),
        (4, {**file, "title_en": "x"}),
        (4, {"url": "https://example.kz/b", "language": "ru", "document_type": "contractSigned"}),
    )
    for place, facts in papers:
        for is_public in (True, False):
            Document.objects.create(project=made[place], is_public=is_public, **facts)
    for year, place in ((2019, 3), (2018, 3), (2020, 5)):
        Obligation.objects.create(project=made[place], year=year, amount=year * 10**9)
    for language in ("kk", "en"):
        assert same(by_python, "", language) == []
    assert same(by_python, "as_of=2018-09-14", "ru") == []


def test_what_lines_do_not_say_is_written_by_python_at_its_place(by_python, clerk, monkeypatch):
    made = [factories.project_in(ProjectStatus.PARTNER_SELECTION) for _ in range(2)]
    made += [factories.project() for _ in range(5)]
    contract = factories.contract(made[0], by=clerk, sum=10, term_years=10)
    contracts.change_contract(contract, number="1", signed_on=date(2019, 1, 15), sum=12, reason_kk="Баға", by=clerk)
    Document.objects.create(project=made[2], title_kk="Шарт", url="https://example.kz/құжат", is_public=True)
    Document.objects.create(project=made[3], title_kk="Шарт", url="https://example.kz/құжат", is_public=False)
    Project.objects.filter(pk=made[4].pk).update(source_url="https://example.kz/құжат бір")
    StatusChange.objects.create(project=made[5], status="planned", source_url="https://example.kz/құжат")
    by_hand = [made[place].number for place in (0, 2, 4, 5)]
    assert same(by_python) == by_hand
    # In every chunk, wherever in it.
    monkeypatch.setattr(oc4ids, "CHUNK", 3)
    monkeypatch.setattr(oc4ids, "MOST_PAPERS", 0)
    assert same(by_python, "ordering=-number") == by_hand


def test_hostile_texts_come_out_as_the_rules_of_cells_write_them(by_python):
    facts = {"sector_id": "health", "territory_id": factories.MEDEU, "status": "planned", "source": "x"}
    Project.objects.bulk_create(Project(number=n, title_kk="x", **facts) for n in range(1, len(HOSTILE) + 1))
    with connection.cursor() as cursor:
        # Past the fields, which clean what they are given.
        cursor.execute(
            "UPDATE projects_project AS held SET title_ru = t, place_kk = t, description_en = t, private_partner = t,"
            " state_partner_kk = t, objective_kk = t, source_url = t"
            " FROM unnest(%s::int[], %s::text[]) AS told(number, t) WHERE held.number = told.number",
            [list(range(1, len(HOSTILE) + 1)), HOSTILE],
        )
    assert len(same(by_python, "", "ru")) > 100
    Project.objects.update(source_url="")
    unclean = same(by_python, "", "ru")
    assert len(HOSTILE) > len(unclean) >= len([text for text in HOSTILE if oc4ids.text(text) != text])
