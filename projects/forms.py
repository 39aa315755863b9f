"""Forms of the public register."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.forms.fields import EmailBox
from projects.models import Project
from projects.queries.register import register
from reference.models import Sector, Territory

_LONGEST = 40


class TargetField(forms.CharField):
    """What to follow: ``all``, ``project-17``, ``sector-education`` or ``territory-750000000``."""

    widget = forms.HiddenInput

    def clean(self, value: object) -> Project | Sector | Territory | None:
        """Return the row that is meant, None for everything; raise ValidationError for what is not there."""
        text = super().clean(value)
        kind, _dash, key = text.partition("-")
        found: Project | Sector | Territory | None = None
        if text == "all":
            return None
        if kind == "project" and key.isascii() and key.isdecimal() and len(key) < 10:
            found = register().filter(number=int(key)).first()
        elif kind == "sector":
            found = Sector.objects.filter(pk=key).first()
        elif kind == "territory":
            found = Territory.objects.filter(pk=key).first()
        if found is None:
            raise ValidationError(_("There is nothing of this name to follow. Go back to the project or the list."))
        return found


class FollowForm(forms.Form):
    """An address and what it wants to follow."""

    email = EmailBox(help_text=_("A letter asks you to confirm. The address is used for these letters only."))
    what = TargetField(max_length=_LONGEST, required=True)
