"""Answers as examples for the description; the figures are invented, and a test holds them against the schema."""

from typing import Any

_SITE = "https://example.kz"
_NAMES = {"name_kk": "Білім беру", "name_ru": "Образование", "name_en": "Education"}
_ALMATY = {"name_kk": "Алматы қаласы", "name_ru": "город Алматы", "name_en": "Almaty city"}
_MASLIKHAT = {
    "maslikhat_kk": "Алматы қаласының мәслихаты",
    "maslikhat_ru": "Маслихат города Алматы",
    "maslikhat_en": "Maslikhat of Almaty city",
}
_FIGURES = {"count": 16, "cost": 45_000_000_000, "cost_known": 15, "cost_unknown": 1}
_RECORD: dict[str, Any] = {
    "number": 12,
    "title_kk": "300 орындық балабақша салу",
    "title_ru": "Строительство детского сада на 300 мест",
    "title_en": "",
    "sector": "education",
    "territory": "750000000",
    "initiator_type": "sme",
    "status": "approved",
    "cost": 550_000_000,
    "cost_known": True,
    "is_group": False,
    "group": None,
    "term_years": 7.5,
    "jobs": 60,
    "year": 2017,
    "resolution": 3,
    "private_partner": "",
    "source_url": "",
    "updated_at": "2026-11-02T10:15:30.123456+05:00",
}


def _three(*fields: str) -> dict[str, str]:
    return {f"{field}_{code}": "" for field in fields for code in ("kk", "ru", "en")}


_PROJECT: dict[str, Any] = {
    **_RECORD,
    "sector_names": _NAMES,
    "territory_names": _ALMATY,
    "region": "750000000",
    "region_names": _ALMATY,
    **_three("description", "objective", "place", "state_partner", "note"),
    "initiator_size": "small",
    "group_size": None,
    "contract_type": "service",
    "payment_sources": ["subsidy"],
    "capacity": 300,
    "capacity_unit": "places",
    "asked_sum": 600_000_000,
    "approved_sum": 550_000_000,
    "signed_sum": None,
    "state_obligations": 200_000_000,
    "implementation_start": "2018",
    "contract_signed_on": "",
    "commissioned_on": "",
    "contract_ends_on": "",
    "source": "",
    "members": [],
    "entered_by": {
        "id": 3,
        "kind": "list_approval",
        "number": "8/2-VI",
        "adopted": "2017-09-14",
        "link": "",
        **_MASLIKHAT,
    },
    "excluded_by": None,
    "obligations": [{"year": 2019, "amount": 100_000_000}, {"year": 2020, "amount": 100_000_000}],
    "responsibilities": [{"area": "land", "bearer": "state", **_three("note")}],
    "status_history": [
        {"status": "approved", "since": "2017-09-14", "source_url": "", "resolution": 3, **_three("note")}
    ],
    "list_history": [],
    "contract": None,
    "documents": [],
    "page_url": f"{_SITE}/kk/projects/12/",
}
_RESOLUTION: dict[str, Any] = {
    "id": 3,
    **_MASLIKHAT,
    "territory": "750000000",
    "kind": "list_approval",
    "session": 17,
    "convocation": 6,
    "number": "8/2-VI",
    "adopted": "2017-09-14",
    "votes_for": 30,
    "votes_against": 1,
    "votes_abstained": 2,
    "justice_number": "",
    "justice_date": None,
    "link": "",
    "declared": {"count": 16, "cost": 45_000_000_000, "is_approximate": True},
    "entered": {"count": 7, "cost": 0, "cost_known": 0, "cost_unknown": 7},
    "published_at": None,
    "projects_url": f"{_SITE}/api/v1/projects/?resolution=3",
    "page_url": f"{_SITE}/kk/resolutions/3/",
    "updated_at": "2026-11-02T10:15:30.123456+05:00",
}
_SME = {"count": 2, "cost": 1_100_000_000}
_NONE_ENTERED = {"count": 0, "cost": 0, "cost_known": 0, "cost_unknown": 0}

EXAMPLES: dict[str, Any] = {
    "projects": {
        **_FIGURES,
        "rows": 18,
        "next": f"{_SITE}/api/v1/projects/?page_size=1&cursor=…&lang=kk",
        "results": [_RECORD],
    },
    "project": _PROJECT,
    "resolutions": {"count": 1, "next": None, "results": [_RESOLUTION]},
    "resolution": {
        **_RESOLUTION,
        **_three("note"),
        "declared_by_initiator": [{"initiator_type": "sme", "declared": _SME, "entered": _NONE_ENTERED}],
        "amended": [],
        "excluded": [],
        "documents": [],
    },
    "sectors": {"count": 1, "results": [{"code": "education", **_NAMES, "oc4ids_codes": ["education"]}]},
    "territories": {
        "count": 1,
        "results": [{"code": "750000000", **_ALMATY, "level": "city_republican", "parent": None}],
    },
    "totals": {"by": "sector", "whole": _FIGURES, "lines": [{"code": "education", **_FIGURES}]},
}
