"""Similar proposals: the applicant learns a count and public titles, never a draft and nothing of the own company."""

import pytest

from proposals.queries.similar import similar_for_applicant, similar_proposals
from proposals.services.drafts import add_proposal
from tests import factories
from tests.factories import ALMATY, ASTANA, MEDEU
from tests.proposals.applications import applicant, complete_draft, draft, filed, filled, proposal_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

TITLE = "Медеу ауданында балабақша салу"


@pytest.fixture
def mine():
    return filled(draft().proposals.get(), title_kk=TITLE, title_ru="")


def other(**facts):
    return filed(**{"title_kk": f"{TITLE} және ұстау", "title_ru": "", **facts}).proposals.get()


def test_others_are_counted_and_named_only_when_they_agreed(mine):
    assert similar_for_applicant(mine).count == 0
    other()
    agreed = other(publish_agreed=True)
    known = similar_for_applicant(mine)
    assert (known.count, known.titles) == (2, [str(agreed)])


def test_drafts_are_never_counted(mine):
    complete_draft(title_kk=TITLE, title_ru="")
    assert similar_for_applicant(mine).count == 0
    assert not similar_proposals(mine).exists()


def test_the_own_organisations_are_not_counted_but_shown_to_the_chamber(mine):
    by = mine.application.created_by
    own = filed(by, title_kk=TITLE, title_ru="").proposals.get()
    add_proposal(mine.application, by=by)
    assert similar_for_applicant(mine).count == 0
    assert list(similar_proposals(mine)) == [own]


@pytest.mark.parametrize(
    ("facts", "is_similar"),
    [
        ({"territory_id": ALMATY}, True),
        ({"territory_id": ASTANA}, False),
        ({"sector_id": "health"}, False),
        ({"title_kk": "Қоқыс өңдеу зауыты"}, False),
        ({"title_kk": "МЕДЕУ АУДАНЫНДА БАЛАБАҚША"}, True),
        ({"title_kk": "", "title_ru": "Медеу ауданында балабакша салу"}, True),
    ],
)
def test_alike_means_sector_place_and_words(mine, facts, is_similar):
    other(**facts)
    assert (similar_for_applicant(mine).count == 1) is is_similar


def test_a_city_finds_its_districts_and_a_district_its_city():
    mine = filled(draft().proposals.get(), title_kk=TITLE, title_ru="", territory_id=ALMATY)
    other(territory_id=MEDEU)
    assert similar_for_applicant(mine).count == 1


def test_the_most_alike_comes_first(mine):
    far = other(title_kk="Медеу ауданында балабақша салу, жабдықтау және он жыл бойы ұстап тұру")
    near = other(title_kk=TITLE)
    assert list(similar_proposals(mine)) == [near, far]


@pytest.mark.parametrize("stage", ["refused", "withdrawn"])
def test_what_came_to_an_end_still_counts(mine, stage):
    proposal_at(stage, title_kk=TITLE, title_ru="")
    assert similar_for_applicant(mine).count == 1


def test_projects_of_the_register_are_named(mine):
    project = factories.project(title_kk=TITLE, title_ru="", territory=MEDEU)
    factories.project(title_kk="Мұз айдыны", territory=MEDEU)
    assert similar_for_applicant(mine).projects == [project]


@pytest.mark.parametrize("gap", [{"sector_id": None}, {"territory_id": None}, {"title_kk": "", "title_ru": ""}])
def test_without_sector_place_or_words_nothing_is_asked(mine, gap, django_assert_num_queries):
    other()
    for name, value in gap.items():
        setattr(mine, name, value)
    mine.application.organisation_id  # noqa: B018
    with django_assert_num_queries(0):
        known = similar_for_applicant(mine)
    assert (known.count, known.titles, known.projects) == (0, [], [])


def test_the_page_tells_the_count_and_no_secret_title(client, mine):
    by = applicant()
    secret, agreed = other(title_kk=f"{TITLE} құпия"), other(title_kk=f"{TITLE} ашық", publish_agreed=True)
    asking = filled(draft(by).proposals.get(), title_kk=TITLE, title_ru="")
    client.force_login(by)
    content = client.get(f"/en/applications/{asking.application_id}/proposals/{asking.pk}/place/").content.decode()
    assert str(agreed) in content
    for hidden in (str(secret), secret.application.number, agreed.application.number, str(secret.pk)):
        assert hidden not in content
    assert secret.application.organisation.name not in content
