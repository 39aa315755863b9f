"""A site of one form, served with our settings and through our door, to send broken bodies to."""

import os

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.http import JsonResponse
from django.urls import path
from django.utils.translation import override

from reference.papers import examine


def form(request):
    """Store what came whole and is lawful; say what was refused and what was typed."""
    told = {"typed": request.POST.dict(), "kept": {}, "refused": {}}
    for field, file in request.FILES.items():
        try:
            told["kept"][field] = examine(file, name=file.name).size
            default_storage.save(field, file)
        except ValidationError as refusal:
            with override("en"):
                told["refused"][field] = refusal.messages
    return JsonResponse(told)


urlpatterns = [path("kk/form/", form, name="home"), path("ru/form/", form), path("en/form/", form)]
# By name: whoever serves this site loads it before the apps are ready.
handler400 = "ppp_registry.views.bad_request"
handler403 = "ppp_registry.views.permission_denied"

if os.environ.get("SERVE_UPLOAD_SITE"):
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ppp_registry.settings")
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.ROOT_URLCONF = "tests.reference.upload_site"
    from ppp_registry.wsgi import application  # noqa: F401
