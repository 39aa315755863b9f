"""The door for gunicorn; it stays shut while the database role is mightier than it may be."""

import logging
import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from ppp_registry.headers import with_headers
from ppp_registry.hung import Watched
from ppp_registry.waiting import limit_waits
from reference.charsets import only_utf8
from reference.uploads import whole_bodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ppp_registry.settings")
application = Watched(with_headers(only_utf8(whole_bodies(get_wsgi_application()))))
limit_waits(settings.DATABASES.values())


def refuse_faulty_database() -> None:
    """Raise ImproperlyConfigured for a fatal fault and log the others; a database that is down shuts no door."""
    from django.db import OperationalError, connection

    from ppp_registry.database_role import faults

    try:
        found = faults()
    except OperationalError:
        return
    finally:
        connection.close()
    for fault in found:
        if fault.is_fatal:
            raise ImproperlyConfigured(f"{fault.message} {fault.remedy}")
        logging.getLogger("ppp_registry").warning("%s %s", fault.message, fault.remedy)


def load_addresses() -> None:
    """Load addresses and words of all languages: else the first reader after a restart waits half a second for them."""
    from django.conf import settings
    from django.urls import reverse
    from django.utils import translation

    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            reverse("home")


refuse_faulty_database()
load_addresses()
