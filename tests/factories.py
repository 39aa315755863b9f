"""Makers of lawful rows. Everything goes the way staff goes: checked, and through the services of the register."""

from datetime import date
from itertools import count
from typing import Any

from django.utils import timezone

from accounts.models import User
from projects.models import Contract, ListAct, Maslikhat, ObligationCeiling, Project, Resolution
from projects.services import contracts, listing
from projects.services.register import RECORDED_STATUSES, ProjectEntry, approve, enter, exclude, record_status
from reference.codelists import ProjectStatus, ResolutionKind
from reference.models import Sector, Territory

ALMATY = "750000000"
MEDEU = "751710000"
ASTANA = "710000000"

_turn = count(1)


def user(**facts: Any) -> User:
    """Make a user who can log in with the password ``ұзын құпия сөз``."""
    turn = next(_turn)
    facts = {"email": f"user{turn}@example.kz", "full_name": f"Айгүл Серік {turn}", **facts}
    return User.objects.create_user(password="ұзын құпия сөз", **facts)


def maslikhat(territory: str = ALMATY) -> Maslikhat:
    """Return the maslikhat of a city or region; make it when it is not there yet."""
    place = Territory.objects.get(pk=territory)
    names = {"name_kk": f"{place.name_kk} мәслихаты", "name_ru": f"Маслихат: {place.name_ru}"}
    found, _ = Maslikhat.objects.get_or_create(
        territory=place, defaults={**names, "name_en": f"Maslikhat of {place.name_en}"}
    )
    return found


def resolution(kind: str = ResolutionKind.LIST_APPROVAL, *, territory: str = ALMATY, **facts: Any) -> Resolution:
    """Make a resolution with a number and a date of its own."""
    turn = next(_turn)
    facts = {"number": f"{turn}/45-VI", "adopted": "2017-09-14", "session": 34, "convocation": 6, **facts}
    made = Resolution(maslikhat=maslikhat(territory), kind=kind, **facts)
    made.full_clean()
    made.save()
    return made


def entry(*, sector: str = "education", territory: str = ALMATY, **facts: Any) -> ProjectEntry:
    """Return what the register must be told of a planned project that a public source reports."""
    turn = next(_turn)
    facts = {
        "title_kk": f"№ {turn} мектеп салу",
        "title_ru": f"Строительство школы № {turn}",
        "cost": 1_000_000_000 + turn,
        "year": 2017,
        "source_url": f"https://example.kz/news/{turn}",
        **facts,
    }
    return ProjectEntry(sector=Sector.objects.get(pk=sector), territory=Territory.objects.get(pk=territory), **facts)


def project(**facts: Any) -> Project:
    """Enter a project, planned unless the facts say otherwise."""
    made = enter(entry(**facts))
    made.refresh_from_db()
    return made


def project_in(status: str, **facts: Any) -> Project:
    """Enter a planned project and let it walk to the status as staff would: by resolutions and recorded steps."""
    made = project(**facts)
    if status == ProjectStatus.PLANNED:
        return made
    approve([made], resolution=resolution(), by=None)
    if status == ProjectStatus.EXCLUDED:
        exclude([made], resolution=resolution(ResolutionKind.EXCLUSION), by=None)
    elif status in RECORDED_STATUSES:
        reason = {"note_kk": "Тараптар келісті."} if status == ProjectStatus.TERMINATED else {}
        record_status(made, status, by=None, **reason)
    made.refresh_from_db()
    return made


def confirmed(kind: str = ResolutionKind.LIST_APPROVAL, **facts: Any) -> Resolution:
    """Return an unsaved resolution as the head's confirmation hands it to the register."""
    turn = next(_turn)
    facts = {"number": f"{turn}/46-VI", "adopted": "2017-09-14", "confirmed_at": timezone.now(), **facts}
    return Resolution(maslikhat=maslikhat(), kind=kind, **facts)


def long_published(paper: Resolution) -> Resolution:
    """Confirm a stored resolution as of a transaction that ended long ago, as far as the triggers see."""
    Resolution.objects.filter(pk=paper.pk).update(confirmed_at=timezone.now(), transaction=1)
    paper.refresh_from_db()
    return paper


def remembered(project: Project) -> Project:
    """Write the lines of a project that plain SQL has put on papers, so that the database takes it in the end."""
    project.refresh_from_db()
    papers = {ListAct.ENTERED: project.resolution, ListAct.EXCLUDED: project.excluded_by}
    listing.remember(listing.line(project, act, paper, by=None) for act, paper in papers.items() if paper)
    return project


def contract(project: Project | None = None, *, by: User | None = None, **facts: Any) -> Contract:
    """Sign the contract of an approved project."""
    turn = next(_turn)
    facts = {"number": f"{turn}-МЖӘ", "signed_on": date(2018, 5, 2), "partner": "«Жаңа мектеп» ЖШС", **facts}
    return contracts.sign(project or project_in(ProjectStatus.APPROVED), by=by, **facts)


def ceiling(territory: str = ALMATY, **facts: Any) -> ObligationCeiling:
    """Set the ceiling of state obligations of a territory for a year."""
    turn = next(_turn)
    facts = {"year": 2015 + turn % 80, "amount": 1_000_000_000, "source": f"№ {turn} қаулы", **facts}
    return ObligationCeiling.objects.create(territory_id=territory, **facts)


def group_of(*members: dict[str, Any], **facts: Any) -> Project:
    """Enter a row that stands for a group, and then its members with the given facts."""
    made = project(is_group=True, **facts)
    for member in members:
        project(**{"group": made, **member})
    return made
