"""One row of the register: what it is, who answers, what it costs, on which paper it rests."""

from decimal import Decimal
from typing import Any

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Concat, NullIf
from django.urls import reverse
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from projects.models.resolution import Resolution
from reference.codelists import (
    ENTERING_KINDS,
    NOT_APPROVED,
    CapacityUnit,
    ContractType,
    EnterpriseSize,
    InitiatorType,
    PaymentSource,
    ProjectStatus,
    ResolutionKind,
)
from reference.constraints import known_code
from reference.fields import CleanCharField, CleanTextField, PartialDateField, TengeField, WebAddressField
from reference.kazakh import folded, sorting
from reference.languages import Localized, localized
from reference.models import Sector, Territory

SEARCHED = ("title_kk", "title_ru", "title_en", "place_kk", "place_ru", "place_en", "private_partner")
_GENERATED = ("search_text", "order_kk", "order_ru", "order_en")
LISTED = ("title_kk", "title_ru", "title_en", "cost", "term_years")
"""What the paper of the maslikhat says of a project; changed by resolutions, each value kept in ListChange."""
LEAST_TERM, GREATEST_TERM = Decimal(1), Decimal(49)
"""Years that any PPP contract may last at all; the law's limits by date are legal parameters."""


def term_field(**more: Any) -> models.DecimalField:
    """Return a column for the years a contract lasts, building included; empty: not known."""
    bounds = [MinValueValidator(LEAST_TERM), MaxValueValidator(GREATEST_TERM)]
    return models.DecimalField(
        _("term, years"), max_digits=4, decimal_places=2, null=True, blank=True, validators=bounds, **more
    )


