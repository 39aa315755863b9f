"""The agenda on the staff site: putting on, changing, ordering. Every page hands its facts to one service."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.translation import gettext as _, ngettext

from accounts.views.common import site_of
from proposals.admin.session_acts import CLOSED, NOT_NOW, NOT_YOURS, item_of
from proposals.forms.agenda import ItemForm, RegisterProjectForm, StateProjectForm, TicksForm, payment_rows, ticked
from proposals.models import AgendaItem, Session
from proposals.queries.agenda import no_longer_supported, supported
from proposals.queries.recorded import figures
from proposals.queries.staff import search_proposals
from proposals.services.agenda import (
    ItemChanged,
    change_item,
    fingerprint,
    put_project,
    put_proposals,
    put_state_project,
    reorder,
)
from proposals.services.moves import StepNotAllowed
from reference.money import format_tenge
from reference.refusals import put_refusal

SHOWN = 200
"""Supported proposals that one page lists; more are found by words and sector."""


# --- supported proposals ---
def put_page(site: Any, request: HttpRequest, row: Session) -> HttpResponse:
    """Tick supported proposals and put them on the agenda, all of them or none."""
    if request.method != "POST":
        if not row.takes_items:
            return site.own_page(request, row, refusal=[CLOSED], status=409)
        return _list(site, request, row, TicksForm(request.GET), [])
    form = TicksForm(request.POST)
    chosen, gone = ticked(request.POST, supported(request.user))
    if "find" in request.POST:
        return _list(site, request, row, form, chosen)
    if gone:
        return _list(site, request, row, form, chosen, refusal=_gone(request.user, gone), status=409)
    if not chosen:
        return _list(site, request, row, form, [], refusal=_("Tick at least one proposal."), status=422)
    try:
        put_proposals(row, chosen, by=request.user, site=site_of(request))
    except StepNotAllowed:
        # Somebody was quicker between the look and the step: look again.
        chosen, gone = ticked(request.POST, supported(request.user))
        return _list(site, request, row, form, chosen, refusal=_gone(request.user, gone), status=409)
    except PermissionDenied:
        return _list(site, request, row, form, chosen, refusal=str(NOT_YOURS), status=422)
    except ValidationError as refusal:
        return _list(site, request, row, form, chosen, refusal=" ".join(refusal.messages), status=422)
    return site.done(request, row, _put(chosen), "#agenda")


def _put(chosen: list[Any]) -> str:
    sums = figures(proposal.cost for proposal in chosen)
    words = ngettext(
        "%(count)d proposal is put on the agenda: %(sum)s.",
        "%(count)d proposals are put on the agenda: %(sum)s.",
        len(chosen),
    ) % {"count": len(chosen), "sum": format_tenge(sums.cost)}
    if sums.cost_unknown:
        more = ngettext("%(number)s without cost", "%(number)s without cost", sums.cost_unknown)
        words += f" ({more % {'number': sums.cost_unknown}})"
    return words


def _gone(user: Any, keys: list[Any]) -> str:
    known = ", ".join(f"№ {proposal.number}" for proposal in no_longer_supported(user, keys))
    words = ngettext(
        "%(count)d ticked proposal waits for the agenda no more. Nothing is put on it: look at the rest once more.",
        "%(count)d ticked proposals wait for the agenda no more. Nothing is put on it: look at the rest once more.",
        len(keys),
    ) % {"count": len(keys)}
    return f"{words} {known}" if known else words


def _list(
    site: Any,
    request: HttpRequest,
    row: Session,
    form: TicksForm,
    chosen: list[Any],
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    form.is_valid()
    found = supported(request.user)
    waiting = found.count()
    if sector := form.chosen_sector():
        found = found.filter(sector=sector)
    if words := form.words():
        found = search_proposals(found, words)
    keys = {proposal.pk for proposal in chosen}
    rows = [proposal for proposal in found[: SHOWN + 1] if proposal.pk not in keys]
    facts = {
        "form": form,
        "chosen": chosen,
        "figures": figures(proposal.cost for proposal in chosen),
        "rows": rows[:SHOWN],
        "has_more": len(rows) > SHOWN,
        "waiting": waiting,
        "refusal": refusal,
        "title": _("Put supported proposals on the agenda"),
    }
    return site.page(request, "admin/proposals/session/put.html", row, status=status, **facts)


# --- projects that are no proposals ---
def state_project_page(site: Any, request: HttpRequest, row: Session) -> HttpResponse:
    """Put a state body's project on the agenda."""
    if request.method != "POST":
        if not row.takes_items:
            return site.own_page(request, row, refusal=[CLOSED], status=409)
        form = StateProjectForm(instance=AgendaItem(session=row), session=row)
        return _form(site, request, row, form, payment_rows())
    form = StateProjectForm(request.POST, instance=AgendaItem(session=row), session=row)
    rows = payment_rows(request.POST)
    if "more" in request.POST:
        return _more(site, request, row, form, rows)
    if not (form.is_valid() & rows.is_all_right()):
        return _form(site, request, row, form, rows, status=422)
    try:
        item = put_state_project(row, by=request.user, payments=rows.payments(), **form.facts())
    except ValidationError as refusal:
        put_refusal(form, refusal)
        return _form(site, request, row, form, rows, status=422)
    words = _("“%(title)s” is put on the agenda.") % {"title": item}
    return site.done(request, row, words, f"#item-{item.pk}")


