"""Addresses and forms are UTF-8, whatever charset their sender names."""

import codecs
import re
from collections.abc import Callable
from typing import Any

_CHARSET = re.compile(r";\s*charset\s*=\s*(\"[^\"]*\"|[^;\s]*)", re.IGNORECASE)
_READING = frozenset(("GET", "HEAD", "OPTIONS"))


def _is_utf8(name: str) -> bool:
    try:
        return codecs.lookup(name).name == "utf-8"
    except (LookupError, ValueError):
        return False


def only_utf8(application: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a WSGI application so that a form in another charset is refused, and an address never read in one.

    Django takes the charset of the body for that of the address too, before anything of ours runs: one that is no
    charset of texts would be a fault, another could write halves of letters, which nothing can store.
    """

    def guarded(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        told = environ.get("CONTENT_TYPE") or ""
        if named := _CHARSET.findall(told):
            environ["CONTENT_TYPE"] = _CHARSET.sub("", told)
            is_reading = environ.get("REQUEST_METHOD") in _READING
            if not is_reading and not all(_is_utf8(name.strip('"')) for name in named):
                start_response("400 Bad Request", [("Content-Type", "text/plain; charset=utf-8")])
                return [b"Send forms as UTF-8.\n"]
        return application(environ, start_response)

    return guarded
