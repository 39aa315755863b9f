"""An expert knows of the proposals of the own sectors, nobody of those in conflict: in lists, counts, likenesses."""

from types import SimpleNamespace

import pytest

from accounts.roles import Role
from proposals.queries.access import filed_proposals, readable_papers
from proposals.queries.desk import Desk
from proposals.queries.staff import stage_counts
from proposals.services.drafts import add_proposal
from proposals.services.intake import file
from proposals.services.review import declare
from proposals.workflow import Stage
from reference.services import load_parameters
from tests.proposals.applications import (
    SITE,
    applicant,
    clear,
    complete,
    draft,
    expert_of,
    explained,
    filled,
    proposal_at,
    staff,
    with_papers,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

TITLE = "Медеу ауданында бассейн салу"


@pytest.fixture
def two_sectors() -> SimpleNamespace:
    """One application with proposals of two sectors."""
    by = applicant()
    application = draft(by)
    add_proposal(application, by=by)
    complete(application, by)
    for place, sector in {1: "education", 2: "health"}.items():
        row = application.proposals.get(position=place)
        filled(row, sector_id=sector, title_kk=f"{TITLE} {sector}", title_ru="")
        with_papers(row, by)
    file(explained(application), by=by, consent=True, publish_agreed=False, site=SITE)
    school, clinic = application.proposals.order_by("position")
    return SimpleNamespace(application=application, school=school, clinic=clinic)


def test_an_expert_counts_lists_and_finds_only_the_own_sector(two_sectors, client):
    load_parameters()
    expert, clerk = expert_of(), staff(Role.CLERK)
    assert list(filed_proposals(expert)) == [two_sectors.school]
    assert sum(count for _stage, count in stage_counts(expert)) == 1
    assert set(Desk(expert).facts) == {two_sectors.school.pk}
    assert sum(count for _stage, count in stage_counts(clerk)) == len(Desk(clerk).facts) == 2
    told = {}
    for name, person in {"expert": expert, "clerk": clerk}.items():
        client.force_login(person)
        places = (
            "proposal/",
            "proposal/?_facets=True",
            "proposal/?q=бассейн",
            "application/",
            "proposal/?stage=filed",
        )
        told[name] = [client.get(f"/admin/proposals/{place}").content.decode() for place in places]
        told[name] += [client.get("/admin/").content.decode()]
        address = f"/admin/proposals/application/{two_sectors.application.pk}/change/"
        told[name] += [client.get(address).content.decode()]
        application = "/admin/proposals/application/?q={}"
        told[f"{name} finds"] = [
            str(two_sectors.application.pk) in client.get(application.format(word)).content.decode()
            for word in ("education", "health")
        ]
    hidden = str(two_sectors.clinic.pk)
    assert [hidden in page for page in told["expert"]] == [False] * 7
    assert [hidden in page for page in told["clerk"]] == [True, True, True, False, True, True, True]
    assert not any("sector__code__exact=health" in page for page in told["expert"])
    assert any("sector__code__exact=health" in page for page in told["clerk"])
    assert (told["expert finds"], told["clerk finds"]) == ([True, False], [True, True])
    count = '<td class="field-shown_count">{}</td>'
    assert count.format(1) in told["expert"][3]
    assert count.format(2) in told["clerk"][3]
    assert client.get(f"/admin/proposals/proposal/{hidden}/change/").status_code == 200
    client.force_login(expert)
    assert client.get(f"/admin/proposals/proposal/{hidden}/change/").status_code == 404
    assert not readable_papers(clear(expert, two_sectors.school)).filter(proposal=two_sectors.clinic).exists()
    assert readable_papers(expert).filter(proposal=two_sectors.school).exists()


def test_a_sector_given_or_taken_counts_at_once(two_sectors):
    expert = expert_of("health")
    assert list(filed_proposals(expert)) == [two_sectors.clinic]
    expert.expert_sectors.create(sector_id="education")
    assert set(filed_proposals(expert)) == {two_sectors.school, two_sectors.clinic}
    assert filed_proposals(expert).count() == 2
    expert.expert_sectors.all().delete()
    assert not filed_proposals(expert).exists()


def test_similar_and_other_proposals_are_those_one_may_know_of(client):
    owner = applicant()
    one, like, other = (proposal_at(Stage.FILED, by, title_kk=TITLE, title_ru="") for by in (owner, applicant(), owner))
    head = staff(Role.HEAD)
    client.force_login(clear(head, one))
    page = f"/admin/proposals/proposal/{one.pk}/change/"
    found = client.get(page).content.decode()
    assert [str(row.pk) in found for row in (like, other)] == [True, True]
    for row in (like, other):
        declare(row, by=head, has_conflict=True, ground="family")
    found = client.get(page).content.decode()
    assert [str(row.pk) in found for row in (like, other)] == [False, False]
    assert like.application.applicant_name not in found
