"""What the secretary fills in to record a resolution: which paper it is, and what it says as a whole."""

import datetime
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.boundfield import BoundField
from django.forms.models import fields_for_model
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from projects.models import Maslikhat, Resolution
from proposals.forms.fields import CountField
from proposals.models import DraftResolution, Session
from reference.codelists import InitiatorType
from reference.fields import TengeFormField
from reference.refusals import put_refusal

MOST_PROJECTS, MOST_VOTES = 100_000, 32_767
_REQUIRED = {
    "kind": _("Choose what the maslikhat decided."),
    "number": _("Write the number as it stands on the paper."),
    "adopted": _("Write the date of the resolution."),
    "maslikhat": _("Choose the maslikhat."),
}
_DAY_FORMATS = ["%Y-%m-%d", "%d.%m.%Y"]


def _day(**facts: Any) -> forms.DateField:
    return forms.DateField(
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=_DAY_FORMATS,
        required=False,
        error_messages={"invalid": _("Write the day as 31.12.2026.")},
        **facts,
    )


def long_text(model: Any, column: str, rows: int = 3, **facts: Any) -> forms.CharField:
    """Return a box of several lines; who may leave it empty, the service says."""
    field = model._meta.get_field(column)
    facts = {
        "label": capfirst(field.verbose_name),
        "help_text": field.help_text,
        "validators": field.default_validators,
        **facts,
    }
    widget = forms.Textarea(attrs={"rows": rows, "cols": 60})
    return forms.CharField(required=False, max_length=field.max_length, widget=widget, **facts)


def _columns(names: Iterable[str]) -> dict[str, forms.Field]:
    """Return boxes of the recording's columns with a sentence for what is missing."""
    fields = fields_for_model(DraftResolution, fields=list(names))
    for name, field in fields.items():
        if name in _REQUIRED:
            field.error_messages["required"] = _REQUIRED[name]
    return fields


class RecordingForm(forms.Form):
    """What every form of a recording carries: the version that stood on the page."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    columns: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= _columns(self.columns)

    @property
    def seen(self) -> int:
        """The version the person acted from; junk counts as one that never was."""
        return int(self.cleaned_data.get("version") or 0)

    def put(self, refusal: ValidationError) -> None:
        """Put what a service refused beside its boxes; what has no box here stands above them."""
        put_refusal(self, refusal, self.box_of)

    def box_of(self, column: str) -> str:
        """Return the box in which a column is filled."""
        return column


class SourceChoice(forms.ModelChoiceField):
    """Resolutions known from public sources."""

    def label_from_instance(self, obj: Any) -> str:
        """Return kind, number and date as exactly as they are known."""
        return f"{obj.get_kind_display()} · {obj}"


class BeginForm(RecordingForm):
    """Which paper is recorded: of a session on file, or with its session in words."""

    columns = ("kind", "number", "adopted", "maslikhat", "session_number", "convocation")
    completes = SourceChoice(
        Resolution.objects.none(),
        required=False,
        label=_("Resolution known from public sources"),
        help_text=_("Choose it when the register already has this resolution without its paper."),
        empty_label=_("none of them"),
    )

    field_order = ("version", "kind", "number", "adopted", "maslikhat", "session_number", "convocation", "completes")

    def __init__(self, *args: Any, session: Session | None, sources: QuerySet[Resolution], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.session = session
        self.fields["completes"].queryset = sources  # type: ignore[attr-defined]
        if not sources.exists():
            del self.fields["completes"]
        if session is not None:
            for name in ("maslikhat", "session_number", "convocation"):
                del self.fields[name]
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        """A paper is completed by the record of its own maslikhat."""
        facts = super().clean() or self.cleaned_data
        source: Resolution | None = facts.get("completes")
        body: Maslikhat | None = self.session.maslikhat if self.session else facts.get("maslikhat")
        if source and body and source.maslikhat_id != body.pk:
            self.add_error("completes", _("This resolution is of another maslikhat."))
        elif source and facts.get("kind") and source.kind != facts["kind"]:
            self.add_error("completes", _("This resolution is of another kind."))
        return facts

    def facts(self) -> dict[str, Any]:
        """Return what the service takes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


_PAPER = (
    "number",
    "adopted",
    "session_number",
    "convocation",
    "justice_number",
    "justice_date",
    "link",
    "scan",
    "declared_total",
    "note_kk",
    "note_ru",
)
_VOTES = ("votes_for", "votes_against", "votes_abstained")


