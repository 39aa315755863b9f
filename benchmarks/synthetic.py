"""What a made-up register looks like: seeded, plainly marked, and spread as real registers are."""

import csv
import datetime
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reference.codelists import InitiatorType, ProjectStatus, ResolutionKind

DATA = Path(__file__).resolve().parent.parent / "reference" / "data"
MARK = "Синтетика / synthetic"
"""How ``source`` begins in every made-up row; a real row never begins so."""

YEARS = range(2015, 2027)
_NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)

# Weights are rough shares of the real file: education first, most initiators and costs unknown.
_STATUSES = {
    ProjectStatus.PLANNED: 25,
    ProjectStatus.APPROVED: 20,
    ProjectStatus.PARTNER_SELECTION: 8,
    ProjectStatus.CONTRACT_SIGNED: 10,
    ProjectStatus.IMPLEMENTATION: 15,
    ProjectStatus.OPERATION: 12,
    ProjectStatus.COMPLETED: 3,
    ProjectStatus.TERMINATED: 2,
    ProjectStatus.EXCLUDED: 5,
}
_INITIATORS = {
    InitiatorType.UNKNOWN: 60,
    InitiatorType.SME: 18,
    InitiatorType.LARGE_BUSINESS: 10,
    InitiatorType.STATE_BODY: 10,
    InitiatorType.ASSOCIATION: 2,
}
_OBJECTS = {
    "education": (("балабақша", "детского сада"), ("мектеп", "школы"), ("жатақхана", "общежития")),
    "health": (("емхана", "поликлиники"), ("аурухана", "больницы"), ("оңалту орталығы", "реабилитационного центра")),
    "sport": (("спорт кешені", "спортивного комплекса"), ("стадион", "стадиона")),
    "culture": (("мәдениет үйі", "дома культуры"), ("кітапхана", "библиотеки")),
    "transport": (("автотұрақ", "паркинга"), ("жол", "дороги")),
    "energy": (("көше жарығы", "уличного освещения"), ("қазандық", "котельной")),
}
_ANY_OBJECT = (("нысан", "объекта"), ("кешен", "комплекса"))


def _table(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def territories() -> list[dict[str, str]]:
    """Return the shipped territories, regions before their districts."""
    return sorted(_table("territories.csv"), key=lambda row: row["parent"])


def sectors() -> list[dict[str, str]]:
    """Return the shipped sectors in their order."""
    return _table("sectors.csv")


def _weighted(choose: random.Random, weights: dict[str, int]) -> str:
    return choose.choices(list(weights), list(weights.values()))[0]


def resolutions(maslikhats: dict[str, int], first: int) -> Iterator[dict[str, Any]]:
    """Yield a list approval, an amendment and an exclusion for every body and year, with keys from ``first``."""
    kinds = (ResolutionKind.LIST_APPROVAL, ResolutionKind.AMENDMENT, ResolutionKind.EXCLUSION)
    key = first
    for region, maslikhat in maslikhats.items():
        for year in YEARS:
            for kind in kinds:
                yield {
                    "id": key,
                    "maslikhat_id": maslikhat,
                    "kind": str(kind),
                    "number": f"S-{key}",
                    "adopted": f"{year}-{1 + key % 12:02d}-{1 + key % 28:02d}",
                    "note_kk": MARK,
                    "region": region,
                    "created_at": _NOW,
                    "updated_at": _NOW,
                }
                key += 1


def projects(count: int, *, seed: int, first: int, papers: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield rows of the register with keys and numbers from ``first``; a group stands before its members."""
    choose = random.Random(seed * 1_000_003 + first)
    places, branches = territories(), sectors()
    place_weights = [8 if row["code"].startswith("75") else 3 for row in places]
    branch_weights = [35, 14, 4, 5, 9, 5, 8, 6, 4, 5, 4, 3, 2, 3, 3, 1][: len(branches)]
    by_region: dict[tuple[str, bool], list[dict[str, Any]]] = {}
    for paper in papers:
        by_region.setdefault((paper["region"], paper["kind"] == ResolutionKind.EXCLUSION), []).append(paper)
    groups: list[int] = []
    for key in range(first, first + count):
        place = choose.choices(places, place_weights)[0]
        branch = choose.choices(branches, branch_weights)[0]["code"]
        status = _weighted(choose, _STATUSES)
        initiator = _weighted(choose, _INITIATORS)
        role = choose.random()
        is_group = role < 0.06
        group = choose.choice(groups[-50:]) if groups and role > 0.92 else None
        if is_group:
            groups.append(key)
        region = place["parent"] or place["code"]
        on_file = status != ProjectStatus.PLANNED and choose.random() < 0.5
        entered = choose.choice(by_region[region, False]) if on_file else None
        left = choose.choice(by_region[region, True]) if status == ProjectStatus.EXCLUDED else None
        thing_kk, thing_ru = choose.choice(_OBJECTS.get(branch, _ANY_OBJECT))
        seats = choose.randrange(50, 2_001, 10)
        yield {
            "id": key,
            "number": key,
            "title_kk": f"[синтетика] {place['kk']}, {seats} орындық {thing_kk} салу, № {key}",
            "title_ru": f"[синтетика] Строительство {thing_ru} на {seats} мест, {place['ru']}, № {key}",
            "sector_id": branch,
            "territory_id": place["code"],
            "initiator_type": initiator,
            "private_partner": f"«Синтетика-{choose.randrange(5_000)}» ЖШС" if choose.random() < 0.3 else "",
            "cost": 1_000 * round(choose.lognormvariate(13.8, 1.3)) if choose.random() < 0.4 else None,
            "is_group": is_group,
            "group_size": choose.randrange(2, 30) if is_group and choose.random() < 0.7 else None,
            "group_id": group,
            "term_years": choose.randrange(3, 31) if choose.random() < 0.3 else None,
            "jobs": choose.randrange(5, 500) if choose.random() < 0.1 else None,
            "capacity": seats,
            "capacity_unit": "places",
            "year": choose.choice(YEARS) if choose.random() < 0.92 else None,
            "status": status,
            "resolution_id": entered and entered["id"],
            "excluded_by_id": left and left["id"],
            "source": f"{MARK}, seed {seed}",
            "created_at": _NOW,
            "updated_at": _NOW,
        }
