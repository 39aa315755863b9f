"""Fill an empty registry: reference data, roles, the real register from public sources, invented applications, logins.

Every step is repeatable and none overwrites what people changed.
"""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import User
from accounts.roles import Role, role_label
from ppp_registry.demo.applications import make_applications, make_people
from projects.models import Project, Resolution
from projects.services.imports import import_table
from proposals.services.library import load_shipped
from proposals.services.review_lists import load_review_lists
from proposals.services.roles import sync_roles
from reference import services as reference

DATA = Path(settings.BASE_DIR) / "projects" / "data"


class Command(BaseCommand):
    """Made for `make demo`; refuses to make logins anywhere but in a demo over plain HTTP."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Load what is missing and print the logins; raise CommandError outside a demo or without DEMO_PASSWORD."""
        if not settings.PLAIN_HTTP:
            raise CommandError("This is not a demo (PLAIN_HTTP is off): demo logins would be an open door.")
        password = os.environ.get("DEMO_PASSWORD", "")
        if len(password) < 10:
            raise CommandError("Set DEMO_PASSWORD to ten or more characters.")
        with transaction.atomic():
            for load in (
                reference.load_territories,
                reference.load_sectors,
                reference.load_parameters,
                reference.load_working_days,
            ):
                load()
            sync_roles()
            self._load_register()
            logins = [self._login(role, password) for role in Role]
            load_shipped()
            load_review_lists()
            applicants = make_people(password)
            make_applications(applicants)
        self.stdout.write(f"Register: {Project.objects.count()} projects, {Resolution.objects.count()} resolutions.")
        self.stdout.write(f"Logins of the staff site, password {password}")
        for email, role in logins:
            self.stdout.write(f"  {email:32} {role}")
        self.stdout.write("Logins of applicants, the same password")
        for person in applicants:
            self.stdout.write(f"  {person.email:32} {person.full_name}")

    def _load_register(self) -> None:
        """Import the real files once; later changes by staff would make a second import a conflict."""
        if Project.objects.exists() or Resolution.objects.exists():
            return
        projects, resolutions = DATA / "real_projects.csv", DATA / "real_resolutions.csv"
        with projects.open("rb") as rows, resolutions.open("rb") as papers:
            result = import_table(rows, projects.name, resolutions=(papers, resolutions.name))
        if not result.ok:
            raise CommandError(f"The real register does not load: {result.as_dict()['errors'][:3]}")

    def _login(self, role: Role, password: str) -> tuple[str, str]:
        """Make the invented demo person of a role; an existing one keeps what was changed, password included."""
        email = f"{role.value}@demo.example"
        user = User.objects.filter(email=email).first()
        if user is None:
            user = User.objects.create_user(email, password, full_name=f"{role_label(role)} (демо)", is_staff=True)
            user.groups.add(Group.objects.get(name=role.value))
        return email, role_label(role)
