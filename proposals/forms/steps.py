"""The forms of the steps. A draft may have gaps and even nonsense: what is not valid is kept as it was typed."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from proposals.forms.fields import CountField, TermField
from proposals.models import Proposal
from proposals.queries.doubts import doubts_about
from proposals.questions import Question, clean as clean_answer, questions_for
from proposals.steps import ANSWER, AREA, COLUMNS, PAYMENT, REASON, REQUIRED, REQUIRED_AREAS, FormStep
from reference.codelists import Bearer, PaymentSource, ResponsibilityArea
from reference.fields import TengeFormField
from reference.models import Sector, Territory
from reference.partial_dates import is_iso

LONGEST_TERM_SHOWN = 50
_LONG = {"problem": 4, "objective": 4, "description": 8, "partners": 3}


class _AnswerField(forms.CharField):
    """One box of a question of the sector; its rule stands in proposals/questions.py."""

    def __init__(self, question: Question) -> None:
        self.question = question
        widgets: dict[str, forms.Widget] = {
            "long": forms.Textarea(attrs={"rows": 4}),
            "choice": forms.Select(choices=[("", _("not chosen")), *question.choices]),
            "yes_no": forms.RadioSelect(choices=[("yes", _("Yes")), ("no", _("No"))]),
        }
        super().__init__(
            required=False,
            label=question.label,
            help_text=question.help,
            widget=widgets.get(question.kind) or forms.TextInput(),
            strip=True,
        )

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        return clean_answer(self.question, text) if text else ""


def payment_years(proposal: Proposal) -> list[int]:
    """Return the years of the contract by start and term, empty while one of them is unknown."""
    if not (proposal.implementation_start and is_iso(proposal.implementation_start) and proposal.term_years):
        return []
    first = int(proposal.implementation_start[:4])
    # A contract of whole years that begins within a year ends within another.
    last = first + int(proposal.term_years) - (len(proposal.implementation_start) == 4)
    return [year for year in range(first, min(last, first + LONGEST_TERM_SHOWN) + 1) if 2015 <= year <= 2100]


class StepForm(forms.ModelForm):
    """The form of one step. ``only`` limits it to the named boxes: autosave sends what has changed."""

    step: str = ""

    class Meta:
        model = Proposal
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, only: set[str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        required = {*REQUIRED.get(self.step, ()), *self.add_boxes()}
        for name, field in self.fields.items():
            field.required = False
            field.label = capfirst(field.label)
            field.is_needed = name in required  # type: ignore[attr-defined]
            if isinstance(field, forms.TypedChoiceField):
                known: Any = field.choices
                field.choices = [("", _("not chosen")), *(choice for choice in known if choice[0])]
            if name in _LONG:
                field.widget = forms.Textarea(attrs={"rows": _LONG[name]})
                if longest := getattr(field, "max_length", None):
                    field.widget.attrs["maxlength"] = str(longest)
        if only is not None:
            for name in [name for name in self.fields if name not in only]:
                del self.fields[name]
        if not self.is_bound:
            self._show_typed()

    def add_boxes(self) -> Iterator[str]:
        """Add the boxes of child tables; yield the names of those that must be filled before filing."""
        yield from ()

    def _show_typed(self) -> None:
        """Put back what was typed and could not be stored, each with the sentence that says why."""
        typed = {name: raw for name, raw in self.instance.typed.items() if name in self.fields}
        self.initial.update(typed)
        errors = ErrorDict()
        for name, raw in typed.items():
            try:
                self.fields[name].clean(raw)
                self._model_clean(name, raw)
            except ValidationError as error:
                errors[name] = self.error_class(error.messages)
            else:
                # The database holds no NUL: without it the text may be right, but nobody has looked at it.
                errors[name] = self.error_class(
                    [str(_("Signs that cannot be stored were left out. Check and save again."))]
                )
        self._errors = errors

    def _model_clean(self, name: str, raw: Any) -> None:
        if name in COLUMNS.get(self.step, ()):
            Proposal.column(name).clean(self.fields[name].clean(raw), self.instance)

    def validate_constraints(self) -> None:
        """Leave the rules between columns to filing: a draft is filled box by box."""

    def validate_unique(self) -> None:
        """Nothing the applicant types must be unique."""


class IdeaForm(StepForm):
    """What, for whom, why."""

    step = FormStep.IDEA

    class Meta(StepForm.Meta):
        fields = COLUMNS[FormStep.IDEA]


class _TerritoryChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Territory) -> str:
        return f"{obj.parent.name}, {obj.name}" if obj.parent_id and obj.parent else obj.name


class PlaceForm(StepForm):
    """Where, in which sector, and what only this sector is asked."""

    step = FormStep.PLACE
    sector = forms.ModelChoiceField(Sector.objects.all(), label=_("sector"), empty_label=_("not chosen"))
    territory = _TerritoryChoice(
        Territory.objects.select_related("parent").order_by("code"),
        label=_("region or district"),
        empty_label=_("not chosen"),
    )

    class Meta(StepForm.Meta):
        fields = COLUMNS[FormStep.PLACE]
        field_classes = {"capacity": CountField, "beneficiaries": CountField}

    def add_boxes(self) -> Iterator[str]:
        """Ask what this sector is asked."""
        initiator = self.instance.application.organisation.initiator_type
        answers = {answer.code: answer.text for answer in self.instance.answers.all()}
        for question in questions_for(self.instance.sector_id or "", initiator):
            name = f"{ANSWER}{question.code}"
            self.fields[name] = _AnswerField(question)
            self.initial[name] = answers.get(question.code, "")
            if question.required:
                yield name

    @property
    def question_fields(self) -> list[Any]:
        """Return the boxes of the questions."""
        return [self[name] for name in self.fields if name.startswith(ANSWER)]


class MoneyForm(StepForm):
    """What it costs, who pays, and when."""

    step = FormStep.MONEY
    payment_sources = forms.MultipleChoiceField(
        choices=PaymentSource.choices,
        widget=forms.CheckboxSelectMultiple,
        label=_("sources of payment"),
        help_text=_("From what the private partner is paid (Law 379-V, art. 9(2))."),
    )

    class Meta(StepForm.Meta):
        fields = COLUMNS[FormStep.MONEY]
        field_classes = {"term_years": TermField}

    def add_boxes(self) -> Iterator[str]:
        """Ask for the payment of each year of the contract."""
        amounts = {row.year: row.amount for row in self.instance.payments.all()}
        wrong = {int(name.removeprefix(PAYMENT)) for name in self.instance.typed if name.startswith(PAYMENT)}
        for year in sorted({*payment_years(self.instance), *amounts, *wrong}):
            name = f"{PAYMENT}{year}"
            self.fields[name] = TengeFormField(required=False, label=str(year))
            self.initial[name] = amounts.get(year)
        yield from ()

    @property
    def payment_fields(self) -> list[Any]:
        """Return the boxes of the years."""
        return [self[name] for name in self.fields if name.startswith(PAYMENT)]


class PartnersForm(StepForm):
    """Who takes part, who answers for what."""

    step = FormStep.PARTNERS

    class Meta(StepForm.Meta):
        fields = COLUMNS[FormStep.PARTNERS]
        field_classes = {"jobs": CountField}

    def add_boxes(self) -> Iterator[str]:
        """Ask for the bearer of each area."""
        bearers = {row.area: row.bearer for row in self.instance.responsibilities.all()}
        for area, label in ResponsibilityArea.choices:
            name = f"{AREA}{area}"
            self.fields[name] = forms.ChoiceField(
                choices=[("", _("not chosen")), *Bearer.choices], required=False, label=label
            )
            self.initial[name] = bearers.get(area, "")
            if area in REQUIRED_AREAS:
                yield name

    @property
    def area_fields(self) -> list[Any]:
        """Return the boxes of the areas."""
        return [self[name] for name in self.fields if name.startswith(AREA)]


class ReviewForm(StepForm):
    """Reasons for figures that look odd."""

    step = FormStep.REVIEW

    def add_boxes(self) -> Iterator[str]:
        """Ask for a reason for each doubt."""
        reasons = {row.code: row.reason for row in self.instance.explanations.all()}
        for doubt in doubts_about(self.instance):
            name = f"{REASON}{doubt.code}"
            self.fields[name] = forms.CharField(
                required=False,
                max_length=2000,
                label=doubt.sentence,
                help_text=_("Correct the figure, or say here why it is right."),
                widget=forms.Textarea(attrs={"rows": 2}),
            )
            self.initial[name] = reasons.get(doubt.code, "")
            yield name


FORMS: dict[str, type[StepForm]] = {
    form.step: form for form in (IdeaForm, PlaceForm, MoneyForm, PartnersForm, ReviewForm)
}
"""The papers step has forms of its own, one for each paper."""
