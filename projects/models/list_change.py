"""The list of a maslikhat through time: which resolution put a project in, changed it, took it out; nothing is lost."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from projects.models.project import LISTED, Project
from projects.models.resolution import Resolution
from reference.constraints import known_code
from reference.fields import CleanCharField, CleanTextField, TengeField
from reference.languages import Localized, localized

_SAME_OR_FILLED = " OR ".join(
    f"(last.{name} IS DISTINCT FROM NEW.{name} AND COALESCE(last.{name}::text, '') <> '')" for name in LISTED
)


class ListAct(models.TextChoices):
    """What happened to the project's line in the list."""

    ENTERED = "entered", pgettext_lazy("list", "Entered the list")
    AMENDED = "amended", pgettext_lazy("list", "Changed in the list")
    EXCLUDED = "excluded", pgettext_lazy("list", "Taken out of the list")
    COMPLETED = "completed", pgettext_lazy("list", "Record completed")


class ListChange(models.Model):
    """The line of a project in the list as one resolution left it; the newest row is what holds.

    Rows are added by the register's services and never changed. ``completed`` is no act of the maslikhat: what the
    paper said all along became known later, so it holds from the day of the change it completes.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="list_changes", verbose_name=_("project"))
    resolution = models.ForeignKey(
        Resolution, models.PROTECT, related_name="list_changes", verbose_name=_("resolution")
    )
    act = models.CharField(_("act"), max_length=10, choices=ListAct)
    is_listed = models.BooleanField(_("stands in the list"))
    title_kk = CleanCharField(_("title in Kazakh"), max_length=500, blank=True)
    title_ru = CleanCharField(_("title in Russian"), max_length=500, blank=True)
    title_en = CleanCharField(_("title in English"), max_length=500, blank=True)
    cost = TengeField(_("cost, tenge"), null=True, blank=True, help_text=_("Empty when unknown: unknown is not zero."))
    term_years = models.DecimalField(_("term, years"), max_digits=4, decimal_places=2, null=True, blank=True)
    conditions_kk = CleanTextField(_("conditions in Kazakh"), max_length=3000, blank=True)
    conditions_ru = CleanTextField(_("conditions in Russian"), max_length=3000, blank=True)
    reason_kk = CleanTextField(_("reason in Kazakh"), max_length=3000, blank=True)
    reason_ru = CleanTextField(_("reason in Russian"), max_length=3000, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("recorded by"),
    )
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        verbose_name = _("change of the list")
        verbose_name_plural = _("changes of the list")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["project", "-id"], name="projects_listchange_newest"),
            models.Index(fields=["-recorded_at", "-id"], name="projects_listchange_recent"),
        ]
        constraints = [
            known_code("act", ListAct.values),
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(act=ListAct.ENTERED),
                name="%(app_label)s_%(class)s_enters_once",
                violation_error_message=_("This project is in the list already."),
            ),
            models.CheckConstraint(
                condition=Q(act=ListAct.COMPLETED)
                | Q(act=ListAct.EXCLUDED, is_listed=False)
                | Q(act__in=(ListAct.ENTERED, ListAct.AMENDED), is_listed=True),
                name="%(app_label)s_%(class)s_only_exclusion_takes_out",
                violation_error_message=_("Only an exclusion takes a project out of the list."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="rests_on_its_paper",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                declare=[("paper", "RECORD"), ("last", "RECORD")],
                func=f"""
                SELECT kind, confirmed_at, transaction INTO paper
                FROM projects_resolution WHERE id = NEW.resolution_id FOR SHARE;
                SELECT * INTO last FROM projects_listchange WHERE project_id = NEW.project_id ORDER BY id DESC LIMIT 1;
                IF NEW.act = 'completed' THEN
                    IF last.id IS NULL OR last.resolution_id <> NEW.resolution_id OR last.is_listed <> NEW.is_listed
                       OR paper.confirmed_at IS NOT NULL AND ({_SAME_OR_FILLED}) THEN
                        RAISE EXCEPTION 'project %: only what was blank can be completed', NEW.project_id
                            USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'projects_listchange_only_blanks_are_completed';
                    END IF;
                    RETURN NEW;
                END IF;
                IF NEW.act = 'entered' AND paper.kind NOT IN ('list_approval', 'amendment')
                   OR NEW.act = 'amended' AND paper.kind <> 'amendment'
                   OR NEW.act = 'excluded' AND paper.kind <> 'exclusion' THEN
                    RAISE EXCEPTION 'project %: a resolution of this kind does not do that', NEW.project_id
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'projects_listchange_kind_fits';
                END IF;
                IF paper.confirmed_at IS NOT NULL AND paper.transaction <> txid_current() THEN
                    RAISE EXCEPTION 'resolution % is published; nothing is added to it', NEW.resolution_id
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'projects_listchange_published_stays';
                END IF;
                IF NEW.act = 'amended' AND last.is_listed IS NOT TRUE
                   OR NEW.act = 'excluded' AND last.is_listed IS FALSE THEN
                    RAISE EXCEPTION 'project % does not stand in the list', NEW.project_id
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'projects_listchange_stands_in_the_list';
                END IF;
                RETURN NEW;
                """,  # noqa: S608
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()}: {self.title}"

    @property
    def title(self) -> Localized:
        """The title of that day in the reader's language, or the nearest there is."""
        return localized(self, "title")

    @property
    def conditions(self) -> Localized:
        """The conditions under which the maslikhat approved, in the reader's language."""
        return localized(self, "conditions")

    @property
    def reason(self) -> Localized:
        """Why the line was changed or taken out, in the reader's language."""
        return localized(self, "reason")