class PaperForm(RecordingForm):
    """Everything the paper says as a whole, and when the list is to appear."""

    columns = _PAPER
    publish_day = _day(
        label=_("Publish on the day"),
        help_text=_("Empty: at once when the head confirms. The whole list appears at this moment."),
    )
    publish_hour = forms.TimeField(
        required=False,
        label=_("at the hour"),
        help_text=_("Almaty time, for example 09:00."),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        input_formats=["%H:%M", "%H:%M:%S"],
        error_messages={"invalid": _("Write the hour as 09:00.")},
    )

    def __init__(self, *args: Any, draft: DraftResolution, **kwargs: Any) -> None:
        self.draft = draft
        names = ("version", *(name for name in _PAPER if name != "scan"), *_VOTES, "declared_count")
        initial = {name: getattr(draft, name) for name in names}
        if draft.publish_at:
            local = timezone.localtime(draft.publish_at)
            initial |= {"publish_day": local.date(), "publish_hour": local.time()}
        for share in draft.shares.all():
            initial |= {f"{share.initiator_type}-count": share.count, f"{share.initiator_type}-total": share.total}
        super().__init__(*args, initial=initial, **kwargs)
        self._add_numbers()
        if draft.session_id:
            del self.fields["session_number"], self.fields["convocation"]
        self.fields["justice_date"] = _day(label=capfirst(DraftResolution._meta.get_field("justice_date").verbose_name))
        self.fields["scan"].widget = forms.FileInput(attrs={"accept": ".pdf,.docx,.xlsx,.jpg,.jpeg,.png"})
        self.fields["scan"].allow_empty_file = True  # type: ignore[attr-defined]
        self.fields["scan"].required = False
        for name in ("note_kk", "note_ru"):
            self.fields[name].widget = forms.Textarea(attrs={"rows": 3, "cols": 60})

    def _add_numbers(self) -> None:
        """Add the boxes for numbers: Django's own would take digits of other scripts."""
        for name in (*_VOTES, "declared_count"):
            column: Any = DraftResolution._meta.get_field(name)
            most = MOST_PROJECTS if name == "declared_count" else MOST_VOTES
            label = capfirst(column.verbose_name)
            self.fields[name] = CountField(required=False, max_value=most, label=label, help_text=column.help_text)
        for code, words in InitiatorType.choices:
            self.fields[f"{code}-count"] = CountField(required=False, max_value=MOST_PROJECTS, label=words)
            self.fields[f"{code}-total"] = TengeFormField(required=False, label=words)

    @property
    def groups(self) -> list[tuple[Any, list[BoundField]]]:
        """Return the boxes under their headings, in the order of the paper."""
        parts = (
            (_("Paper"), ("number", "adopted", "session_number", "convocation", "link", "scan")),
            (_("Votes"), _VOTES),
            (_("Justice registration"), ("justice_number", "justice_date")),
            (_("Declared by the paper"), ("declared_count", "declared_total")),
        )
        return [(words, [self[name] for name in names if name in self.fields]) for words, names in parts]

    @property
    def shares(self) -> list[tuple[str, BoundField, BoundField]]:
        """Return initiator type, declared number and declared sum."""
        return [(str(label), self[f"{code}-count"], self[f"{code}-total"]) for code, label in InitiatorType.choices]

    def clean(self) -> dict[str, Any]:
        """Day and hour belong together, and a moment that is over publishes nothing quietly."""
        facts = super().clean() or self.cleaned_data
        day, hour = facts.get("publish_day"), facts.get("publish_hour")
        if day and not hour and "publish_hour" not in self.errors:
            self.add_error("publish_hour", _("Give the hour too, or leave both boxes empty."))
        if hour and not day and "publish_day" not in self.errors:
            self.add_error("publish_day", _("Give the day too, or leave both boxes empty."))
        moment = timezone.make_aware(datetime.datetime.combine(day, hour)) if day and hour else None
        if moment and moment != self.draft.publish_at and moment <= timezone.now():
            self.add_error("publish_day", _("This moment is over. Leave both boxes empty to publish at once."))
        facts["publish_at"] = moment
        return facts

    def box_of(self, column: str) -> str:
        """The moment stands in two boxes."""
        return "publish_day" if column == "publish_at" else column

    def facts(self) -> dict[str, Any]:
        """Return what the service takes; without a new file the old scan stays."""
        said = self.cleaned_data
        names = {*_PAPER, *_VOTES, "declared_count", "publish_at"} & {*self.fields, "publish_at"}
        facts = {name: said[name] for name in names}
        if not facts["scan"]:
            del facts["scan"]
        shares = {code: (said[f"{code}-count"], said[f"{code}-total"]) for code in InitiatorType.values}
        return {**facts, "shares": shares}
