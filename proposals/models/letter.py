"""The words of letters that staff may change, and the letters of proposals as they wait in the outbox."""

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy
from post_office.models import Email

from accounts.queries.letters import KIND
from reference.constraints import known_code
from reference.fields import CleanCharField, CleanTextField
from reference.languages import LANGUAGES, language_name

_PREFIX = "proposal:"


class LetterKind(models.TextChoices):
    """What a letter to an applicant is about."""

    FILED = "filed", pgettext_lazy("letter", "Application filed")
    TAKEN_UP = "taken_up", pgettext_lazy("letter", "Taken up")
    ASKED = "asked", pgettext_lazy("letter", "Request to the applicant")
    REMINDED = "reminded", pgettext_lazy("letter", "Reminder of a request")
    OVERDUE = "overdue", pgettext_lazy("letter", "Request overdue")
    ANSWERED = "answered", pgettext_lazy("letter", "Answer received")
    SUPPORTED = "supported", pgettext_lazy("letter", "Supported")
    REFUSED = "refused", pgettext_lazy("letter", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("letter", "Withdrawn")
    TABLED = "tabled", pgettext_lazy("letter", "Put on the agenda")
    POSTPONED = "postponed", pgettext_lazy("letter", "Postponed")
    APPROVED = "approved", pgettext_lazy("letter", "Approved by the maslikhat")
    DECLINED = "declined", pgettext_lazy("letter", "Declined by the maslikhat")
    INFECTED = "infected", pgettext_lazy("letter", "Virus found in a paper")


def header_of(kind: str) -> str:
    """Return what the header of a letter about a proposal says of its kind."""
    return f"{_PREFIX}{kind}"


def kind_of(letter: Email) -> LetterKind:
    """Return the kind of a letter about a proposal."""
    return LetterKind(letter.headers[KIND].removeprefix(_PREFIX))


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), meta={"ordering": ["-pgh_id"]}
)
class LetterText(models.Model):
    """The chamber's own words for one letter in one language; without a row the shipped words are used."""

    kind = models.CharField(_("letter"), max_length=20, choices=LetterKind)
    language = models.CharField(_("language"), max_length=2, choices=[(code, code) for code in LANGUAGES])
    subject = CleanCharField(_("subject"), max_length=150)
    body = CleanTextField(
        _("text"), max_length=5000, help_text=_("Words in double braces, such as {{ number }}, are filled in.")
    )
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, editable=False, related_name="+", verbose_name=_("changed by")
    )
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("text of a letter")
        verbose_name_plural = _("texts of letters")
        ordering = ["kind", "language"]
        constraints = [
            known_code("kind", LetterKind.values),
            known_code("language", LANGUAGES),
            models.UniqueConstraint(
                fields=["kind", "language"],
                name="%(app_label)s_%(class)s_once",
                violation_error_message=_("This letter already has a text in this language."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({language_name(self.language)})"


class LetterManager(models.Manager[Email]):
    """Letters of proposals only: those of accounts hold links that open them."""

    def get_queryset(self) -> models.QuerySet[Email]:
        """Return the letters whose kind is one of proposals."""
        kinds = [header_of(kind) for kind in LetterKind.values]
        return super().get_queryset().filter(**{f"headers__{KIND}__in": kinds})


class Letter(Email):
    """A letter about a proposal in the outbox: waiting, sent or failed."""

    objects: ClassVar[LetterManager] = LetterManager()

    class Meta:
        proxy = True
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["-created"]
