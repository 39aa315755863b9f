"""Drafts: begun once, filled in with gaps, thrown away with their files and not before."""

import datetime
import uuid
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation
from proposals.forms.steps import IdeaForm
from proposals.models import Application, Proposal
from proposals.services import drafts
from proposals.services.drafts import MOST_PROPOSALS, NotADraft, StaleVersion, save_step
from proposals.services.papers import attach
from reference.codelists import Channel, CompanySize, LegalForm
from tests.factories import user
from tests.proposals.applications import (
    applicant,
    bin_number,
    complete_draft,
    draft,
    filed,
    organisation,
    pdf,
    staff,
    with_papers,
)  # fmt: skip

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data", "own_folder")]


@pytest.fixture
def own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def typed(proposal, by, version=None, **texts):
    row = Proposal.objects.get(pk=proposal.pk)
    return save_step(
        proposal,
        lambda locked: IdeaForm(texts, instance=locked, only=set(texts)),
        by=by,
        version=version or row.version,
    )


def test_a_draft_begins_with_one_empty_proposal():
    by = applicant()
    begun = draft(by, language="ru")
    assert (begun.channel, begun.language, begun.created_by) == (Channel.ONLINE, "ru", by)
    assert (begun.number or "", begun.is_filed) == ("", False)
    proposal = begun.proposals.get()
    assert (proposal.position, proposal.stage, proposal.cost, proposal.version) == (1, "draft", None, 1)


def test_the_same_form_sent_twice_begins_one():
    by, key = applicant(), uuid.uuid4()
    org = by.memberships.get().organisation
    one, two = (drafts.begin(by=by, organisation=org, language="kk", key=key) for _ in range(2))
    assert one == two
    assert Application.objects.count() == Proposal.objects.count() == 1
    # Another person's form with the same key is another form.
    other = applicant()
    assert draft(other) != drafts.begin(
        by=other, organisation=other.memberships.get().organisation, language="kk", key=key
    )
    assert Application.objects.count() == 3


@pytest.mark.parametrize("person", ["stranger", "clerk", "head"])
def test_nobody_begins_online_for_an_organisation_of_others(person):
    org = organisation(user())
    who = applicant() if person == "stranger" else staff(person)
    with pytest.raises(PermissionDenied):
        drafts.begin(by=who, organisation=org, language="kk", key=uuid.uuid4())
    assert not Application.objects.exists()


# --- on paper ---------------------------------------------------------------------------------------------------------


def unknown() -> Organisation:
    return Organisation(
        name="«Қағаз» ЖШС (ойдан шығарылған)", legal_form=LegalForm.LLP, bin=bin_number(900), size=CompanySize.MICRO,
        contact_person="Үлгі Адам", phone="+7 727 000 00 00",
    )  # fmt: skip


def test_a_clerk_enters_what_came_on_paper_once():
    clerk, key, day = staff("clerk"), uuid.uuid4(), datetime.date(2026, 9, 14)
    made = [
        drafts.begin_on_paper(by=clerk, organisation=unknown(), language="kk", key=key, received_on=day)
        for _ in range(2)
    ]
    assert made[0] == made[1]
    assert (made[0].channel, made[0].received_on) == (Channel.PAPER, day)
    assert Organisation.objects.get().memberships.count() == 0


@pytest.mark.parametrize("person", ["applicant", "expert", "head", "secretary", "auditor", "administrator"])
def test_only_a_clerk_enters_paper(person):
    who = applicant() if person == "applicant" else staff(person)
    before = Organisation.objects.count()
    facts = {"language": "kk", "key": uuid.uuid4(), "received_on": datetime.date(2026, 9, 14)}
    with pytest.raises(PermissionDenied):
        drafts.begin_on_paper(by=who, organisation=unknown(), **facts)
    with pytest.raises(PermissionDenied):
        drafts.begin(by=who, organisation=organisation(), **facts)
    assert Organisation.objects.count() == before + 1
    assert not Application.objects.exists()


def test_paper_cannot_come_tomorrow():
    today = timezone.localdate()
    facts = {"by": staff("clerk"), "language": "kk"}
    with pytest.raises(ValidationError):
        drafts.begin_on_paper(
            organisation=unknown(), key=uuid.uuid4(), received_on=today + datetime.timedelta(days=1), **facts
        )
    assert drafts.begin_on_paper(organisation=unknown(), key=uuid.uuid4(), received_on=today, **facts)


# --- saving -----------------------------------------------------------------------------------------------------------


def test_what_is_wrong_is_kept_apart_and_forgotten_when_it_is_corrected():
    by = applicant()
    proposal = draft(by).proposals.get()
    typed(proposal, by, title_kk="Балабақша", problem="Бар.")
    saved = typed(proposal, by, title_kk="ж" * 501)
    row = Proposal.objects.get(pk=proposal.pk)
    assert list(saved.errors) == ["title_kk"]
    assert (row.title_kk, row.problem, row.typed) == ("", "Бар.", {"title_kk": "ж" * 501})
    assert (saved.version, row.version) == (3, 3)
    assert typed(proposal, by, title_kk="Мектеп").errors == {}
    row.refresh_from_db()
    assert (row.title_kk, row.typed) == ("Мектеп", {})


