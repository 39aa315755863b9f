"""Finding a person by the address he or she logs in with."""

from accounts.models import User


def user_by_email(email: str) -> User | None:
    """Return the account of this address, whatever the case of its letters."""
    try:
        return User.objects.get_by_natural_key(email)
    except User.DoesNotExist:
        return None
