"""What is public of projects beyond their row: papers, road, contract, obligations; fetched for a chunk at once."""

from collections.abc import Collection

from django.db.models import Prefetch

from projects.models import Document, Project
from projects.queries.register import register


def published(numbers: Collection[int]) -> dict[int, Project]:
    """Return these projects by number, with all that open data says of them; a query for each kind of thing."""
    rows = (
        register()
        .filter(number__in=numbers)
        .select_related("contract")
        .defer("search_text", "order_kk", "order_ru", "order_en")
        .prefetch_related(
            # What many projects share is made once for all of them, not once for each.
            "sector",
            "territory__parent",
            "resolution__maslikhat",
            "excluded_by__maslikhat",
            Prefetch("group", register().only("number", *_TITLES)),
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
