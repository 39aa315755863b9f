"""One proposed project on its way to the maslikhat."""

import uuid
from typing import Any, cast

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from projects.models import Project
from projects.models.project import term_field
from proposals.models.application import Application
from proposals.models.road_rules import rules_of_the_road
from proposals.workflow import Stage
from reference.codelists import CapacityUnit, ContractType, PaymentSource
from reference.constraints import known_code
from reference.fields import CleanCharField, CleanTextField, PartialDateField, TengeField
from reference.kazakh import folded
from reference.languages import localized
from reference.models import Sector, Territory

MOST_PEOPLE = 10_000_000


class ObjectOwner(models.TextChoices):
    """Whose the object is on which the project is built."""

    STATE = "state", _("State or communal property")
    NEW = "new", _("Does not exist yet: will be built")
    PRIVATE = "private", _("Property of the applicant")
    OTHER = "other", _("Property of somebody else")


class PreparationPayer(models.TextChoices):
    """Who paid for preparing the proposal."""

    OWN = "own", _("The applicant")
    CONSULTANT = "consultant", _("A consultant, paid on success")
    PROGRAMME = "programme", _("A state or donor programme")
    OTHER = "other", pgettext_lazy("payer", "Somebody else")


CONTENT = (
    "title_kk",
    "title_ru",
    "problem",
    "objective",
    "description",
    "sector",
    "territory",
    "place",
    "object_owner",
    "capacity",
    "capacity_unit",
    "beneficiaries",
    "cost",
    "own_funds",
    "asked_sum",
    "state_obligations",
    "payment_sources",
    "term_years",
    "implementation_start",
    "contract_type",
    "preparation_cost",
    "preparation_paid_by",
    "state_partner",
    "partners",
    "jobs",
)
"""What the applicant says of the project; frozen from filing on, but for what a clarification asks for."""

_COLUMNS = [f"{name}_id" if name in {"sector", "territory"} else name for name in CONTENT]


