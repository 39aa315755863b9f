"""How the chamber is reached, for every page."""

from django.conf import settings
from django.http import HttpRequest


def contact(request: HttpRequest) -> dict[str, str]:
    """Give the pages the chamber's e-mail and telephone; empty where the settings name none."""
    return {"contact_email": settings.CONTACT_EMAIL, "contact_phone": settings.CONTACT_PHONE}
