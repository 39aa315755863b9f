"""A sitting of the maslikhat and its agenda: which projects it is to decide about, in which order, for how much."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Deferrable, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from projects.models import Maslikhat, Project
from projects.models.obligation import YearlySum
from projects.models.project import term_field
from proposals.models.proposal import Proposal
from reference.codelists import ContractType, InitiatorType
from reference.constraints import known_code
from reference.fields import CleanCharField, CleanTextField, RomanNumberField, TengeField, WebAddressField
from reference.languages import Localized, localized
from reference.models import Sector, Territory
from reference.roman import to_roman


class SessionState(models.TextChoices):
    """How far a session is."""

    PLANNED = "planned", pgettext_lazy("session", "Planned")
    HELD = "held", pgettext_lazy("session", "Held")
    CANCELLED = "cancelled", pgettext_lazy("session", "Cancelled")


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["updated_at"],
    meta={"ordering": ["-pgh_id"]},
)
class Session(models.Model):
    """A session of a maslikhat."""

    maslikhat = models.ForeignKey(Maslikhat, models.PROTECT, related_name="sessions", verbose_name=_("maslikhat"))
    convocation = RomanNumberField(_("convocation"), help_text=_("Roman numerals or digits: VIII or 8."))
    number = RomanNumberField(pgettext_lazy("session", "number"), help_text=_("Roman numerals or digits: XXXIV or 34."))
    held_on = models.DateField(_("date"))
    starts_at = models.TimeField(_("begins at"), null=True, blank=True)
    place_kk = CleanCharField(_("place in Kazakh"), max_length=300, blank=True)
    place_ru = CleanCharField(_("place in Russian"), max_length=300, blank=True)
    link = WebAddressField(_("link"), max_length=500, blank=True, help_text=_("The announcement of the session."))
    state = models.CharField(
        _("state"), max_length=10, choices=SessionState, default=SessionState.PLANNED, editable=False
    )
    note = CleanTextField(_("note"), max_length=2000, blank=True, help_text=_("Why it was cancelled, for example."))
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = pgettext_lazy("maslikhat", "session")
        verbose_name_plural = pgettext_lazy("maslikhat", "sessions")
        ordering = ["-held_on", "-id"]
        constraints = [
            known_code("state", SessionState.values),
            models.UniqueConstraint(
                fields=["maslikhat", "convocation", "number"],
                name="%(app_label)s_%(class)s_once",
                violation_error_message=_("This session is on file already."),
            ),
        ]

    def __str__(self) -> str:
        return _("%(maslikhat)s: session %(number)s of convocation %(convocation)s") % {
            "maslikhat": self.maslikhat.name,
            "number": to_roman(self.number),
            "convocation": to_roman(self.convocation),
        }

    def get_absolute_url(self) -> str:
        """Return the page of the session on the staff site; the public has none."""
        return reverse("admin:proposals_session_change", args=[self.pk])

    @property
    def place(self) -> Localized:
        """Where it sits, in the reader's language."""
        return localized(self, "place")

    @property
    def takes_items(self) -> bool:
        """Whether the agenda may still change."""
        return self.state == SessionState.PLANNED


class Outcome(models.TextChoices):
    """What the maslikhat decided about an item."""

    APPROVED = "approved", pgettext_lazy("outcome", "Approved")
    CONDITIONS = "conditions", pgettext_lazy("outcome", "Approved with conditions")
    DECLINED = "declined", pgettext_lazy("outcome", "Declined")
    POSTPONED = "postponed", pgettext_lazy("outcome", "Postponed")
    REMOVED = "removed", pgettext_lazy("outcome", "Taken off the agenda")


APPROVING = (Outcome.APPROVED, Outcome.CONDITIONS)
DECIDED = (*APPROVING, Outcome.DECLINED, Outcome.POSTPONED)
"""What a resolution may say of an item; taking off the agenda is the secretary's act before the vote."""


LINE = (
    "title_kk",
    "title_ru",
    "sector",
    "territory",
    "place_kk",
    "place_ru",
    "initiator_type",
    "state_partner_kk",
    "state_partner_ru",
    "contract_type",
    "term_years",
    "asked_sum",
    "recommended_sum",
)
"""What the list would say of an item. A project of the register has columns of the same names, but for the last two."""


