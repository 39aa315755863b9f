"""How gunicorn serves the registry, in the demo and in production; command-line options count more."""

import gc
import os
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # not there yet when this file is read

from ppp_registry import logs

wsgi_app = "ppp_registry.wsgi:application"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
# Threads: a slow line that brings 25 MB holds one of them, not a worker, and is not cut off after half a minute.
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS") or 4)
timeout = 30
graceful_timeout = 20
keepalive = 5
loglevel = "warning"
logconfig_dict = logs.of_gunicorn(os.environ, loglevel)
accesslog = None  # addresses of visitors are personal data; the proxy in front decides about them
control_socket_disable = True  # nothing of ours asks for it, and it lies in the home directory
limit_request_line = 8190

# Workers count for /metrics into files of one folder; what processes of before counted there is over.
COUNTS = "PROMETHEUS_MULTIPROC_DIR"
counts_here = ""
if os.environ.get("METRICS_TOKEN") and not os.environ.get(COUNTS):
    counts_here = os.environ[COUNTS] = tempfile.mkdtemp(prefix="ppp-metrics-")


def on_starting(server):
    """Begin to count from nothing."""
    if os.environ.get(COUNTS):
        Path(os.environ[COUNTS]).mkdir(parents=True, exist_ok=True)
        for file in Path(os.environ[COUNTS]).glob("*.db"):
            file.unlink()


def post_worker_init(worker):
    """Leave code and settings to nobody's sweeping: the collector of garbage looks through what a request made."""
    gc.collect()
    gc.freeze()


def on_exit(server):
    """Take the folder away that was made here."""
    if counts_here:
        shutil.rmtree(counts_here, ignore_errors=True)
