"""A plain DRF ModelViewSet on the same tables, flat and nested, as its manual writes them."""

from typing import ClassVar

from django.urls import include, path
from rest_framework import routers, serializers, viewsets

from benchmarks.peers.filters import Projects
from projects.models import Project, Resolution
from projects.queries.records import FIELDS
from reference.models import Sector, Territory

_COLUMNS = [name for name in FIELDS if name != "cost_known"]


class SectorSerializer(serializers.ModelSerializer):
    """A sector with its names."""

    class Meta:
        model = Sector
        fields: ClassVar = ["code", "name_kk", "name_ru", "name_en"]


class TerritorySerializer(serializers.ModelSerializer):
    """A territory with its names."""

    class Meta:
        model = Territory
        fields: ClassVar = ["code", "name_kk", "name_ru", "name_en", "level"]


class ResolutionSerializer(serializers.ModelSerializer):
    """A resolution."""

    class Meta:
        model = Resolution
        fields: ClassVar = ["id", "kind", "number", "adopted"]


class FlatSerializer(serializers.ModelSerializer):
    """A row with the keys of what it points to."""

    class Meta:
        model = Project
        fields = _COLUMNS


class NestedSerializer(FlatSerializer):
    """A row with what it points to inside."""

    sector = SectorSerializer()
    territory = TerritorySerializer()
    resolution = ResolutionSerializer()


class Flat(viewsets.ModelViewSet):
    """The list as keys."""

    queryset = Project.objects.order_by("number")
    serializer_class = FlatSerializer
    filterset_class = Projects


class Nested(viewsets.ModelViewSet):
    """The list with what it points to, fetched in one statement."""

    queryset = Project.objects.select_related("sector", "territory", "resolution").order_by("number")
    serializer_class = NestedSerializer
    filterset_class = Projects


router = routers.DefaultRouter()
router.register("flat", Flat, basename="flat")
router.register("nested", Nested, basename="nested")
urlpatterns = [path("", include(router.urls))]
