"""What a person proves itself with besides the password: an app that makes codes, and codes for when it is lost."""

import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_totp.models import TOTPDevice


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.DeleteEvent(),
    fields=["id", "user"],
    model_name="SecondFactorEvent",
    meta={"ordering": ["-pgh_id"]},
)
class SecondFactor(TOTPDevice):
    """The app of a person, a row of django-otp; history keeps who set one up or took it away, never its secret."""

    class Meta:
        proxy = True
        verbose_name = _("second factor")
        verbose_name_plural = _("second factors")


class RecoveryCode(models.Model):
    """A code that replaces the app once. Only its seal is kept; a used code has no row any more."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="recovery_codes", verbose_name=_("person")
    )
    seal = models.CharField(
        _("seal"),
        max_length=64,
        help_text=_("HMAC-SHA-256 of the code under the secret key of the site: a stolen table opens nothing."),
    )
    created_at = models.DateTimeField(_("made"), auto_now_add=True)

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "seal"],
                name="%(app_label)s_%(class)s_a_code_once",
                violation_error_message=_("This person already has this code."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.created_at:%Y-%m-%d}"
