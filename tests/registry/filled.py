"""A small register in which every address of the site has something to show, and who looks at it."""

import datetime
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, Final

from django.apps import apps
from django.contrib.auth.tokens import default_token_generator
from django.core import signing
from django.core.management import call_command
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import override

from accounts.models import User
from accounts.roles import Role
from accounts.services.organisations import invite
from projects.models import Document, Project, Resolution
from projects.models.follow import Follow
from projects.queries.following import stop_all_token
from projects.services.following import _hash
from proposals.dashboard.sections import PAGES
from proposals.models import (
    DraftResolution,
    Letter,
    LetterKind,
    LetterText,
    Paper,
    Proposal,
    RevisionAct,
    Session,
    TypicalDocument,
)
from proposals.models.clarification import ClarificationKind
from proposals.services import drafts, recording
from proposals.services.asking import ask
from proposals.services.deciding import take_up
from proposals.services.review import assign, declare
from proposals.services.review_lists import load_review_lists
from proposals.services.sessions import cancel
from proposals.steps import FormStep
from proposals.workflow import Action, Stage
from reference.codelists import ResolutionKind
from reference.languages import LANGUAGES
from tests import factories
from tests.proposals import applications as maker, sittings
from tests.registry.addresses import Everything
from tests.registry.people import make_roles

ANYBODY, APPLICANT = "anonymous", "applicant"
ROLES: Final = (ANYBODY, APPLICANT, *Role.values)

WITH_QUERIES: Final = {
    "projects": [
        "search=%D0%BC%D0%B5%D0%BA&sector=education&cost_min=1&year=2017&ordering=-cost&nonsense=1",
        "view=map",
        "page=9",
        "view=table&as_of=2019-03-01",
        "cost_min=abc&sector=nowhere",
        "search=zzzz",
        "as_of=2001-01-01&status=approved",
    ],
    "queue": ["stage=filed&stage=refused&ordering=-sum", "stage=x&search=2026"],
    "statistics": ["filed=x", "year=2017&sector=education"],
    "statistics_projects": ["origin=other"],
    "suitability": [
        "used_by=public&object_owner=new&object_kind=none&term_years=10&payer=users&cost=900000000&own_funds=270000000"
        "&state_owned=no&tax_arrears=no&sector=education",
        "used_by=own&object_owner=private&object_kind=heritage&term_years=2&payer=state&cost=900000000&own_funds=1"
        "&state_owned=yes&tax_arrears=yes&sector=health",
        "term_years=abc&cost=x&own_funds=-5",
    ],
    "follow": ["what=sector%3Aeducation"],
    "application_new": ["channel=paper"],
    "admin:projects_project_changelist": [
        "q=%D0%BC%D0%B5%D0%BA&approved=yes&basis=file&status__exact=approved",
        "e=1",
        "q=zzzz",
    ],
    "admin:projects_project_add": ["_popup=1"],
    "admin:proposals_proposal_changelist": ["stage=review"],
    "admin:statistics_section": ["sector=education", "first_year=abc&last_year=2017&x=1"],
    "admin:autocomplete": ["app_label=projects&model_name=project&field_name=territory&term=a"],
}
"""Queries that show more of a page than its bare address."""

WRITTEN_ONLY: Final = {"set_language", "logout", "sessions_end", "admin:logout"}
"""Addresses that answer nothing but a button."""


