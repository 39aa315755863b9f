"""Is the history what it was? Every step holds the hash of the one before it; the stages must follow from the steps."""

import datetime
import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import pgtrigger
from django.db import connection, models
from django.db.models import OuterRef, Subquery

from proposals.models import Proposal, StageChange
from proposals.models.stage_change import LINKED
from proposals.workflow import LAWFUL_PAIRS, Stage

BEGINNING = "0" * 64
SEPARATOR = "\x1f"
CLOCKS_DIFFER = datetime.timedelta(days=1)
"""How much earlier than the step before it a later step may be dated: clocks are set back, servers differ."""


@dataclass(frozen=True)
class Head:
    """The end of the chain at a moment: kept outside, it shows whether the chain was cut or written anew."""

    sequence: int
    hash: str

    def as_json(self) -> str:
        """Return the head as it is kept in a file."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Head":
        """Return a kept head; raise ValueError for anything else."""
        facts = json.loads(text)
        if not isinstance(facts, dict) or {name: type(fact) for name, fact in facts.items()} != cls.__annotations__:
            raise ValueError("This is not a head of the history.")
        return cls(**facts)


@dataclass(frozen=True)
class Fault:
    """The first thing that is not as it was: which row, and what is wrong with it."""

    where: str
    what: str


def hash_of(row: StageChange) -> str:
    """Return the hash a row must have by its own columns."""
    moment = row.at.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    values = [str(getattr(row, name)) for name in LINKED]
    return hashlib.sha256(SEPARATOR.join([*values, moment, row.note]).encode()).hexdigest()


def head() -> Head:
    """Return the present end of the chain."""
    last = StageChange.objects.order_by("-sequence").values_list("sequence", "hash").first()
    return Head(*last) if last else Head(0, BEGINNING)


def _links(kept: Head | None) -> Iterator[Fault]:
    previous, place = BEGINNING, 0
    known_at: datetime.datetime | None = None
    stages: dict[object, str] = {}
    for row in StageChange.objects.order_by("sequence").iterator(chunk_size=2000):
        place += 1
        where = f"step {row.pk} (place {row.sequence}) of proposal {row.proposal_id}"
        if row.sequence != place:
            yield Fault(where, f"place {place} is missing: a step was taken out")
            return
        if row.previous_hash != previous:
            yield Fault(where, "does not follow the step before it")
            return
        if row.hash != hash_of(row):
            yield Fault(where, "was changed after it was written")
            return
        if (row.from_stage, row.to_stage) not in LAWFUL_PAIRS or stages.get(row.proposal_id, "draft") != row.from_stage:
            yield Fault(where, f"from {row.from_stage} to {row.to_stage} cannot follow")
            return
        if kept and kept.sequence == place and kept.hash != row.hash:
            yield Fault(where, "is not the step that the kept head knew: the chain was written anew")
            return
        if known_at and row.at < known_at - CLOCKS_DIFFER:
            yield Fault(where, "is dated before a step that the kept head already knew")
            return
        if kept and kept.sequence == place:
            known_at = row.at
        stages[row.proposal_id], previous = row.to_stage, row.hash
    if kept and kept.sequence > place:
        yield Fault(f"place {place + 1}", f"the kept head knew {kept.sequence} steps: the end was cut off")


def _stages() -> Iterator[Fault]:
    last = StageChange.objects.filter(proposal=OuterRef("pk")).order_by("-sequence").values("to_stage")[:1]
    rows = Proposal.objects.annotate(said=Subquery(last, output_field=models.CharField()))
    for proposal in rows.order_by("pk").iterator(chunk_size=2000):
        if proposal.stage != (proposal.said or Stage.DRAFT):
            yield Fault(f"proposal {proposal.pk}", f"stands at {proposal.stage}, its history ends at {proposal.said}")


def _guards() -> Iterator[Fault]:
    """Name triggers that do not watch: without them nothing above would have been refused."""
    expected = {
        (model._meta.db_table, trigger.get_pgid(model))
        for model, trigger in pgtrigger.registered()
        if model._meta.app_label == "proposals"
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, t.tgname, t.tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND pg_table_is_visible(c.oid) AND c.relname LIKE 'proposals\\_%'"
        )
        found = {(table, name): enabled for table, name, enabled in cursor.fetchall()}
    for table, name in sorted(expected | set(found)):
        # "A" fires always, "O" always but for replication; "D" never, "R" for replication only.
        if (enabled := found.get((table, name))) is None:
            yield Fault(f"trigger {name} of {table}", "is gone")
        elif enabled not in ("A", "O"):
            yield Fault(f"trigger {name} of {table}", "is switched off")


def first_fault(kept: Head | None = None) -> Fault | None:
    """Return the first fault of the history, None when it is as it was written; ``kept`` is an earlier head."""
    for faults in (_links(kept), _stages(), _guards()):
        for fault in faults:
            return fault
    return None
