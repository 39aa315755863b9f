"""What is public of projects beyond their row: papers, road, contract, obligations; fetched for a chunk at once."""

from collections.abc import Collection

from django.db.models import Prefetch

from projects.models import Document, Project
from projects.queries.register import register


def published(numbers: Collection[int]) -> dict[int, Project]:
    """Return these projects by number, with all that open data says of them. Seven queries at most."""
    rows = (
        register()
        .filter(number__in=numbers)
        .select_related(
            "sector",
            "territory__parent",
            "group",
            "resolution__maslikhat",
            "excluded_by__maslikhat",
            "contract",
        )
        .defer("search_text", "order_kk", "order_ru", "order_en")
        .prefetch_related(
            # Lists cost less than managers, of which each project would get its own.
            Prefetch("status_changes", to_attr="steps"),
            Prefetch("obligations", to_attr="owed"),
            "contract__changes",
            Prefetch("documents", Document.objects.filter(is_public=True), to_attr="public_documents"),
            Prefetch("members", register().only("number", "group", *_TITLES), to_attr="member_rows"),
        )
    )
    return {project.number: project for project in rows}


_TITLES = ("title_kk", "title_ru", "title_en")
