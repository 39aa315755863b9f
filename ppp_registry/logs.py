"""One line of JSON a record, for production: time in UTC, level, logger, message, number of the request.

Needs no settings: gunicorn writes its own records through the same formatter before Django is there.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from logging import LogRecord
from typing import Any, Final

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""Number of the request that this thread answers, or answered last: a stream goes on after its view."""

PLAIN: Final = {"format": "{asctime} {levelname} {name} {message}", "style": "{"}
JSON: Final = {"()": "ppp_registry.logs.JsonLines"}
PRIVATE: Final = {"private": {"()": "ppp_registry.log_privacy.NoPersonalValues"}}


class JsonLines(JsonFormatter):
    """Writes what a record says and its ``extra``; of a request only what was put there on purpose."""

    def __init__(self) -> None:
        super().__init__(
            "%(levelname)s %(name)s %(message)s",
            rename_fields={"levelname": "level", "name": "logger", "exc_info": "traceback"},
            reserved_attrs=[*RESERVED_ATTRS, "request", "taskName", "color_message"],
            timestamp="time",
            json_ensure_ascii=False,
        )

    def add_fields(self, log_data: dict[str, Any], record: LogRecord, message_dict: dict[str, Any]) -> None:
        """Add the number of the request, where there is one."""
        super().add_fields(log_data, record, message_dict)
        if number := REQUEST_ID.get():
            log_data["request_id"] = number


def _is_demo(environ: Mapping[str, str]) -> bool:
    return any(environ.get(name, "").strip().lower() in {"1", "yes", "on", "true"} for name in ("DEBUG", "PLAIN_HTTP"))


def formatter(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the formatter of LOG_FORMAT, ``json`` or ``plain``; by default JSON in production, plain in a demo.

    Raises ValueError for another word.
    """
    wanted = environ.get("LOG_FORMAT", "").strip() or ("plain" if _is_demo(environ) else "json")
    try:
        return {"json": JSON, "plain": PLAIN}[wanted]
    except KeyError:
        raise ValueError(f"LOG_FORMAT is “{wanted}”: write json or plain.") from None


def of_site(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the logging of the site: everything on stderr, without what people typed; raises ValueError as above."""
    line = formatter(environ)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": line},
        "filters": PRIVATE,
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["private"]}},
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
            "django.request": {"handlers": ["console"], "level": "ERROR", "propagate": False},
            # One line a request, in place of the web server's: that one would name addresses and links.
            "ppp_registry.requests": {"level": "INFO" if line is JSON else "WARNING"},
            "accounts.security": {"level": "ERROR" if line is PLAIN and _is_demo(environ) else "INFO"},
        },
    }


def of_gunicorn(environ: Mapping[str, str], level: str) -> dict[str, Any]:
    """Return gunicorn's own logging: its errors on stderr as the application's are; never the addresses of visitors."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter(environ)},
        # It quotes the address and the words of a fault that came in the middle of a download.
        "filters": PRIVATE,
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["private"]}},
        "root": {"level": "WARNING", "handlers": ["console"]},
        "loggers": {
            "gunicorn.error": {"level": level.upper(), "handlers": ["console"], "propagate": False},
            # One warning for every HEAD: Django leaves it to the server to drop the body.
            "gunicorn.http.wsgi": {"level": "ERROR"},
            "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
        },
    }