class AgendaItem(models.Model):
    """One project on the agenda: a supported proposal, a planned row of the register, or a state body's project.

    The columns from ``title_kk`` on say what the list would say; for a proposal they are filled from it.
    """

    session = models.ForeignKey(Session, models.PROTECT, related_name="items", verbose_name=_("session"))
    position = models.PositiveSmallIntegerField(_("place on the agenda"))
    proposal = models.ForeignKey(
        Proposal, models.PROTECT, null=True, blank=True, related_name="agenda_items", verbose_name=_("proposal")
    )
    project = models.ForeignKey(
        Project,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="agenda_items",
        verbose_name=_("project of the register"),
    )
    title_kk = CleanCharField(_("title in Kazakh"), max_length=500, blank=True)
    title_ru = CleanCharField(_("title in Russian"), max_length=500, blank=True)
    sector = models.ForeignKey(Sector, models.PROTECT, related_name="+", verbose_name=_("sector"))
    territory = models.ForeignKey(Territory, models.PROTECT, related_name="+", verbose_name=_("region or district"))
    place_kk = CleanCharField(_("place in Kazakh"), max_length=300, blank=True)
    place_ru = CleanCharField(_("place in Russian"), max_length=300, blank=True)
    initiator_type = models.CharField(
        _("initiator type"), max_length=20, choices=InitiatorType, default=InitiatorType.STATE_BODY
    )
    state_partner_kk = CleanCharField(_("state body in Kazakh"), max_length=300, blank=True)
    state_partner_ru = CleanCharField(_("state body in Russian"), max_length=300, blank=True)
    contract_type = models.CharField(_("way of implementation"), max_length=20, choices=ContractType, blank=True)
    term_years = term_field()
    asked_sum = TengeField(
        _("asked sum, tenge"), null=True, blank=True, help_text=_("Cost as the initiator filed it; empty: unknown.")
    )
    recommended_sum = TengeField(
        _("recommended sum, tenge"),
        null=True,
        blank=True,
        help_text=_("Cost that the chamber recommends for the list; empty: unknown."),
    )
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True, editable=False)
    note = CleanTextField(_("note"), max_length=3000, blank=True, editable=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, editable=False, related_name="+", verbose_name=_("added by")
    )
    added_at = models.DateTimeField(_("added"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("item of the agenda")
        verbose_name_plural = _("items of the agenda")
        ordering = ["session", "position"]
        constraints = [
            known_code("outcome", Outcome.values, may_be_empty=True),
            known_code("initiator_type", InitiatorType.values),
            known_code("contract_type", ContractType.values, may_be_empty=True),
            models.UniqueConstraint(
                fields=["session", "position"],
                name="%(app_label)s_%(class)s_one_a_place",
                deferrable=Deferrable.DEFERRED,
                violation_error_message=_("This place on the agenda is taken."),
            ),
            models.UniqueConstraint(
                fields=["proposal"],
                condition=Q(outcome=""),
                name="%(app_label)s_%(class)s_proposal_stands_once",
                violation_error_message=_("This proposal already stands on an agenda."),
            ),
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(outcome=""),
                name="%(app_label)s_%(class)s_project_stands_once",
                violation_error_message=_("This project already stands on an agenda."),
            ),
            models.CheckConstraint(
                condition=Q(proposal__isnull=True) | Q(project__isnull=True),
                name="%(app_label)s_%(class)s_is_one_thing",
                violation_error_message=_("An item is a proposal or a project of the register, not both."),
            ),
            models.CheckConstraint(
                condition=~Q(title_kk="") | ~Q(title_ru=""),
                name="%(app_label)s_%(class)s_has_a_title",
                violation_error_message=_("Give the title in Kazakh or in Russian."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="decided_stays",
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                IF OLD.outcome <> '' OR TG_OP = 'DELETE' THEN
                    RAISE EXCEPTION 'item % is decided or stands: it is not changed', OLD.id
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'proposals_agendaitem_decided_stays';
                END IF;
                RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return str(self.title)

    @property
    def title(self) -> Localized:
        """The title in the reader's language, or the nearest there is."""
        return localized(self, "title")

    @property
    def place(self) -> Localized:
        """The place in the reader's language."""
        return localized(self, "place")

    @property
    def state_partner(self) -> Localized:
        """The state body in the reader's language."""
        return localized(self, "state_partner")


class ItemPayment(YearlySum):
    """What the budget would pay for an item in one year, in whole tenge."""

    item = models.ForeignKey(AgendaItem, models.PROTECT, related_name="payments", verbose_name=_("item"))

    class Meta(YearlySum.Meta):
        verbose_name = _("payment of a year")
        verbose_name_plural = _("payments by year")
        ordering = ["year"]
        constraints = [
            *YearlySum.Meta.constraints,
            models.UniqueConstraint(
                fields=["item", "year"],
                name="%(app_label)s_%(class)s_one_a_year",
                violation_error_message=_("This year already has a payment."),
            ),
        ]
