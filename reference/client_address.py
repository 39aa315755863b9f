"""From where a request comes: the one address that nobody outside can forge, for counting and nothing else.

Every proxy adds to the right of ``X-Forwarded-For`` the address that it saw. Whatever stands left of what our own
proxies wrote came from outside and is never read. The setting TRUSTED_PROXIES says how many proxies are ours, or which
networks they stand in; the word ``unix`` there is a proxy that hands over through a socket file.
"""

import logging
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

logger = logging.getLogger(__name__)

MOST_PROXIES: Final = 3
OF_ONE_READER: Final = 64
"""Bits of an IPv6 address that one connection has for itself: whoever has one address has all of its /64."""
_SOCKET_FILE: Final = "unix"


@dataclass(frozen=True)
class Proxies:
    """Which proxies are ours: so many in a row, or those of these networks and of a socket file."""

    number: int = 0
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    by_socket_file: bool = False


def trusted_proxies(said: str) -> Proxies:
    """Read the variable TRUSTED_PROXIES; raise ImproperlyConfigured for what cannot be meant."""
    said = said.strip()
    if said.isascii() and said.isdecimal() and int(said) <= MOST_PROXIES:
        return Proxies(number=int(said))
    parts = [part.strip() for part in said.split(",") if part.strip()]
    try:
        networks = tuple(ip_network(part) for part in parts if part != _SOCKET_FILE)
    except ValueError:
        raise ImproperlyConfigured(
            f"TRUSTED_PROXIES is “{said}”: write how many proxies of your own stand in front of the site (0 to "
            f"{MOST_PROXIES}), or their networks separated by commas, such as 10.0.0.0/24, unix."
        ) from None
    return Proxies(networks=networks, by_socket_file=_SOCKET_FILE in parts)


def client_address(request: HttpRequest) -> str:
    """Return the reader's address, of IPv6 its /64; empty where nothing is known, and then nobody is counted by it.

    Empty is better than one address for everybody: by that, a single person could shut all others out.
    """
    seen = request.META.get("REMOTE_ADDR", "")
    hops = [*request.META.get("HTTP_X_FORWARDED_FOR", "").split(","), seen]
    proxies: Proxies = settings.TRUSTED_PROXIES
    found = _behind(hops, proxies.number) if proxies.number else _past(hops, proxies)
    if found is None:
        _warn()
        return ""
    return str(ip_network((found, OF_ONE_READER), strict=False)) if found.version == 6 else str(found)


def _behind(hops: list[str], number: int) -> IPv4Address | IPv6Address | None:
    """Return the hop so many places from the right; where that is no address, the nearest one on its way."""
    found = None
    for place, hop in enumerate(hops[::-1][: number + 1]):
        address = _address(hop)
        if address is None and place:
            break
        found = address
    return found


def _past(hops: list[str], proxies: Proxies) -> IPv4Address | IPv6Address | None:
    """Return the first hop from the right that is none of our proxies, or the last one of ours."""
    found = None
    for place, hop in enumerate(reversed(hops)):
        address = _address(hop)
        if address is None:
            if not place and not hop and proxies.by_socket_file:
                continue
            break
        found = address
        if not any(address in network for network in proxies.networks):
            break
    return found


def _address(hop: str) -> IPv4Address | IPv6Address | None:
    """Read a hop; some proxies write the port too."""
    text = hop.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


@cache
def _warn() -> None:
    """Say it once a process."""
    logger.error("The addresses of visitors are not known, so nothing is limited by address: set TRUSTED_PROXIES.")
