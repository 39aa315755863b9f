"""P14: two papers of 50 KB are uploaded and their application is filed, against one statement with the same files.

Ours are the three acts of an applicant by the services that the pages call, each with its own commit: both uploads are
acknowledged before the filing. The reference writes the same bytes to the same folder with the same care and enters the
same application, proposal and papers by one statement of psycopg; it examines nothing, asks nobody who files, gives no
number, and leaves no step, no letter and no history.
"""

import contextlib
import hashlib
import os
import statistics
import time
import uuid
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Json

from benchmarks.comparison import Figure, Stage

AT_ONCE = 20
"""Applications that are filed for one figure, which is the median of one of them."""
SIZE = 50_000
KINDS = ("business_plan", "registration")
_OWN = {"id", "year", "sequence", "creation_key", "created_at", "updated_at", "filed_at", "consent_at", "filed_copy"}
_OWN |= {"filed_sha256", "application_id", "proposal_id", "stage", "stage_since", "file", "series", "uploaded_at"}
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
            self._ready.append(self._draft())

    def _draft(self) -> tuple[Any, Any]:
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
        self.stock()
        spent = []
        for _turn in range(AT_ONCE):
            began = time.perf_counter()
            self.file()
            spent.append((time.perf_counter() - began) * 1000)
        return statistics.median(spent)


class Bare:
    """The same files and rows, by one process with one connection."""

    def __init__(self, url: str, media: Path, application: Any) -> None:
        self._folder = media / "papers"
        (proposal,) = application.proposals.all()
        papers = {row.kind: row for row in proposal.papers.all()}
        self._rows = [application, proposal, *(papers[kind] for kind in KINDS)]
        self._connection = psycopg.connect(url, autocommit=True)
        self._connection.execute("SET synchronous_commit = on")
        # Numbers of a year that nobody files in: the others have no gaps.
        last = "SELECT COALESCE(max(sequence), 0) FROM proposals_application WHERE year = 2100"
        (self._sequence,) = self._connection.execute(last).fetchone() or (0,)
        self._text = self._statement()
        self.turn = 0

    def _columns(self, row: Any) -> list[Any]:
        return [field for field in row._meta.concrete_fields if not field.generated]

    def _statement(self) -> sql.Composed:
        parts = []
        for place, row in enumerate(self._rows):
            columns = self._columns(row)
            parts.append(
                sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING id").format(
                    sql.Identifier(row._meta.db_table),
                    sql.SQL(", ").join(sql.Identifier(field.column) for field in columns),
                    sql.SQL(", ").join(sql.Placeholder(f"{place}_{field.column}") for field in columns),
                )
            )
        first = [sql.SQL("r{} AS ({})").format(sql.Literal(place), part) for place, part in enumerate(parts)]
        # Carried out as they are read, the application last: one that is filed takes no further proposal.
        names = [sql.SQL("SELECT id FROM r{}").format(sql.Literal(place)) for place in (1, 2, 3, 0)]
        return sql.SQL("WITH {} {}").format(sql.SQL(", ").join(first), sql.SQL(" UNION ALL ").join(names))

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
        self.turn += 1
        self._sequence += 1
        application, proposal = uuid.uuid4(), uuid.uuid4()
        changed: list[dict[str, Any]] = [
            {"id": application, "creation_key": uuid.uuid4(), "year": 2100, "sequence": self._sequence},
            {"id": proposal, "application_id": application, "stage": "draft"},
        ]
        for kind in KINDS:
            content = paper(kind, self.turn)
            changed.append(
                {
                    "id": uuid.uuid4(),
                    "series": uuid.uuid4(),
                    "proposal_id": proposal,
                    "file": self._written(content),
                    "sha256": hashlib.sha256(content).hexdigest(),
                    "size": len(content),
                }
            )
        values = {
            f"{place}_{field.column}": changed[place].get(field.column, _plain(getattr(row, field.attname)))
            for place, row in enumerate(self._rows)
            for field in self._columns(row)
        }
        self._connection.execute(self._text, values)
        return application

    def milliseconds(self) -> float:
        """Return what one application takes."""
        spent = []
        for _turn in range(AT_ONCE):
            began = time.perf_counter()
            self.file()
            spent.append((time.perf_counter() - began) * 1000)
        return statistics.median(spent)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _plain(value: Any) -> Any:
    return Json(value) if isinstance(value, dict) else str(value) if hasattr(value, "storage") else value


def _facts(pk: Any) -> list[dict[str, Any]]:
    """Return what an application says, without what is its own, and its papers as they lie on the disk."""
    from proposals.models import Application

    application = Application.objects.get(pk=pk)
    (proposal,) = application.proposals.all()
    papers = proposal.papers.filter(kind__in=KINDS).order_by("kind")
    rows = [
        {field.column: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.generated}
        for row in (application, proposal, *papers)
    ]
    for row, stored in zip(rows[2:], papers, strict=True):
        content = Path(stored.file.path).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (row["sha256"], row["size"])
        assert SIZE - 100 < len(content) <= SIZE
    return [{name: value for name, value in row.items() if name not in _OWN} for row in rows]


def figures(stage: Stage) -> Iterator[Figure]:
    """Yield what one filing costs."""
    from django.conf import settings
    from django.db import connection

    ours = Ours()
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
    ours.stock()
    first = ours.file()
    bare = Bare(stage.application, Path(settings.MEDIA_ROOT), first)
    bare.turn = ours.turn

    def same() -> None:
        ours.stock()
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
