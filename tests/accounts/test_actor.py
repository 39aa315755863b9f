"""Whoever changes a row through the site stands in its history, with the channel and nothing more."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import RequestFactory

from accounts.middleware import ActorMiddleware
from projects.models import Project
from tests import factories

pytestmark = pytest.mark.django_db


def recorded(method, address, user):
    """Return what history says of a change that a view makes while it answers such a request."""
    project = factories.project()

    def view(request):
        Project.objects.filter(pk=project.pk).update(jobs=12)
        return HttpResponse()

    request = getattr(RequestFactory(), method)(address, REMOTE_ADDR="192.0.2.7")
    request.user = user
    ActorMiddleware(view)(request)
    return project.events.get(jobs=12).pgh_context


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize(("address", "channel"), [("/admin/projects/", "admin"), ("/account/language/", "web")])
def test_history_knows_who_and_by_which_door(reference_data, clerk, method, address, channel):
    assert recorded(method, address, clerk) == {"user": clerk.pk, "channel": channel}


def test_history_knows_that_nobody_was_logged_in(reference_data):
    assert recorded("post", "/account/language/", AnonymousUser()) == {"user": None, "channel": "web"}


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_reading_opens_no_context(reference_data, clerk, method):
    assert recorded(method, "/admin/projects/", clerk) is None


@pytest.mark.django_db(transaction=True)  # each statement commits, as between two requests
def test_the_next_request_starts_without_an_actor(reference_data, clerk):
    assert recorded("post", "/admin/", clerk) == {"user": clerk.pk, "channel": "admin"}
    Project.objects.update(jobs=13)
    assert list(Project.objects.get().events.filter(jobs=13).values_list("pgh_context", flat=True)) == [None]
