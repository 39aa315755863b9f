"""The history of stages: who, what, when; it can be added to and never changed."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from proposals.models.proposal import Proposal
from proposals.workflow import Action, Stage
from reference.constraints import known_code
from reference.fields import CleanTextField
from reference.locks import Turn
from reference.transactions import CurrentTransaction

LINKED = (
    "sequence",
    "previous_hash",
    "id",
    "proposal_id",
    "action",
    "from_stage",
    "to_stage",
    "actor_id",
    "channel",
    "transaction",
)
HASH = (
    "encode(sha256(convert_to(concat_ws(E'\\x1f', "
    + ", ".join(f"{{row}}.{name}" for name in LINKED)
    + ", to_char({row}.at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US'), {row}.note), 'UTF8')), 'hex')"
)
"""SQL that makes the hash of a row; ``verify_history`` makes the same in Python, from the same columns."""


class StepChannel(models.TextChoices):
    """Where the step was taken."""

    WEB = "web", _("Public site")
    ADMIN = "admin", _("Staff site")
    CONSOLE = "console", _("Command")


class StageChange(models.Model):
    """One step of one proposal. Values of the proposal are not copied here: they live in one place."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="stage_changes", verbose_name=_("proposal"))
    action = models.CharField(_("action"), max_length=12, choices=Action)
    from_stage = models.CharField(_("from"), max_length=15, choices=Stage)
    to_stage = models.CharField(_("to"), max_length=15, choices=Stage)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    channel = models.CharField(_("channel"), max_length=10, choices=StepChannel)
    note = CleanTextField(_("note"), max_length=5000, blank=True)
    at = models.DateTimeField(_("time"), default=timezone.now, editable=False)
    sequence = models.BigIntegerField(
        _("place in the chain"),
        unique=True,
        db_default=0,
        editable=False,
        help_text=_("Without gaps."),
    )
    previous_hash = models.CharField(_("hash of the step before"), max_length=64, db_default="", editable=False)
    hash = models.CharField(_("hash"), max_length=64, db_default="", editable=False)
    transaction = models.BigIntegerField(_("transaction"), db_default=CurrentTransaction(), editable=False)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["id"]
        indexes = [models.Index(fields=["proposal", "id"], name="proposals_stagechange_story")]
        constraints = [
            known_code("action", Action.values),
            known_code("from_stage", Stage.values),
            known_code("to_stage", Stage.values),
            known_code("channel", StepChannel.values),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="links_the_chain",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                declare=[("last", "RECORD")],
                func=f"""
                PERFORM pg_advisory_xact_lock({Turn.STEP_CHAIN.value});
                SELECT sequence, hash INTO last FROM proposals_stagechange ORDER BY sequence DESC LIMIT 1;
                NEW.sequence := COALESCE(last.sequence, 0) + 1;
                NEW.previous_hash := COALESCE(last.hash, repeat('0', 64));
                NEW.hash := {HASH.format(row="NEW")};
                RETURN NEW;
                """,  # noqa: S608
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_stage} → {self.to_stage}"
