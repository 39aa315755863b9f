"""The people of the restore drill, in a process of their own: they file, upload, throw away and approve.

`write DRAFTS` fills an empty registry, says so, and goes on until its input ends; then it prints what was acknowledged.
`look ACKNOWLEDGED MANIFEST` asks a restored registry and prints what is wrong with it.
"""

import datetime
import json
import sys
import threading
import time
import uuid
from pathlib import Path
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.files.base import ContentFile  # noqa: E402
from django.core.files.storage import default_storage  # noqa: E402
from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.db import DatabaseError, connection, connections, transaction  # noqa: E402
from psycopg import sql  # noqa: E402

from accounts.models import User  # noqa: E402
from devtools.checkout import say  # noqa: E402
from ppp_registry.backup import facts, stored  # noqa: E402
from proposals.models import Application, Paper  # noqa: E402
from proposals.models.paper import stored_name  # noqa: E402
from proposals.queries.chain import first_fault  # noqa: E402
from proposals.services import drafts, intake  # noqa: E402
from proposals.services.papers import attach  # noqa: E402
from reference.papers import examine  # noqa: E402
from reference.services import load_sectors, load_territories  # noqa: E402
from tests.factories import project_in  # noqa: E402
from tests.promises.many_drafts import drafts_ready_to_file  # noqa: E402
from tests.proposals.applications import PDF, SITE, applicant, complete_draft, draft  # noqa: E402

PAPER = 50_000


def paper(name: str) -> SimpleUploadedFile:
    """Return a file of 50 KB that is like no other."""
    return SimpleUploadedFile(name, PDF + f"%{uuid.uuid4().hex}\n".encode() * (PAPER // 34), "application/pdf")


def file(application: Any, by: Any) -> Any:
    """File an application and return it."""
    return intake.file(application, by=by, consent=True, publish_agreed=False, site=SITE)


def fill(by: Any, count: int) -> list[Any]:
    """Return so many drafts, each with papers of its own; a third is filed and not among them."""
    made = drafts_ready_to_file(by, count)
    with transaction.atomic():
        own = []
        for row in Paper.objects.filter(proposal__application__in=made[1:]):
            upload = paper("plan.pdf")
            told = examine(upload, name="plan.pdf")
            row.file = default_storage.save(stored_name(row, ""), ContentFile(upload.open().read()))
            row.pk, row.series, row.size, row.sha256 = uuid.uuid4(), uuid.uuid4(), told.size, told.sha256
            own.append(row)
        Paper.objects.filter(proposal__application__in=made[1:]).delete()
        Paper.objects.bulk_create(own)
    for application in made[: count // 3]:
        file(application, by)
    return made[count // 3 :]


class People:
    """Each act in a thread of its own, again and again."""

    def __init__(self, by: Any, waiting: list[Any]) -> None:
        self.by = by
        self.half = len(waiting) // 2
        self.to_file, self.to_drop = waiting[: self.half], waiting[self.half :]
        self.filed: list[tuple[str, str, float]] = []
        self.dropped: list[tuple[str, float]] = []
        self.approved = 0
        self.errors: list[str] = []
        self.ended = threading.Event()

    def run(self) -> None:
        """Work until the input ends."""
        acts = (self._file, self._drop, self._approve)
        threads = [threading.Thread(target=self._again, args=(act,)) for act in acts]
        for thread in threads:
            thread.start()
        sys.stdin.read()
        self.ended.set()
        for thread in threads:
            thread.join()

    def _again(self, act: Any) -> None:
        try:
            while not self.ended.is_set():
                act()
        except Exception as error:
            self.errors.append(f"{act.__name__}: {error!r}")
        finally:
            connections.close_all()

    def _file(self) -> None:
        application = self.to_file.pop() if self.to_file else complete_draft(self.by)
        attach(application.proposals.get(), kind="other", upload=paper("other.pdf"), by=self.by)
        number = file(application, self.by).number
        self.filed.append((str(application.pk), number, time.time()))

    def _drop(self) -> None:
        application = self.to_drop.pop() if self.to_drop else draft(self.by)
        attach(application.proposals.get(), kind="other", upload=paper("other.pdf"), by=self.by)
        key = str(application.pk)
        drafts.delete_draft(application, by=self.by)
        self.dropped.append((key, time.time()))

    def _approve(self) -> None:
        project_in("approved")
        self.approved += 1
        time.sleep(0.05)


def write(count: int) -> int:
    """Fill, say so, write until the input ends, print what was acknowledged."""
    with transaction.atomic():
        load_territories()
        load_sectors()
    by = applicant()
    people = People(by, fill(by, count))
    say("ready")
    people.run()
    told = {"filed": people.filed, "dropped": people.dropped, "approved": people.approved, "by": by.pk}
    left = len(default_storage.listdir("papers")[1]) - Paper.objects.values("file").distinct().count()
    say(json.dumps(told | {"errors": people.errors, "left": left}))
    return 0


def wrong(told: dict[str, Any], manifest: dict[str, Any]) -> list[str]:
    """Return what is wrong with a restored registry, asked past the code that restored it."""
    moment = datetime.datetime.fromisoformat(manifest["moment"]).timestamp()
    there = {str(key): number for key, number in Application.objects.values_list("pk", "number")}
    found = [f"LOST: {number}" for key, number, at in told["filed"] if at < moment and there.get(key) != number]
    found += [f"came back: {key}" for key, at in told["dropped"] if at < moment and key in there]
    found += [
        f"{number} was given twice" for key, number, _at in told["filed"] if there.get(key) not in (number, None, "")
    ]
    found += [str(fault) for fault in stored.faults(Path(settings.MEDIA_ROOT), stored.of_rows())]
    found += [f"{name}: {rows}" for name, rows in facts.rows().items() if manifest["facts"]["rows"][name] != rows]
    meant = facts.meaning()
    found += [f"{name}: {there}" for name, there in meant.items() if manifest["facts"][name] != there]
    if fault := first_fault():
        found.append(str(fault))
    return found


def look(acknowledged: Path, manifest: Path) -> int:
    """Print what is wrong, then file one more and print its number beside the one it should have."""
    told, kept = json.loads(acknowledged.read_text()), json.loads(manifest.read_text())
    found = wrong(told, kept) + refused()
    year, last = max(kept["facts"]["numbers"].items())
    by = User.objects.get(pk=told["by"])
    number = file(complete_draft(by), by).number
    say(json.dumps({"wrong": found, "next": number, "expected": f"{year}-{last + 1:06d}"}))
    return 0


def refused() -> list[str]:
    """Return what the role of the site may do to history although it may not."""
    may = []
    for table in ("proposals_stagechange", "projects_registercell"):
        for statement in ("DELETE FROM {}", "TRUNCATE {}"):
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(sql.SQL(statement).format(sql.Identifier(table)))
                    may.append(f"{statement.format(table)} was allowed")
                    transaction.set_rollback(True)
            except DatabaseError:
                continue
    return may


if __name__ == "__main__":
    if sys.argv[1] == "write":
        sys.exit(write(int(sys.argv[2])))
    sys.exit(look(Path(sys.argv[2]), Path(sys.argv[3])))
