"""What the tests read in the outbox."""

import re
from urllib.parse import urlsplit

from post_office.models import Email


def letters(to=None):
    """Return the letters to an address, or all, in the order they were written."""
    found = Email.objects.order_by("id")
    return list(found if to is None else found.filter(to=to))


def kinds(to=None):
    """Return the templates of the letters."""
    return [letter.headers["X-Letter"] for letter in letters(to)]


def link_in(letter):
    """Return the path of the first link with something to press in a letter."""
    return urlsplit(re.search(r"https?://\S+", letter.message)[0]).path
