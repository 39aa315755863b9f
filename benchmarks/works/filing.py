"""P14: two papers of 50 KB are uploaded and their application is filed, against one statement with the same files.

Ours are the three acts of an applicant by the services that the pages call, each with its own commit: both uploads are
acknowledged before the filing. The reference writes the same bytes to the same folder with the same care and, by one
prepared statement of psycopg, every row that filing writes: papers, counter, application with the copy and its hash,
step of the chain, proposal, letter; the triggers are the same. It examines nothing, asks nobody who files nor what is
missing, locks nothing ahead and composes no letter.
"""

import contextlib
import datetime
import hashlib
import json
import os
import statistics
import time
import uuid
from collections.abc import Iterator
from datetime import UTC
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Json

from benchmarks.comparison import Figure, Stage

AT_ONCE = 20
"""Applications that are filed for one figure, which is the median of one of them."""
SIZE = 50_000
KINDS = ("business_plan", "registration")
_FROZEN = ("initiator_type", "initiator_size", "applicant_name", "applicant_bin")
_OWN = {"id", "sequence", "creation_key", "created_at", "updated_at", "filed_at", "consent_at", "filed_sha256", "at"}
_OWN |= {"application_id", "proposal_id", "stage_since", "file", "series", "uploaded_at", "sha256", "hash", "created"}
_OWN |= {"previous_hash", "transaction", "last_updated", "message_id"}
"""Columns in which two applications of the same content differ."""


def paper(kind: str, turn: int) -> bytes:
    """Return a lawful PDF of 50 KB, another one each time."""
    head = f"%PDF-1.7\n% {kind} {turn}\n1 0 obj<</Type/Catalog>>endobj\n".encode()
    tail = b"\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    return head + b"% plan\n" * ((SIZE - len(head) - len(tail)) // 7) + tail


class Ours:
    """An applicant with drafts that lack nothing but two papers."""

    def __init__(self) -> None:
        from accounts.models import Membership, Organisation, User

        mark = uuid.uuid4().hex[:12]
        self.by = User.objects.create_user(f"filing-{mark}@example.kz", None, full_name="Синтетика Filing")
        facts = {"legal_form": "llp", "bin": "170940000005", "size": "small", "phone": "+7 727 000 00 00"}
        self.organisation = Organisation.objects.create(name=f"Синтетика {mark}", contact_person="Синтетика", **facts)
        Membership.objects.create(organisation=self.organisation, user=self.by, is_owner=True)
        self._ready: list[tuple[Any, Any]] = []
        self.turn = 0

    def stock(self) -> None:
        """Make drafts ahead, so that making them is not timed."""
        while len(self._ready) < AT_ONCE:
            self._ready.append(self.draft())

    def draft(self) -> tuple[Any, Any]:
        """Return a draft that lacks nothing but two papers, and its proposal."""
        from django.core.files.uploadedfile import SimpleUploadedFile
        from django.utils import timezone

        from proposals.queries.progress import paper_kinds, progress, with_details
        from proposals.questions import questions_for
        from proposals.services import drafts
        from proposals.services.papers import attach
        from reference.models import Territory

        application = drafts.begin(by=self.by, organisation=self.organisation, language="kk", key=uuid.uuid4())
        (proposal,) = application.proposals.all()
        said = {
            "title_kk": "Синтетика: балабақша салу",
            "problem": "Кезекте 300 бала тұр.",
            "objective": "Балабақша кезегі қысқарады.",
            "description": "280 орындық балабақша саламыз.",
            "sector_id": "education",
            "territory_id": Territory.objects.order_by("pk").values_list("pk", flat=True)[0],
            "place": "Достық даңғылы",
            "object_owner": "state",
            "capacity": 280,
            "capacity_unit": "places",
            "cost": 900_000_000,
            "own_funds": 270_000_000,
            "asked_sum": 0,
            "state_obligations": 0,
            "payment_sources": ["sales"],
            "term_years": Decimal(10),
            "implementation_start": f"{timezone.localdate().year + 1}",
            "jobs": 60,
        }
        for name, value in said.items():
            setattr(proposal, name, value)
        proposal.save()
        for question in questions_for("education", self.organisation.initiator_type):
            if question.required:
                text = question.choices[0][0] if question.choices else "12"
                proposal.answers.create(code=question.code, text=text)
        for area in ("land", "financing", "operation"):
            proposal.responsibilities.create(area=area, bearer="private")
        for kind in paper_kinds(proposal):
            if kind.required and kind.code not in KINDS:
                upload = SimpleUploadedFile(f"{kind.code}.pdf", paper(kind.code, 0)[:200] + b"\n%%EOF\n")
                attach(proposal, kind=kind.code, upload=upload, by=self.by)
        (row,) = with_details(application)
        for lack in progress(row).missing:
            if lack.field.startswith("reason_"):
                proposal.explanations.create(code=lack.field.removeprefix("reason_"), reason="Синтетика")
        return application, proposal

    def file(self) -> Any:
        """Upload both papers, file, and return the application."""
        from django.core.files.uploadedfile import SimpleUploadedFile

        from proposals.services import intake
        from proposals.services.papers import attach

        application, proposal = self._ready.pop()
        self.turn += 1
        for kind in KINDS:
            upload = SimpleUploadedFile(f"{kind}.pdf", paper(kind, self.turn), "application/pdf")
            attach(proposal, kind=kind, upload=upload, by=self.by)
        return intake.file(application, by=self.by, consent=True, publish_agreed=False, site="https://example.kz/")

    def milliseconds(self) -> float:
        """Return what one application takes."""
        return _median(self)


