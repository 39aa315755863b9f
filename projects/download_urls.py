"""Addresses of the data as files, below /api/v1/: the filtered view, and the full files of each day."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from projects.views.daily import daily_file
from projects.views.downloads import CsvDownload, JsonLinesDownload, Oc4idsDownload, XlsxDownload


class DayConverter(StringConverter):
    """A day as ``2026-03-01``."""

    regex = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"


register_converter(DayConverter, "day")

urlpatterns = [
    path("projects.csv", CsvDownload.as_view(), name="projects_csv"),
    path("projects.xlsx", XlsxDownload.as_view(), name="projects_xlsx"),
    path("projects.jsonl", JsonLinesDownload.as_view(), name="projects_jsonl"),
    path("oc4ids.json", Oc4idsDownload.as_view(), name="oc4ids"),
    path("daily/<day:day>/<str:name>", daily_file, name="daily_file"),
]
