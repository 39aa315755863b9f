"""A numbered request to the applicant and its answer."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from proposals.models.proposal import Proposal
from proposals.workflow import Stage
from reference.constraints import known_code
from reference.fields import CleanTextField


class ClarificationKind(models.TextChoices):
    """What the request is about."""

    MISSING_PAPER = "missing_paper", _("Missing paper")
    WRONG_FIGURE = "wrong_figure", _("Wrong figure")
    EXPLANATION = "explanation", _("Explanation")
    OTHER = "other", pgettext_lazy("question", "Other")


_ASKED_FROM = [(stage.value, stage.label) for stage in (Stage.FILED, Stage.REVIEW)]


class Clarification(models.Model):
    """One request. While one is open, the chamber's clock stands still."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="clarifications", verbose_name=_("proposal"))
    number = models.PositiveSmallIntegerField(_("number of the request"))
    kind = models.CharField(_("kind of request"), max_length=15, choices=ClarificationKind)
    text = CleanTextField(_("request"), max_length=5000)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked"), default=timezone.now, editable=False)
    due_on = models.DateField(_("answer by"))
    came_from = models.CharField(_("stage it came from"), max_length=15, choices=_ASKED_FROM, editable=False)
    answer = CleanTextField(_("answer"), max_length=10000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("answered by")
    )
    answered_at = models.DateTimeField(_("answered"), null=True, editable=False)

    class Meta:
        verbose_name = _("request to the applicant")
        verbose_name_plural = _("requests to the applicant")
        ordering = ["proposal", "number"]
        constraints = [
            known_code("kind", ClarificationKind.values),
            known_code("came_from", [code for code, _label in _ASKED_FROM]),
            models.UniqueConstraint(fields=["proposal", "number"], name="%(app_label)s_%(class)s_one_number"),
            models.CheckConstraint(
                condition=models.Q(answered_at__isnull=True, answered_by__isnull=True, answer="")
                | (models.Q(answered_at__isnull=False, answered_by__isnull=False) & ~models.Q(answer="")),
                name="%(app_label)s_%(class)s_answered_whole_or_not",
                violation_error_message=_("An answer has a text, a person and a time."),
            ),
        ]

    def __str__(self) -> str:
        return f"№ {self.number}"


class ReminderKind(models.TextChoices):
    """When a request is called to mind."""

    NEAR = "near", _("The day is near")
    TODAY = "today", _("The day has come")
    OVERDUE = "overdue", _("The day has passed")


class Reminder(models.Model):
    """A reminder that was written: each kind once for a request, and no two on one day."""

    request = models.ForeignKey(Clarification, models.PROTECT, related_name="reminders", verbose_name=_("request"))
    kind = models.CharField(_("reminder"), max_length=8, choices=ReminderKind)
    on = models.DateField(_("day"))

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["id"]
        constraints = [
            known_code("kind", ReminderKind.values),
            models.UniqueConstraint(fields=["request", "kind"], name="%(app_label)s_%(class)s_each_kind_once"),
            models.UniqueConstraint(fields=["request", "on"], name="%(app_label)s_%(class)s_one_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.request}, {self.on}"
