"""What the registry is compared with: the same rows by other libraries, each as its own manual writes it."""

import importlib.util

PEERS: dict[str, str] = {
    "bare": "orjson",
    "psql": "psycopg",
    "SQL": "psycopg",
    "COPY": "psycopg",
    "ORM": "django",
    "DRF": "rest_framework",
    "FastAPI": "fastapi",
    "django-ninja": "ninja",
    "Datasette": "datasette",
    "openpyxl": "openpyxl",
    "django-import-export": "import_export",
}
"""Each peer by the word that stands for it in ``Figure.against`` and in ``--peers``, and the module it needs."""


def peer_of(against: str) -> str | None:
    """Return the peer that these words name, the longest name where several fit; None for a way of ours."""
    found = [name for name in PEERS if name.casefold() in against.casefold()]
    return max(found, key=len, default=None)


def is_installed(peer: str) -> bool:
    """Whether the module that a peer needs is there."""
    return importlib.util.find_spec(PEERS[peer]) is not None