def _title_order(*languages: str) -> models.GeneratedField:
    """Return the sort key of the title that a reader sees: the first filled of these languages."""
    titles = [NullIf(F(f"title_{language}"), Value(""), output_field=models.CharField()) for language in languages]
    return models.GeneratedField(
        expression=sorting(Coalesce(*titles, Value(""), output_field=models.CharField())),
        output_field=models.CharField(max_length=500, db_collation="C"),
        db_persist=True,
        editable=False,
        verbose_name=_("sort key"),
    )


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=[*_GENERATED, "updated_at"],
    meta={"ordering": ["-pgh_id"]},
)
class Project(models.Model):
    """A PPP project. Enters the approved register by a resolution, or is known from public sources only."""

    number = models.PositiveIntegerField(
        pgettext_lazy("register", "number"),
        unique=True,
        editable=False,
        help_text=_("In order of entry; never changes."),
    )
    title_kk = CleanCharField(_("title in Kazakh"), max_length=500, blank=True)
    title_ru = CleanCharField(_("title in Russian"), max_length=500, blank=True)
    title_en = CleanCharField(_("title in English"), max_length=500, blank=True)
    description_kk = CleanTextField(_("description in Kazakh"), blank=True)
    description_ru = CleanTextField(_("description in Russian"), blank=True)
    description_en = CleanTextField(_("description in English"), blank=True)
    objective_kk = CleanTextField(_("objective in Kazakh"), blank=True, help_text=_("What becomes better, for whom."))
    objective_ru = CleanTextField(_("objective in Russian"), blank=True, help_text=_("What becomes better, for whom."))
    objective_en = CleanTextField(_("objective in English"), blank=True, help_text=_("What becomes better, for whom."))
    sector = models.ForeignKey(Sector, models.PROTECT, related_name="projects", verbose_name=_("sector"))
    territory = models.ForeignKey(Territory, models.PROTECT, related_name="projects", verbose_name=_("territory"))
    place_kk = CleanCharField(
        _("place in Kazakh"), max_length=300, blank=True, help_text=_("District, town or address.")
    )
    place_ru = CleanCharField(
        _("place in Russian"), max_length=300, blank=True, help_text=_("District, town or address.")
    )
    place_en = CleanCharField(
        _("place in English"), max_length=300, blank=True, help_text=_("District, town or address.")
    )

    initiator_type = models.CharField(
        _("initiator type"), max_length=20, choices=InitiatorType, default=InitiatorType.UNKNOWN
    )
    initiator_size = models.CharField(
        _("size of the SME"), max_length=10, choices=EnterpriseSize, blank=True, help_text=_("As it was at filing.")
    )
    state_partner_kk = CleanCharField(_("state partner in Kazakh"), max_length=300, blank=True)
    state_partner_ru = CleanCharField(_("state partner in Russian"), max_length=300, blank=True)
    state_partner_en = CleanCharField(_("state partner in English"), max_length=300, blank=True)
    private_partner = CleanCharField(
        _("private partner"), max_length=300, blank=True, help_text=_("Name of the company, as it writes itself.")
    )
    contract_type = models.CharField(_("contract type"), max_length=20, choices=ContractType, blank=True)
    payment_sources = ArrayField(
        models.CharField(max_length=30, choices=PaymentSource),
        default=list,
        blank=True,
        verbose_name=_("sources of payment"),
        help_text=_("From what the private partner is paid (Law 379-V, art. 9(2))."),
    )

    cost = TengeField(_("cost, tenge"), null=True, blank=True, help_text=_("Empty when unknown: unknown is not zero."))
    asked_sum = TengeField(_("asked sum, tenge"), null=True, blank=True, help_text=_("What the initiator asked for."))
    approved_sum = TengeField(_("approved sum, tenge"), null=True, blank=True, help_text=_("As in the resolution."))
    signed_sum = TengeField(_("signed sum, tenge"), null=True, blank=True, help_text=_("As in the contract."))
    state_obligations = TengeField(
        _("state obligations, tenge"), null=True, blank=True, help_text=_("What the budget owes over the whole term.")
    )
    is_group = models.BooleanField(
        _("group of projects"), default=False, help_text=_("This row stands for several projects; its cost is theirs.")
    )
    group_size = models.PositiveSmallIntegerField(
        _("projects in the group"), null=True, blank=True, help_text=_("Empty when unknown.")
    )
    group = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="members",
        limit_choices_to={"is_group": True},
        verbose_name=_("member of the group"),
        help_text=_("A member is counted with its group and never added to it."),
    )

    term_years = models.DecimalField(
        _("term, years"),
        max_digits=4,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("1–49; months as a part of a year."),
    )
    jobs = models.PositiveIntegerField(_("jobs"), null=True, blank=True, help_text=_("Jobs promised."))
    capacity = models.PositiveIntegerField(_("capacity"), null=True, blank=True)
    capacity_unit = models.CharField(_("unit of capacity"), max_length=20, choices=CapacityUnit, blank=True)
    year = models.PositiveSmallIntegerField(
        _("year"), null=True, blank=True, help_text=_("Year of the approval, or the year the source speaks of.")
    )
    implementation_start = PartialDateField(_("start of implementation"), blank=True)
    contract_signed_on = PartialDateField(_("contract signed on"), blank=True)
    commissioned_on = PartialDateField(_("put into operation on"), blank=True)
    contract_ends_on = PartialDateField(_("contract ends on"), blank=True)

    status = models.CharField(_("status"), max_length=20, choices=ProjectStatus, help_text=_("Where the asset is."))
    resolution = models.ForeignKey(
        Resolution,
        models.PROTECT,
        null=True,
        blank=True,
        limit_choices_to={"kind__in": ENTERING_KINDS},
        related_name="projects",
        verbose_name=_("resolution"),
        help_text=_("By which the project entered the list; empty: not on file."),
    )
    excluded_by = models.ForeignKey(
        Resolution,
        models.PROTECT,
        null=True,
        blank=True,
        limit_choices_to={"kind": ResolutionKind.EXCLUSION},
        related_name="excluded_projects",
        verbose_name=_("excluded by"),
    )
    source_url = WebAddressField(_("address of the source"), max_length=1000, blank=True)
    source = CleanCharField(
        _("source"), max_length=300, blank=True, help_text=_("Name of a public source that has no web address.")
    )
    note_kk = CleanTextField(_("note in Kazakh"), blank=True)
    note_ru = CleanTextField(_("note in Russian"), blank=True)
    note_en = CleanTextField(_("note in English"), blank=True)

    search_text = models.GeneratedField(
        expression=folded(
            Concat(
                Value(" "),
                *(part for name in SEARCHED for part in (F(name), Value(" "))),
                output_field=models.TextField(),
            )
        ),
        output_field=models.TextField(),
        db_persist=True,
        editable=False,
        verbose_name=_("searched text"),
    )
    order_kk = _title_order("kk", "ru", "en")
    order_ru = _title_order("ru", "kk", "en")
    order_en = _title_order("en", "kk", "ru")
    created_at = models.DateTimeField(_("entered"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["number"]
        indexes = [
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="projects_project_search"),
            models.Index(fields=["order_kk", "number"], name="projects_project_order_kk"),
            models.Index(fields=["order_ru", "number"], name="projects_project_order_ru"),
            models.Index(fields=["order_en", "number"], name="projects_project_order_en"),
            models.Index(F("cost").desc(nulls_last=True), F("number"), name="projects_project_by_cost"),
            models.Index(F("year").desc(nulls_last=True), F("number"), name="projects_project_by_year"),
            # What projects of a kind cost for one place: read from the index alone whenever a proposal is looked over.
            models.Index(
                fields=["sector", "capacity_unit", "-number"],
                include=["cost", "capacity"],
                condition=Q(is_group=False, capacity__gt=0, cost__gt=0),
                name="projects_project_similar",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(title_kk="") | ~Q(title_ru=""),
                name="%(app_label)s_%(class)s_has_title",
                violation_error_message=_("Give the title in Kazakh or in Russian."),
            ),
            models.CheckConstraint(
                condition=Q(term_years__isnull=True) | Q(term_years__range=(LEAST_TERM, GREATEST_TERM)),
                name="%(app_label)s_%(class)s_term_is_1_to_49_years",
                violation_error_message=_("The term must lie between 1 and 49 years."),
            ),
            models.CheckConstraint(
                condition=Q(year__isnull=True) | Q(year__range=(1991, 2100)),
                name="%(app_label)s_%(class)s_year_is_1991_to_2100",
                violation_error_message=_("The year must lie between 1991 and 2100."),
            ),
            models.CheckConstraint(
                condition=Q(capacity__isnull=True, capacity_unit="")
                | Q(capacity__isnull=False, capacity_unit__in=CapacityUnit.values),
                name="%(app_label)s_%(class)s_capacity_has_unit",
                violation_error_message=_("Give the capacity together with its unit."),
            ),
            models.CheckConstraint(
                condition=Q(initiator_size="")
                | Q(initiator_type=InitiatorType.SME, initiator_size__in=EnterpriseSize.values),
                name="%(app_label)s_%(class)s_only_an_sme_has_a_size",
                violation_error_message=_("Only an SME has a size class."),
            ),
            models.CheckConstraint(
                condition=Q(group_size__isnull=True) | Q(is_group=True, group_size__gte=1),
                name="%(app_label)s_%(class)s_only_a_group_has_a_size",
                violation_error_message=_("Only a row that is marked as a group has a number of projects."),
            ),
            models.CheckConstraint(
                condition=Q(group__isnull=True) | Q(is_group=False),
                name="%(app_label)s_%(class)s_a_group_is_no_member",
                violation_error_message=_("A row that stands for a group cannot be a member of another."),
            ),
            models.CheckConstraint(
                condition=Q(resolution__isnull=False)
                | Q(excluded_by__isnull=False)
                | ~Q(source_url="")
                | ~Q(source=""),
                name="%(app_label)s_%(class)s_rests_on_paper_or_source",
                violation_error_message=_("Give the resolution or a public source."),
            ),
            models.CheckConstraint(
                condition=Q(status=ProjectStatus.EXCLUDED, excluded_by__isnull=False)
                | (~Q(status=ProjectStatus.EXCLUDED) & Q(excluded_by__isnull=True)),
                name="%(app_label)s_%(class)s_excluded_by_a_resolution",
                violation_error_message=_("A project leaves the list only through a resolution on exclusion."),
            ),
            models.CheckConstraint(
                condition=~Q(status=ProjectStatus.PLANNED) | Q(resolution__isnull=True),
                name="%(app_label)s_%(class)s_planned_is_not_approved",
                violation_error_message=_("A planned project has no resolution yet."),
            ),
            models.CheckConstraint(
                condition=Q(payment_sources__contained_by=PaymentSource.values),
                name="%(app_label)s_%(class)s_payment_sources_are_known",
                violation_error_message=_("Choose from the sources of payment that the law names."),
            ),
            known_code("status", ProjectStatus.values),
            known_code("initiator_type", InitiatorType.values),
            known_code("contract_type", ContractType.values, may_be_empty=True),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="resolution_is_of_fitting_kind",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("resolution_id", "excluded_by_id"),
                when=pgtrigger.Before,
                func="""
                IF NEW.resolution_id IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM projects_resolution
                    WHERE id = NEW.resolution_id AND kind IN ('list_approval', 'amendment') FOR SHARE)
                   OR NEW.excluded_by_id IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM projects_resolution
                    WHERE id = NEW.excluded_by_id AND kind = 'exclusion' FOR SHARE) THEN
                    RAISE EXCEPTION 'project %: its resolution is of another kind', NEW.number
                        USING ERRCODE = 'check_violation',
                        CONSTRAINT = 'projects_project_resolution_is_of_fitting_kind';
                END IF;
                RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="group_is_a_group",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("group_id", "is_group"),
                when=pgtrigger.Before,
                func="""
                IF NEW.group_id IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM projects_project WHERE id = NEW.group_id AND is_group FOR SHARE)
                   OR NOT NEW.is_group AND EXISTS (SELECT 1 FROM projects_project WHERE group_id = NEW.id) THEN
                    RAISE EXCEPTION 'project %: only a group has members', NEW.number
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'projects_project_group_is_a_group';
                END IF;
                RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="list_is_remembered",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("resolution_id", "excluded_by_id", *LISTED),
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                declare=[("stored", "projects_project"), ("last", "RECORD")],
                func=f"""
                SELECT * INTO stored FROM projects_project WHERE id = NEW.id;
                SELECT * INTO last FROM projects_listchange WHERE project_id = NEW.id ORDER BY id DESC LIMIT 1;
                IF (stored.resolution_id IS NULL AND stored.excluded_by_id IS NULL) <> (last.id IS NULL)
                   OR last.id IS NOT NULL AND (last.is_listed <> (stored.excluded_by_id IS NULL)
                       OR ({", ".join(f"stored.{name}" for name in LISTED)})
                          IS DISTINCT FROM ({", ".join(f"last.{name}" for name in LISTED)})) THEN
                    RAISE EXCEPTION 'project %: its line in the list was changed without a record', NEW.number
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'projects_project_list_is_remembered';
                END IF;
                RETURN NULL;
                """,  # noqa: S608
            ),
            pgtrigger.Protect(
                name="number_never_changes", operation=pgtrigger.Update, condition=pgtrigger.AnyChange("number")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"

    def clean(self) -> None:
        """Refuse a member of what is no group, and a group that stops being one while it has members."""
        super().clean()
        if self.group_id and self.group_id == self.pk:
            raise ValidationError({"group": _("A project cannot be a member of itself.")})
        if self.group_id and not Project.objects.filter(pk=self.group_id, is_group=True).exists():
            raise ValidationError({"group": _("Choose a row that is marked as a group.")})
        if self.pk and not self.is_group and Project.objects.filter(group=self.pk).exists():
            raise ValidationError({"is_group": _("This row has members: it must stay a group.")})

    def get_absolute_url(self) -> str:
        """Return the public address; it never changes."""
        return reverse("project", args=[self.number])

    @property
    def title(self) -> Localized:
        """The title in the reader's language, or the nearest there is."""
        return localized(self, "title")

    @property
    def payment_source_labels(self) -> list[str]:
        """The sources of payment in the reader's words."""
        return [str(PaymentSource(source).label) for source in self.payment_sources]

    @property
    def is_approved(self) -> bool:
        """Whether the project counts in the approved totals."""
        return self.status not in NOT_APPROVED

    @property
    def on_file(self) -> bool:
        """Whether a resolution on file stands behind the row; otherwise public sources only."""
        return self.resolution_id is not None
