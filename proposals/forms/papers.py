"""The form of one paper."""

from django import forms
from django.utils.translation import gettext_lazy as _

ACCEPTED = ".pdf,.docx,.xlsx,.jpg,.jpeg,.png"


class PaperForm(forms.Form):
    """A file and whether it is public."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("PDF, DOCX, XLSX, JPEG or PNG, up to 25 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPTED}),
        allow_empty_file=True,  # the content is examined, and its sentence says more
        error_messages={
            "required": _("Choose a file."),
            "invalid": _("The file did not arrive whole. Choose it again."),
            "missing": _("The file did not arrive whole. Choose it again."),
        },
        max_length=None,
    )
    is_public = forms.BooleanField(
        required=False,
        label=_("May be shown to everybody once the project is approved"),
    )
