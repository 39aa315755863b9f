"""What made-up proposals look like: seeded, plainly marked, and walking the road as real ones do."""

import datetime
import random
import uuid
from typing import Any

from benchmarks.world import ALMATY, TITLE, World, session_after
from proposals.models.clarification import ClarificationKind
from proposals.models.opinion import Recommendation
from proposals.models.proposal import ObjectOwner, PreparationPayer
from proposals.models.review import ConflictGround
from proposals.models.session import Outcome
from proposals.models.stage_change import StepChannel
from proposals.workflow import Action, Stage
from reference.codelists import CapacityUnit, Channel, ContractType, PaymentSource

YEARS = 5
"""For how long proposals have come in."""
_DAYS_AT = {Stage.FILED: 4, Stage.CLARIFICATION: 10, Stage.REVIEW: 21, Stage.SUPPORTED: 12}
"""Calendar days that half of the proposals need at a stage; on an agenda they wait for the session."""
_OBJECTS = (("балабақша", "детского сада"), ("емхана", "поликлиники"), ("мектеп", "школы"), ("нысан", "объекта"))


class Story:
    """One proposal from filing to where it stands today."""

    def __init__(self, world: World, choose: random.Random, application: dict[str, Any], row: dict[str, Any]) -> None:
        self.world, self.choose, self.application, self.row = world, choose, application, row
        self.at: datetime.datetime = application["filed_at"]
        self.stage = Stage.DRAFT
        self.asked = 0
        self.experts: list[tuple[int, datetime.datetime]] = []
        self.item: dict[str, Any] | None = None
        self.maslikhat = row["maslikhat"]

    def tell(self) -> None:
        """Walk until the road or the time ends."""
        self._step(Action.FILE, Stage.FILED, self.application["filed_by_id"])
        acts = {
            Stage.FILED: self._filed,
            Stage.CLARIFICATION: self._asked,
            Stage.REVIEW: self._review,
            Stage.SUPPORTED: self._supported,
            Stage.AGENDA: self._agenda,
        }
        while self.stage in acts and acts[self.stage]():
            pass

    # --- steps ---
    def _pass(self, days: float | None = None) -> bool:
        """Let time pass at this stage; False where today comes first."""
        half = _DAYS_AT[self.stage] if days is None else days
        hours = 24 * half * self.choose.lognormvariate(0, 0.7) + 1
        at = self.at + datetime.timedelta(hours=hours)
        if at >= self.world.now:
            return False
        self.at = at
        return True

    def _step(self, action: Action, stage: Stage, actor: int, note: str = "") -> dict[str, Any]:
        is_applicant = actor == self.application["filed_by_id"] and self.application["channel"] == Channel.ONLINE
        step = {
            "proposal_id": self.row["id"],
            "action": action.value,
            "from_stage": self.stage.value,
            "to_stage": stage.value,
            "actor_id": actor,
            "channel": (StepChannel.WEB if is_applicant else StepChannel.ADMIN).value,
            "note": note,
            "at": self.at,
        }
        self.world.rows["proposals_stagechange"].append(step)
        self.stage = stage
        return step

    def _withdraw(self) -> bool:
        if self.item is not None:
            self.item |= {"outcome": Outcome.REMOVED.value, "note": f"{TITLE} Кері алынды."}
        self._step(Action.WITHDRAW, Stage.WITHDRAWN, self.application["filed_by_id"], f"{TITLE} Кері алынды.")
        return False

    def _refuse(self) -> bool:
        text = f"{TITLE} Есептер толық емес."
        step = self._step(Action.REFUSE, Stage.REFUSED, self.world.chamber.head, text)
        refusal = self.world.add("proposals_refusal", proposal_id=self.row["id"], text=text, change=step)
        for reason in self.choose.sample(self.world.reasons, self.choose.choice((1, 1, 1, 2, 2, 3))):
            self.world.add("proposals_refusal_reasons", refusal_id=refusal["id"], refusalreason_id=reason)
        return False

    def _ask(self) -> bool:
        self.asked += 1
        self.question = self.world.add(
            "proposals_clarification",
            proposal_id=self.row["id"],
            number=self.asked,
            kind=self.choose.choice(ClarificationKind.values),
            text=f"{TITLE} Смета сіздің сомаңызға сәйкес келмейді.",
            asked_by_id=self.world.chamber.clerk,
            asked_at=self.at,
            due_on=(self.at + datetime.timedelta(days=14)).date(),
            came_from=self.stage.value,
        )
        self._step(Action.ASK, Stage.CLARIFICATION, self.world.chamber.clerk)
        return True

    # --- stages ---
    def _filed(self) -> bool:
        if not self._pass():
            return False
        turn = self.choose.random()
        if turn < 0.03:
            return self._withdraw()
        if turn < 0.06:
            return self._refuse()
        if turn < 0.24 and self.asked < 3:
            return self._ask()
        self._step(Action.TAKE_UP, Stage.REVIEW, self.world.chamber.clerk)
        self._assign()
        return True

    def _asked(self) -> bool:
        if not self._pass():
            return False
        turn = self.choose.random()
        if turn < 0.06:
            return self._withdraw()
        if turn < 0.12:
            return self._refuse()
        person = self.application["filed_by_id"]
        self.question |= {"answer": f"{TITLE} Түзетілді.", "answered_by_id": person, "answered_at": self.at}
        self._step(Action.ANSWER, Stage(self.question["came_from"]), person)
        return True

    def _assign(self) -> None:
        known = self.world.chamber.experts[self.row["sector_id"]]
        for expert in self.choose.sample(known, min(len(known), self.choose.choice((1, 1, 1, 2)))):
            at = self.at + datetime.timedelta(hours=self.choose.randrange(1, 60))
            if at >= self.world.now:
                continue
            self.world.add(
                "proposals_assignment",
                proposal_id=self.row["id"],
                expert_id=expert,
                due_on=(at + datetime.timedelta(days=14)).date(),
                assigned_by_id=self.world.chamber.clerk,
                assigned_at=at,
            )
            self.experts.append((expert, at))
            self._declare(expert, at + datetime.timedelta(hours=3), 0.04)

    def _declare(self, person: int, at: datetime.datetime, share: float) -> None:
        if at >= self.world.now:
            return
        has_conflict = self.choose.random() < share
        if has_conflict:
            self.experts = [one for one in self.experts if one[0] != person]
        ground = self.choose.choice(ConflictGround.values) if has_conflict else ""
        self.world.add(
            "proposals_declaration",
            proposal_id=self.row["id"],
            person_id=person,
            has_conflict=has_conflict,
            ground=ground,
            at=at,
        )

    def _give(self, *, is_for: bool) -> None:
        for expert, asked_at in self.experts:
            given = asked_at + (self.at - asked_at) * self.choose.uniform(0.2, 0.95)
            if given <= asked_at or self.choose.random() < 0.05:
                continue
            positive = self.choose.choice((Recommendation.FOR, Recommendation.CONDITIONS))
            recommendation = positive if is_for else Recommendation.AGAINST
            self.world.add(
                "proposals_opinion",
                proposal_id=self.row["id"],
                expert_id=expert,
                recommendation=recommendation.value,
                text=f"{TITLE} Пікір.",
                conditions=f"{TITLE} Шарт." if recommendation == Recommendation.CONDITIONS else "",
                version=1,
                changed_at=given,
                given_at=given,
            )
        self.experts = []

    def _review(self) -> bool:
        if not self._pass():
            if self.choose.random() < 0.4:
                self.at = self.world.now
                self._give(is_for=self.choose.random() < 0.6)
            return False
        turn = self.choose.random()
        if turn < 0.03:
            return self._withdraw()
        if turn < 0.2 and self.asked < 3:
            return self._ask()
        is_for = self.choose.random() < 0.62
        self._give(is_for=is_for)
        self._declare(self.world.chamber.head, self.at - datetime.timedelta(minutes=9), 0.004)
        if not is_for:
            return self._refuse()
        self._step(Action.SUPPORT, Stage.SUPPORTED, self.world.chamber.head)
        return True

    def _supported(self) -> bool:
        if not self._pass():
            return False
        turn = self.choose.random()
        if turn < 0.03:
            return self._withdraw()
        if turn < 0.04:
            return self._refuse()
        self._table()
        self._step(Action.TABLE, Stage.AGENDA, self.world.chamber.secretary)
        return True

    def _table(self) -> None:
        held_on = session_after(self.at.date())
        session = self._session(held_on)
        session["items"] += 1
        self.item = self.world.add(
            "proposals_agendaitem",
            session_id=session["id"],
            position=session["items"],
            proposal_id=self.row["id"],
            initiator_type=self.application["initiator_type"],
            asked_sum=self.row["cost"],
            recommended_sum=self.row["cost"],
            added_by_id=self.world.chamber.secretary,
            added_at=self.at,
            **{name: self.row[name] for name in ("title_kk", "title_ru", "sector_id", "territory_id")},
        )
        self.session = session

    def _session(self, held_on: datetime.date) -> dict[str, Any]:
        found = self.world.sessions.get((self.maslikhat, held_on))
        if found is None:
            is_held = held_on < self.world.now.date()
            found = self.world.add(
                "proposals_session",
                maslikhat_id=self.maslikhat,
                convocation=self.world.convocation,
                number=held_on.year % 100 * 12 + held_on.month,
                held_on=held_on,
                state="held" if is_held else "planned",
                note=TITLE,
                updated_at=self.world.now,
            )
            found |= {"items": 0, "draft": uuid.UUID(int=self.choose.getrandbits(128), version=4), "decides": False}
            self.world.sessions[self.maslikhat, held_on] = found
        return found

    def _agenda(self) -> bool:
        opens = datetime.datetime.combine(self.session["held_on"], datetime.time(10), ALMATY)
        if self.choose.random() < 0.01 and self._pass(1) and self.at < opens:
            return self._withdraw()
        decided = opens + datetime.timedelta(hours=self.choose.randrange(1, 8))
        if self.session["state"] != "held" or decided >= self.world.now:
            return False
        self.at = max(decided, self.at + datetime.timedelta(minutes=1))
        turn, secretary = self.choose.random(), self.world.chamber.secretary
        if turn < 0.08:
            self._decide(Outcome.POSTPONED, f"{TITLE} Кейінге қалдырылды.")
            self._step(Action.POSTPONE, Stage.SUPPORTED, secretary, f"{TITLE} Кейінге қалдырылды.")
            return True
        if turn < 0.3 or not self.world.projects:
            self._decide(Outcome.DECLINED, f"{TITLE} Қаражат жоқ.")
            self._step(Action.DECLINE, Stage.REFUSED, secretary, f"{TITLE} Қаражат жоқ.")
            return False
        self._decide(Outcome.CONDITIONS if turn < 0.4 else Outcome.APPROVED)
        self._step(Action.APPROVE, Stage.APPROVED, secretary)
        self.world.rows["approved"].append({"proposal": self.row["id"], "project": self.world.projects.pop()})
        return False

    def _decide(self, outcome: Outcome, note: str = "") -> None:
        self.session["decides"] = True
        item, self.item = self.item or {}, None
        item |= {"outcome": outcome.value, "note": note}
        self.world.add(
            "proposals_itemdecision",
            draft_id=self.session["draft"],
            item_id=item["id"],
            outcome=outcome.value,
            approved_sum=self.row["cost"],
            conditions_kk=f"{TITLE} Шарт." if outcome == Outcome.CONDITIONS else "",
            note=note,
        )


