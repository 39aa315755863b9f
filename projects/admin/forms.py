"""Forms of the staff site's acts on projects; each hands its clean facts to one service."""

from typing import Any, cast

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from projects.admin.record import RecordForm
from projects.models import Contract, ContractChange, Document, Project
from projects.services import listing
from projects.services.register import RECORDED_STATUSES, ProjectEntry, lock_numbering
from reference.codelists import DocumentType, PaymentSource, ProjectStatus
from reference.fields import PartialDateFormField
from reference.refusals import put_refusal

LONG = {"rows": 3, "cols": 80}


class ProjectForm(RecordForm):
    """Facts of a project. Status and papers are not here: they change by acts."""

    payment_sources = forms.MultipleChoiceField(
        label=_("Sources of payment"),
        choices=PaymentSource.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("From what the private partner is paid (Law 379-V, art. 9(2))."),
    )

    class Meta:
        model = Project
        exclude: tuple[str, ...] = ()

    def clean(self) -> dict[str, Any]:
        """Take the turn before the row: an act that has the turn may wait for this row."""
        if self.instance.pk:
            lock_numbering()
        return super().clean()

    def _post_clean(self) -> None:
        super()._post_clean()
        if self.errors or not self.instance.pk:
            return
        try:
            listing.completed(self.instance)
        except ValidationError as refusal:
            put_refusal(self, refusal)


class NewProjectForm(ProjectForm):
    """A project that enters the register from a public source; by a resolution it enters when that is published."""

    status = forms.ChoiceField(
        label=_("Status"),
        choices=[
            (status.value, status.label)
            for status in (ProjectStatus.PLANNED, ProjectStatus.APPROVED, *RECORDED_STATUSES)
        ],
        initial=ProjectStatus.APPROVED,
        help_text=_("Planned: announced, not approved."),
    )

    def entry(self) -> ProjectEntry:
        """Return what was typed as an entry of the register."""
        names = set(ProjectEntry.__dataclass_fields__)
        return ProjectEntry(**{name: value for name, value in self.cleaned_data.items() if name in names})


class StatusForm(forms.Form):
    """What became of an approved project, and the paper that says so."""

    status = forms.ChoiceField(
        label=_("Status"), choices=[(status.value, status.label) for status in RECORDED_STATUSES]
    )
    since = PartialDateFormField(
        label=_("Since"), required=False, help_text=_("14.09.2017, 09.2017 or 2017; empty: not known.")
    )
    note_kk = forms.CharField(
        label=_("Reason or note in Kazakh"),
        required=False,
        widget=forms.Textarea(LONG),
        max_length=2000,
        help_text=_("A termination needs its reason; it is shown to everybody."),
    )
    note_ru = forms.CharField(
        label=_("Reason or note in Russian"), required=False, widget=forms.Textarea(LONG), max_length=2000
    )
    source_url = forms.URLField(
        label=_("Address of the source"), required=False, max_length=1000, assume_scheme="https"
    )
    paper = forms.ModelChoiceField(
        label=_("Paper on file"),
        queryset=Document.objects.none(),
        required=False,
        empty_label=_("none"),
        help_text=_("One of the papers of this project."),
    )
    file = forms.FileField(
        label=_("or a new paper"), required=False, help_text=_("PDF, DOCX, XLSX, JPEG or PNG, up to 25 MB.")
    )
    document_type = forms.ChoiceField(
        label=_("Kind of the new paper"), required=False, choices=[("", "—"), *DocumentType.choices]
    )
    is_public = forms.BooleanField(label=_("The new paper is shown to everybody"), required=False)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["paper"]).queryset = Document.objects.filter(project=project)

    def clean(self) -> dict[str, Any]:
        """Take one paper at most."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("paper") and cleaned.get("file"):
            self.add_error("file", _("Choose a paper on file or upload a new one, not both."))
        return cleaned

    def facts(self) -> dict[str, Any]:
        """Return what the service is told; a new paper is not stored yet."""
        facts = {name: self.cleaned_data[name] for name in ("status", "since", "source_url", "note_kk", "note_ru")}
        document = self.cleaned_data["paper"]
        if self.cleaned_data["file"]:
            document = Document(
                file=self.cleaned_data["file"],
                document_type=self.cleaned_data["document_type"],
                is_public=self.cleaned_data["is_public"],
            )
        return {**facts, "document": document}


_DATES = {"signed_on": AdminDateWidget, "treasury_date": AdminDateWidget}


class ContractForm(forms.ModelForm):
    """What was signed, with whom, where it is registered."""

    class Meta:
        model = Contract
        fields = (
            "number",
            "signed_on",
            "partner",
            "partner_bin",
            "sum",
            "term_years",
            "treasury_number",
            "treasury_date",
        )
        widgets = _DATES


class ContractChangeForm(forms.ModelForm):
    """An additional agreement: what it changes, and why."""

    class Meta:
        model = ContractChange
        fields = (
            "number",
            "signed_on",
            "sum",
            "term_years",
            "reason_kk",
            "reason_ru",
            "treasury_number",
            "treasury_date",
        )
        widgets = {**_DATES, "reason_kk": forms.Textarea(LONG), "reason_ru": forms.Textarea(LONG)}
        help_texts = {
            "sum": _("The new sum; empty when the agreement leaves it."),
            "term_years": _("The new term; empty when the agreement leaves it."),
        }


class TreasuryForm(forms.ModelForm):
    """Under which number and when the treasury registered the contract."""

    class Meta:
        model = Contract
        fields = ("treasury_number", "treasury_date")
        widgets = {"treasury_date": AdminDateWidget}

    def facts(self) -> dict[str, Any]:
        """Return what the service is told."""
        return {"number": self.cleaned_data["treasury_number"], "date": self.cleaned_data["treasury_date"]}
