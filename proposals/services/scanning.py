"""Papers that wait are shown to the virus scanner; the verdict becomes a row, and a bad one a letter."""

import logging
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from proposals import notifications
from proposals.models import Paper, PaperScan, ScanState
from reference import scanner
from reference.scanner import NotScanned, Verdict

logger = logging.getLogger(__name__)


@dataclass
class Scanned:
    """How many papers one round judged, and how many it could not."""

    clean: int = 0
    rejected: int = 0
    failed: int = 0


def scan_waiting() -> Scanned:
    """Scan every paper without a verdict, the oldest first; nothing where no scanner is configured.

    A paper that cannot be read or judged is logged, waits on and keeps nobody else waiting. Raises ScannerDown.
    """
    done = Scanned()
    if not scanner.is_configured():
        return done
    waiting = Paper.objects.filter(scan__isnull=True).order_by("uploaded_at", "pk")
    for pk in list(waiting.values_list("pk", flat=True)):
        try:
            verdict = _scan(pk)
        except NotScanned as refusal:
            logger.error("The scanner gave no verdict about paper %s: %s.", pk, refusal)
            done.failed += 1
            continue
        except OSError:
            logger.exception("The file of paper %s cannot be read.", pk)
            done.failed += 1
            continue
        if verdict is not None and _remember(pk, verdict):
            done.rejected += bool(verdict.signature)
            done.clean += not verdict.signature
    return done


def _scan(pk: UUID) -> Verdict | None:
    paper = Paper.objects.filter(pk=pk).first()
    if paper is None:  # taken out of its draft meanwhile
        return None
    file: Any = paper.file
    with file.open("rb") as stream:
        verdict = scanner.scan(stream)
    if verdict.sha256 != paper.sha256:
        raise NotScanned("the file is not the one that came")
    return verdict


@transaction.atomic
def _remember(pk: UUID, verdict: Verdict) -> bool:
    """Write the verdict and its letter, once; tell whether it was news."""
    paper = Paper.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if paper is None or PaperScan.objects.filter(paper=paper).exists():
        return False
    state = ScanState.REJECTED if verdict.signature else ScanState.CLEAN
    PaperScan.objects.create(paper=paper, verdict=state, signature=verdict.signature)
    if verdict.signature:
        logger.warning("A virus was found in paper %s: %s.", pk, verdict.signature)
        notifications.infected(paper, verdict.signature)
    return True
