"""Forgotten and changed passwords."""

from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.models import User
from accounts.queries.people import user_by_email
from accounts.services.letters import link, send_letter
from accounts.services.registration import HOURLY, can_enter


@transaction.atomic
def ask_for_new_password(email: str, *, language: str, site: str) -> None:
    """Write the letter that fits the address: a link, or that there is no account. All cases look alike."""
    user = user_by_email(email)
    if user is None:
        address, template = email, "no_account"
        links = {"link": link(site, language, "register")}
    elif can_enter(user):
        address, template, language = user.email, "password_reset", user.language
        key = urlsafe_base64_encode(force_bytes(user.pk))
        token = default_token_generator.make_token(user)
        links = {"link": link(site, language, "password_reset_confirm", uidb64=key, token=token)}
    else:
        address, template, language = user.email, "account_closed", user.language
        links = {"link": site}
    send_letter(address, template, language, {"user": user, "site": site, **links}, hourly=HOURLY)


def tell_password_changed(user: User, *, site: str) -> None:
    """Tell the owner, who may not be the one who changed it."""
    links = {"reset": link(site, user.language, "password_reset")}
    send_letter(user.email, "password_changed", user.language, {"user": user, "site": site, **links})
