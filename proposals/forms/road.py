"""What the applicant may still say after filing."""

from django import forms
from django.utils.translation import gettext_lazy as _

from proposals.models import Clarification, StageChange


class WithdrawForm(forms.Form):
    """The reason for withdrawing, and the last step that stood there when the page was opened."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    note = StageChange._meta.get_field("note").formfield(
        required=True,
        label=_("Why do you withdraw the proposal?"),
        help_text=_("The chamber and your colleagues read it."),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say why: the other side must be able to understand the step.")},
    )


class AnswerForm(forms.Form):
    """The answer to a request."""

    answer = Clarification._meta.get_field("answer").formfield(
        required=True,
        label=_("Your answer"),
        help_text=_("Add papers below first, if the request asks for them; then send the answer."),
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Write the answer.")},
    )
