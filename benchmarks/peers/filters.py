"""The filter of the peers that are Django too: django-filter over the columns, several values widen the choice."""

import django_filters

from projects.models import Project
from reference.codelists import InitiatorType, ProjectStatus
from reference.models import Sector


class Projects(django_filters.FilterSet):
    """Sector, status, initiator and year."""

    sector = django_filters.ModelMultipleChoiceFilter(queryset=Sector.objects.all())
    status = django_filters.MultipleChoiceFilter(choices=ProjectStatus.choices)
    initiator_type = django_filters.MultipleChoiceFilter(choices=InitiatorType.choices)
    year = django_filters.MultipleChoiceFilter(choices=[(str(year), str(year)) for year in range(2000, 2031)])

    class Meta:
        model = Project
        fields: list[str] = []
