"""Another applicant, logged in, finds nothing: not the page, not the file, not the draft, not in counts and search."""

import uuid

import pytest

from accounts.models import User
from proposals.models import Application, Clarification, Paper, Proposal
from proposals.queries.access import filed_proposals, own_applications, readable_papers
from proposals.queries.mine import my_applications
from proposals.services.drafts import begin
from proposals.steps import FormStep
from proposals.workflow import Stage
from reference.codelists import Channel
from tests.factories import user
from tests.proposals.applications import (
    applicant,
    clear,
    complete_draft,
    expert_of,
    filed,
    organisation,
    pdf,
    proposal_at,
    staff,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

GETS = {
    "application": "applications/{a}/",
    "file": "applications/{a}/file/",
    "receipt": "applications/{a}/receipt/",
    "receipt.pdf": "applications/{a}/receipt.pdf",
    "delete": "applications/{a}/delete/",
    "proposal": "applications/{a}/proposals/{p}/",
    "remove": "applications/{a}/proposals/{p}/remove/",
    "withdraw": "applications/{a}/proposals/{p}/withdraw/",
    "documents": "applications/{a}/proposals/{p}/documents/",
    "document": "applications/{a}/proposals/{p}/documents/{x}/",
    "paper": "papers/{f}/",
    **{step: f"applications/{{a}}/proposals/{{p}}/{step}/" for step in FormStep.values},
}
POSTS = {
    "file": "applications/{a}/file/",
    "delete": "applications/{a}/delete/",
    "copy": "applications/{a}/copy/",
    "add": "applications/{a}/proposals/add/",
    "remove": "applications/{a}/proposals/{p}/remove/",
    "withdraw": "applications/{a}/proposals/{p}/withdraw/",
    "answer": "applications/{a}/proposals/{p}/answer/1/",
    "upload": "applications/{a}/proposals/{p}/papers/upload/",
    "replace": "applications/{a}/proposals/{p}/papers/{f}/replace/",
    "mark": "applications/{a}/proposals/{p}/papers/{f}/mark/",
    "unpaper": "applications/{a}/proposals/{p}/papers/{f}/remove/",
    **{step: f"applications/{{a}}/proposals/{{p}}/{step}/" for step in FormStep.values},
}
BODY = {"consent": "on", "note": "x", "answer": "x", "version": 1, "problem": "x", "boxes": "problem", "kind": "other"}


def keys(proposal: Proposal | None) -> dict[str, object]:
    if proposal is None:
        return {name: uuid.uuid4() for name in "apfx"}
    return {"a": proposal.application_id, "p": proposal.pk, "f": proposal.papers.first().pk, "x": uuid.uuid4()}


def state():
    return [sorted(map(str, model.objects.values_list())) for model in (Application, Proposal, Paper, Clarification)]


@pytest.fixture(params=["draft", "filed"])
def theirs(request) -> Proposal:
    return proposal_at(request.param)


def strangers() -> dict[str, User]:
    return {
        "another applicant": applicant(),
        "nobody's": user(),
        "head": staff("head"),
        "expert": expert_of(),
        "clerk": staff("clerk"),
        "superuser": user(is_staff=True, is_superuser=True),
    }


def test_strangers_find_nothing_on_any_address(client, theirs):
    before, there = state(), keys(theirs)
    for name, person in strangers().items():
        client.force_login(person)
        for what, path in GETS.items():
            if what == "paper" and theirs.stage == Stage.FILED and name == "clerk":
                continue  # the chamber reads what is filed; a head and an expert declare first
            assert client.get(f"/kk/{path.format(**there)}").status_code == 404, (name, what)
            if name == "another applicant":
                assert client.head(f"/kk/{path.format(**there)}").status_code == 404, (name, what)
        for what, path in POSTS.items():
            address = f"/kk/{path.format(**there)}"
            assert client.post(address, {**BODY, "file": pdf()}).status_code == 404, (name, what)
            if name == "another applicant":
                script = client.post(address, BODY, headers={"X-Requested-With": "autosave"})
                assert script.status_code == 404, (name, what)
    assert state() == before


def test_the_applicants_own_people_find_all_of_it(client):
    by = applicant()
    theirs = proposal_at("draft", by)
    client.force_login(by)
    for what, path in GETS.items():
        if what not in ("receipt", "receipt.pdf", "proposal", "withdraw", "document"):
            assert client.get(f"/kk/{path.format(**keys(theirs))}").status_code == 200, what
    theirs = proposal_at("filed", by)
    for what in ("application", "receipt", "receipt.pdf", "proposal", "withdraw", "documents", "paper"):
        assert client.get(f"/kk/{GETS[what].format(**keys(theirs))}").status_code == 200, what


def test_without_a_login_an_address_tells_nothing_about_what_exists(client, theirs):
    there, nowhere = keys(theirs), keys(None)
    for method, paths in ((client.get, GETS), (client.head, GETS), (client.post, POSTS)):
        for what, path in paths.items():
            answers = []
            for ids in (there, nowhere):
                address = f"/kk/{path.format(**ids)}"
                answer = method(address)
                where = answer.get("Location", "")
                for name, key in ids.items():
                    where = where.replace(str(key), name)
                answers.append((answer.status_code, where, answer.content))
            assert answers[0] == answers[1], (method, what)
            assert answers[0][0] == 302
            assert answers[0][1].startswith("/kk/account/login/?next="), what


@pytest.mark.parametrize("what", POSTS)
def test_a_button_pressed_after_the_session_ended_leads_to_a_page_that_opens(client, what):
    by = applicant()
    proposal = proposal_at("draft", by)
    answer = client.post(f"/kk/{POSTS[what].format(**keys(proposal))}", BODY)
    back = client.post(answer["Location"], {"email": by.email, "password": "ұзын құпия сөз"})
    assert client.get(back["Location"], follow=True).status_code == 200


def test_a_proposal_is_not_found_below_another_application_of_ones_own(client):
    by = applicant()
    one, two = proposal_at("draft", by), proposal_at("draft", by)
    client.force_login(by)
    mixed = {**keys(one), "a": two.application_id}
    assert client.get(f"/kk/{GETS['idea'].format(**mixed)}").status_code == 404
    mixed = {**keys(one), "f": two.papers.first().pk}
    assert client.post(f"/kk/{POSTS['unpaper'].format(**mixed)}").status_code == 404
    assert Paper.objects.filter(pk=mixed["f"]).exists()


def test_lists_hold_only_ones_own():
    one, other = applicant(), applicant()
    mine = [complete_draft(one), filed(one)]
    theirs = [complete_draft(other), filed(other)]
    assert set(my_applications(one)) == set(own_applications(one)) == set(mine)
    assert set(my_applications(other)) == set(theirs)
    assert {paper.proposal.application for paper in readable_papers(one)} == set(mine)


def test_the_chamber_reads_filed_proposals_and_no_drafts():
    by = applicant()
    complete_draft(by)
    proposal = filed(by).proposals.get()
    for person in (staff("clerk"), clear(staff("head"), proposal), staff("auditor"), clear(expert_of(), proposal)):
        assert list(filed_proposals(person)) == [proposal]
        assert {paper.proposal for paper in readable_papers(person)} == {proposal}
    for person in (staff("head"), expert_of()):  # they know of it, and declare before they open it
        assert list(filed_proposals(person)) == [proposal]
        assert not readable_papers(person).exists()
    plain = staff("clerk")
    plain.is_staff = False
    for person in (by, plain, user(), expert_of("health"), staff("secretary"), staff("administrator")):
        assert not filed_proposals(person).exists()


def test_whoever_leaves_the_organisation_sees_its_applications_no_more():
    by, colleague = applicant(), user()
    application = complete_draft(by)
    seat = application.organisation.memberships.create(user=colleague)
    assert own_applications(colleague).get() == application
    seat.delete()
    assert not own_applications(User.objects.get(pk=colleague.pk)).exists()
    assert not readable_papers(colleague).exists()


def test_a_person_of_two_seats_finds_each_application_once():
    by = applicant()
    organisation(by)
    application = complete_draft(by)
    application.organisation.memberships.create(user=user())
    assert list(own_applications(by)) == [application]
    assert len(my_applications(by)) == 1


def test_a_clerk_opens_what_came_on_paper_and_nobody_elses_draft(client):
    import datetime

    clerk, other = staff("clerk"), staff("clerk")
    complete_draft()
    facts = {"organisation": organisation(), "language": "kk", "received_on": datetime.date(2026, 9, 14)}
    begun = begin(by=clerk, key=uuid.uuid4(), **facts)
    assert begun.channel == Channel.PAPER
    assert list(own_applications(clerk)) == list(own_applications(other)) == [begun]
    for role in ("head", "auditor", "secretary", "expert", "administrator"):
        assert not own_applications(staff(role)).exists()
    other.is_staff = False
    assert not own_applications(other).exists()
