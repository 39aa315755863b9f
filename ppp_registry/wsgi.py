"""The door for gunicorn; it stays shut while the database role is mightier than it may be."""

import logging
import os

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from reference.charsets import only_utf8
from reference.uploads import whole_bodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ppp_registry.settings")
application = only_utf8(whole_bodies(get_wsgi_application()))


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


refuse_faulty_database()
