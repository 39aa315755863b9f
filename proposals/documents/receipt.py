"""The dated receipt as PDF, the same bytes for the same facts on every machine."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _, override

from reference.archival import archival_pdf, dated, in_house_style, in_words, page_images, soft
from reference.money import format_tenge

_SOURCE = in_house_style(Path(__file__).with_name("receipt.typ"))


@dataclass(frozen=True)
class ReceiptProposal:
    """One proposal of the application; ``cost`` is None where the sum is not known."""

    number: str
    title: str
    sector: str
    territory: str
    cost: int | None = None


@dataclass(frozen=True)
class ReceiptPaper:
    """One paper as it lay with the application when it was filed; ``proposal`` is that proposal's number."""

    proposal: str
    kind: str
    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class ReceiptFacts:
    """What the receipt says. The IIN of an individual is not among it: ``applicant_bin`` is None then."""

    number: str
    filed_at: datetime
    applicant_name: str
    applicant_bin: str | None
    channel: str
    received_on: date | None
    proposals: tuple[ReceiptProposal, ...]
    papers: tuple[ReceiptPaper, ...]
    content_hash: str
    url: str


def _facts(receipt: ReceiptFacts) -> list[tuple[str, str]]:
    facts = [(_("Applicant"), soft(receipt.applicant_name))]
    if receipt.applicant_bin:
        facts.append((_("BIN"), receipt.applicant_bin))
    facts.append((_("Channel"), receipt.channel))
    if receipt.received_on:
        facts.append((_("Received on paper"), date_format(receipt.received_on, "DATE_FORMAT")))
    return facts


def _page(receipt: ReceiptFacts, language: str) -> dict[str, Any]:
    filed = timezone.localtime(receipt.filed_at)
    title = _("Receipt for application %(number)s") % {"number": receipt.number}
    return {
        "language": language,
        "title": title,
        **dated(filed),
        "filed": _("Filed: %(moment)s") % {"moment": in_words(filed)},
        "footer": title,
        "url": receipt.url,
        "content_hash": receipt.content_hash,
        "facts": _facts(receipt),
        "proposals": [
            {
                "number": row.number,
                "title": soft(row.title),
                "sector": soft(row.sector),
                "territory": soft(row.territory),
                "known": row.cost is not None,
                "sum": _("cost unknown") if row.cost is None else format_tenge(row.cost),
            }
            for row in receipt.proposals
        ],
        "papers": [
            {
                "proposal": row.proposal,
                "kind": soft(row.kind),
                "name": soft(row.name),
                "size": filesizeformat(row.size),
                "sha256": row.sha256,
            }
            for row in receipt.papers
        ],
        "words": {
            "registry": _("Registry of PPP projects"),
            "proposals": _("Proposals"),
            "number": _("Number"),
            "title": _("Title"),
            "place": _("Sector and place"),
            "sum": _("Cost"),
            "papers": _("Papers"),
            "proposal": _("Proposal"),
            "paper": _("Paper"),
            "size": _("Size"),
            "none": _("No papers were filed."),
            "check": _("SHA-256 of the frozen copy of what was filed. It changes if one letter of the copy changes:"),
            "page": _("Page of the application:"),
        },
    }


def receipt_pdf(receipt: ReceiptFacts, language: str) -> bytes:
    """Return the receipt as PDF/A-2a and PDF/UA-1 in ``language``; the same facts give the same bytes.

    Letters that no font of ours has, such as a smiley, are drawn as a box.
    """
    with override(language):
        page = _page(receipt, language)
    return archival_pdf(_SOURCE, page, int(receipt.filed_at.timestamp()))


def receipt_image(receipt: ReceiptFacts, language: str, dots_per_inch: float = 96) -> list[bytes]:
    """Return the pages of the receipt as PNG, for tests and for looking at it."""
    with override(language):
        page = _page(receipt, language)
    return page_images(_SOURCE, page, dots_per_inch)