class Filled:
    """Everybody and everything; ``people`` by role."""

    def __init__(self) -> None:
        load_review_lists()
        call_command("load_typical_documents", verbosity=0)
        self.everything = Everything()
        self.people = self._people()
        self._applicant()
        self._proposals()
        self._sessions()
        self.follow = Follow.objects.create(email="follower@example.kz", language="kk", token_hash=_hash("ask"))

    # --- what there is ---
    def _people(self) -> dict[str, User]:
        make_roles()
        made = {role: maker.staff(role) for role in Role.values if role != Role.EXPERT}
        return {**made, Role.EXPERT.value: maker.expert_of(), APPLICANT: factories.user(full_name="Әсем Үлгі")}

    def _applicant(self) -> None:
        person = self.people[APPLICANT]
        self.office = maker.organisation(person)
        self.colleague = self.office.memberships.create(user=factories.user(), is_owner=False)
        self.invitation = invite(self.office, "colleague@example.kz", by=person, site=maker.SITE)
        other = factories.user()
        self.invited = invite(maker.organisation(other), person.email, by=other, site=maker.SITE)
        self.empty, self.wrong, self.full = (maker.draft(person, organisation=self.office) for _ in range(3))
        typed = dict.fromkeys(("cost", "own_funds", "capacity", "jobs", "beneficiaries", "term_years"), "көп")
        Proposal.objects.filter(application=self.wrong).update(
            typed=typed | {"title_kk": "ЖСН 900101300017", "implementation_start": "көктем"}
        )
        maker.complete(self.full, person)
        self.two = maker.draft(person, organisation=self.office)
        maker.filled(self.two.proposals.get(), own_funds=1, state_obligations=50, payment_sources=["sales"])
        drafts.add_proposal(self.two, by=person)

    def _proposals(self) -> None:
        person, clerk, head, expert = (
            self.people[role] for role in (APPLICANT, Role.CLERK.value, Role.HEAD.value, Role.EXPERT.value)
        )
        stages = [stage for stage in Stage if stage not in (Stage.DRAFT, Stage.CLARIFICATION)]
        self.at = {stage.value: maker.proposal_at(stage, person) for stage in stages}
        asked, ready, covered, doubted = (maker.proposal_at(Stage.FILED, person) for _ in range(4))
        ask(asked, by=clerk, kind=ClarificationKind.MISSING_PAPER, text="Есепті қосыңыз.", site=maker.SITE)
        for proposal in (ready, doubted):
            take_up(proposal, by=clerk, complete=True, site=maker.SITE)
        assign([ready, covered, self.at["review"]], [expert], by=clerk)
        declare(doubted, by=head, has_conflict=True, ground="family", text="Туысым жұмыс істейді.")
        for row, who in ((ready, expert), (ready, head), (self.at["review"], expert), (self.at["supported"], head)):
            maker.clear(who, row)
        maker.opinion_on(ready, "conditions", by=expert)
        words = {"kind": LetterKind.FILED, "language": "ru", "subject": "Заявка принята", "body": "{{ number }}"}
        self.text = LetterText.objects.create(**words, changed_by=head)
        self.at |= {"clarification": asked, "ready": ready, "covered": covered, "doubted": doubted}

    def _sessions(self) -> None:
        by, head = self.people[Role.SECRETARY.value], self.people[Role.HEAD.value]
        self.coming = sittings.session(held_on=sittings.days(10))
        self.item = sittings.tabled(maker.proposal_at(Stage.SUPPORTED), by=by, sitting=self.coming)
        payments = {2027: 90_000_000, 2028: 95_000_000}
        sittings.state_project(self.coming, by=by, payments=payments, title_ru="")
        gone = sittings.session(held_on=sittings.days(20))
        cancel(gone, by=by, note="Кворум болмады.", site=maker.SITE)
        ready, back = (self._recorded(by) for _ in range(2))
        back = recording.give_back(back, by=head, version=back.version, note="Сомасы басқа.")
        gone_too = sittings.begun(self._held(by), by=by)
        recording.discard(gone_too, by=by, version=gone_too.version, note="Екі рет енгізілген.")
        later = self._recorded(by, publish_at=timezone.now() + datetime.timedelta(days=3))
        self.amended = factories.project_in("approved")
        self.amendment = sittings.begun(None, by=by, kind=ResolutionKind.AMENDMENT)
        line = {"by": by, "version": self.amendment.version, "cost": 7, "reason_kk": "Смета нақтыланды"}
        recording.revise(self.amendment, self.amended, RevisionAct.AMEND, **line)
        self.drafts = [ready, back, gone_too, later, self.amendment, sittings.begun(self._held(by), by=by)]

    def _held(self, by: User) -> Session:
        sitting = sittings.session()
        sittings.state_project(sitting, by=by, asked_sum=None)
        return sitting

    def _recorded(self, by: User, **facts: Any) -> DraftResolution:
        draft = sittings.counted(sittings.begun(self._held(by), by=by, **facts), by=by)
        return sittings.recorded(draft, by=by)

    # --- where it is shown ---
    def addresses(self, language: str) -> dict[str, list[str]]:
        """Return by name of route the addresses of the site in a language."""
        found = {}
        with override(language):
            for name in routes():
                plain = [reverse(name, kwargs=facts) for facts in self._facts(name)]
                more = [f"{address}?{query}" for query in WITH_QUERIES.get(name, ()) for address in plain[:1]]
                found[name] = [*plain, *more]
        return found

    def _facts(self, name: str) -> Sequence[dict[str, Any]]:
        """Return what the address of a route needs: a row that has something to show, or several."""
        if name in self._own:
            return self._own[name]
        match name.removeprefix("admin:").rsplit("_", 1):
            case [table, "change" | "history" | "delete" as page] if name.startswith("admin:") and "_" in table:
                model = apps.get_model(*table.split("_", 1))
                rows = self._rows.get(table) or list(model._default_manager.order_by("pk")[:1])
                assert rows, f"nothing to show at {name}"
                return [{"object_id": row.pk} for row in (rows if page == "change" else rows[:1])]
        return [{}]

    @cached_property
    def _rows(self) -> dict[str, list[Any]]:
        """Return the rows of the tables of which one is not enough."""
        everything = self.everything
        return {
            "accounts_user": [self.people[APPLICANT], self.people[Role.HEAD.value]],
            "projects_project": [everything.group, everything.excluded, everything.signed],
            "projects_resolution": [everything.resolution, everything.excluded.excluded_by, everything.amendment],
            "proposals_proposal": list(self.at.values()),
            "proposals_application": [self.at["filed"].application],
            "proposals_draftresolution": self.drafts,
            "proposals_session": [self.coming, *Session.objects.exclude(pk=self.coming.pk)[:2]],
            "proposals_letter": list(Letter.objects.order_by("pk")[:1]),
        }

    @cached_property
    def _own(self) -> dict[str, Sequence[dict[str, Any]]]:
        person, draft = self.people[APPLICANT], self.full.proposals.get()
        application, proposal = self.at["clarification"].application, self.at["clarification"]
        one = {"pk": self.full.pk, "proposal": draft.pk}
        paper = Paper.objects.filter(proposal=draft)[0]
        office = {"pk": self.office.pk}
        key = urlsafe_base64_encode(force_bytes(person.pk))
        document = TypicalDocument.objects.order_by("pk")[0]
        session, recorded, amendment = ({"key": self.coming.pk}, self.drafts[0], {"object_id": self.amendment.pk})
        item = {**session, "item": self.item.pk}
        projects, papers = Project.objects.order_by("pk"), Resolution.objects.order_by("pk")
        tokens = {
            "register_confirm": signing.TimestampSigner(salt="accounts.registration", sep=".").sign_object(
                {"email": "new@example.kz", "next": ""}
            ),
            "email_change_confirm": signing.TimestampSigner(salt="accounts.email_change", sep=".").sign_object(
                {"pk": person.pk, "old": person.email, "new": "other@example.kz"}
            ),
            "follow_confirm": "ask",
            "follow_stop": stop_all_token("follower@example.kz"),
        }
        proposals = [
            {"pk": row.application_id, "proposal": row.pk} for row in (*self.at.values(), draft) if row is not None
        ]
        return {
            **{name: [{"token": token}, {"token": "x"}] for name, token in tokens.items()},
            **{name: [{"number": row.number} for row in projects] for name in ("project",)},
            **{name: [{"number": projects[0].number}] for name in ("project_extract", "project_feed", "api-project")},
            "resolution": [{"pk": row.pk} for row in papers],
            "api-resolution": [{"id": papers[0].pk}],
            "daily_file": [{"day": "2026-01-01", "name": "x.csv"}],
            "document": [{"pk": row.pk} for row in Document.objects.all()[:1]],
            "guide_document": [{"pk": document.pk}],
            "password_reset_confirm": [
                {"uidb64": key, "token": default_token_generator.make_token(person)},
                {"uidb64": key, "token": "x"},
            ],
            **dict.fromkeys(("organisation", "organisation_invite"), (office,)),
            "invitation_withdraw": [{**office, "invitation": self.invitation.pk}],
            **dict.fromkeys(("member_remove", "member_owner"), ({**office, "member": self.colleague.pk},)),
            "invitation": [{"pk": self.invited.pk}, {"pk": self.invitation.pk}],
            "application": [{"pk": row.pk} for row in (self.empty, self.full, self.two, application)],
            "application_file": [{"pk": row.pk} for row in (self.full, self.two)],
            **dict.fromkeys(("application_delete", "application_copy", "proposal_add"), ({"pk": self.full.pk},)),
            **dict.fromkeys(("receipt", "receipt_pdf"), ({"pk": application.pk},)),
            "proposal": proposals,
            **dict.fromkeys(("proposal_remove", "paper_upload", "proposal_documents"), (one,)),
            "proposal_withdraw": [{"pk": application.pk, "proposal": proposal.pk}],
            "proposal_answer": [{"pk": application.pk, "proposal": proposal.pk, "number": 1}],
            "proposal_document": [{**one, "document": document.pk}],
            **dict.fromkeys(("paper_replace", "paper_mark", "paper_remove"), ({**one, "paper": paper.pk},)),
            "proposal_step": [
                {"pk": made.pk, "proposal": made.proposals.order_by("position")[0].pk, "step": step.value}
                for made in (self.empty, self.wrong, self.full, self.two)
                for step in FormStep
            ],
            "paper": [{"pk": paper.pk}],
            "admin:view_on_site": [{"content_type_id": 0, "object_id": "1"}],
            "admin:statistics_section": [{"key": page.key} for page in PAGES],
            "admin:app_list": [{"app_label": app} for app in ("reference", "accounts", "projects", "proposals")],
            "admin:auth_user_password_change": [{"id": person.pk}],
            "admin:accounts_user_second_factor": [{"key": person.pk}],
            "admin:projects_project_status": [{"object_id": self.everything.group.pk}],
            "admin:projects_project_contract": [{"object_id": self.everything.group.pk}],
            **dict.fromkeys(
                ("admin:projects_project_contract_change", "admin:projects_project_contract_treasury"),
                ({"object_id": self.everything.signed.pk},),
            ),
            **{
                f"admin:proposals_draftresolution_{page}": [{"object_id": self.drafts[-1].pk}]
                for page in ("paper", "items", "check", "discard", "scan")
            },
            "admin:proposals_draftresolution_confirm": [{"object_id": recorded.pk}],
            "admin:proposals_draftresolution_lines": [amendment],
            **dict.fromkeys(
                ("admin:proposals_draftresolution_line", "admin:proposals_draftresolution_line_remove"),
                ({**amendment, "number": self.amended.number},),
            ),
            "admin:proposals_lettertext_words": [
                {"kind": kind, "language": language} for kind in LetterKind.values[:1] for language in LANGUAGES
            ],
            "admin:proposals_lettertext_restore": [{"object_id": self.text.pk}],
            "admin:proposals_proposal_step": [
                {"key": row.pk, "action": action.value} for action, row in self._steps() if row is not None
            ],
            **{
                f"admin:proposals_proposal_{page}": [{"key": self.at[name].pk} for name in names]
                for page, names in {
                    "declaration": ("covered",),
                    "opinion": ("ready", "review"),
                    "assign": ("filed",),
                }.items()
            },
            **{
                f"admin:proposals_session_{page}": [session]
                for page in ("put", "state_project", "register_project", "move", "hold", "cancel", "edit")
            },
            **dict.fromkeys(("admin:proposals_session_item", "admin:proposals_session_take_off"), (item,)),
            "admin:proposals_session_paper": [
                {**session, "paper": "agenda", "language": "ru", "format": "docx"},
                {**session, "paper": "no", "language": "ru", "format": "docx"},
            ],
            "admin:proposals_typicaldocument_file": [{"object_id": document.pk}],
        }

    def _steps(self) -> Iterator[tuple[Action, Proposal]]:
        rows = {Action.TAKE_UP: "filed", Action.ASK: "filed", Action.SUPPORT: "ready", Action.REFUSE: "supported"}
        for action in Action:
            yield action, self.at[rows.get(action, "clarification")]


def routes() -> list[str]:
    """Return the names of all routes of the site; addresses without a name only lead on."""
    return list(dict.fromkeys(_named(get_resolver().url_patterns, "")))


def _named(patterns: Any, space: str) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            if pattern.name:
                yield f"{space}{pattern.name}"
        else:
            yield from _named(pattern.url_patterns, f"{space}{pattern.namespace}:" if pattern.namespace else space)
