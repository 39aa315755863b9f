"""The contract of an approved project: signed, registered with the treasury, changed by additional agreements.

Each act locks the project, refuses what cannot be, and writes contract, project and its road in one transaction.
"""

import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from projects.models import Contract, ContractChange, Project
from projects.services.register import locked, record_status
from reference.codelists import ProjectStatus
from reference.partial_dates import EARLIEST_YEAR, format_partial_date

BEFORE_THE_CONTRACT = (ProjectStatus.APPROVED, ProjectStatus.PARTNER_SELECTION)


@transaction.atomic
def sign(
    project: Project,
    *,
    by: Any,
    number: str,
    signed_on: datetime.date,
    partner: str,
    partner_bin: str = "",
    sum: int | None = None,
    term_years: Decimal | None = None,
    treasury_number: str = "",
    treasury_date: datetime.date | None = None,
) -> Contract:
    """Record the contract of an approved project and return it; the project takes partner, sum and dates from it.

    A project on its way to the contract gets the status. Raises ValidationError.
    """
    row = _bound(project)
    if Contract.objects.filter(project=row).exists():
        raise ValidationError(
            _("Project No. %(number)s already has a contract. Record a change of it instead.") % {"number": row.number}
        )
    contract = Contract(
        project=row,
        number=number,
        signed_on=signed_on,
        partner=partner,
        partner_bin=partner_bin,
        sum=sum,
        term_years=term_years,
        treasury_number=treasury_number,
        treasury_date=treasury_date,
    )
    contract.full_clean(exclude={"project"})
    _refuse_odd_days(signed_on=signed_on, treasury_date=treasury_date)
    _refuse_before_signing(contract)
    adopted = row.resolution.adopted if row.resolution else ""
    if signed_on.isoformat()[: len(adopted)] < adopted:
        raise ValidationError(
            {
                "signed_on": _("The maslikhat approved the project on %(date)s; a contract is not signed before.")
                % {"date": format_partial_date(adopted)}
            }
        )
    contract.save(force_insert=True)
    row.private_partner, row.contract_signed_on = contract.partner, signed_on.isoformat()
    _tell_project(row, contract, "private_partner", "contract_signed_on")
    if row.status in BEFORE_THE_CONTRACT:
        record_status(row, ProjectStatus.CONTRACT_SIGNED, by=by, since=signed_on.isoformat())
    return contract


@transaction.atomic
def change_contract(
    contract: Contract,
    *,
    by: Any,
    number: str,
    signed_on: datetime.date,
    sum: int | None = None,
    term_years: Decimal | None = None,
    reason_kk: str = "",
    reason_ru: str = "",
    treasury_number: str = "",
    treasury_date: datetime.date | None = None,
) -> ContractChange:
    """Record an additional agreement and return it; sum and term stay where it gives none. Raises ValidationError."""
    row = _bound(contract.project)
    contract = Contract.objects.select_for_update(of=("self",)).get(pk=contract.pk)
    change = ContractChange(
        contract=contract,
        number=number,
        signed_on=signed_on,
        sum=sum,
        term_years=term_years,
        treasury_number=treasury_number,
        treasury_date=treasury_date,
        reason_kk=reason_kk,
        reason_ru=reason_ru,
        old_sum=contract.sum,
        old_term_years=contract.term_years,
        recorded_by=by,
    )
    change.full_clean(exclude={"contract", "recorded_by"})
    _refuse_odd_days(signed_on=signed_on, treasury_date=treasury_date)
    _refuse_before_signing(change)
    last = contract.changes.order_by("id").last()
    if contract.changes.filter(number=change.number, signed_on=signed_on).exists():
        raise ValidationError({"number": _("This additional agreement is on file already.")})
    if signed_on < (last.signed_on if last else contract.signed_on):
        raise ValidationError(
            {"signed_on": _("An additional agreement is not signed before the contract or the change before it.")}
        )
    change.save(force_insert=True)
    contract.sum = contract.sum if sum is None else sum
    contract.term_years = contract.term_years if term_years is None else term_years
    contract.save(update_fields=["sum", "term_years"])
    _tell_project(row, contract)
    return change


@transaction.atomic
def register_treasury(contract: Contract, *, number: str, date: datetime.date | None) -> Contract:
    """Record under which number and when the treasury registered the contract. Raises ValidationError."""
    _bound(contract.project)
    row = Contract.objects.select_for_update(of=("self",)).get(pk=contract.pk)
    if not number.strip():
        raise ValidationError({"treasury_number": _("Give the number of the registration.")})
    row.treasury_number, row.treasury_date = number, date
    row.full_clean(exclude={"project"})
    _refuse_odd_days(treasury_date=date)
    _refuse_before_signing(row)
    row.save(update_fields=["treasury_number", "treasury_date"])
    return row


def ends_on(signed_on: datetime.date, term_years: Decimal) -> str:
    """Return the month in which a contract of this term ends, as ``2047-09``: its months are whole, its day is not."""
    months = signed_on.year * 12 + signed_on.month - 1 + round(term_years * 12)
    return f"{months // 12:04d}-{months % 12 + 1:02d}"


def _bound(project: Project) -> Project:
    """Lock the project; refuse one that is not in the approved list or whose contract was terminated."""
    (row,) = locked([project])
    if not row.is_approved:
        raise ValidationError(_("Project No. %(number)s is not in the approved list.") % {"number": row.number})
    if row.status == ProjectStatus.TERMINATED:
        raise ValidationError(_("The contract of project No. %(number)s was terminated.") % {"number": row.number})
    return row


def _refuse_odd_days(**days: datetime.date | None) -> None:
    today = timezone.localdate()
    known = {name: day for name, day in days.items() if day is not None}
    early = [name for name, day in known.items() if day.year < EARLIEST_YEAR]
    if early:
        # The project could not keep such a day.
        raise ValidationError(dict.fromkeys(early, _("The year must lie between 1991 and 2100.")))
    late = [name for name, day in known.items() if day > today]
    if late:
        raise ValidationError(dict.fromkeys(late, _("This day is still to come. Check the date.")))


def _refuse_before_signing(paper: Contract | ContractChange) -> None:
    if paper.treasury_date is not None and paper.treasury_date < paper.signed_on:
        raise ValidationError({"treasury_date": _("The treasury registers nothing before it is signed.")})


def _tell_project(row: Project, contract: Contract, *also: str) -> None:
    """Let the project say what its contract says; what the contract does not tell stays as it is."""
    told = [*also, "updated_at"]
    if contract.sum is not None:
        row.signed_sum = contract.sum
        told.append("signed_sum")
    if contract.term_years is not None:
        row.contract_ends_on = ends_on(contract.signed_on, contract.term_years)
        told.append("contract_ends_on")
    row.save(update_fields=told)
