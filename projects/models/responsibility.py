"""Who answers for what in a project: the state, the private partner, or both."""

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.models.project import Project
from reference.codelists import Bearer, ResponsibilityArea
from reference.constraints import known_code
from reference.fields import CleanCharField


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), meta={"ordering": ["-pgh_id"]}
)
class Responsibility(models.Model):
    """One area of a project and who carries it."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="responsibilities", verbose_name=_("project"))
    area = models.CharField(_("area"), max_length=20, choices=ResponsibilityArea)
    bearer = models.CharField(_("who answers"), max_length=10, choices=Bearer)
    note_kk = CleanCharField(_("note in Kazakh"), max_length=300, blank=True)
    note_ru = CleanCharField(_("note in Russian"), max_length=300, blank=True)
    note_en = CleanCharField(_("note in English"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("responsibility")
        verbose_name_plural = _("responsibilities")
        ordering = ["bearer", "area"]
        constraints = [
            known_code("area", ResponsibilityArea.values),
            known_code("bearer", Bearer.values),
            models.UniqueConstraint(
                fields=["project", "area"],
                name="%(app_label)s_%(class)s_one_bearer_an_area",
                violation_error_message=_("This area already has a row; choose “both” if both answer."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_area_display()}: {self.get_bearer_display()}"
