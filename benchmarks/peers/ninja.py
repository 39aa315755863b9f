"""django-ninja with django-filter on the same tables: a schema of the model, its own pagination."""

from typing import Any, ClassVar

from django.urls import path
from ninja import ModelSchema, NinjaAPI
from ninja.pagination import PageNumberPagination, paginate

from benchmarks.peers.filters import Projects
from projects.models import Project
from projects.queries.records import FIELDS

api = NinjaAPI(openapi_url=None, docs_url=None)


class Row(ModelSchema):
    """A row with the keys of what it points to."""

    class Meta:
        model = Project
        fields: ClassVar = [name for name in FIELDS if name != "cost_known"]


@api.get("/projects/", response=list[Row])
@paginate(PageNumberPagination, page_size=25)
def projects(request: Any) -> Any:
    """Return one page of rows with their count."""
    return Projects(request.GET, queryset=Project.objects.order_by("number")).qs


urlpatterns = [path("", api.urls)]
