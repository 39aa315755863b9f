"""Every kind of page there is, with rows to show."""

from datetime import date
from decimal import Decimal

from accounts.models import User
from projects.models import Document, Obligation, Project, Resolution
from projects.models.project import LISTED
from projects.services.contracts import change_contract
from projects.services.lists import Amending, amend
from reference.codelists import ProjectStatus
from reference.models import LegalParameter, WorkingDayCorrection
from reference.services import load_parameters
from tests import factories

WITHOUT_LANGUAGE = {"/": 302, "/healthz": 200, "/readyz": 200, "/favicon.ico": 302, "/admin/": 302}
REFUSED = {
    "/kk/nothing/": 404,
    "/nothing/": 404,
    "/kk/projects/9999999/": 404,
    "/ru/projects/?sector=nowhere": 400,
    "/en/projects/?page=0": 404,
    "/account/language/": 405,
    "/kk/documents/00000000-0000-4000-8000-000000000000/": 404,
    "/kk/applications/check/?term_years=abc": 400,
    "/kk/queue/?stage=x": 400,
    "/ru/statistics/?filed=x": 400,
    "/kk/follow/stop/x/": 404,
}


class Everything:
    """A small register with everything a page can show, and the addresses at which it is shown."""

    def __init__(self) -> None:
        load_parameters()
        self.group = factories.group_of({"cost": 1}, cost=5, group_size=3)
        self.excluded = factories.project_in(ProjectStatus.EXCLUDED)
        self.resolution = self.excluded.resolution
        self.signed = self._signed()
        self.ceiling = factories.ceiling()
        self.person = factories.user()
        self.root = User.objects.create_superuser("root@example.kz", full_name="Әкімші", language="en")
        names = {"name_kk": "Көшірілген күн", "name_ru": "Перенесенный день", "name_en": "Moved day"}
        WorkingDayCorrection.objects.create(date="2026-01-08", is_working=False, **names)
        Document.objects.create(project=self.group, url="https://example.kz/plan", is_public=True)

    def _signed(self) -> Project:
        """Make a project with a changed contract and state obligations, changed in the list by an amendment."""
        made = factories.project_in(ProjectStatus.APPROVED, cost=5)
        contract = factories.contract(made, sum=5, term_years=Decimal(10), treasury_number="17/4")
        change = {"number": "1", "signed_on": date(2019, 1, 1), "sum": 7, "reason_kk": "Смета нақтыланды"}
        change_contract(contract, by=factories.user(), **change)
        made.refresh_from_db()
        Obligation.objects.create(project=made, year=2027, amount=5)
        line = {name: getattr(made, name) for name in LISTED} | {"cost": 7, "reason_kk": "Смета нақтыланды"}
        self.amendment = factories.resolution("amendment", adopted="2019-02-01")
        amend([Amending(project=made, **line)], resolution=self.amendment, by=None)
        return made

    def public(self, language: str) -> list[str]:
        """Return the addresses of the public pages."""
        start = f"/{language}/"
        return [
            start,
            f"{start}projects/",
            f"{start}projects/?search=%D0%BC%D0%B5%D0%BA&sector=education&cost_min=1&year=2017&ordering=-cost&nonsense=1",
            f"{start}projects/?sector=agriculture",
            f"{start}projects/?as_of=2019-03-01",
            f"{start}projects/?as_of=2001-01-01&status=approved",
            *(f"{start}projects/{number}/" for number in Project.objects.values_list("number", flat=True)),
            f"{start}resolutions/",
            *(f"{start}resolutions/{pk}/" for pk in Resolution.objects.values_list("pk", flat=True)),
            *(
                f"{start}{page}/"
                for page in (
                    "statistics",
                    "queue",
                    "how-to-apply",
                    "data",
                    "follow",
                    "follow/sent",
                    "api",
                    "accessibility",
                )
            ),
            f"{start}projects/?view=map&territory={factories.ALMATY}",
            f"{start}projects/?view=table&ordering=territory",
            f"{start}statistics/projects/?origin=other",
            f"{start}applications/check/",
            f"{start}applications/check/?used_by=public&term_years=10&cost=900000000&own_funds=1&sector=education",
            *(f"{start}account/{page}/" for page in ("login", "register", "register/sent", "password/reset")),
            *(f"{start}account/password/reset/{page}/" for page in ("sent", "complete")),
        ]

    def of_staff(self) -> list[str]:
        """Return the addresses of the staff site that a superuser may open."""
        rows = {
            "projects/project": [self.group.pk, self.excluded.pk, self.signed.pk],
            "projects/resolution": [self.resolution.pk, self.excluded.excluded_by_id, self.amendment.pk],
            "projects/obligationceiling": [self.ceiling.pk],
            "projects/maslikhat": [self.resolution.maslikhat_id],
            "accounts/user": [self.person.pk],
            "reference/territory": [factories.ALMATY],
            "reference/sector": ["education"],
            "reference/legalparameter": [LegalParameter.objects.values_list("pk", flat=True)[0]],
            "reference/workingdaycorrection": ["2026-01-08"],
        }
        found = [
            "/admin/",
            "/admin/missing-translations/",
            "/admin/who-read-what/",
            "/admin/projects/",
            "/admin/accounts/",
            "/admin/reference/",
        ]
        for model, keys in rows.items():
            start = f"/admin/{model}/"
            found += [start, f"{start}?q=2017"]
            found += [] if model == "projects/resolution" else [f"{start}add/", f"{start}add/?_popup=1"]
            for key in keys:
                found += [f"{start}{key}/change/", f"{start}{key}/history/"]
        return [
            *found,
            f"/admin/projects/project/{self.group.pk}/status/",
            f"/admin/projects/project/{self.group.pk}/contract/",
            f"/admin/projects/project/{self.signed.pk}/contract/change/",
            f"/admin/projects/project/{self.signed.pk}/contract/treasury/",
            f"/admin/accounts/user/{self.person.pk}/password/",
            "/admin/projects/project/?approved=yes&basis=file&status__exact=approved&o=-6",
            "/admin/projects/project/?e=1",
            "/admin/jsi18n/",
        ]
