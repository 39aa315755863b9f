"""What two people saw stays, completed papers too; who is tied to an applicant hands nothing on; days in order."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction

from accounts.models import Membership
from accounts.roles import Role
from projects.models import Resolution
from projects.services.register import enter
from proposals.models import DraftResolution
from proposals.services import agenda, recording
from proposals.workflow import Stage
from tests import factories
from tests.proposals import sittings
from tests.proposals.applications import PDF, proposal_at, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data", "in_english")]


@pytest.mark.django_db(transaction=True)
def test_a_completed_paper_stays_as_two_people_saw_it(secretary, head):
    known = factories.resolution(number="", adopted="2017")
    before = factories.project(cost=5, resolution=known, status="approved")
    draft = sittings.begun(None, by=secretary, completes=known, adopted="2017-09", declared_count=1)
    sittings.confirmed(sittings.recorded(draft, by=secretary, reason="Сомасы жоқ."), head=head)
    known.refresh_from_db()
    assert known.is_confirmed
    for facts in ({"number": "1"}, {"adopted": "2016"}, {"declared_count": 2}, {"kind": "amendment"}):
        with pytest.raises(DatabaseError, match="only another resolution"), transaction.atomic():
            Resolution.objects.filter(pk=known.pk).update(**facts)
    with pytest.raises(DatabaseError, match="nothing is added"), transaction.atomic():
        enter(factories.entry(resolution=known, status="approved"))
    assert Resolution.objects.filter(pk=known.pk).update(link="https://adilet.example.kz/1") == 1
    assert list(known.projects.all()) == [before]


def test_a_planned_row_takes_over_what_the_list_says_of_it(secretary, head):
    planned = factories.project(cost=5, place_ru="старое место")
    sitting = sittings.session()
    item = agenda.put_project(sitting, planned, by=secretary)
    said = {"place_ru": "новое место", "state_partner_kk": "Басқарма", "contract_type": "concession"}
    agenda.change_item(item, by=secretary, **said)
    sittings.published(sitting, secretary=secretary, head=head)
    planned.refresh_from_db()
    assert {name: getattr(planned, name) for name in said} == said
    assert planned.status == "approved"


def test_who_works_for_an_applicant_is_told_so_and_another_secretary_hands_it_on(secretary):
    proposal = proposal_at(Stage.AGENDA)
    item = proposal.agenda_items.get()
    draft = sittings.counted(sittings.begun(item.session, by=secretary), by=secretary)
    Membership.objects.create(organisation=proposal.application.organisation, user=secretary)
    with pytest.raises(ValidationError, match="Somebody else takes this step"):
        sittings.recorded(draft, by=secretary)
    assert sittings.recorded(draft, by=staff(Role.SECRETARY)).state == "recorded"


def test_a_paper_is_not_older_than_its_session(secretary):
    sitting = sittings.session(held_on=sittings.days(-3))
    sittings.state_project(sitting, by=secretary)
    draft = sittings.begun(sitting, by=secretary, adopted=sittings.days(-4).isoformat())
    draft = sittings.counted(draft, by=secretary)
    with pytest.raises(ValidationError, match="dated before its session"):
        sittings.recorded(draft, by=secretary)
    draft.refresh_from_db()
    draft = recording.save_paper(draft, by=secretary, version=draft.version, adopted=sittings.days(-3).isoformat())
    assert sittings.recorded(draft, by=secretary).state == "recorded"


def test_a_line_of_another_region_is_not_changed(secretary):
    elsewhere = factories.project_in("approved", territory=factories.ASTANA)
    here = factories.project_in("approved")
    draft = sittings.begun(None, by=secretary, kind="exclusion")
    facts = {"by": secretary, "version": draft.version, "reason_kk": "Себебі"}
    with pytest.raises(ValidationError, match="another maslikhat decides there"):
        recording.revise(draft, elsewhere, "exclude", **facts)
    assert recording.revise(draft, here, "exclude", **facts).project == here


def test_no_personal_number_stands_in_the_name_of_a_scan(secretary, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    draft = sittings.begun(None, by=secretary, kind="yearly_report")
    scan = SimpleUploadedFile("шешім 900101300017.pdf", PDF, "application/pdf")
    draft = recording.save_paper(draft, by=secretary, version=draft.version, scan=scan)
    name = DraftResolution.objects.get(pk=draft.pk).scan_name
    assert "900101300017" not in name
    assert name.startswith("шешім")
    assert name.endswith(".pdf")
