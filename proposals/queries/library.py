"""Typical documents: which are offered for a proposal, and what they are filled in with."""

from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.formats import date_format

from proposals.models import Proposal, TypicalDocument
from proposals.queries.summary import fact_text
from reference.money import format_tenge


def every_offered_document() -> QuerySet[TypicalDocument]:
    """Return the newest offered version of each document of the library, those for every sector first."""
    newest = (
        TypicalDocument.objects.filter(code=OuterRef("code"), language=OuterRef("language"), is_offered=True)
        .order_by("-version")
        .values("pk")[:1]
    )
    return (
        TypicalDocument.objects.filter(pk=Subquery(newest))
        .select_related("sector")
        .order_by(F("sector__order").asc(nulls_first=True), "code", "language")
    )


def offered_documents(sector: str | None) -> QuerySet[TypicalDocument]:
    """Return what is offered for the sector, its own documents before those for every sector."""
    chosen = every_offered_document().filter(Q(sector=sector) | Q(sector__isnull=True))
    return chosen.order_by("sector__order", "code", "language")


def filled_in_with(proposal: Proposal) -> dict[str, Any]:
    """Return the words that placeholders of a document stand for, in the current language; unknown is empty."""
    application, organisation = proposal.application, proposal.application.organisation
    share = ""
    if proposal.cost and proposal.own_funds is not None:
        share = f"{100 * proposal.own_funds / proposal.cost:.1f}".replace(".", ",")
    texts = (
        "title_kk title_ru problem objective description place state_partner sector territory object_owner capacity "
        "capacity_unit beneficiaries cost own_funds asked_sum state_obligations term_years implementation_start "
        "contract_type payment_sources jobs"
    )
    return {
        **{name: fact_text(proposal, name) for name in texts.split()},
        "title": str(proposal.title_kk or proposal.title_ru),
        "applicant_name": organisation.name,
        "applicant_bin": organisation.bin,
        "legal_form": organisation.get_legal_form_display(),
        "contact_person": organisation.contact_person,
        "phone": organisation.phone,
        "email": organisation.email,
        "address": organisation.address,
        "application_number": application.number or "",
        "today": date_format(timezone.localdate(), "DATE_FORMAT"),
        "own_funds_share": share,
        "responsibilities": [
            {"area": row.get_area_display(), "bearer": row.get_bearer_display(), "note": ""}
            for row in proposal.responsibilities.all()
        ],
        "payments": [{"year": row.year, "sum": format_tenge(row.amount)} for row in proposal.payments.all()],
    }
