"""Reference data: classifiers, the law's numbers, the calendar, letters and sums."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReferenceConfig(AppConfig):
    """Knows nothing of projects, proposals or people."""

    name = "reference"
    verbose_name = _("Reference data")
