"""Followers, and what their letters say."""

import datetime
from urllib.parse import urlsplit

from django.utils import timezone

from projects.models import Follow

ASEM = "asem@example.kz"
HOUR = datetime.timedelta(hours=1)


def follower(email=ASEM, language="kk", *, ago=HOUR, **target):
    """Store a confirmed follow of something."""
    facts = {f"{name}_id" if isinstance(value, str) else name: value for name, value in target.items()}
    made = Follow(email=email, language=language, confirmed_at=timezone.now() - ago, **facts)
    made.full_clean(exclude=["project", "sector", "territory"])
    made.save()
    return made


def told_of(letter):
    """Return the numbers of the projects a letter names, in its order."""
    return [int(line[2:].split(".")[0]) for line in letter.message.splitlines() if line.startswith("№ ")]


def paths(letter, part):
    found = [word for word in letter.message.split() if part in word]
    return [urlsplit(word).path for word in found]
