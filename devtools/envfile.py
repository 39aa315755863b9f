"""The file `.local/env`: what the demo runs with, so that manage.py finds the same database later."""

import os
import re
import secrets
from collections.abc import Mapping, MutableMapping
from pathlib import Path

from devtools.checkout import Checkout

READABLE = "abcdefghjkmnpqrstuvwxyz23456789"  # without letters that look like digits
NAME = re.compile(r"[A-Z][A-Z0-9_]*")


def parse(text: str) -> dict[str, str]:
    """KEY=VALUE lines; the value is all that follows the first `=`. Comments and other lines do not count."""
    values = {}
    for line in text.splitlines():
        name, equals, value = line.strip().partition("=")
        if equals and NAME.fullmatch(name):
            values[name] = value
    return values


def read(path: Path) -> dict[str, str]:
    """The values of an environment file; nothing when there is none."""
    try:
        return parse(path.read_text())
    except FileNotFoundError:
        return {}


def write(path: Path, values: Mapping[str, str]) -> None:
    """Replace the file in one step; nobody else may ever read it."""
    for name, value in values.items():
        if not NAME.fullmatch(name) or "\n" in value:
            raise ValueError(f"not a line of an environment file: {name}")
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in values.items())
    unfinished.replace(path)


def readable_password() -> str:
    """Three groups of four letters or digits: 59 bits that can be read aloud."""
    return "-".join("".join(secrets.choice(READABLE) for _ in range(4)) for _ in range(3))


def demo_values(checkout: Checkout, database: Mapping[str, str]) -> dict[str, str]:
    """What the demo runs with; secrets are drawn once and kept."""
    kept = read(checkout.env_file)
    return {
        **database,
        "SECRET_KEY": kept.get("SECRET_KEY") or secrets.token_urlsafe(50),
        "DEMO_PASSWORD": kept.get("DEMO_PASSWORD") or readable_password(),
        "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
        "PLAIN_HTTP": "on",
        "CONTACT_EMAIL": "office@demo.example",
        "MEDIA_ROOT": str(checkout.local / "media"),
        "STATIC_ROOT": str(checkout.local / "static"),
    }


def forget_postgres_defaults(environment: MutableMapping[str, str]) -> None:
    """Drop PGHOST, PGUSER and the like: they would bend the address of the private cluster."""
    for name in [name for name in environment if name.startswith("PG")]:
        del environment[name]
