"""Letters to followers, in the language of their page."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from post_office.models import Email

from accounts.services.letters import link, send_letter
from accounts.services.registration import HOURLY
from projects.models import Follow
from projects.queries.following import stop_all_token, stop_token
from projects.queries.news import News
from reference.models import Sector, Territory

LONGEST = 30
"""Projects that one letter names; of the others it gives the number."""


def followed(follow: Follow) -> str:
    """Return in words what is followed, in the active language."""
    if follow.project:
        return f"№ {follow.project.number}. {follow.project.title}"
    if isinstance(follow.target, Sector):
        return f"{_('Sector')}: {follow.target.name}"
    if isinstance(follow.target, Territory):
        return f"{_('Territory')}: {follow.target.name}"
    return _("All projects of the register")


def ask_to_confirm(follow: Follow, token: str, *, site: str) -> Email | None:
    """Write the letter with the link that confirms an address; None when it got enough of them this hour."""
    with translation.override(follow.language):
        what = followed(follow)
    page = link(site, follow.language, "follow_confirm", token=token)
    return send_letter(
        follow.email, "follow", follow.language, {"site": site, "what": what, "link": page}, hourly=HOURLY
    )


def tell(grounds: Sequence[Follow], news: Sequence[News], projects_in_all: int) -> Email | None:
    """Write one letter with all news to one follower. ``grounds`` are why he or she gets it, the newest last."""
    site, latest = settings.SITE_URL, grounds[-1]
    language = latest.language

    def stop(token: str) -> str:
        return link(site, language, "follow_stop", token=token)

    stop_all = stop(stop_all_token(latest.email))
    with translation.override(language):
        ends = [{"what": followed(follow), "link": stop(stop_token(follow))} for follow in grounds]
        told = _by_project(news, language)
    one_press = ends[0]["link"] if len(ends) == 1 else stop_all
    words = {
        "site": site,
        "projects": told[:LONGEST],
        "count": projects_in_all,
        "more": projects_in_all - len(told[:LONGEST]),
        "all": link(site, language, "projects"),
        "grounds": ends,
        "stop_all": stop_all,
    }
    headers = {"List-Unsubscribe": f"<{one_press}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return send_letter(latest.email, "news", language, words, headers=headers)


def _by_project(news: Sequence[News], language: str) -> list[dict[str, Any]]:
    rows = sorted(news, key=lambda one: (one.project.number, one.position))
    found = []
    for project, group in groupby(rows, key=lambda one: one.project):
        told = list(group)
        found.append(
            {
                "number": project.number,
                "title": told[-1].title,
                "place": f"{project.territory.name} · {project.sector.name}",
                "link": link(settings.SITE_URL, language, "project", number=project.number),
                "news": [{"heading": one.heading, "lines": one.lines} for one in told],
            }
        )
    return found
