"""Who may read which paper: the one place that says so; page, file and admin ask it."""

from typing import Any

from django.db.models import QuerySet

from projects.models import Document


def readable_documents(user: Any) -> QuerySet[Document]:
    """Return the public papers, and all of them for staff with the right to view documents."""
    if user.is_authenticated and user.is_staff and user.has_perm("projects.view_document"):
        return Document.objects.all()
    return Document.objects.filter(is_public=True)
