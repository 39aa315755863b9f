"""The story of a row as the database's triggers wrote it: who changed what, when, from what to what."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.contrib.auth import get_user_model
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.formats import date_format, localize
from django.utils.translation import gettext as _
from pghistory.core import event_models

from reference.fields import PartialDateField, TengeField
from reference.money import format_tenge
from reference.partial_dates import format_partial_date


@dataclass(frozen=True)
class FieldChange:
    """One column: its words, and the value before and after."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Change:
    """One act on the row. ``actor`` is empty when a command did it."""

    at: datetime
    actor: str
    channel: str
    is_first: bool
    fields: list[FieldChange]


def event_model(model: type[models.Model]) -> Any:
    """Return the table in which the history of this model stands; raise LookupError for one without history."""
    found = list(event_models(tracks_model=model))
    if not found:
        raise LookupError(model)
    return found[0]


def _tracked_fields(model: type[models.Model], events: Any) -> list[models.Field]:
    names = {field.name for field in events._meta.concrete_fields}
    # When the row was entered is the time of its first act.
    names.discard("created_at")
    return [field for field in model._meta.concrete_fields if field.name in names and not field.primary_key]


def _related_words(rows: list[Any], fields: list[models.Field]) -> dict[str, dict[Any, str]]:
    """Return the words for every key that the history mentions; one query for each related table."""
    keys: dict[str, set[Any]] = defaultdict(set)
    for field in fields:
        if isinstance(field, models.ForeignKey):
            keys[field.name] = {getattr(row, field.attname) for row in rows} - {None}
    words = {}
    for field in fields:
        if keys.get(field.name):
            related = cast(type[models.Model], field.related_model)
            found = related._default_manager.in_bulk(keys[field.name])
            words[field.name] = {key: str(row) for key, row in found.items()}
    return words


def _words(field: models.Field, value: Any, related: dict[str, dict[Any, str]]) -> str:
    """Return the value as pages print it; an empty one as an empty string."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(field, models.ForeignKey):
        return related.get(field.name, {}).get(value, str(value))
    if isinstance(field, models.BooleanField):
        return _("yes") if value else _("no")
    if isinstance(field, TengeField):
        return format_tenge(value)
    if isinstance(field, models.DecimalField):
        return localize(value.normalize())
    if isinstance(field, PartialDateField):
        return format_partial_date(value)
    if isinstance(field, ArrayField):
        labels = dict(field.base_field.flatchoices)
        return ", ".join(str(labels.get(item, item)) for item in value)
    if isinstance(field, models.DateField):
        return date_format(value, "SHORT_DATE_FORMAT")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return str(value)


def differences(before: models.Model, after: models.Model, names: Iterable[str]) -> list[FieldChange]:
    """Return, in words, which of these columns say something else in two rows of one table."""
    fields = [cast(models.Field, type(after)._meta.get_field(name)) for name in names]
    return [
        FieldChange(
            str(field.verbose_name),
            _words(field, getattr(before, field.attname), {}),
            _words(field, getattr(after, field.attname), {}),
        )
        for field in fields
        if getattr(before, field.attname) != getattr(after, field.attname)
    ]


def changes_of(row: models.Model) -> list[Change]:
    """Return the row's changes, newest first; the first act lists every filled column. A handful of queries."""
    model = type(row)
    events = event_model(model)
    fields = _tracked_fields(model, events)
    rows = list(events._default_manager.filter(pgh_obj_id=row.pk).order_by("pgh_id"))
    related = _related_words(rows, fields)
    people = get_user_model()._default_manager.in_bulk(
        {event.pgh_context["user"] for event in rows if event.pgh_context and event.pgh_context.get("user")}
    )
    changes, previous = [], None
    for event in rows:
        context = event.pgh_context or {}
        changed = [
            FieldChange(
                str(field.verbose_name),
                _words(field, getattr(previous, field.attname, None), related),
                _words(field, getattr(event, field.attname), related),
            )
            for field in fields
            if getattr(previous, field.attname, None) != getattr(event, field.attname)
        ]
        shown = [change for change in changed if change.old != change.new]
        actor = people.get(context.get("user"))
        changes.append(
            Change(
                event.pgh_created_at, str(actor) if actor else "", context.get("channel", ""), previous is None, shown
            )
        )
        previous = event
    return changes[::-1]
