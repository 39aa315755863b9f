"""What secretary and head fill in below a recorded paper: its items, its lines, the check, the answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from projects.models import ListChange, Project
from projects.models.project import LISTED
from proposals.forms.fields import CountField, TermField
from proposals.forms.recording import RecordingForm, long_text
from proposals.models import AgendaItem, DraftResolution, ItemDecision, ListRevision, RevisionAct
from proposals.models.session import DECIDED
from reference.fields import TengeFormField


@dataclass(frozen=True)
class ItemRow:
    """One item of the agenda with its boxes; ``is_taken``: another recording decides about it."""

    item: AgendaItem
    is_taken: bool
    boxes: dict[str, BoundField]

    @property
    def words(self) -> list[BoundField]:
        """The boxes that most items leave empty."""
        return [self.boxes[name] for name in ("conditions_kk", "conditions_ru", "note") if self.boxes]

    @property
    def is_open(self) -> bool:
        """Whether one of them is filled or refused, so that they must be seen at once."""
        return any(box.value() or box.errors for box in self.words)


class ItemsForm(RecordingForm):
    """What the paper says of each item. Names of boxes are ``<item>-<column>``."""

    def __init__(
        self,
        *args: Any,
        items: Iterable[AgendaItem],
        decisions: Mapping[int, ItemDecision],
        taken: set[int],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.items, self.taken = list(items), taken
        for item in self.items:
            if item.pk not in taken:
                self._add(item, decisions.get(item.pk))

    def _add(self, item: AgendaItem, decision: ItemDecision | None) -> None:
        # A sum stands ready for an item that comes in only now.
        known = {"approved_sum": item.recommended_sum} if decision is None else {}
        for name, field in self._boxes().items():
            field.initial = getattr(decision, name) if decision else known.get(name)
            self.fields[f"{item.pk}-{name}"] = field

    @staticmethod
    def _boxes() -> dict[str, forms.Field]:
        silent = _("this resolution does not speak of it")
        return {
            "outcome": forms.ChoiceField(
                required=False,
                label=_("Outcome"),
                choices=[("", silent), *((outcome.value, outcome.label) for outcome in DECIDED)],
            ),
            "approved_sum": TengeFormField(required=False, label=_("Approved sum, tenge")),
            "conditions_kk": long_text(ItemDecision, "conditions_kk", 2),
            "conditions_ru": long_text(ItemDecision, "conditions_ru", 2),
            "note": long_text(ItemDecision, "note", 2),
        }

    @property
    def rows(self) -> list[ItemRow]:
        """Return every item with its boxes, in the order of the agenda."""
        return [
            ItemRow(
                item,
                item.pk in self.taken,
                {} if item.pk in self.taken else {name: self[f"{item.pk}-{name}"] for name in self._boxes()},
            )
            for item in self.items
        ]

    def decisions(self) -> dict[int, dict[str, Any] | None]:
        """Return what the service takes: None for what the paper does not speak of."""
        said: dict[int, dict[str, Any] | None] = {}
        for item in self.items:
            if item.pk not in self.taken:
                facts = {name: self.cleaned_data[f"{item.pk}-{name}"] for name in self._boxes()}
                said[item.pk] = facts if facts["outcome"] else None
        return said


class AddLineForm(forms.Form):
    """Which project of the register the paper changes or takes out."""

    number = CountField(
        label=_("Number in the register"),
        error_messages={"required": _("Write the number of the project in the register.")},
    )

    def clean_number(self) -> Project:
        """Return the project; raise ValidationError for a number nobody has."""
        project = Project.objects.filter(number=self.cleaned_data["number"]).first()
        if project is None:
            raise ValidationError(_("The register has no project with this number."))
        return project


class LineForm(RecordingForm):
    """A line of the list as the paper says it from now on, or why it leaves."""

    line_seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        project: Project,
        act: str,
        revision: ListRevision | None,
        last: ListChange | None,
        **kwargs: Any,
    ) -> None:
        start = revision or project
        names = LISTED if act == RevisionAct.AMEND else ()
        initial = {"line_seen": last.pk if last else None, **{name: getattr(start, name) for name in names}}
        initial |= {name: getattr(revision, name, "") for name in ("reason_kk", "reason_ru")}
        super().__init__(*args, initial={**initial, **kwargs.pop("initial", {})}, **kwargs)
        self.project, self.names = project, names
        for name in names:
            self.fields[name] = self._column(name)
        for name in ("reason_kk", "reason_ru"):
            self.fields[name] = long_text(ListRevision, name)

    @staticmethod
    def _column(name: str) -> forms.Field:
        column = ListRevision._meta.get_field(name)
        label = capfirst(column.verbose_name)  # type: ignore[union-attr]
        if name == "cost":
            return TengeFormField(required=False, label=label, help_text=column.help_text)  # type: ignore[union-attr]
        if name == "term_years":
            return TermField(required=False, label=label)
        widget = forms.Textarea(attrs={"rows": 2, "cols": 60})
        return forms.CharField(required=False, max_length=500, widget=widget, label=label)

    @property
    def columns_beside(self) -> list[tuple[str, Any, BoundField]]:
        """Return each column with its value in the list now and its new box."""
        return [(name, getattr(self.project, name), self[name]) for name in self.names]

    @property
    def reasons(self) -> list[BoundField]:
        """Return the boxes of the reason."""
        return [self["reason_kk"], self["reason_ru"]]

    def facts(self) -> dict[str, Any]:
        """Return what the service takes."""
        said = self.cleaned_data
        seen = said.get("line_seen")
        return {"seen": seen, **{name: said[name] for name in (*self.names, "reason_kk", "reason_ru")}}


class CheckForm(RecordingForm):
    """The secretary hands the recording on; a difference needs its reason."""

    difference_reason = long_text(DraftResolution, "difference_reason", 4)


class ConfirmForm(RecordingForm):
    """The head has read everything."""


class NoteForm(RecordingForm):
    """A word to go with what is done: why it is given back, or given up."""

    note = long_text(DraftResolution, "returned_note", 4)

    def __init__(self, *args: Any, label: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].label = label

    def box_of(self, column: str) -> str:
        """Whatever the column is called, it is this text."""
        return "note" if column in ("returned_note", "note") else column
