"""Forms of the staff site's acts on projects; each hands its clean facts to one service."""

from typing import Any, cast

from django import forms
from django.contrib.admin.sites import AdminSite
from django.utils.translation import gettext_lazy as _

from projects.admin.readable import KnownRowSelect
from projects.admin.record import RecordForm
from projects.models import Project, Resolution, StatusChange
from projects.services.register import RECORDED_STATUSES, ProjectEntry
from reference.codelists import PaymentSource, ProjectStatus, ResolutionKind
from reference.fields import PartialDateFormField

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


class NewProjectForm(ProjectForm):
    """A project that enters the register: by a resolution, or from a public source."""

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
    """What became of an approved project."""

    status = forms.ChoiceField(
        label=_("Status"), choices=[(status.value, status.label) for status in RECORDED_STATUSES]
    )
    since = PartialDateFormField(
        label=_("Since"), required=False, help_text=_("14.09.2017, 09.2017 or 2017; empty: not known.")
    )
    source_url = forms.URLField(
        label=_("Address of the source"), required=False, max_length=1000, assume_scheme="https"
    )
    note_kk = forms.CharField(label=_("Note in Kazakh"), required=False, widget=forms.Textarea(LONG), max_length=2000)
    note_ru = forms.CharField(label=_("Note in Russian"), required=False, widget=forms.Textarea(LONG), max_length=2000)


class ByResolutionForm(forms.Form):
    """The resolution by which the chosen projects enter or leave."""

    resolution = forms.ModelChoiceField(label=_("Resolution"), queryset=Resolution.objects.none())

    def __init__(self, *args: Any, kinds: tuple[ResolutionKind, ...], admin_site: AdminSite, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.ModelChoiceField, self.fields["resolution"])
        field.queryset = Resolution.objects.filter(kind__in=kinds).select_related("maslikhat")
        field.widget = KnownRowSelect(StatusChange._meta.get_field("resolution"), admin_site)
        cast(KnownRowSelect, field.widget).choices = field.choices
        field.help_text = _("Kinds that fit: %(kinds)s.") % {"kinds": ", ".join(str(kind.label) for kind in kinds)}
        field.error_messages["invalid_choice"] = _("Choose a resolution of a kind that fits.")


class ExcludeForm(ByResolutionForm):
    """The resolution on exclusion, and why."""

    note_kk = forms.CharField(label=_("Reason in Kazakh"), widget=forms.Textarea(LONG), max_length=2000, required=False)
    note_ru = forms.CharField(
        label=_("Reason in Russian"), widget=forms.Textarea(LONG), max_length=2000, required=False
    )

    def clean(self) -> dict[str, Any]:
        """Ask for a reason in at least one language."""
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("note_kk") and not cleaned.get("note_ru"):
            self.add_error("note_kk", _("Give the reason in Kazakh or in Russian."))
        return cleaned
