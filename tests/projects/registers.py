"""Random registers for property tests, written past the services but not past the database."""

from dataclasses import dataclass

from hypothesis import strategies as st

from projects.models import Project
from reference.codelists import InitiatorType, ProjectStatus, ResolutionKind
from reference.money import TENGE_CEILING
from tests import factories

SECTORS = ["education", "health", "sport", "waste"]
TERRITORIES = [factories.ALMATY, factories.MEDEU, "751110000", factories.ASTANA]
REGIONS = {factories.MEDEU: factories.ALMATY, "751110000": factories.ALMATY}
YEARS = [None, 2016, 2017, 2018]
ALONE, GROUP, MEMBER = "alone", "group", "member"


@dataclass(frozen=True)
class Row:
    """A row of a made-up register. ``paper`` is the place of its resolution among those on file."""

    role: str
    status: str
    sector: str
    territory: str
    initiator_type: str
    year: int | None
    cost: int | None
    paper: int | None
    group: int = 0

    @property
    def resolution(self):
        return None if self.status == ProjectStatus.PLANNED else self.paper

    @property
    def excluded_by(self):
        return 0 if self.status == ProjectStatus.EXCLUDED else None

    @property
    def region(self):
        return REGIONS.get(self.territory, self.territory)


ROWS = st.builds(
    Row,
    role=st.sampled_from([ALONE, ALONE, GROUP, MEMBER]),
    status=st.sampled_from(ProjectStatus.values),
    sector=st.sampled_from(SECTORS),
    territory=st.sampled_from(TERRITORIES),
    initiator_type=st.sampled_from(InitiatorType.values),
    year=st.sampled_from(YEARS),
    cost=st.none() | st.integers(0, TENGE_CEILING) | st.integers(0, 10),
    paper=st.none() | st.integers(0, 1),
    group=st.integers(0, 5),
)
REGISTERS = st.lists(ROWS, max_size=25)


def papers_on_file():
    """Make two resolutions that enter projects, and one that excludes."""
    return [factories.resolution(), factories.resolution()], factories.resolution(ResolutionKind.EXCLUSION)


def written(rows, papers):
    """Write the rows into the register; a member without any group to join stands alone. Return what was written."""
    groups = [row for row in rows if row.role == GROUP]
    rows = groups + [row for row in rows if row.role == ALONE or (row.role == MEMBER and groups)]
    made = [_project(number, row, papers) for number, row in enumerate(rows, start=1)]
    Project.objects.bulk_create(made[: len(groups)])
    for project, row in zip(made, rows, strict=True):
        if row.role == MEMBER:
            project.group = made[row.group % len(groups)]
    Project.objects.bulk_create(made[len(groups) :])
    return rows


def _project(number, row, papers):
    entering, excluding = papers
    return Project(
        number=number,
        title_kk=f"Жоба {number}",
        source="сынақ",
        is_group=row.role == GROUP,
        sector_id=row.sector,
        territory_id=row.territory,
        initiator_type=row.initiator_type,
        year=row.year,
        cost=row.cost,
        status=row.status,
        resolution=None if row.resolution is None else entering[row.resolution],
        excluded_by=None if row.excluded_by is None else excluding,
    )
