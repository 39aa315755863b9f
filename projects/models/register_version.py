"""Which register readers saw: a number that moves with every transaction that changes what is public.

Pages, answers of the API and ready-made files are kept under it. Triggers of the statement note in ``RegisterChange``
that a transaction writes; a deferred trigger on that row moves the number when the transaction commits. So writers
hold the one row of the number for their last moment only, and wait for each other there and nowhere before.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

ONLY_ROW = 1

PUBLIC_TABLES = (
    "projects_project",
    "projects_resolution",
    "projects_declaredshare",
    "projects_maslikhat",
    "projects_listchange",
    "projects_statuschange",
    "projects_contract",
    "projects_contractchange",
    "projects_document",
    "projects_obligation",
    "projects_obligationceiling",
    "projects_responsibility",
    "reference_sector",
    "reference_territory",
)
"""What public pages of the register are made of; a statement that writes here moves the number."""


class RegisterVersion(models.Model):
    """The number of the register; one row, written by a trigger only."""

    id = models.PositiveSmallIntegerField(_("key"), primary_key=True, default=ONLY_ROW, editable=False)
    version = models.BigIntegerField(_("version of the register"), editable=False)
    changed_at = models.DateTimeField(
        _("changed"), editable=False, help_text=_("When the last transaction that changed the register was committed.")
    )

    class Meta:
        verbose_name = _("version of the register")
        verbose_name_plural = _("versions of the register")
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=ONLY_ROW), name="%(app_label)s_%(class)s_is_one_row"),
        ]

    def __str__(self) -> str:
        return str(self.version)


class RegisterChange(models.Model):
    """A transaction that has changed the register and is not committed yet; gone when it is. Triggers only."""

    id = models.BigIntegerField(_("transaction"), primary_key=True, editable=False)

    class Meta:
        verbose_name = _("change under way")
        verbose_name_plural = _("changes under way")

    def __str__(self) -> str:
        return str(self.pk)
