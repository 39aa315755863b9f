"""A new address for an account: proved by a letter to it, told to the old one."""

from django.core import signing
from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.queries.people import user_by_email
from accounts.services.letters import link, send_letter
from accounts.services.registration import HOURLY, LINK_LASTS, LinkIsNotGood

_SIGNER = signing.TimestampSigner(salt="accounts.email_change", sep=".")


@transaction.atomic
def ask_for_email_change(user: User, new: str, *, site: str) -> None:
    """Write to the new address and warn the old one; whether the new one is taken, only its owner learns."""
    owner = user_by_email(new)
    token = _SIGNER.sign_object({"pk": user.pk, "old": user.email, "new": new})
    language = user.language
    facts = {"user": user, "site": site, "new": new, "reset": link(site, language, "password_reset")}
    if owner is None:
        facts["link"] = link(site, language, "email_change_confirm", token=token)
        send_letter(new, "email_change", language, facts, hourly=HOURLY)
    else:
        facts["link"] = link(site, owner.language, "login")
        send_letter(owner.email, "email_taken", owner.language, facts, hourly=HOURLY)
    send_letter(user.email, "email_change_asked", language, facts, hourly=HOURLY)


def _read(token: str) -> tuple[User, str]:
    try:
        said = _SIGNER.unsign_object(token, max_age=LINK_LASTS)
    except signing.BadSignature as error:
        raise LinkIsNotGood from error
    # Bound to the old address: once used, or after another change, it is good no more.
    user = User.objects.filter(pk=said["pk"], email=said["old"], is_active=True).first()
    if user is None:
        raise LinkIsNotGood
    return user, said["new"]


def new_address(token: str) -> str:
    """Return the address a link would set; raise LinkIsNotGood."""
    return _read(token)[1]


def change_email(token: str, *, site: str) -> User:
    """Set the new address and tell the old one; raise LinkIsNotGood, also when somebody took the address meanwhile."""
    user, new = _read(token)
    old = user.email
    try:
        with transaction.atomic():
            if not User.objects.filter(pk=user.pk, email=old).update(email=new):
                raise LinkIsNotGood
            facts = {"user": user, "site": site, "new": new}
            send_letter(old, "email_changed", user.language, facts)
    except IntegrityError as error:
        raise LinkIsNotGood from error
    user.email = new
    return user
