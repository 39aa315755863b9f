"""What the receipt says, taken from the frozen copy: whatever changes later, the receipt stays."""

from proposals.checklist import KINDS
from proposals.documents.receipt import ReceiptFacts, ReceiptPaper, ReceiptProposal
from proposals.models import Application
from reference.models import Sector, Territory


def receipt_facts(application: Application, site: str) -> ReceiptFacts:
    """Return the facts of a filed application's receipt, names of sectors and places in the reader's language."""
    copy = application.filed_copy or {"proposals": []}
    rows = copy["proposals"]
    sectors = Sector.objects.in_bulk([row["sector"] for row in rows])
    territories = Territory.objects.in_bulk([row["territory"] for row in rows])
    proposals = [
        ReceiptProposal(
            number=f"{application.number}/{row['position']}",
            title=row["title_kk"] or row["title_ru"],
            sector=sectors[row["sector"]].name,
            territory=territories[row["territory"]].name,
            cost=row["cost"],
        )
        for row in rows
    ]
    papers = [
        ReceiptPaper(
            proposal=f"{application.number}/{row['position']}",
            kind=str(KINDS[paper["kind"]].label) if paper["kind"] in KINDS else paper["kind"],
            name=paper["name"],
            size=paper["size"],
            sha256=paper["sha256"],
        )
        for row in rows
        for paper in row["papers"]
    ]
    assert application.filed_at is not None
    return ReceiptFacts(
        number=application.number,
        filed_at=application.filed_at,
        applicant_name=application.applicant_name,
        applicant_bin=application.applicant_bin or None,
        channel=application.get_channel_display(),
        received_on=application.received_on,
        proposals=tuple(proposals),
        papers=tuple(papers),
        content_hash=application.filed_sha256,
        url=site.rstrip("/") + application.get_absolute_url(),
    )
