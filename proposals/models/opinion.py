"""Expert opinions: criteria with weights, scores, a recommendation. A final opinion never changes."""

import pghistory
import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from proposals.models.proposal import Proposal
from reference.constraints import known_code
from reference.fields import CleanCharField, CleanTextField
from reference.languages import Named
from reference.models import Sector

HIGHEST_SCORE = 10


class Recommendation(models.TextChoices):
    """What the expert advises."""

    FOR = "for", _("For")
    CONDITIONS = "conditions", _("For, with conditions")
    AGAINST = "against", _("Against")


POSITIVE = (Recommendation.FOR.value, Recommendation.CONDITIONS.value)


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), meta={"ordering": ["-pgh_id"]}
)
class Criterion(Named):
    """What an opinion looks at. Staff edit the list; an opinion keeps the weights it was written with."""

    code = models.SlugField(_("code"), max_length=40, unique=True, help_text=_("Latin letters."))
    sector = models.ForeignKey(
        Sector,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="criteria",
        verbose_name=_("sector"),
        help_text=_("Empty: for every sector."),
    )
    name_kk = CleanCharField(_("name in Kazakh"), max_length=200)
    name_ru = CleanCharField(_("name in Russian"), max_length=200)
    name_en = CleanCharField(_("name in English"), max_length=200)
    help_kk = CleanCharField(_("help in Kazakh"), max_length=300, blank=True)
    help_ru = CleanCharField(_("help in Russian"), max_length=300, blank=True)
    help_en = CleanCharField(_("help in English"), max_length=300, blank=True)
    weight = models.PositiveSmallIntegerField(
        _("weight"),
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("1 to 100; only the proportion of the weights counts."),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering = ["order", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(weight__range=(1, 100)),
                name="%(app_label)s_%(class)s_weight_is_1_to_100",
                violation_error_message=_("The weight must lie between 1 and 100."),
            )
        ]


class Opinion(models.Model):
    """One expert's opinion on one proposal: a draft until it is given, then fixed."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="opinions", verbose_name=_("proposal"))
    expert = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="opinions", verbose_name=_("expert")
    )
    recommendation = models.CharField(_("recommendation"), max_length=12, choices=Recommendation, blank=True)
    text = CleanTextField(_("reasons"), max_length=20000, blank=True)
    conditions = CleanTextField(_("conditions"), max_length=5000, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)
    given_at = models.DateTimeField(_("given"), null=True, editable=False)

    class Meta:
        verbose_name = _("expert opinion")
        verbose_name_plural = _("expert opinions")
        ordering = ["id"]
        constraints = [
            known_code("recommendation", Recommendation.values, may_be_empty=True),
            models.UniqueConstraint(
                fields=["proposal", "expert"],
                name="%(app_label)s_%(class)s_an_expert_once",
                violation_error_message=_("This expert has already written an opinion on the proposal."),
            ),
            models.CheckConstraint(
                condition=Q(given_at__isnull=True) | (~Q(recommendation="") & ~Q(text="")),
                name="%(app_label)s_%(class)s_given_whole",
                violation_error_message=_("An opinion has a recommendation and reasons."),
            ),
            models.CheckConstraint(
                condition=Q(given_at__isnull=True) | ~Q(recommendation=Recommendation.CONDITIONS) | ~Q(conditions=""),
                name="%(app_label)s_%(class)s_conditions_are_named",
                violation_error_message=_("Name the conditions."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="given_stays", operation=pgtrigger.Update, condition=pgtrigger.Q(old__given_at__isnull=False)
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.expert} – {self.proposal}"

    @property
    def share(self) -> int | None:
        """Return the weighted score as a share of the best possible one, 0 … 100; None without scores."""
        scores = list(self.scores.all())
        best = sum(score.weight for score in scores) * HIGHEST_SCORE
        return round(100 * sum(score.weight * score.score for score in scores) / best) if best else None


class Score(models.Model):
    """The score of one criterion, with the weight the criterion had then."""

    opinion = models.ForeignKey(Opinion, models.CASCADE, related_name="scores", verbose_name=_("opinion"))
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="scores", verbose_name=_("criterion"))
    weight = models.PositiveSmallIntegerField(_("weight"))
    score = models.PositiveSmallIntegerField(_("score"), validators=[MaxValueValidator(HIGHEST_SCORE)])
    text = CleanTextField(_("remark"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        ordering = ["criterion__order", "criterion__code"]
        constraints = [
            models.UniqueConstraint(fields=["opinion", "criterion"], name="%(app_label)s_%(class)s_once"),
            models.CheckConstraint(
                condition=Q(score__range=(0, HIGHEST_SCORE), weight__range=(1, 100)),
                name="%(app_label)s_%(class)s_is_0_to_10",
                violation_error_message=_("The score must lie between 0 and 10."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="given_stays",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                IF EXISTS (SELECT 1 FROM proposals_opinion
                           WHERE id = ANY (CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.opinion_id]
                                                      WHEN 'DELETE' THEN ARRAY[OLD.opinion_id]
                                                      ELSE ARRAY[OLD.opinion_id, NEW.opinion_id] END)
                                 AND given_at IS NOT NULL FOR SHARE) THEN
                    RAISE EXCEPTION 'the opinion is given and cannot be changed'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'proposals_score_given_stays';
                END IF;
                IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.score}"
