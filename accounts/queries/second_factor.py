"""Whether a person has a second factor, and whether it must have one."""

from django.conf import settings

from accounts.models import SecondFactor, User


def second_factor_of(user: User) -> SecondFactor | None:
    """Return the app of a person, or None."""
    return SecondFactor.objects.filter(user=user, confirmed=True).first()


def needs_second_factor(user: User) -> bool:
    """Tell whether the person may not be in without one: staff and superusers, where the site asks for it."""
    return settings.SECOND_FACTOR_REQUIRED and (user.is_staff or user.is_superuser)


def recovery_codes_left(user: User) -> int:
    """Return how many recovery codes of a person are still good."""
    return user.recovery_codes.count()
