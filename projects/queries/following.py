"""Links of letters to followers: they end a follow, and nobody can make one up."""

from uuid import UUID

from django.core import signing
from django.db.models import QuerySet

from projects.models import Follow
from projects.models.follow import address_key

_SIGNER = signing.Signer(salt="projects.following", sep=".")
_ALL = "all-"


def stop_token(follow: Follow) -> str:
    """Return the secret that ends one follow."""
    return _SIGNER.sign(follow.pk.hex)


def stop_all_token(email: str) -> str:
    """Return the secret that ends everything an address follows, now or later; the address cannot be read from it."""
    return _SIGNER.sign(_ALL + address_key(email))


def is_for_all(token: str) -> bool:
    """Tell whether a secret is for everything of an address."""
    return token.startswith(_ALL)


def ended_by(token: str) -> QuerySet[Follow]:
    """Return the confirmed follows that a secret ends, none when they ended before; raise BadSignature."""
    said = _SIGNER.unsign(token)
    confirmed = Follow.objects.filter(confirmed_at__isnull=False).select_related("project", "sector", "territory")
    if said.startswith(_ALL):
        return confirmed.filter(address_key=said.removeprefix(_ALL))
    return confirmed.filter(pk=UUID(hex=said))
