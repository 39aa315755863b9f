"""The user: logs in by e-mail, reads in one language, has roles as groups."""

from typing import Any, ClassVar

import pgtrigger
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext, gettext_lazy as _

from reference.fields import CleanCharField
from reference.languages import LANGUAGE_NAMES, LANGUAGES


class UserManager(BaseUserManager["User"]):
    """Makes users and finds them by e-mail whatever the case of its letters."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user of this e-mail address; raise User.DoesNotExist."""
        # As the unique index does it: UPPER, which iexact asks, also joins letters that only look alike.
        return self.alias(login=Lower("email")).get(login=Lower(models.Value(username)))

    def create_user(self, email: str, password: str | None = None, **facts: Any) -> "User":
        """Create and return a user; without a password nobody can log in as this user."""
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=self.normalize_email(email), **facts)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **facts: Any) -> "User":
        """Create a break-glass account. Daily work is done by roles: staff are not superusers (docs/roles.md)."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **facts)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who can log in."""

    email = models.EmailField(
        _("e-mail"), max_length=254, unique=True, help_text=_("The person logs in with this address.")
    )
    full_name = CleanCharField(_("full name"), max_length=200, help_text=_("As it stands in letters and in history."))
    language = models.CharField(
        _("language"),
        max_length=2,
        choices=list(LANGUAGE_NAMES.items()),
        default="kk",
        help_text=_("Language of the pages and letters this person gets."),
    )
    is_staff = models.BooleanField(_("staff"), default=False, help_text=_("May enter the staff site."))
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Switch off instead of deleting: history keeps the name.")
    )
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)
    session_round = models.PositiveIntegerField(
        _("round of sessions"),
        default=0,
        db_default=0,
        editable=False,
        help_text=_("Part of the seal of every session: one more, and all that are open end at their next request."),
    )
    erasure_asked_at = models.DateTimeField(
        _("asked to be erased"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("The account is closed; the personal data go some days later."),
    )
    erased_at = models.DateTimeField(
        _("erased"), null=True, blank=True, editable=False, help_text=_("Name, e-mail and password are gone for good.")
    )
    erasure_reason = CleanCharField(
        _("why erased"),
        max_length=200,
        blank=True,
        db_default="",
        editable=False,
        help_text=_("Which request; nothing personal."),
    )

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["full_name", "email"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="%(app_label)s_%(class)s_one_account_an_email",
                violation_error_message=_("There is already a user with this e-mail address."),
            ),
            models.CheckConstraint(
                condition=models.Q(language__in=LANGUAGES),
                name="%(app_label)s_%(class)s_language_is_ours",
                violation_error_message=_("Choose Kazakh, Russian or English."),
            ),
            models.CheckConstraint(
                condition=models.Q(erased_at__isnull=True)
                | models.Q(is_active=False, is_staff=False, is_superuser=False, full_name=""),
                name="%(app_label)s_%(class)s_erased_stays_closed",
                violation_error_message=_("An erased account stays closed and without a name."),
            ),
        ]
        triggers = [
            # Plain SQL ends sessions too, and a row read before and saved whole afterwards never revives one.
            pgtrigger.Trigger(
                name="sessions_end",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                NEW.session_round := GREATEST(NEW.session_round, OLD.session_round);
                IF (NEW.is_active, NEW.is_staff, NEW.is_superuser)
                   IS DISTINCT FROM (OLD.is_active, OLD.is_staff, OLD.is_superuser) THEN
                    NEW.session_round := NEW.session_round + 1;
                END IF;
                RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        if self.erased_at:
            return gettext("Erased person № %(number)s") % {"number": self.pk}
        return self.full_name or self.email

    def get_full_name(self) -> str:
        """Return the name people know this user by."""
        return str(self)

    def get_short_name(self) -> str:
        """Return the name for greetings."""
        return str(self)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Seal sessions with the password, as Django does, and with the round they were opened in."""
        said = f"{self.password}:{self.session_round}"
        return salted_hmac("accounts.User.session", said, secret=secret, algorithm="sha256").hexdigest()


class RoleHeld(User.groups.through):  # type: ignore[name-defined]
    """The table of who has which role: losing one ends the person's sessions."""

    class Meta:
        proxy = True
        verbose_name = _("role of a person")
        verbose_name_plural = _("roles of people")
        triggers = [
            pgtrigger.Trigger(
                name="sessions_end",
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.After,
                func="""
                UPDATE accounts_user SET session_round = session_round + 1 WHERE id = OLD.user_id;
                RETURN NULL;
                """,
            ),
        ]