def _content(world: World, choose: random.Random, turn: int) -> dict[str, Any]:
    territory, maslikhat = choose.choice(world.places)
    thing_kk, thing_ru = choose.choice(_OBJECTS)
    says_cost, says_payer = choose.random() < 0.45, choose.random() < 0.55
    has_capacity = choose.random() < 0.9
    return {
        "title_kk": f"{TITLE} Ұсыныс № {turn}: {thing_kk} салу",
        "title_ru": f"{TITLE} Предложение № {turn}: строительство {thing_ru}" if choose.random() < 0.7 else "",
        "sector_id": choose.choices(world.sectors, range(len(world.sectors) + 6, 6, -1))[0],
        "territory_id": territory,
        "maslikhat": maslikhat,
        "object_owner": choose.choice(ObjectOwner.values),
        "capacity": choose.randrange(20, 2_000) if has_capacity else None,
        "capacity_unit": choose.choice(CapacityUnit.values) if has_capacity else "",
        "cost": 1_000 * round(choose.lognormvariate(13.8, 1.3)) + 1_000,
        "payment_sources": [choose.choice(PaymentSource.values)],
        "contract_type": choose.choice(["", *ContractType.values]),
        "preparation_cost": choose.randrange(100_000, 30_000_000) if says_cost else None,
        "preparation_paid_by": choose.choice(PreparationPayer.values) if says_payer else "",
        "jobs": choose.randrange(0, 300) if choose.random() < 0.8 else None,
    }


