"""Making an account: a letter first, so that nobody registers somebody else's address or learns whose is taken."""

from dataclasses import dataclass

from django.core import signing
from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.queries.people import user_by_email
from accounts.services.letters import link, send_letter

HOURLY = 3
LINK_LASTS = 24 * 60 * 60
"""Seconds."""

_SIGNER = signing.TimestampSigner(salt="accounts.registration", sep=".")


class LinkIsNotGood(Exception):
    """The link is damaged, too old, or was used."""


@dataclass(frozen=True)
class Asked:
    """What a link of registration says: whose address it is, and the page to go on to."""

    email: str
    next: str


@transaction.atomic
def ask_for_account(email: str, *, language: str, site: str, next_page: str = "") -> None:
    """Write the letter that fits the address. For the asker all cases look alike, in words and in work."""
    user = user_by_email(email)
    if user is None:
        token = _SIGNER.sign_object({"email": email, "next": next_page})
        address, language, template = email, language, "register"
        links = {"link": link(site, language, "register_confirm", token=token)}
    else:
        # To the address on file, not to the one typed, and in the language of its owner.
        address, language = user.email, user.language
        template = "already_registered" if can_enter(user) else "account_closed"
        links = {"login": link(site, language, "login"), "reset": link(site, language, "password_reset")}
    send_letter(address, template, language, {"user": user, "site": site, **links}, hourly=HOURLY)


def can_enter(user: User) -> bool:
    """Tell whether the person may log in with a password at all."""
    return user.is_active and user.has_usable_password()


def asked_by(token: str) -> Asked:
    """Return what the link says; raise LinkIsNotGood for a damaged, old or used one."""
    try:
        said = _SIGNER.unsign_object(token, max_age=LINK_LASTS)
    except signing.BadSignature as error:
        raise LinkIsNotGood from error
    if user_by_email(said["email"]) is not None:
        raise LinkIsNotGood
    return Asked(said["email"], said["next"])


def make_account(asked: Asked, *, full_name: str, password: str, language: str) -> User:
    """Make the account of a confirmed address; raise LinkIsNotGood when another press of the button was quicker."""
    try:
        with transaction.atomic():
            return User.objects.create_user(asked.email, password, full_name=full_name, language=language)
    except IntegrityError as error:
        raise LinkIsNotGood from error