_STATEMENT = """
WITH paper AS (
    INSERT INTO proposals_paper (id, proposal_id, kind, series, version, is_current, is_confidential, file,
                                 original_name, content_type, size, sha256, uploaded_by_id, uploaded_at)
    VALUES (%(id_0)s, %(proposal)s, %(kind_0)s, %(series_0)s, 1, TRUE, TRUE, %(file_0)s,
            %(name_0)s, 'application/pdf', %(size_0)s, %(sha256_0)s, %(by)s, %(now)s),
           (%(id_1)s, %(proposal)s, %(kind_1)s, %(series_1)s, 1, TRUE, TRUE, %(file_1)s,
            %(name_1)s, 'application/pdf', %(size_1)s, %(sha256_1)s, %(by)s, %(now)s)
    RETURNING id
), counter AS (
    INSERT INTO proposals_arrivalcounter AS counter (year, last) VALUES (%(year)s, 1)
    ON CONFLICT (year) DO UPDATE SET last = counter.last + 1 RETURNING last
), application AS (
    UPDATE proposals_application
    SET year = %(year)s, sequence = counter.last, initiator_type = %(initiator_type)s,
        initiator_size = %(initiator_size)s, applicant_name = %(applicant_name)s, applicant_bin = %(applicant_bin)s,
        publish_agreed = FALSE, consent_at = %(now)s, filed_at = %(now)s, filed_by_id = %(by)s,
        filed_copy = %(copy)s, filed_sha256 = %(copy_sha256)s, updated_at = %(now)s
    FROM counter WHERE id = %(application)s AND (SELECT count(*) FROM paper) = 2
    RETURNING id, number
), step AS (
    INSERT INTO proposals_stagechange (proposal_id, action, from_stage, to_stage, actor_id, channel, note, at)
    SELECT %(proposal)s, 'file', 'draft', 'filed', %(by)s, 'web', '', %(now)s FROM application
    RETURNING proposal_id
), proposal AS (
    UPDATE proposals_proposal SET stage = 'filed', stage_since = %(now)s, updated_at = %(now)s
    FROM step WHERE id = step.proposal_id RETURNING id
)
INSERT INTO post_office_email (from_email, "to", cc, bcc, subject, message, html_message, status, priority, created,
                               last_updated, headers, backend_alias, message_id)
SELECT %(sender)s, %(to)s, '', '', replace(%(subject)s, '{number}', application.number),
       replace(%(message)s, '{number}', application.number), '', 2, %(priority)s, %(now)s, %(now)s, %(headers)s, '',
       %(message_id)s
FROM application, proposal
"""


