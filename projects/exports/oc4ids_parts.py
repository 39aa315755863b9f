"""Pieces of an OC4IDS project that know nothing of the whole: dates, periods, values, parties, contracts."""

import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.encoding import iri_to_uri

from projects.exports.cells import clean, json_value, moment
from projects.models import Contract, Project, Resolution
from reference.codelists import ProjectStatus
from reference.languages import localized

BIN_SCHEME = "KZ-BIN"
LOCAL_PREFIX = "kz-ppp-registry"
DAYS_OF_YEAR = Decimal("365.25")
OVER = (ProjectStatus.COMPLETED, ProjectStatus.TERMINATED, ProjectStatus.EXCLUDED)
STATE_PARTNER, PRIVATE_PARTNER = "state-partner", "private-partner"
Json = dict[str, Any]


def filled(**facts: Any) -> Json:
    """Return the facts that say something: OC4IDS has no empty texts, lists and objects, and no null."""
    return {name: value for name, value in facts.items() if value or value == 0}


def text(value: str) -> str:
    """Return text without control characters."""
    return clean(value)


def url(address: str) -> str:
    """Return an address in the letters of a URI."""
    return iri_to_uri(address) or ""


def day(value: str | datetime.date | None) -> str | None:
    """Return the first moment of a day in Almaty; None where only the month or year is known."""
    if not value:
        return None
    if isinstance(value, str):
        if len(value) < len("2017-09-14"):
            return None
        value = datetime.date.fromisoformat(value)
    return moment(timezone.make_aware(datetime.datetime.combine(value, datetime.time())))


def tenge(amount: int | None) -> Json | None:
    """Return a sum; None when it is not known."""
    return None if amount is None else {"amount": amount, "currency": "KZT"}


def days_in(years: Decimal | None) -> int | None:
    """Return a term in days, as OC4IDS counts it."""
    return None if years is None else round(years * DAYS_OF_YEAR)


def period(start: str | datetime.date | None, end: str | datetime.date | None, years: Decimal | None = None) -> Json:
    """Return a period; its length by the days where both are known, else by the term."""
    begins, ends = day(start), day(end)
    if begins and ends:
        if begins > ends:
            return filled(startDate=begins)
        length = (datetime.datetime.fromisoformat(ends) - datetime.datetime.fromisoformat(begins)).days
        return filled(startDate=begins, endDate=ends, durationInDays=length)
    return filled(startDate=begins, endDate=ends, durationInDays=days_in(years))


def parties(project: Project, language: str) -> list[Json]:
    """Return the state partner and the private partner, as far as they are named."""
    contract = getattr(project, "contract", None)
    found = []
    if name := text(localized(project, "state_partner", language).text):
        found.append({"id": STATE_PARTNER, "name": name, "roles": ["publicAuthority"]})
    if name := text(project.private_partner or (contract.partner if contract else "")):
        identifier = None
        if contract and contract.partner_bin:
            identifier = filled(scheme=BIN_SCHEME, id=contract.partner_bin, legalName=text(contract.partner))
        found.append(filled(id=PRIVATE_PARTNER, name=name, roles=["supplier"], identifier=identifier))
    return found


def contracting_process(project: Project, key: str, language: str) -> Json | None:
    """Return the contract as a contracting process: first value and term, and every change since."""
    contract: Contract | None = getattr(project, "contract", None)
    if contract is None:
        return None
    changes = list(contract.changes.all())
    first_sum = next((change.old_sum for change in changes if change.sum is not None), contract.sum)
    first_term = next(
        (change.old_term_years for change in changes if change.term_years is not None), contract.term_years
    )
    summary = filled(
        externalReference=text(contract.number),
        title=f"№ {text(contract.number)}",
        status="closed" if project.status in OVER else "active",
        suppliers=[{"id": PRIVATE_PARTNER, "name": text(project.private_partner or contract.partner)}],
        contractValue=tenge(first_sum),
        contractPeriod=period(contract.signed_on, None, first_term),
        modifications=[_modification(change, language) for change in changes],
    )
    return {"id": f"{key}-contract", "summary": summary}


def _modification(change: Any, language: str) -> Json:
    changes_value, changes_term = change.sum is not None, change.term_years is not None
    return filled(
        id=str(change.pk),
        date=day(change.signed_on),
        description=f"№ {text(change.number)}",
        rationale=text(localized(change, "reason", language).text),
        type="value" if changes_value else "duration" if changes_term else None,
        oldContractValue=tenge(change.old_sum) if changes_value else None,
        newContractValue=tenge(change.sum),
        oldContractPeriod=filled(durationInDays=days_in(change.old_term_years)) if changes_term else None,
        newContractPeriod=filled(durationInDays=days_in(change.term_years)),
    )


def decision(resolution: Resolution | None, site: str) -> Json:
    """Return which paper it was; empty where none is on file."""
    if resolution is None:
        return {}
    return filled(
        resolution=resolution.pk,
        maslikhat=text(resolution.maslikhat.name),
        kind=resolution.kind,
        number=text(resolution.number),
        adopted=resolution.adopted,
        session=resolution.session,
        convocation=resolution.convocation,
        url=f"{site}{resolution.get_absolute_url().removeprefix('/')}",
        link=url(resolution.link),
    )


def number(value: Decimal | None) -> int | float | None:
    """Return a decimal as JSON writes it."""
    return None if value is None else json_value(value)
