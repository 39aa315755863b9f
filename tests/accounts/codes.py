"""An app on a telephone, as the tests hold one."""

import time

from django_otp.oath import TOTP

from accounts.models import SecondFactor, User
from accounts.services import second_factor

SITE = "https://registry.example.kz/"


def code_of(secret: str, later: int = 0) -> str:
    """Return what an app with this secret shows, or will show some steps of 30 seconds later."""
    app = TOTP(bytes.fromhex(secret))
    app.time = time.time() + 30 * later
    return f"{app.token():06d}"


def with_app(user: User) -> tuple[str, list[str]]:
    """Give a person an app; return its secret and the recovery codes. The code of this minute is good again."""
    secret = second_factor.new_secret()
    codes = second_factor.set_up(user, secret, code_of(secret), site=SITE, replaces=True)
    forget(user)
    return secret, codes


def forget(user: User) -> None:
    """Let the app's last code count as not used, and wrong codes as never typed."""
    SecondFactor.objects.filter(user=user).update(last_t=-1, throttling_failure_count=0)
