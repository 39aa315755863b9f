"""News of the register as Atom feeds: all of it, one project, a sector, a territory."""

import datetime
import re
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext as _
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.http import require_safe

from projects.filters import ProjectFilter
from projects.queries.news import News, Position, about, newest
from projects.queries.register import register
from reference import query_strings
from reference.conditional import marked

ENTRIES = 50
_FILTERS = ("sector", "territory")
_BELOW = "below"
_NOTHING_YET = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class _Feed(Atom1Feed):
    """Names the page that follows (RFC 5005), and is as old as its newest entry even when it has none."""

    def latest_post_date(self) -> datetime.datetime:
        return max((item["updateddate"] for item in self.items), default=_NOTHING_YET)

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        if self.feed["following"]:
            handler.addQuickElement("link", "", {"rel": "next", "href": self.feed["following"]})


def _readable(text: str) -> str:
    return _UNSEEN.sub("", text)


def _tag(path: str) -> str:
    """Return a name that stays when the address of the site changes its scheme or its port (RFC 4151)."""
    return f"tag:{urlsplit(settings.SITE_URL).hostname},2026:{get_language()}/{path}"


def _position(request: HttpRequest) -> Position | None:
    given = request.GET.getlist(_BELOW)
    if len(given) > 1:
        raise ValueError(given)
    return Position.parse(given[0]) if given else None


def _refused(problems: dict[str, list[str]]) -> HttpResponse:
    lines = [f"{name}: {' '.join(sentences)}" for name, sentences in problems.items()]
    return HttpResponseBadRequest("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


def _problems(request: HttpRequest, known: tuple[str, ...]) -> dict[str, list[str]]:
    found = query_strings.unknown(request.GET, (*known, _BELOW))
    try:
        _position(request)
    except ValueError:
        found[_BELOW] = [_("This is no place in the feed. Take the address from the feed itself.")]
    return {_readable(name): sentences for name, sentences in found.items()}


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """Send the news of the register, all or of chosen sectors and territories; 400 names what cannot be read."""
    filters = ProjectFilter(request.GET, queryset=register())
    found = _problems(request, _FILTERS)
    if not filters.form.is_valid():
        told = filters.problems(request.GET, also_known=(_BELOW,))
        found |= {name: told[name] for name in _FILTERS if name in told}
    if found:
        return _refused(found)
    chosen = {name: list(filters.form.cleaned_data[name]) for name in _FILTERS}
    condition = about(sectors=chosen["sector"], territories=chosen["territory"])
    names = ", ".join(row.name for rows in chosen.values() for row in rows)
    pairs = [(name, row.pk) for name, rows in chosen.items() for row in rows]
    return _answer(
        request,
        condition,
        name="feed" + (f"?{urlencode(pairs)}" if pairs else ""),
        title=f"{_('News of the PPP register')}: {names}" if names else _("News of the PPP register"),
        page=reverse("projects") + (f"?{urlencode(pairs)}" if pairs else ""),
        pairs=pairs,
    )


@require_safe
def project_feed(request: HttpRequest, number: int) -> HttpResponse:
    """Send the news of one project."""
    if number > 2_147_483_647:
        raise Http404
    project = get_object_or_404(register(), number=number)
    if found := _problems(request, ()):
        return _refused(found)
    title = f"№ {project.number}. {project.title}"
    return _answer(
        request,
        about(projects=[project.pk]),
        name=f"project-{number}",
        title=title,
        page=project.get_absolute_url(),
        pairs=[],
    )


def _answer(
    request: HttpRequest, condition: Q, *, name: str, title: str, page: str, pairs: list[tuple[str, str]]
) -> HttpResponse:
    rows = newest(condition, limit=ENTRIES + 1, below=_position(request))
    shown = rows[:ENTRIES]
    following = ""
    if len(rows) > ENTRIES:
        query = urlencode([*pairs, (_BELOW, str(shown[-1].position))])
        following = request.build_absolute_uri(f"{request.path}?{query}")
    made = _Feed(
        title=_readable(title),
        link=request.build_absolute_uri(page),
        description=_("What entered, changed or left the list, and what became of the projects."),
        language=get_language(),
        author_name=_("Chamber of Entrepreneurs"),
        feed_url=request.build_absolute_uri(),
        feed_guid=_tag(name),
        following=following,
    )
    for news in shown:
        _add(made, news, request)
    content = made.writeString("utf-8").encode()
    # By content, not by time: a row that is committed late is older than what was sent before.
    return marked(request, content, content_type="application/atom+xml; charset=utf-8", keeping="public, max-age=60")


def _add(made: Atom1Feed, news: News, request: HttpRequest) -> None:
    project = news.project
    lines = [f"{project.territory.name} · {project.sector.name}", *news.lines]
    made.add_item(
        title=_readable(f"№ {project.number}. {news.title}: {news.heading}"),
        link=request.build_absolute_uri(project.get_absolute_url()),
        description=format_html_join(mark_safe("<br>"), "{}", ((_readable(line),) for line in lines)),
        unique_id=_tag(f"news/{news.key}"),
        pubdate=news.change.recorded_at,
        updateddate=news.change.recorded_at,
        categories=[project.sector.name],
    )
