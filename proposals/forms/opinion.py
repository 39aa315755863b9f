"""An expert's opinion: a score for every criterion, a recommendation, reasons."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from proposals.models import Criterion, Opinion, Score
from proposals.models.opinion import HIGHEST_SCORE, Recommendation
from proposals.services.opinions import ScoreFacts
from reference.refusals import put_refusal

_SCORES = [("", "–"), *((str(score), str(score)) for score in range(HIGHEST_SCORE + 1))]


def _box(model: Any, column: str, rows: int, **facts: Any) -> Any:
    widget = forms.Textarea(attrs={"rows": rows, "cols": 80})
    return model._meta.get_field(column).formfield(required=False, widget=widget, **facts)


class OpinionForm(forms.Form):
    """Nothing is required here: a draft may lack anything, and the service says what a given opinion lacks."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    recommendation = forms.ChoiceField(
        label=_("Recommendation"), choices=Recommendation.choices, widget=forms.RadioSelect, required=False
    )
    text = _box(
        Opinion,
        "text",
        8,
        label=pgettext_lazy("opinion", "Reasons"),
        help_text=_("What speaks for the project, what against, and why."),
    )
    conditions = _box(
        Opinion, "conditions", 4, label=_("Conditions"), help_text=_("Only when you are for it with conditions.")
    )

    def __init__(self, *args: Any, criteria: list[Criterion], opinion: Opinion | None = None, **kwargs: Any) -> None:
        initial: dict[str, Any] = {"version": opinion.version if opinion else 0}
        if opinion:
            initial |= {name: getattr(opinion, name) for name in ("recommendation", "text", "conditions")}
            for score in opinion.scores.all():
                initial |= {f"score_{score.criterion_id}": score.score, f"remark_{score.criterion_id}": score.text}
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        self.criteria = criteria
        for criterion in criteria:
            self.fields[f"score_{criterion.pk}"] = forms.TypedChoiceField(
                choices=_SCORES, coerce=int, empty_value=None, required=False, label=str(criterion.name)
            )
            self.fields[f"remark_{criterion.pk}"] = _box(Score, "text", 2, label=_("Remark"))

    def clean(self) -> dict[str, Any]:
        """A remark is kept with its score; without one it would be lost in silence."""
        cleaned = super().clean() or self.cleaned_data
        for row in self.criteria:
            if cleaned.get(f"remark_{row.pk}") and cleaned.get(f"score_{row.pk}") is None:
                self.add_error(f"score_{row.pk}", _("Give a score too, or the remark cannot be kept."))
        return cleaned

    def put(self, refusal: ValidationError) -> None:
        """Put what the service refused beside its boxes."""
        put_refusal(self, refusal)

    @property
    def rows(self) -> list[tuple[Criterion, BoundField, BoundField]]:
        """Return criterion, score and remark, in the order of the list."""
        return [(row, self[f"score_{row.pk}"], self[f"remark_{row.pk}"]) for row in self.criteria]

    def scores(self) -> ScoreFacts:
        """Return what was given for each criterion."""
        said = self.cleaned_data
        return {row.pk: (said[f"score_{row.pk}"], said[f"remark_{row.pk}"]) for row in self.criteria}

    def facts(self) -> dict[str, Any]:
        """Return everything the service takes."""
        said = self.cleaned_data
        plain = {name: said[name] for name in ("recommendation", "text", "conditions")}
        version = said.get("version")
        return {**plain, "version": -1 if version is None else version, "scores": self.scores()}
