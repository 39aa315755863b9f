"""The pages of figures against addresses and moments that nobody means well: repeats, rubbish, writers in between."""

from urllib.parse import urlencode

import pytest
from django.db import connection
from django.urls import reverse

from accounts.roles import Role
from projects.models import Project
from proposals.dashboard import holding, register
from proposals.dashboard.scope import Scope
from proposals.dashboard.sections import PAGES
from reference.models import Sector
from tests import factories
from tests.proposals.applications import proposal_at
from tests.registry.people import logged_in

KEYS = [page.key for page in PAGES]
DOORS = [
    *(reverse("admin:statistics_section", args=[key]) for key in KEYS),
    reverse("admin:statistics_report"),
    reverse("admin:statistics_report_pdf"),
    reverse("admin:statistics_report_xlsx"),
]
NAMES = ("first_year", "last_year", "sector", "territory", "initiator_type", "status", "section", "lang")
RUBBISH = [
    "0",
    "-1",
    "99999",
    "9" * 5000,
    "1e400",
    "NaN",
    "0x7E1",
    "2017.5",
    "2017 OR 1=1",
    "'",
    "%",
    "Education",
    "EXCLUDED",
    "750000000 ",
    "75\u00a00000000",
    "\u202e7102",
    "\ud7ff\ue000",
    "<script>",
    "None",
    "null",
    "[]",
    "ё" * 3000,
    "📈",
    "\r\nSet-Cookie: a=b",
]


@pytest.mark.django_db
@pytest.mark.usefixtures("reference_data")
class TestAddresses:
    @pytest.mark.parametrize("door", DOORS)
    def test_rubbish_is_refused_at_its_box_and_never_breaks_a_page(self, door):
        head = logged_in(Role.HEAD)
        known = NAMES if "report" in door else NAMES[:6]
        for name in known:
            # The sections share one form and the files another: of each kind one page takes everything.
            for text in RUBBISH if door in (DOORS[0], DOORS[-1]) else RUBBISH[::4]:
                answer = head.get(door, {name: text})
                assert answer.status_code in (200, 400), (name, text)
                if answer.status_code == 200:
                    assert (name, text) == ("territory", "750000000 ") or not text.strip(), (name, text)
                    continue
                assert "figures-error" in answer.text, (name, text)
                assert "figures-block" not in answer.text

    @pytest.mark.parametrize("door", DOORS)
    @pytest.mark.parametrize("query", ["sector=a%00b", "first_year=%00", "x=%00", "%00=1"])
    def test_nul_is_refused(self, door, query):
        assert logged_in(Role.HEAD).get(f"{door}?{query}").status_code == 400

    @pytest.mark.parametrize("door", DOORS)
    def test_bytes_that_are_no_text_are_refused(self, door):
        assert logged_in(Role.HEAD).get(f"{door}?sector=%ff%fe&first_year=%c3%28").status_code == 400

    @pytest.mark.parametrize("door", DOORS)
    def test_what_is_said_twice_is_refused_at_its_box(self, door):
        """Of two years one would be forgotten, and figures of the other handed in."""
        head = logged_in(Role.HEAD)
        for query in ("first_year=2016&first_year=2017", "sector=sport&sector=", "sector=sport&sector=education"):
            answer = head.get(f"{door}?{query}")
            assert answer.status_code == 400, query
            assert "This filter is given twice. Give it once." in answer.text, query
        if "report" in door:
            assert head.get(f"{door}?lang=kk&lang=ru").status_code == 400

    @pytest.mark.parametrize("door", DOORS)
    def test_two_thousand_parameters_are_refused(self, door):
        names = urlencode([(f"a{place}", 1) for place in range(2001)])
        assert logged_in(Role.HEAD).get(f"{door}?{names}").status_code == 400

    @pytest.mark.parametrize("door", DOORS)
    @pytest.mark.parametrize("role", [Role.HEAD, Role.EXPERT])
    def test_nothing_is_kept_by_a_cache(self, door, role):
        answer = logged_in(role).get(door)
        assert answer.status_code == (403 if role == Role.EXPERT and "report" in door else 200)
        kept = answer.headers["Cache-Control"]
        assert "no-store" in kept
        assert "private" in kept
        assert "public" not in kept
        assert "Cookie" in answer.headers["Vary"]
        assert "ETag" not in answer.headers

    def test_a_sector_named_by_digits_is_a_sector(self):
        """Staff may add sectors, and the code of one may look like that of a territory."""
        digits = Sector.objects.create(
            code="710000000", name_kk="Жаңа", name_ru="Новая", name_en="New", oc4ids_codes=[]
        )
        factories.project_in("approved", cost=5)
        Project.objects.update(sector=digits)
        page = logged_in(Role.HEAD).get(DOORS[0])
        assert page.status_code == 200
        assert "sector=710000000" in page.text

    def test_papers_of_a_district_stand_with_those_of_its_region(self):
        """A city or region includes its districts, in the table of papers as in all others."""
        paper = factories.resolution(territory=factories.MEDEU, declared_count=3)
        factories.resolution(territory=factories.ASTANA, declared_count=4)
        page = logged_in(Role.HEAD).get(DOORS[0], {"territory": factories.ALMATY}).text
        assert page.count("/resolutions/") == 1
        assert f"/resolutions/{paper.pk}/" in page

    def test_no_figure_leads_to_rows_of_another_sector(self):
        """The list drops a filter of a sector of which it has no row; a figure of nothing must not lead there."""
        for stage in ("filed", "clarification", "review"):
            proposal_at(stage)
        head = logged_in(Role.HEAD)
        for door in DOORS[: len(KEYS)]:
            page = head.get(door, {"sector": "sport"}).text
            for address in {part.partition('"')[0] for part in page.split('href="')[1:]}:
                if "/admin/proposals/proposal/?" in address:
                    assert head.get(address.replace("&amp;", "&")).context_data["cl"].result_count == 0, address


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("reference_data")
class TestMoments:
    def test_a_page_is_of_one_moment_whoever_writes_between_its_questions(self, monkeypatch):
        """Sectors and years are asked before the faces: a project approved between them would stand in one table."""
        factories.project_in("approved", cost=5)
        head = logged_in(Role.HEAD)
        other = connection.copy()
        asked = holding.Holding._of_faces

        def written_before(self, choice):
            with other.cursor() as cursor:
                cursor.execute("UPDATE projects_project SET sector_id = 'sport', year = 2001, jobs = 7")
            return asked(self, choice)

        monkeypatch.setattr(holding.Holding, "_of_faces", written_before)
        try:
            made = head.get(DOORS[0], {"first_year": 2001, "last_year": 2001})
        finally:
            other.close()
        assert made.status_code == 200
        assert Project.objects.get().jobs == 7
        assert register.section(Scope(head.user, sector=Sector.objects.get(pk="sport"))).figures[0].value == 1
        assert made.text.count("No project counts here.") == 5
