"""The extract of one project from the register as archival PDF: every public fact, dated, with its address."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from django.db.models import Field
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _, override, pgettext

from projects.models import Contract, ListAct, Project, Resolution, StatusChange
from projects.queries.as_of import ChangeOfLine
from reference.archival import archival_pdf, dated, in_house_style, in_words, page_images, soft
from reference.codelists import InitiatorType
from reference.languages import LANGUAGES, Localized, localized
from reference.money import format_number, format_tenge
from reference.partial_dates import format_partial_date
from reference.templatetags.registry_formats import decimal

_SOURCE = in_house_style(Path(__file__).with_name("extract.typ"))
SUMS = ("asked_sum", "approved_sum", "signed_sum", "state_obligations")
"""Sums of a project that stand beside its cost and are never added up."""


def _soft(text: str) -> str:
    # Addresses are copied by people: nothing invisible may stand in them.
    return text if text.startswith("http") else soft(text)


def _known(label: str, value: str) -> dict[str, Any]:
    return {"label": label, "value": _soft(value), "known": True}


def _or_unknown(label: str, value: str | None, unknown: str) -> dict[str, Any]:
    return _known(label, value) if value else {"label": label, "value": unknown, "known": False}


def _sum(label: str, amount: int | None, unknown: str = "") -> dict[str, Any]:
    unknown = unknown or pgettext("sum", "unknown")
    return _or_unknown(label, None if amount is None else format_tenge(amount), unknown)


def _said(text: Localized) -> str:
    """Return the text; one that is not in the reader's language names its own."""
    return f"{text} [{text.language.upper()}]" if text.is_fallback and text.text else text.text


def _words(row: Any, field: str) -> str:
    return _said(localized(row, field))


def _day(day: Any) -> str:
    return date_format(day, "DATE_FORMAT")


def _head(project: Project) -> list[dict[str, Any]]:
    territory = project.territory
    place = [territory.parent.name] if territory.parent else []
    place += [part for part in (territory.name, _words(project, "place")) if part]
    term = pgettext("term", "unknown")
    initiator = ", ".join(filter(None, (project.get_initiator_type_display(), project.get_initiator_size_display())))
    is_initiator_known = project.initiator_type != InitiatorType.UNKNOWN
    return [
        _known(_("Number in the register"), str(project.number)),
        _known(_("Status"), project.get_status_display()),
        _sum(_("Cost"), project.cost, _("cost unknown")),
        _known(_("Sector"), project.sector.name),
        _known(_("Territory"), ", ".join(place)),
        {"label": _("Initiator"), "value": initiator, "known": is_initiator_known},
        _or_unknown(_("Term, years"), decimal(project.term_years), term),
        _or_unknown(_("Year"), str(project.year or ""), pgettext("year", "unknown")),
    ]


def _facts(project: Project) -> Iterator[dict[str, Any]]:
    if project.is_group:
        size = format_number(project.group_size) if project.group_size else _("number of projects unknown")
        yield _known(_("Group of projects"), size)
    if project.group:
        yield _known(_("Member of the group"), f"№ {project.group.number}, {_said(project.group.title)}")
    capacity = f"{format_number(project.capacity)} {project.get_capacity_unit_display()}" if project.capacity else ""
    for label, value in (
        (_("Contract type"), project.get_contract_type_display()),
        (_("State partner"), _words(project, "state_partner")),
        (_("Private partner"), project.private_partner),
        (_("Capacity"), capacity),
        (_("Jobs promised"), "" if project.jobs is None else format_number(project.jobs)),
        (_("Start of implementation"), format_partial_date(project.implementation_start)),
        (_("Contract signed on"), format_partial_date(project.contract_signed_on)),
        (_("Put into operation on"), format_partial_date(project.commissioned_on)),
        (_("Contract ends on"), format_partial_date(project.contract_ends_on)),
        (_("Sources of payment"), ", ".join(project.payment_source_labels)),
        (_("Objective"), _words(project, "objective")),
        (_("Description"), _words(project, "description")),
    ):
        if value:
            yield _known(label, value)


def _money(project: Project) -> list[dict[str, Any]]:
    labels = (str(cast(Field, Project._meta.get_field(name)).verbose_name) for name in SUMS)
    return [
        _sum(label[:1].upper() + label[1:], getattr(project, name)) for label, name in zip(labels, SUMS, strict=True)
    ]


def _contract(contract: Contract) -> Iterator[dict[str, Any]]:
    yield _known(_("Number and date"), f"№ {contract.number}, {_day(contract.signed_on)}")
    partner = f"{contract.partner}, {_('BIN')} {contract.partner_bin}" if contract.partner_bin else contract.partner
    yield _known(_("Private partner"), partner)
    yield _sum(pgettext("contract", "Sum"), contract.sum)
    yield _or_unknown(_("Term, years"), decimal(contract.term_years), pgettext("term", "unknown"))
    treasury = f"№ {contract.treasury_number}" if contract.treasury_number else ""
    if contract.treasury_date:
        treasury += f", {_day(contract.treasury_date)}"
    yield _or_unknown(_("Registration with the treasury"), treasury, _("not on file"))
    for change in contract.changes.all():
        said = [_day(change.signed_on)]
        if change.sum is not None:
            said.append(format_tenge(change.sum))
        if change.term_years:
            said.append(f"{_('Term, years')}: {decimal(change.term_years)}")
        yield _known(f"{_('Changes of the contract')}: № {change.number}", "; ".join([*said, _words(change, "reason")]))


