"""The way into a peer that is Django too: DJANGO_SETTINGS_MODULE and BENCHMARK_PEER say which."""

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