@pytest.mark.parametrize("text", ["\ud800жарты", "жар\udfffты", "\x00", "a\x00b\ud800"])
def test_half_letters_and_nul_are_refused_and_the_rest_is_kept(text):
    by = applicant()
    proposal = draft(by).proposals.get()
    saved = typed(proposal, by, problem=text, objective="Мақсат.")
    row = Proposal.objects.get(pk=proposal.pk)
    assert list(saved.errors) == ["problem"]
    assert (row.problem, row.objective) == ("", "Мақсат.")
    assert row.typed["problem"] == "".join(char for char in text if char not in "\x00\ud800\udfff")
    form = IdeaForm(instance=row)
    assert form.errors["problem"]


def test_only_the_newest_version_is_saved():
    by = applicant()
    proposal = draft(by).proposals.get()
    typed(proposal, by, version=1, problem="бір")
    with pytest.raises(StaleVersion) as stale:
        typed(proposal, by, version=1, problem="екі")
    assert stale.value.current == 2
    with pytest.raises(StaleVersion):
        typed(proposal, by, version=3, problem="үш")
    assert Proposal.objects.get(pk=proposal.pk).problem == "бір"


def test_nobody_saves_anothers_draft_or_what_is_filed():
    by = applicant()
    proposal = draft(by).proposals.get()
    for stranger in (applicant(), staff("clerk"), user(is_superuser=True, is_staff=True)):
        with pytest.raises(Application.DoesNotExist):
            typed(proposal, stranger, problem="x")
        for act in (drafts.add_proposal, drafts.delete_draft):
            with pytest.raises(Application.DoesNotExist):
                act(proposal.application, by=stranger)
    application = filed(by)
    row = application.proposals.get()
    acts = (
        lambda: typed(row, by, problem="x"),
        lambda: drafts.add_proposal(application, by=by),
        lambda: drafts.remove_proposal(row, by=by),
        lambda: drafts.delete_draft(application, by=by),
    )
    for act in acts:
        with pytest.raises(NotADraft):
            act()


# --- several proposals ------------------------------------------------------------------------------------------------


def test_proposals_keep_their_order_when_one_is_removed():
    by = applicant()
    application = draft(by)
    rows = [application.proposals.get(), *(drafts.add_proposal(application, by=by) for _ in range(3))]
    drafts.remove_proposal(rows[1], by=by)
    left = list(application.proposals.order_by("position"))
    assert left == [rows[0], rows[2], rows[3]]
    assert [row.position for row in left] == [1, 2, 3]
    assert drafts.add_proposal(application, by=by).position == 4


def test_the_last_proposal_stays():
    by = applicant()
    application = draft(by)
    with pytest.raises(ValidationError):
        drafts.remove_proposal(application.proposals.get(), by=by)
    assert application.proposals.count() == 1


def test_at_most_twenty():
    by = applicant()
    application = draft(by)
    for _ in range(MOST_PROPOSALS - 1):
        drafts.add_proposal(application, by=by)
    with pytest.raises(ValidationError, match="20"):
        drafts.add_proposal(application, by=by)
    assert application.proposals.count() == MOST_PROPOSALS == 20


# --- throwing away ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["draft", "proposal"])
def test_files_go_only_when_the_rows_are_gone_for_good(own_folder, django_capture_on_commit_callbacks, what):
    by = applicant()
    application = complete_draft(by)
    proposal = application.proposals.get()
    attach(proposal, kind="business_plan", upload=pdf(), by=by, replaces=proposal.papers.get(kind="business_plan"))
    second = drafts.add_proposal(application, by=by)
    kept = with_papers(second, by) if what == "proposal" else []
    before = len(files(own_folder))

    def throw_away():
        if what == "draft":
            drafts.delete_draft(application, by=by)
        else:
            drafts.remove_proposal(proposal, by=by)

    with transaction.atomic():
        throw_away()
        transaction.set_rollback(True)
    assert len(files(own_folder)) == before
    assert Proposal.objects.filter(pk=proposal.pk).exists()
    with django_capture_on_commit_callbacks() as later:
        throw_away()
    assert len(files(own_folder)) == before
    for act in later:
        act()
    assert {path.name for path in files(own_folder)} == {Path(paper.file.name).name for paper in kept}
    assert not Proposal.objects.filter(pk=proposal.pk).exists()


def test_a_draft_copied_into_a_filed_application_can_be_thrown_away():
    from proposals.services.copying import copy_application
    from proposals.services.intake import file
    from tests.proposals.applications import SITE, complete

    by = applicant()
    old = complete_draft(by)
    new = complete(copy_application(old, by=by, key=uuid.uuid4()), by)
    file(new, by=by, consent=True, publish_agreed=False, site=SITE)
    drafts.delete_draft(old, by=by)
    new.refresh_from_db()
    assert new.copied_from is None
    assert new.is_filed
