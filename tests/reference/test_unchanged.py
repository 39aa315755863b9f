"""Pages that are the same for everybody: what is kept of them, what marks them, and what is never kept."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.middleware.csrf import get_token
from django.test import RequestFactory
from django.utils import timezone, translation

from reference import release, unchanged
from reference.unchanged import until_changed

ADDRESS = "/en/projects/?sector=health"


class Site:
    """A view below the decorator: counts how often it is asked and answers with the count."""

    def __init__(self, change=lambda request, response: response):
        self.stands, self.made, self.change = 1, 0, change
        self.view = until_changed(lambda: self.stands)(self._view)

    def _view(self, request):
        self.made += 1
        return self.change(request, HttpResponse(f"page {self.made}"))

    def get(self, address=ADDRESS, *, method="get", holds="", cookies=(), **more):
        headers = {"if-none-match": holds} if holds else {}
        request = getattr(RequestFactory(), method)(address, headers=headers, **more)
        request.COOKIES.update(cookies)
        request.session = SimpleNamespace(modified=False)
        return self.view(request)


def test_a_page_is_made_once_until_the_version_moves():
    site = Site()
    first, again = site.get(), site.get()
    assert (first.content, again.content, site.made) == (b"page 1", b"page 1", 1)
    assert dict(first.headers) == dict(again.headers)
    assert first.headers == {
        "Content-Type": "text/html; charset=utf-8",
        "ETag": first["ETag"],
        "Cache-Control": "no-cache",
        "Vary": "Cookie",
    }
    assert first["ETag"].startswith('W/"')
    site.stands = 2
    moved = site.get()
    assert (moved.content, site.made, moved["ETag"] == first["ETag"]) == (b"page 2", 2, False)


def test_whoever_holds_the_page_gets_304_without_a_body_and_without_making_it():
    site = Site()
    mark = site.get()["ETag"]
    unchanged.pages.clear()
    for method in ("get", "head"):
        answer = site.get(method=method, holds=f'"other", {mark}')
        assert (answer.status_code, answer.content, site.made) == (304, b"", 1)
        assert dict(answer.headers) == {"ETag": mark, "Cache-Control": "no-cache", "Vary": "Cookie"}
    assert site.get(holds='"other"').status_code == 200
    assert site.get(holds="*").status_code == 200
    site.stands = 2
    assert site.get(holds=mark).status_code == 200


def test_everything_a_page_depends_on_is_in_its_mark(settings, monkeypatch):
    site = Site()
    seen = [site.get()]
    settings.ALLOWED_HOSTS = ["testserver", "other.kz"]
    seen.append(site.get(ADDRESS + "&page=2"))
    seen.append(site.get("/ru/projects/?sector=health"))
    seen.append(site.get(HTTP_HOST="other.kz"))
    seen.append(site.get(secure=True))
    with translation.override("ru"):
        seen.append(site.get())
    # A day of Almaty begins five hours before one of Greenwich.
    for moment in (datetime(2026, 3, 1, 18, 59, tzinfo=UTC), datetime(2026, 3, 1, 19, 1, tzinfo=UTC)):
        with monkeypatch.context() as clock:
            clock.setattr(timezone, "now", lambda moment=moment: moment)
            seen.append(site.get())
    settings.CONTACT_EMAIL = "ask@example.kz"
    seen.append(site.get())
    settings.CONTACT_PHONE = "+7 727 000 00 00"
    seen.append(site.get())
    with monkeypatch.context() as other:
        other.setattr(unchanged, "release", lambda: "newer")
        seen.append(site.get())
    settings.SECRET_KEY = "x" * 50
    seen.append(site.get())
    assert len({answer["ETag"] for answer in seen}) == len({answer.content for answer in seen}) == len(seen) == 12


def _cookie(request, response):
    response.set_cookie("seen", "1")
    return response


def _secret(request, response):
    get_token(request)
    return response


def _session(request, response):
    request.session.modified = True
    return response


NOT_FOR_ANYBODY = {
    "status": lambda request, response: HttpResponse("no", status=400),
    "cookie": _cookie,
    "secret of a form": _secret,
    "session": _session,
    "stream": lambda request, response: StreamingHttpResponse([b"page"]),
    "header": lambda request, response: HttpResponse("page", headers={"X-Of": "one reader"}),
    "type": lambda request, response: HttpResponse("page", content_type="text/plain"),
}


@pytest.mark.parametrize("change", NOT_FOR_ANYBODY.values(), ids=NOT_FOR_ANYBODY.keys())
def test_an_answer_that_is_not_for_everybody_is_neither_marked_nor_kept(change):
    site = Site(change)
    answers = [site.get(), site.get()]
    assert (site.made, unchanged.pages.held) == (2, 0)
    assert [answer.headers.get("ETag") for answer in answers] == [None, None]


def test_a_session_another_method_and_a_version_nobody_knows_go_past_everything_kept(settings):
    site = Site()
    mark, held = site.get()["ETag"], unchanged.pages.held
    site.get(cookies={settings.SESSION_COOKIE_NAME: "anything"}, holds=mark)
    site.get(method="post")
    site.stands = None
    site.get(holds=mark)
    site.stands, settings.DEBUG = 1, True
    assert "ETag" not in site.get(holds=mark).headers
    assert (site.made, unchanged.pages.held) == (5, held)


def test_the_release_is_told_by_what_pages_are_made_of(settings, tmp_path):
    settings.BASE_DIR, settings.STATIC_ROOT = tmp_path, tmp_path / "static"
    marks = [release.release.__wrapped__()]
    for name in ("projects/views.py", "templates/base.html", "locale/kk/django.mo", "static/staticfiles.json"):
        file = tmp_path / name
        file.parent.mkdir(parents=True)
        for text in ("first", "second"):
            file.write_text(text)
            marks.append(release.release.__wrapped__())
    (tmp_path / "projects/picture.png").write_text("")
    assert len(set(marks)) == len(marks)
    assert release.release.__wrapped__() == marks[-1]
