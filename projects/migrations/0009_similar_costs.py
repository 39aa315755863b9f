from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """An index for what similar projects cost. Nobody waits while it is built."""

    atomic = False

    dependencies = [
        ("projects", "0008_same_project"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="project",
            index=models.Index(
                condition=models.Q(("capacity__gt", 0), ("cost__gt", 0), ("is_group", False)),
                fields=["sector", "capacity_unit", "-number"],
                include=("cost", "capacity"),
                name="projects_project_similar",
            ),
        ),
    ]