def _paper(resolution: Resolution) -> str:
    number = f"№ {resolution.number}" if resolution.number else _("number unknown")
    return f"{resolution.heading}, {number}, {format_partial_date(resolution.adopted) or _('date unknown')}"


def _basis(project: Project) -> Iterator[dict[str, Any]]:
    if project.resolution:
        yield _known(_("Entered the list by a resolution:").rstrip(":"), _paper(project.resolution))
    else:
        yield {"label": _("Resolution"), "value": _("not on file"), "known": False}
    if project.excluded_by:
        yield _known(_("Excluded by a resolution:").rstrip(":"), _paper(project.excluded_by))
    if source := project.source_url or project.source:
        yield _known(_("Source"), source)
    if note := _words(project, "note"):
        yield _known(_("Note"), note)


def _line(line: ChangeOfLine) -> list[str]:
    change = line.change
    found = [change.get_act_display()]
    found.append(_day(change.recorded_at) if change.act == ListAct.COMPLETED else _paper(change.resolution))
    found += [f"{field.label}: {field.old or _('empty')} → {field.new or _('empty')}" for field in line.differences]
    if conditions := _said(change.conditions):
        found.append(f"{_('Approved with conditions')}: {conditions}")
    if reason := _said(change.reason):
        found.append(f"{_('Reason')}: {reason}")
    return found


def _step(change: StatusChange) -> list[str]:
    since = format_partial_date(change.since)
    found = [f"{change.get_status_display()}, {since}" if since else change.get_status_display()]
    found += [text for text in (_words(change, "note"), change.source_url) if text]
    return [*found, _("recorded %(day)s") % {"day": _day(change.recorded_at)}]


def _items(rows: list[list[str]]) -> list[dict[str, Any]]:
    return [{"head": _soft(row[0]), "lines": [_soft(line) for line in row[1:]]} for row in rows]


def _sections(project: Project, story: list[ChangeOfLine], site: str) -> Iterator[dict[str, Any]]:
    def section(title: str, facts: Any = (), items: Any = (), note: str = "") -> dict[str, Any]:
        return {"title": title, "facts": list(facts), "items": _items(list(items)), "note": note}

    yield section(_("Facts"), _facts(project))
    unlike = _("Asked, approved and signed sums and state obligations are different sums and are never added up.")
    yield section(_("Money"), _money(project), note=unlike)
    owed = [_sum(str(row.year), row.amount) for row in project.obligations.all()]
    unsaid = "" if owed else _("State obligations by year are not known.")
    yield section(_("State obligations by year"), owed, note=unsaid)
    contract = getattr(project, "contract", None)
    if contract:
        yield section(_("Contract"), _contract(contract))
    answering = [
        _known(row.get_area_display(), ", ".join(filter(None, (row.get_bearer_display(), _words(row, "note")))))
        for row in project.responsibilities.all()
    ]
    yield section(_("Who answers for what"), answering)
    yield section(_("What it rests on"), _basis(project))
    yield section(_("Changes in the list"), items=[_line(line) for line in story])
    yield section(_("History of the status"), items=[_step(change) for change in project.status_changes.all()])
    documents = getattr(project, "public_documents", [])
    papers = [[str(paper), site.rstrip("/") + paper.get_absolute_url()] for paper in documents]
    yield section(_("Papers"), items=papers)
    members = [
        _sum(f"№ {row.number}. {_said(row.title)}", row.cost, _("cost unknown"))
        for row in getattr(project, "member_rows", [])
    ]
    counted = _("They are counted with this row and never added to it.") if members else ""
    yield section(_("Projects of this group"), members, note=counted)


def _page(
    project: Project, story: list[ChangeOfLine], language: str, *, site: str, made_at: datetime
) -> dict[str, Any]:
    made = timezone.localtime(made_at)
    title = _("Extract from the register of PPP projects: No. %(number)s") % {"number": project.number}
    shown = project.title.language
    others = [text for code in LANGUAGES if code != shown and (text := getattr(project, f"title_{code}"))]
    return {
        "language": language,
        "title": title,
        **dated(made),
        "made": _("As the register stood: %(moment)s") % {"moment": in_words(made)},
        "footer": title,
        "url": site.rstrip("/") + project.get_absolute_url(),
        "name": soft(project.title.text),
        "other_names": [soft(text) for text in others],
        "head": _head(project),
        "sections": [
            found for found in _sections(project, story, site) if found["facts"] or found["items"] or found["note"]
        ],
        "words": {
            "registry": _("Registry of PPP projects"),
            "address": _("The project as it stands now:"),
            "standing": _("The extract says what the public register held at that moment. Sums are in whole tenge."),
        },
    }


def extract_pdf(project: Project, story: list[ChangeOfLine], language: str, *, site: str, made_at: datetime) -> bytes:
    """Return the extract as PDF/A-2a and PDF/UA-1; the same facts and moment give the same bytes.

    ``project`` comes from ``project_page()``, ``site`` is the root of the site.
    """
    with override(language):
        page = _page(project, story, language, site=site, made_at=made_at)
    return archival_pdf(_SOURCE, page, int(made_at.timestamp()))


def extract_image(
    project: Project, story: list[ChangeOfLine], language: str, *, site: str, made_at: datetime
) -> list[bytes]:
    """Return the pages as PNG, for tests and for looking at them."""
    with override(language):
        page = _page(project, story, language, site=site, made_at=made_at)
    return page_images(_SOURCE, page)
