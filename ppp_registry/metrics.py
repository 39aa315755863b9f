"""Figures for Prometheus: how the site answers, and whether what runs beside it still does. Nothing personal.

Imported only where METRICS_TOKEN opens them: elsewhere no request pays for a count.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Count, Min
from django.http import HttpRequest
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from accounts.queries.letters import waiting_letters
from ppp_registry.error_pages import API, STAFF

TEXT = "text/plain; version=0.0.4; charset=utf-8"
_OF_THIS_PROCESS = CollectorRegistry()
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_REQUESTS = Counter("ppp_requests", "Requests answered.", ["method", "route", "status"], registry=_OF_THIS_PROCESS)
_SECONDS = Histogram(
    "ppp_request_seconds",
    "Seconds until an answer began.",
    ["part"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=_OF_THIS_PROCESS,
)


def _part(path: str) -> str:
    for start, part in ((API, "api"), (STAFF, "staff"), (settings.STATIC_URL, "static")):
        if path.startswith(start):
            return part
    return "pages"


def count(request: HttpRequest, route: str, status: int, seconds: float) -> None:
    """Count one answer. The labels are few whatever people ask for: patterns of addresses, never addresses."""
    method = request.method if request.method in _METHODS else "other"
    _REQUESTS.labels(method, route, status).inc()
    _SECONDS.labels(_part(request.path_info)).observe(seconds)


class _Beside(Collector):
    """What is asked at the moment of reading; a Gauge would leave a file for each process behind."""

    def collect(self) -> Iterator[Metric]:
        is_up = False
        try:
            waiting = waiting_letters().order_by().aggregate(letters=Count("pk"), oldest=Min("created"))
            is_up = True
            oldest = waiting["oldest"]
            yield _one("ppp_letters_waiting", "Letters in the outbox that are due.", waiting["letters"])
            yield _one(
                "ppp_letters_oldest_seconds",
                "Age of the oldest letter that is due.",
                time.time() - oldest.timestamp() if oldest else 0,
            )
        except (DatabaseError, InterfaceError):
            connection.close()
        yield _one("ppp_database_up", "1 when the database answered.", int(is_up))
        yield from _moments()


def _one(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(name, told, value=value)


def _moments() -> Iterator[Metric]:
    if settings.HEARTBEAT_FOLDER:
        rounds = GaugeMetricFamily(
            "ppp_watcher_round_timestamp_seconds", "When a watcher last ended a round well.", labels=["watcher"]
        )
        for beat in sorted(_files(settings.HEARTBEAT_FOLDER, "*")):
            rounds.add_metric([beat[1]], beat[0])
        yield rounds
    if settings.BACKUP_FOLDER and (made := [moment for moment, _ in _files(settings.BACKUP_FOLDER, "*/manifest.json")]):
        yield _one("ppp_backup_timestamp_seconds", "When the newest backup was made.", max(made))


def _files(folder: str, pattern: str) -> list[tuple[float, str]]:
    try:
        return [(path.stat().st_mtime, path.name) for path in Path(folder).glob(pattern) if path.is_file()]
    except OSError:
        return []


def exposition() -> bytes:
    """Return everything in the text form of Prometheus: of all workers where gunicorn made a folder for them."""
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)
        registry.register(_Beside())
        return generate_latest(registry)
    registry.register(_Beside())
    return generate_latest(_OF_THIS_PROCESS) + generate_latest(registry)
