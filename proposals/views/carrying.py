"""Text sent after the session has ended goes through the login with its sender and comes back to its page."""

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.http.request import QueryDict

LONGEST_CARRIED = 300_000
"""Characters of a form that are kept for somebody whose session has ended: six for one Cyrillic letter."""

_KEY = "carried"


def carried_through_login(request: HttpRequest, page: str) -> HttpResponseBase:
    """Keep what was sent and lead to the login, after it to ``page``."""
    body = request.POST.urlencode()
    if len(body) <= LONGEST_CARRIED:
        request.session[_KEY] = {"path": request.path, "body": body}
    return redirect_to_login(page)


def carried_to(request: HttpRequest, path: str) -> QueryDict | None:
    """Return once what was sent to a path before the login, None when nothing was."""
    kept = request.session.get(_KEY)
    if not kept or kept.get("path") != path:
        return None
    del request.session[_KEY]
    return QueryDict(kept["body"])
