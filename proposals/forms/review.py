"""What people of the chamber fill in to take a step, to declare their interests, to assign experts."""

import datetime
from collections.abc import Callable, Iterable
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, ngettext, pgettext_lazy

from proposals.models import Clarification, Declaration, RefusalReason, StageChange
from proposals.models.clarification import ClarificationKind
from proposals.models.review import ConflictGround
from reference.queries import ParameterUnknown

LONG = {"rows": 5, "cols": 80}
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _text(model: Any, column: str, **facts: Any) -> Any:
    """Return the box of a column, with its rules; the words of the model stay unless the form says others."""
    rows = facts.pop("rows", 5)
    return model._meta.get_field(column).formfield(widget=forms.Textarea(attrs={**LONG, "rows": rows}), **facts)


def preset(find: Callable[[datetime.date], datetime.date]) -> datetime.date | None:
    """Return the day that stands in the box at first, none where the chamber has set no target."""
    try:
        return find(timezone.localdate())
    except ParameterUnknown:
        return None


class DayField(forms.DateField):
    """A day from today on, chosen in the browser's calendar or typed as people write it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=DAY, input_formats=["%Y-%m-%d", "%d.%m.%Y"], **kwargs)
        self.error_messages["invalid"] = _("Write the day as 31.12.2026.")

    def clean(self, value: Any) -> Any:
        """Return the day; raise ValidationError for one that is over."""
        day = super().clean(value)
        if isinstance(day, datetime.date) and day < timezone.localdate():
            raise ValidationError(_("The day lies in the past."), code="past")
        return day


class StepForm(forms.Form):
    """What every step carries: the last step that stood on the page. Junk there counts as a step nobody took."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    text_field = "note"

    def clean_seen(self) -> int:
        """Return the number, or one that no step has."""
        return cast(int, self.cleaned_data.get("seen") or 0)


class TakeUpForm(StepForm):
    """The papers are there, the review begins."""

    complete = forms.BooleanField(
        required=False,
        label=_("I have looked through every required paper: each is there, opens and is what it says."),
    )
    note = _text(
        StageChange,
        "note",
        required=False,
        label=_("Note"),
        help_text=_("For colleagues and the applicant; may stay empty."),
        rows=3,
    )

    def clean_complete(self) -> bool:
        """Return True; raise ValidationError without the mark."""
        if not self.cleaned_data["complete"]:
            raise ValidationError(_("Look through the papers first, or ask the applicant for what is missing."))
        return True


class AskForm(StepForm):
    """A request to the applicant."""

    text_field = "text"
    kind = forms.ChoiceField(label=_("What is it about?"), choices=ClarificationKind.choices, widget=forms.RadioSelect)
    text = _text(
        Clarification,
        "text",
        label=_("Your request"),
        help_text=_("One matter, in plain words: what is missing and where to put it. It goes out as a letter."),
        error_messages={"required": _("Write what you ask for.")},
    )
    due_on = DayField(
        label=_("Answer by"),
        help_text=_("Counted in working days from the chamber's target; you may set a later or an earlier day."),
        error_messages={"required": _("Say by which day to answer.")},
    )


class SupportForm(StepForm):
    """The chamber supports the proposal."""

    note = _text(
        StageChange,
        "note",
        required=False,
        label=_("Note"),
        help_text=_("Why, and on what conditions; stands in the history."),
    )


class ReasonChoices(forms.ModelMultipleChoiceField):
    """Reasons with what the applicant would be told to mend."""

    def label_from_instance(self, obj: Any) -> str:
        """Return the name; the advice stands under it, see ``RefuseForm.reason_rows``."""
        return str(obj.name)


class RefuseForm(StepForm):
    """The chamber refuses the proposal."""

    text_field = "text"
    reasons = ReasonChoices(
        label=_("Reasons"),
        queryset=RefusalReason.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one reason of the list.")},
    )
    text = _text(
        StageChange,
        "note",
        required=True,
        label=_("Explanation for the applicant"),
        help_text=_("What exactly is wrong here and how to mend it. It goes out as a letter with the advice above."),
        error_messages={"required": _("Say why: the other side must be able to understand the step.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = cast(ReasonChoices, self.fields["reasons"])
        choices.queryset = RefusalReason.objects.filter(is_active=True)

    def reason_rows(self) -> list[tuple[Any, RefusalReason]]:
        """Return the box of every reason beside the reason itself."""
        rows = {row.pk: row for row in cast(ReasonChoices, self.fields["reasons"]).queryset or ()}
        return [(box, rows[box.data["value"].value]) for box in self["reasons"]]


class DeclarationForm(forms.Form):
    """Whether something ties the person to the applicant."""

    has_conflict = forms.ChoiceField(
        label=_("Does anything tie you to the applicant or its partners?"),
        choices=[
            ("no", _("No, I have no conflict of interest and open the file")),
            ("yes", _("Yes, I have a conflict of interest and do not judge this proposal")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the two answers.")},
    )
    ground = forms.ChoiceField(
        label=_("What is the conflict?"),
        choices=[("", pgettext_lazy("conflict of interest", "Only when there is one")), *ConflictGround.choices],
        required=False,
    )
    text = _text(
        Declaration, "text", required=False, label=_("Explanation"), help_text=_("Only when there is one."), rows=3
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the ground of a conflict; what is typed beside "no" would be a contradiction."""
        cleaned = super().clean() or self.cleaned_data
        answer = cleaned.get("has_conflict")
        if answer == "yes" and not cleaned.get("ground"):
            self.add_error("ground", _("Say what kind of conflict it is."))
        if answer == "no" and (cleaned.get("ground") or cleaned.get("text")):
            self.add_error("has_conflict", _("You described a conflict below. Choose “Yes”, or empty the two boxes."))
        return cleaned


class ExpertChoices(forms.ModelMultipleChoiceField):
    """Experts with the number of opinions they owe."""

    def label_from_instance(self, obj: Any) -> str:
        """Return the name and the work on the table."""
        owed = ngettext("%(count)d opinion to give", "%(count)d opinions to give", obj.owed) % {"count": obj.owed}
        return f"{obj.full_name} – {owed}"


class AssignForm(forms.Form):
    """Experts for one proposal or many, and the day by which their opinions are due."""

    experts = ExpertChoices(
        label=_("Experts"),
        queryset=StageChange.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one expert.")},
    )
    due_on = DayField(
        label=_("Opinion by"),
        help_text=_("Counted in working days from the chamber's target; you may set another day."),
        error_messages={"required": _("Say by which day the opinion is due.")},
    )

    def __init__(self, *args: Any, experts: Any, taken: Iterable[int] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(ExpertChoices, self.fields["experts"]).queryset = experts.exclude(pk__in=list(taken))