def tell(world: World, count: int, *, seed: int) -> None:
    """Put so many proposals and everything around them into the world's rows, in the order of their arrival."""
    choose = random.Random(seed)
    first = world.now - datetime.timedelta(days=365 * YEARS)
    span = (world.now - first).total_seconds() - 3_600
    arrivals = sorted(first + datetime.timedelta(seconds=choose.random() * span) for _turn in range(count))
    turn = 0
    while turn < count:
        at = arrivals[turn]
        applicant = choose.choice(world.applicants)
        is_paper, is_draft = choose.random() < 0.12, choose.random() < 0.03
        filed_by = world.chamber.clerk if is_paper else applicant.person
        application: dict[str, Any] = {
            "id": uuid.UUID(int=choose.getrandbits(128), version=4),
            "organisation_id": applicant.organisation,
            "channel": (Channel.PAPER if is_paper else Channel.ONLINE).value,
            "received_on": at.astimezone(ALMATY).date() - datetime.timedelta(days=choose.randrange(9))
            if is_paper
            else None,
            "language": "ru" if choose.random() < 0.3 else "kk",
            "created_by_id": filed_by,
            "creation_key": uuid.UUID(int=choose.getrandbits(128), version=4),
            "version": 1,
            "created_at": at,
            "updated_at": at,
        }
        proposals = []
        for position in range(1, 1 + min(choose.choice((1,) * 9 + (2,)), count - turn)):
            turn += 1
            proposal = {
                "id": uuid.UUID(int=choose.getrandbits(128), version=4),
                "application_id": application["id"],
                "position": position,
                "stage": Stage.DRAFT.value,
                "stage_since": at,
                "version": 1,
                "typed": "{}",
                "updated_at": at,
                **_content(world, choose, turn),
            }
            proposals.append(proposal)
        # The tables take the draft as it was before it was filed.
        world.rows["proposals_application"].append(dict(application))
        world.rows["proposals_proposal"] += proposals
        if is_draft:
            continue
        year = at.astimezone(ALMATY).year
        world.numbers[year] = world.numbers.get(year, 0) + 1
        application |= {
            "year": year,
            "sequence": world.numbers[year],
            "filed_at": at,
            "filed_by_id": filed_by,
            "consent_at": at,
            "initiator_type": applicant.initiator_type,
            "initiator_size": applicant.size,
            "applicant_name": applicant.name,
            "applicant_bin": applicant.bin,
        }
        world.rows["filed"].append(application)
        for proposal in proposals:
            Story(world, choose, application, proposal).tell()
