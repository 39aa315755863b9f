"""How gunicorn serves the registry, in the demo and in production; command-line options count more."""

import os

wsgi_app = "ppp_registry.wsgi:application"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
timeout = 30
graceful_timeout = 20
keepalive = 5
loglevel = "warning"
accesslog = None  # addresses of visitors are personal data; the proxy in front decides about them
control_socket_disable = True  # nothing of ours asks for it, and it lies in the home directory
limit_request_line = 8190
