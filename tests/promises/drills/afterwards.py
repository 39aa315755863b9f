"""What must hold after a drill, whatever was killed: asked of the database and of the disk."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.promises.drills.applicants import KINDS, Told


def faults(told: Told, applications: list[Any]) -> Iterator[str]:
    """Yield a sentence for everything that is lost, doubled, out of order or by half."""
    from proposals.models import Application, StageChange
    from proposals.queries.chain import first_fault
    from tests.accounts.outbox import letters

    rows = list(Application.objects.filter(filed_at__isnull=False).order_by("year", "sequence"))
    filed = {row.pk: row for row in rows}
    for key, number in told.numbers.items():
        if key not in filed:
            yield f"LOST: {number} was acknowledged and is not there"
        elif filed[key].number != number:
            yield f"{number} was acknowledged and is {filed[key].number} now"
    if len(told.numbers) != len(applications):
        yield f"{len(applications) - len(told.numbers)} applications never got their receipt"
    if [row.sequence for row in rows] != list(range(1, len(rows) + 1)):
        yield f"the {len(rows)} numbers are not 1 to {len(rows)}"
    if [row.filed_at for row in rows] != sorted(row.filed_at for row in rows):
        yield "numbers and times of filing have different orders"
    steps = Counter(StageChange.objects.filter(action="file").values_list("proposal__application", flat=True))
    if steps != dict.fromkeys(filed, 1):
        yield f"{sum(steps.values())} first steps of {len(rows)} applications"
    about = Counter(letter.headers["X-Letter"] for letter in letters())
    if sum(about.values()) != len(rows):
        yield f"{len(rows)} applications have the letters {dict(about)}"
    yield from _papers(told)
    if fault := first_fault():
        yield f"the chain of steps is broken: {fault.where}: {fault.what}"


def _papers(told: Told) -> Iterator[str]:
    from django.core.files.storage import default_storage

    from proposals.models import Paper

    rows = list(Paper.objects.filter(kind__in=KINDS).select_related("proposal"))
    for row in rows:
        path = Path(default_storage.path(str(row.file.name)))
        if not path.exists():
            yield f"a row without its file: {row.pk}"
        elif hashlib.sha256(path.read_bytes()).hexdigest() != row.sha256:
            yield f"a file that is not the one of its row: {row.pk}"
    of_each = Counter((row.proposal.application_id, row.kind) for row in rows)
    if doubled := sum(count > 1 for count in of_each.values()):
        yield f"{doubled} papers are there more than once"
    stored = {(row.proposal.application_id, row.kind): row.sha256 for row in rows}
    lost = [key for key, sha256 in told.papers.items() if stored.get(key) != sha256]
    if lost:
        yield f"LOST: {len(lost)} acknowledged papers are not there as they were sent"


def files_without_row() -> int:
    """Return how many files no row names: allowed, `remove_lost_files` takes them away."""
    from django.conf import settings

    from proposals.models import Paper

    known = set(Paper.objects.values_list("file", flat=True))
    root = Path(settings.MEDIA_ROOT)
    return sum(str(path.relative_to(root)) not in known for path in root.rglob("*") if path.is_file())