def register_project_page(site: Any, request: HttpRequest, row: Session) -> HttpResponse:
    """Put a planned project of the register on the agenda."""
    title = _("Put a project of the register on the agenda")
    if request.method != "POST" and not row.takes_items:
        return site.own_page(request, row, refusal=[CLOSED], status=409)
    form = RegisterProjectForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            item = put_project(row, form.project, by=request.user)
        except ValidationError as refusal:
            form.add_error("number", refusal.messages)
        else:
            words = _("“%(title)s” is put on the agenda.") % {"title": item}
            return site.done(request, row, words, f"#item-{item.pk}")
    facts = {"form": form, "label": _("Put on the agenda"), "title": title}
    return site.page(request, "admin/proposals/session/act.html", row, status=422 if form.is_bound else 200, **facts)


# --- changing ---
def item_page(site: Any, request: HttpRequest, row: Session, item: int) -> HttpResponse:
    """Change what the list would say of an item."""
    found = item_of(row, item)
    if request.method != "POST":
        if not row.takes_items or found.outcome:
            return site.own_page(request, row, refusal=[CLOSED if not row.takes_items else NOT_NOW], status=409)
        form = _item_form(row, found, None)
        return _form(site, request, row, form, _rows(found, None), item=found)
    form, rows = _item_form(row, found, request.POST), _rows(found, request.POST)
    if "more" in request.POST and rows is not None:
        return _more(site, request, row, form, rows, item=found)
    if not (form.is_valid() & (rows is None or rows.is_all_right())):
        return _form(site, request, row, form, rows, item=found, status=422)
    try:
        payments = None if rows is None else rows.payments()
        seen = form.cleaned_data["seen"] or "-"
        change_item(found, by=request.user, seen=seen, payments=payments, **form.facts())
    except ItemChanged:
        fresh = item_of(row, item)
        form.data = posted = request.POST.copy()
        posted["seen"] = fingerprint(fresh)
        return _form(site, request, row, form, rows, item=fresh, status=409, news=_news(fresh, form, payments))
    except ValidationError as refusal:
        put_refusal(form, refusal)
        return _form(site, request, row, form, rows, item=found, status=422)
    return site.done(request, row, _("The item is changed."), f"#item-{found.pk}")


def _item_form(row: Session, item: AgendaItem, data: Any) -> ItemForm:
    # The form writes what was typed into its instance; the page goes on with the one that stands.
    own = item_of(row, item.pk)
    initial = {"seen": fingerprint(own)}
    if own.proposal_id or own.project_id:
        return ItemForm(data, instance=own, initial=initial)
    return StateProjectForm(data, instance=own, initial=initial, session=row)


def _rows(item: AgendaItem, data: Any) -> Any:
    """Return the rows for payments by year; none for a proposal, whose payments stand as they were filed."""
    if item.proposal_id:
        return None
    return payment_rows(data, stands={payment.year: payment.amount for payment in item.payments.all()})


def _news(item: AgendaItem, form: ItemForm, payments: Any) -> list[tuple[str, Any]]:
    """Return what stands now wherever the typed text says something else."""
    found = [
        (str(field.label), _shown(item, field.name))
        for field in form.visible_fields()
        if getattr(item, field.name) != form.cleaned_data.get(field.name)
    ]
    stands = {payment.year: payment.amount for payment in item.payments.all()}
    if payments is not None and payments != stands:
        words = "; ".join(f"{year}: {format_tenge(amount)}" for year, amount in sorted(stands.items()))
        found.append((_("State obligations by year"), words))
    return found


def _shown(item: AgendaItem, name: str) -> Any:
    choice = getattr(item, f"get_{name}_display", None)
    value = choice() if choice else getattr(item, name)
    if value is not None and name in ("asked_sum", "recommended_sum"):
        return format_tenge(value)
    return value


def _more(site: Any, request: HttpRequest, row: Session, form: ItemForm, rows: Any, **more: Any) -> HttpResponse:
    """Show the page once more with further rows; nothing is judged yet."""
    for part in (form, *rows.forms):
        part.errors.clear()
    return _form(site, request, row, form, rows, **more)


def _form(
    site: Any, request: HttpRequest, row: Session, form: ItemForm, rows: Any, *, status: int = 200, **more: Any
) -> HttpResponse:
    item = more.get("item")
    title = _("Change an item of the agenda") if item else _("Put a state body's project on the agenda")
    facts = {"form": form, "rows": rows, "title": title, **more}
    return site.page(request, "admin/proposals/session/item.html", row, status=status, **facts)


# --- order ---
def move_step(site: Any, request: HttpRequest, row: Session) -> HttpResponse:
    """Move one item up or down; whoever ordered an agenda that looks otherwise by now is told."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    seen = _numbers(request.POST.get("order", ""))
    up = "up" in request.POST
    asked = _numbers(request.POST.get("up" if up else "down", ""))
    order = list(seen)
    if len(asked) == 1 and asked[0] in order:
        place = order.index(asked[0])
        other = place - 1 if up else place + 1
        if 0 <= other < len(order):
            order[place], order[other] = order[other], order[place]
    try:
        reorder(row, order, by=request.user, seen=seen)
    except ValidationError as refusal:
        row.refresh_from_db()
        return site.own_page(request, row, refusal=refusal.messages, status=409)
    return site.done(request, row, _("The order is changed."), f"#item-{asked[0]}" if asked else "#agenda")


def _numbers(text: str) -> list[int]:
    """Return the keys of a list; whatever is none becomes a key that no item has."""
    return [
        int(part) if part.isascii() and part.isdigit() and len(part) < 19 else 0 for part in text.split(",") if part
    ]
