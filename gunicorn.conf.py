"""How gunicorn serves the registry, in the demo and in production; command-line options count more."""

import os

wsgi_app = "ppp_registry.wsgi:application"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
# Threads: a slow line that brings 25 MB holds one of them, not a worker, and is not cut off after half a minute.
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS") or 4)
timeout = 30
graceful_timeout = 20
keepalive = 5
loglevel = "warning"
accesslog = None  # addresses of visitors are personal data; the proxy in front decides about them
control_socket_disable = True  # nothing of ours asks for it, and it lies in the home directory
limit_request_line = 8190