class Bare:
    """The same files and rows, by one process with one connection, on drafts of the same kind."""

    def __init__(self, url: str, media: Path, ours: Ours, filed: Any) -> None:
        self._folder = media / "papers"
        self._ours = ours
        letter = _letter(filed.pk)
        self._same = {
            "by": ours.by.pk,
            "year": filed.year,
            "sender": letter["from_email"],
            "to": ", ".join(letter["to"]),
            "priority": letter["priority"],
            "headers": Json(letter["headers"]),
            "subject": letter["subject"].replace(filed.number, "{number}"),
        }
        self._same |= {name: getattr(filed, name) for name in _FROZEN}
        self._message = letter["message"].replace(filed.number, "{number}").replace(str(filed.pk), "{key}")
        self._connection = psycopg.connect(url, autocommit=True)
        self._connection.execute("SET synchronous_commit = on")
        self._ready: list[tuple[Any, Any, dict[str, Any]]] = []
        self.turn = 0

    def stock(self) -> None:
        """Make drafts ahead, with the copy of everything but the two papers; none of it is timed."""
        from proposals.queries.progress import with_details
        from proposals.services.intake import frozen_copy

        while len(self._ready) < AT_ONCE:
            application, proposal = self._ours.draft()
            application.initiator_type = application.organisation.initiator_type
            copy = frozen_copy(application, with_details(application))
            self._ready.append((application.pk, proposal.pk, copy))

    def _written(self, content: bytes) -> str:
        """Write a file so that it is there whole or not at all, also after a power cut."""
        name = uuid.uuid4().hex
        unfinished = self._folder / f".{name}.part"
        with open(unfinished, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.rename(unfinished, self._folder / name)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return f"papers/{name}"

    def file(self) -> uuid.UUID:
        """Write both files and the rows, and return the key of the application."""
        application, proposal, copy = self._ready.pop()
        self.turn += 1
        values = {**self._same, "application": application, "proposal": proposal, "now": datetime.datetime.now(UTC)}
        papers = copy["proposals"][0]["papers"]
        for place, kind in enumerate(KINDS):
            content = paper(kind, self.turn)
            facts = {
                "id": uuid.uuid4(),
                "kind": kind,
                "name": f"{kind}.pdf",
                "size": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
            papers.append({**facts, "id": str(facts["id"]), "version": 1, "confidential": True})
            facts |= {"series": uuid.uuid4(), "file": self._written(content)}
            values |= {f"{name}_{place}": value for name, value in facts.items()}
        papers.sort(key=lambda row: row["kind"])
        plain = json.dumps(copy, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        values |= {
            "copy": plain,
            "copy_sha256": hashlib.sha256(plain.encode()).hexdigest(),
            "message": self._message.replace("{key}", str(application)),
            "message_id": f"<{uuid.uuid4().hex}@localhost>",
        }
        self._connection.execute(_STATEMENT, values)
        return application

    def milliseconds(self) -> float:
        """Return what one application takes."""
        return _median(self)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _median(way: Ours | Bare) -> float:
    way.stock()
    spent = []
    for _turn in range(AT_ONCE):
        began = time.perf_counter()
        way.file()
        spent.append((time.perf_counter() - began) * 1000)
    return statistics.median(spent)


def _letter(pk: Any) -> dict[str, Any]:
    from post_office.models import Email

    (letter,) = Email.objects.filter(message__contains=str(pk)).values()
    return letter


def _without_own(value: Any, own: set[str]) -> Any:
    """Return the value without the keys in which two of the same content differ, at any depth."""
    if isinstance(value, dict):
        return {name: _without_own(part, own) for name, part in value.items() if name not in own}
    return [_without_own(part, own) for part in value] if isinstance(value, list) else value


def _facts(pk: Any) -> list[Any]:
    """Return all rows of a filed application without what is its own; its files, copy and number are right."""
    from proposals.models import Application, ArrivalCounter
    from proposals.services.intake import fingerprint

    application = Application.objects.get(pk=pk)
    assert application.sequence == ArrivalCounter.objects.get(year=application.year).last
    assert fingerprint(application.filed_copy) == application.filed_sha256
    (proposal,) = application.proposals.all()
    (step,) = proposal.stage_changes.all()
    assert len(step.hash) == 64
    papers = proposal.papers.filter(kind__in=KINDS).order_by("kind")
    rows: list[Any] = [
        {field.column: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.generated}
        for row in (application, proposal, step, *papers)
    ]
    filed = {row["id"]: row["sha256"] for row in application.filed_copy["proposals"][0]["papers"]}
    for row, stored in zip(rows[3:], papers, strict=True):
        content = Path(stored.file.path).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (row["sha256"], row["size"])
        assert SIZE - 100 < len(content) <= SIZE
        assert filed[str(row["id"])] == row["sha256"]
    letter = _letter(pk)
    for name in ("subject", "message"):
        assert application.number in letter[name]
        letter[name] = letter[name].replace(application.number, "").replace(str(pk), "")
    return [_without_own(row, _OWN) for row in (*rows, letter)]


def figures(stage: Stage) -> Iterator[Figure]:
    """Yield what one filing costs."""
    from django.conf import settings
    from django.db import connection

    ours = Ours()
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
    ours.stock()
    first = ours.file()
    bare = Bare(stage.application, Path(settings.MEDIA_ROOT), ours, first)
    bare.turn = ours.turn

    def same() -> None:
        ours.stock()
        bare.stock()
        ours.turn = bare.turn = 1_000
        assert _facts(ours.file().pk) == _facts(bare.file())

    with contextlib.closing(bare):
        yield Figure(
            "P14 filing",
            "two papers of 50 KB uploaded and their application filed",
            ours.milliseconds,
            bare.milliseconds,
            "one statement with the same files and fsync",
            "ms",
            "reference/ours",
            same,
        )
