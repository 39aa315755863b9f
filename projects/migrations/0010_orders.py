from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

_INDEXES = [
    models.Index(fields=["year", "number"], name="projects_project_year_up"),
    models.Index(fields=["term_years", "number"], name="projects_project_term_up"),
    models.Index(
        models.OrderBy(models.F("term_years"), descending=True, nulls_last=True),
        models.F("number"),
        name="projects_project_by_term",
    ),
    models.Index(fields=["jobs", "number"], name="projects_project_jobs_up"),
    models.Index(
        models.OrderBy(models.F("jobs"), descending=True, nulls_last=True),
        models.F("number"),
        name="projects_project_by_jobs",
    ),
    models.Index(fields=["status", "number"], name="projects_project_status"),
]


class Migration(migrations.Migration):
    """Indexes for the orders that pages are turned in; built beside the readers and writers of the register."""

    atomic = False

    dependencies = [("projects", "0009_similar_costs")]

    operations = [AddIndexConcurrently("project", index) for index in _INDEXES]
