"""The list as a page, as the manual of Django writes it: ListView, Paginator, relations by dots, figures by the ORM."""

from typing import Any, ClassVar

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.http import HttpResponse, QueryDict
from django.template import Context, engines
from django.urls import path
from django.views.generic import ListView

from benchmarks.peers.filters import Projects
from projects.models import Project

_FACETS = {
    "sector": F("sector__name_en"),
    "territory": Coalesce(F("territory__parent"), F("territory")),
    "initiator_type": F("initiator_type"),
    "status": F("status"),
    "year": F("year"),
}
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Projects</title></head><body><h1>Projects</h1>
<p class="totals"><b>{{ totals.projects }}</b> <b>{{ totals.known }}</b> <b>{{ totals.cost }}</b></p>
{% for name, choices in facets %}<ul class="facet">{% for choice in choices %}
<li><a href="?{{ request.GET.urlencode }}&amp;{{ name }}={{ choice.value }}">{{ choice.value }}</a> <b>{{ choice.rows }}</b></li>
{% endfor %}</ul>{% endfor %}
<table><tbody>{% for project in object_list %}<tr>
<th><a href="/en/projects/{{ project.number }}/">{{ project.title }}</a>
<span>{{ project.sector.name }} · {{ project.territory.name }}</span></th>
<td>{{ project.get_initiator_type_display }}</td><td>{{ project.year|default:"unknown" }}</td>
<td>{% if project.cost is None %}unknown{% else %}{{ project.cost|number }}{% endif %}</td>
<td>{{ project.get_status_display }} {% if project.resolution %}№ {{ project.resolution.number }}{% endif %}</td>
</tr>{% endfor %}</tbody></table>
<p>Page {{ page_obj.number }} of {{ page_obj.paginator.num_pages }}
{% if page_obj.has_next %}<a href="?{{ request.GET.urlencode }}&amp;page={{ page_obj.next_page_number }}">next</a>{% endif %}</p>
</body></html>
"""  # noqa: E501 - the template keeps its lines


class ProjectList(ListView):
    """25 rows, the totals of the view and the counts of its facets."""

    queryset = Project.objects.order_by("number")
    paginate_by = 25
    _template: ClassVar[Any] = None

    def get_queryset(self) -> QuerySet[Project]:
        """Return the filtered rows."""
        return self._filtered(self.request.GET)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the figures."""
        alone = Q(group__isnull=True)
        totals = self.object_list.aggregate(
            projects=Count("pk", filter=alone), known=Count("cost", filter=alone), cost=Sum("cost", filter=alone)
        )
        return super().get_context_data(
            totals=totals, facets=[(name, self._choices(name)) for name in _FACETS], **kwargs
        )

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """Render the template, compiled once."""
        kind = type(self)
        kind._template = kind._template or engines["django"].from_string(_PAGE).template
        return HttpResponse(kind._template.render(Context({**context, "request": self.request})))

    def _filtered(self, given: QueryDict) -> QuerySet[Project]:
        return Projects(given, queryset=Project.objects.order_by("number")).qs

    def _choices(self, name: str) -> QuerySet[Project, dict[str, Any]]:
        others = self.request.GET.copy()
        others.pop(name, None)
        return self._filtered(others).order_by().values(value=_FACETS[name]).annotate(rows=Count("pk"))


urlpatterns = [path("projects/", ProjectList.as_view())]