class Proposal(models.Model):
    """A proposal. Blank or NULL means: not said yet. Sums in whole tenge."""

    id = models.UUIDField(_("key"), primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(
        Application, models.CASCADE, related_name="proposals", verbose_name=_("application")
    )
    position = models.PositiveSmallIntegerField(_("place in the application"))
    stage = models.CharField(_("stage"), max_length=15, choices=Stage, default=Stage.DRAFT, editable=False)
    stage_since = models.DateTimeField(_("at this stage since"), default=timezone.now, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, help_text=_("Counts the changes of the draft."))
    typed = models.JSONField(
        _("typed but not yet valid"),
        default=dict,
        blank=True,
        editable=False,
        help_text=_("Text of fields that cannot be stored yet, by field, exactly as it was typed."),
    )
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    title_kk = CleanCharField(
        _("title in Kazakh"),
        max_length=500,
        blank=True,
        help_text=_("What will be built or run, and where. One line; one of the two titles is enough to file."),
    )
    title_ru = CleanCharField(
        _("title in Russian"),
        max_length=500,
        blank=True,
        help_text=_("The resolution names both; the chamber helps with the other one."),
    )
    problem = CleanTextField(
        _("problem"), max_length=5000, blank=True, help_text=_("What is missing today, and who suffers from it.")
    )
    objective = CleanTextField(
        _("objective"), max_length=5000, blank=True, help_text=_("What becomes better, for whom.")
    )
    description = CleanTextField(
        _("description"), max_length=20000, blank=True, help_text=_("What you will build, buy or run, step by step.")
    )

    sector = models.ForeignKey(
        Sector, models.PROTECT, null=True, blank=True, related_name="proposals", verbose_name=_("sector")
    )
    territory = models.ForeignKey(
        Territory, models.PROTECT, null=True, blank=True, related_name="proposals", verbose_name=_("region or district")
    )
    place = CleanCharField(
        _("place"), max_length=300, blank=True, help_text=_("Town, street, cadastral number if there is one.")
    )
    object_owner = models.CharField(
        _("owner of the object"),
        max_length=10,
        choices=ObjectOwner,
        blank=True,
        help_text=_("Whose the land or building is now."),
    )
    capacity = models.PositiveIntegerField(
        _("capacity"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_PEOPLE)],
        help_text=_("How many places, beds, kilometres and so on; choose the unit beside."),
    )
    capacity_unit = models.CharField(_("unit of capacity"), max_length=20, choices=CapacityUnit, blank=True)
    beneficiaries = models.PositiveIntegerField(
        _("people who will use it in a year"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(20_000_000)],
        help_text=_("Your estimate is enough."),
    )

    cost = TengeField(
        _("cost of the project, tenge"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1, _("The cost must be more than zero."))],
        help_text=_("Everything until the object works, for example 1 100 000 000 or 1,1 bn."),
    )
    own_funds = TengeField(
        _("own funds, tenge"), null=True, blank=True, help_text=_("What you put in yourself, without loans.")
    )
    asked_sum = TengeField(
        _("sum asked from the state, tenge"),
        null=True,
        blank=True,
        help_text=_("Within the cost: what you ask the budget to carry while building. Write 0 when nothing."),
    )
    state_obligations = TengeField(
        _("state obligations, tenge"),
        null=True,
        blank=True,
        help_text=_("Everything the budget would pay over the whole term. Write 0 when nothing."),
    )
    payment_sources = ArrayField(
        models.CharField(max_length=30, choices=PaymentSource),
        default=list,
        blank=True,
        verbose_name=_("sources of payment"),
        help_text=_("From what the private partner is paid (Law 379-V, art. 9(2))."),
    )
    term_years = term_field(help_text=_("Of the whole contract, building included."))
    implementation_start = PartialDateField(
        _("start of implementation"), blank=True, help_text=_("A month or a year is enough: 09.2027 or 2027.")
    )
    contract_type = models.CharField(
        _("contract type"),
        max_length=20,
        choices=ContractType,
        blank=True,
        help_text=_("Leave it empty if you do not know; the chamber will help."),
    )
    preparation_cost = TengeField(
        _("cost of preparing the proposal, tenge"),
        null=True,
        blank=True,
        help_text=_("What papers and consultants cost you so far. Used for statistics only."),
    )
    preparation_paid_by = models.CharField(
        _("who paid for the preparation"), max_length=12, choices=PreparationPayer, blank=True
    )

    state_partner = CleanCharField(
        _("state partner"),
        max_length=300,
        blank=True,
        help_text=_("The akimat's department that would sign, if you know it."),
    )
    partners = CleanTextField(
        _("other partners"), max_length=3000, blank=True, help_text=_("Banks, builders, operators who take part.")
    )
    jobs = models.PositiveIntegerField(
        _("jobs"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(1_000_000)],
        help_text=_("New permanent jobs once it runs. Write 0 when none."),
    )

    project = models.OneToOneField(
        Project,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="proposal",
        verbose_name=_("project of the register"),
    )
    search_text = models.GeneratedField(
        expression=folded(
            Concat(Value(" "), F("title_kk"), Value(" "), F("title_ru"), Value(" "), output_field=models.TextField())
        ),
        output_field=models.TextField(),
        db_persist=True,
        editable=False,
        verbose_name=_("searched text"),
    )

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["application", "position"]
        permissions = [
            ("see_every_sector", "Can see the proposals of every sector"),
            ("see_statistics", "Can see the figures of the chamber's work, of own sectors at least"),
            ("see_tabled", "Can see proposals from the agenda on"),
            ("assign_expert", "Can assign experts"),
            ("write_opinion", "Can write an expert opinion"),
            ("take_up_proposal", "Can take up a filed proposal"),
            ("ask_proposal", "Can ask the applicant"),
            ("support_proposal", "Can support a proposal"),
            ("refuse_proposal", "Can refuse a proposal"),
            ("table_proposal", "Can put a proposal on the agenda"),
            ("decide_proposal", "Can enter the maslikhat's decision on a proposal"),
        ]
        indexes = [
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="proposals_proposal_search"),
            models.Index(fields=["stage", "stage_since"], name="proposals_proposal_stage"),
        ]
        constraints = [
            known_code("stage", Stage.values),
            known_code("object_owner", ObjectOwner.values, may_be_empty=True),
            known_code("capacity_unit", CapacityUnit.values, may_be_empty=True),
            known_code("contract_type", ContractType.values, may_be_empty=True),
            known_code("preparation_paid_by", PreparationPayer.values, may_be_empty=True),
            models.UniqueConstraint(
                fields=["application", "position"],
                name="%(app_label)s_%(class)s_one_a_place",
                violation_error_message=_("This place in the application is taken."),
            ),
            models.CheckConstraint(
                condition=Q(payment_sources__contained_by=PaymentSource.values),
                name="%(app_label)s_%(class)s_payment_sources_are_known",
                violation_error_message=_("Choose from the sources of payment that the law names."),
            ),
            models.CheckConstraint(
                condition=Q(stage=Stage.APPROVED, project__isnull=False)
                | (~Q(stage=Stage.APPROVED) & Q(project__isnull=True)),
                name="%(app_label)s_%(class)s_approved_has_project",
                violation_error_message=_("Only an approved proposal has a project of the register."),
            ),
            models.CheckConstraint(
                condition=Q(stage=Stage.DRAFT)
                | (
                    Q(cost__gt=0, sector__isnull=False, territory__isnull=False, typed={})
                    & (~Q(title_kk="") | ~Q(title_ru=""))
                ),
                name="%(app_label)s_%(class)s_filed_is_whole",
                violation_error_message=_("A filed proposal has a title, a sector, a territory and a cost."),
            ),
        ]
        triggers = rules_of_the_road(_COLUMNS)

    def __str__(self) -> str:
        return localized(self, "title").text or str(_("Proposal without a title"))

    @classmethod
    def column(cls, name: str) -> "models.Field[Any, Any]":
        """Return the column of this name."""
        return cast("models.Field[Any, Any]", cls._meta.get_field(name))

    @property
    def number(self) -> str:
        """Return the number of the application with the place in it: 2026-000123/2; empty for a draft."""
        return f"{self.application.number}/{self.position}" if self.application.number else ""

    @property
    def payment_source_labels(self) -> list[str]:
        """Return the sources of payment in the reader's language."""
        return [str(PaymentSource(code).label) for code in self.payment_sources]

    def get_absolute_url(self) -> str:
        """Return the applicant's page of this proposal."""
        return reverse("proposal", args=[self.application_id, self.pk])
