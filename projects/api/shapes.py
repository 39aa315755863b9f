"""What every answer looks like: fields with their meaning; OpenAPI schema and documentation are made from them.

They write nothing themselves: rows go from the database into JSON without a detour (``details.py``, ``answers.py``).
"""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from projects.exports import dictionary
from projects.models import ListAct
from reference.codelists import (
    Bearer,
    CapacityUnit,
    ContractType,
    DocumentType,
    EnterpriseSize,
    InitiatorType,
    PaymentSource,
    ProjectStatus,
    ResolutionKind,
    ResponsibilityArea,
    TerritoryLevel,
)
from reference.languages import LANGUAGES
from reference.partial_dates import PATTERN

_PARTIAL = rf"^({PATTERN})?$"


def _text(help_text: Any) -> serializers.CharField:
    return serializers.CharField(help_text=help_text, allow_blank=True)


def _whole(help_text: Any, *, unknown: bool = True) -> serializers.IntegerField:
    return serializers.IntegerField(help_text=help_text, allow_null=unknown, min_value=0)


def _code(choices: Any, help_text: Any, *, blank: bool = False) -> serializers.ChoiceField:
    return serializers.ChoiceField(choices=choices.choices, help_text=help_text, allow_blank=blank)


def _flag(help_text: Any) -> serializers.BooleanField:
    return serializers.BooleanField(help_text=help_text)


def _years(help_text: Any) -> serializers.FloatField:
    return serializers.FloatField(help_text=help_text, allow_null=True)


def _moment(help_text: Any) -> serializers.DateTimeField:
    return serializers.DateTimeField(help_text=help_text)


def _day(help_text: Any) -> serializers.RegexField:
    # The pattern itself lets a blank through; told twice, the description would contradict itself.
    return serializers.RegexField(_PARTIAL, help_text=help_text)


def _several(field: serializers.Field, help_text: Any) -> serializers.ListField:
    return serializers.ListField(child=field, help_text=help_text)


def in_languages(name: str, help_text: Any, *languages: str) -> dict[str, serializers.Field]:
    """Return the fields ``name_kk``, ``name_ru``, ``name_en`` of a text."""
    return {f"{name}_{code}": _text(help_text) for code in languages or LANGUAGES}


def shape(name: str, fields: dict[str, Any], *parents: type[serializers.Serializer]) -> type[serializers.Serializer]:
    """Return a serializer of these fields, in this order, behind those of its parents."""
    return type(name, parents or (serializers.Serializer,), dict(fields))


_SUM = _("Whole tenge; null: not known, which is not zero.")
_TITLE = _("Title as the paper says it; empty: not known in this language.")
_NAME = _("Name in this language.")
_NOTE = _("Note in this language.")
_PARTIAL_DAY = _("Date as exactly as it is known: 2017-09-14, 2017-09 or 2017; empty: not known.")
_RESOLUTION_ID = _("Id of the resolution; null: none on file.")
_COUNT = _("Projects; a member of a group counts with its group and not once more.")
_COST = _("Sum of the known costs, whole tenge.")

Names = shape("Names", in_languages("name", _NAME))

FIGURES: dict[str, serializers.Field] = {
    "count": _whole(_COUNT, unknown=False),
    "cost": _whole(_COST, unknown=False),
    "cost_known": _whole(_("Projects whose cost is known."), unknown=False),
    "cost_unknown": _whole(_("Projects whose cost is not known; they are not in the sum."), unknown=False),
}
Figures = shape("Figures", FIGURES)

_MORE_THAN = _(
    "Only where a search, a span of costs or a resolution leaves more rows than are counted for a page: there are more "
    "rows than this, and count, rows and sums are null. Files and totals/ give them."
)


def _of_a_view(figures: dict[str, serializers.Field]) -> dict[str, serializers.Field]:
    """Return the same figures, each of which may be null: the view has more rows than are counted for a page."""
    return {name: _whole(field.help_text) for name, field in figures.items()}


_MEANING = {entry.name: entry.meaning for entry in dictionary.RECORD}

RECORD: dict[str, serializers.Field] = {
    "number": _whole(_MEANING["number"], unknown=False),
    **{f"title_{code}": _text(_MEANING[f"title_{code}"]) for code in LANGUAGES},
    "sector": serializers.CharField(help_text=_("Code of the sector; see sectors/.")),
    "territory": serializers.CharField(help_text=_("KATO code of the territory, nine digits; see territories/.")),
    "initiator_type": _code(InitiatorType, _MEANING["initiator_type"]),
    "status": _code(ProjectStatus, _MEANING["status"]),
    "cost": _whole(_("Cost in whole tenge; null: not known, which is not zero.")),
    "cost_known": _flag(_MEANING["cost_known"]),
    "is_group": _flag(_MEANING["is_group"]),
    "group": _whole(_MEANING["group"]),
    "term_years": _years(_MEANING["term_years"]),
    "jobs": _whole(_MEANING["jobs"]),
    "year": _whole(_MEANING["year"]),
    "resolution": _whole(_("Id of the resolution by which the project entered the list; null: not on file.")),
    "private_partner": _text(_MEANING["private_partner"]),
    "source_url": _text(_MEANING["source_url"]),
    "updated_at": _moment(_MEANING["updated_at"]),
}
Record = shape("Record", RECORD)

ProjectList = shape(
    "ProjectList",
    {
        **_of_a_view(FIGURES),
        "rows": _whole(_("Rows of the whole view, members of groups among them; null: see more_than.")),
        "more_than": serializers.IntegerField(help_text=_MORE_THAN, min_value=1, required=False),
        "next": serializers.URLField(help_text=_("Address of the next page; null on the last one."), allow_null=True),
        "results": Record(many=True, help_text=_("The rows of this page.")),
    },
)

ResolutionBrief = shape(
    "ResolutionBrief",
    {
        "id": _whole(_("Id of the resolution."), unknown=False),
        "kind": _code(ResolutionKind, _("What was decided.")),
        "number": _text(_("Number as on the paper; empty: not known.")),
        "adopted": _day(_PARTIAL_DAY),
        "link": _text(_("Address of the published text; empty: none.")),
        **in_languages("maslikhat", _("Name of the maslikhat in this language.")),
    },
)
Obligation = shape(
    "Obligation",
    {"year": _whole(_("Year."), unknown=False), "amount": _whole(_("Whole tenge."), unknown=False)},
)
Responsibility = shape(
    "Responsibility",
    {
        "area": _code(ResponsibilityArea, _("What somebody must answer for.")),
        "bearer": _code(Bearer, _("Who answers for it.")),
        **in_languages("note", _NOTE),
    },
)
StatusStep = shape(
    "StatusStep",
    {
        "status": _code(ProjectStatus, _("The status the project got.")),
        "since": _day(_PARTIAL_DAY),
        "source_url": _text(_("Address of the public source; empty: none.")),
        "resolution": _whole(_RESOLUTION_ID),
        **in_languages("note", _NOTE),
    },
)
ListStep = shape(
    "ListStep",
    {
        "act": _code(ListAct, _("What happened to the project's line in the list.")),
        "resolution": _whole(_("Id of the resolution."), unknown=False),
        "adopted": _day(_PARTIAL_DAY),
        "is_listed": _flag(_("Whether the project stood in the list afterwards.")),
        **in_languages("title", _TITLE),
        "cost": _whole(_SUM),
        "term_years": _years(_("Years the contract lasts; null: not known.")),
        **in_languages("conditions", _("Conditions of the approval in this language."), "kk", "ru"),
        **in_languages("reason", _("Reason of the change in this language."), "kk", "ru"),
    },
)
Document = shape(
    "Document",
    {
        "document_type": _code(DocumentType, _("Kind of paper, by the codes of OC4IDS."), blank=True),
        **in_languages("title", _("Title in this language; empty: none.")),
        "language": _text(_("Language of the paper: kk, ru, en, or empty.")),
        "url": serializers.URLField(help_text=_("Address at which the paper is handed out.")),
        "content_type": _text(_("Media type of the file; empty where the paper is published elsewhere.")),
        "size": _whole(_("Bytes; null where the paper is published elsewhere.")),
        "sha256": _text(_("SHA-256 of the file, so that a copy can be checked.")),
    },
)
_CONTRACT_TERMS: dict[str, serializers.Field] = {
    "number": _text(_("Number of the contract or of its change.")),
    "signed_on": serializers.DateField(help_text=_("Day of signing.")),
    "sum": _whole(_SUM),
    "term_years": _years(_("Years the contract lasts; null: not known.")),
    "treasury_number": _text(_("Number of the registration with the treasury; empty: not on file.")),
    "treasury_date": serializers.DateField(help_text=_("Day of that registration."), allow_null=True),
}
ContractChange = shape(
    "ContractChange",
    {**_CONTRACT_TERMS, **in_languages("reason", _("Reason of the change in this language."), "kk", "ru")},
)
Contract = shape(
    "Contract",
    {
        **_CONTRACT_TERMS,
        "partner": _text(_("Name of the company, as it writes itself.")),
        "partner_bin": _text(_("BIN of the company; empty for an individual entrepreneur.")),
        "changes": ContractChange(many=True, help_text=_("Additional agreements, oldest first.")),
    },
)

ProjectDetail = shape(
    "ProjectDetail",
    {
        **RECORD,
        "sector_names": Names(help_text=_("Names of the sector.")),
        "territory_names": Names(help_text=_("Names of the territory.")),
        "region": serializers.CharField(help_text=_("KATO code of the region or city in which the territory lies.")),
        "region_names": Names(help_text=_("Names of that region or city.")),
        **in_languages("description", _("Description in this language.")),
        **in_languages("objective", _("What becomes better, for whom, in this language.")),
        **in_languages("place", _("District, town or address, in this language.")),
        **in_languages("state_partner", _("State partner in this language.")),
        **in_languages("note", _NOTE),
        "initiator_size": _code(
            EnterpriseSize, _("Size of the SME at filing; empty: no SME, or not known."), blank=True
        ),
        "group_size": _whole(_("Projects in the group; null: no group, or not known.")),
        "contract_type": _code(ContractType, _("Kind of contract; empty: not known."), blank=True),
        "payment_sources": _several(
            serializers.ChoiceField(choices=PaymentSource.choices), _("From what the private partner is paid.")
        ),
        "capacity": _whole(_("Capacity; null: not known.")),
        "capacity_unit": _code(CapacityUnit, _("In what the capacity is counted."), blank=True),
        "asked_sum": _whole(_("What the initiator asked for, whole tenge; null: not known.")),
        "approved_sum": _whole(_("The sum in the resolution, whole tenge; null: not known.")),
        "signed_sum": _whole(_("The sum in the contract, whole tenge; null: not known.")),
        "state_obligations": _whole(_("What the budget owes over the whole term, whole tenge; null: not known.")),
        "implementation_start": _day(_PARTIAL_DAY),
        "contract_signed_on": _day(_PARTIAL_DAY),
        "commissioned_on": _day(_PARTIAL_DAY),
        "contract_ends_on": _day(_PARTIAL_DAY),
        "source": _text(_("Name of a public source that has no web address.")),
        "members": _several(
            serializers.IntegerField(), _("Numbers of the rows that belong to this group; their costs are part of its.")
        ),
        "entered_by": ResolutionBrief(
            allow_null=True, help_text=_("The resolution by which the project entered the list; null: not on file.")
        ),
        "excluded_by": ResolutionBrief(
            allow_null=True, help_text=_("The resolution by which the project left the list; null: it did not.")
        ),
        "obligations": Obligation(many=True, help_text=_("State obligations by year.")),
        "responsibilities": Responsibility(many=True, help_text=_("Who answers for what.")),
        "status_history": StatusStep(many=True, help_text=_("The road of the project, oldest step first.")),
        "list_history": ListStep(many=True, help_text=_("The project's line in the list, oldest change first.")),
        "contract": Contract(allow_null=True, help_text=_("The signed contract; null: none on file.")),
        "documents": Document(many=True, help_text=_("Public papers.")),
        "page_url": serializers.URLField(help_text=_("Address of the page for people.")),
    },
)

_DECLARED: dict[str, serializers.Field] = {
    "count": _whole(_("Number that the paper declares; null: it declares none.")),
    "cost": _whole(_("Sum that the paper declares, whole tenge; null: it declares none.")),
}
Declared = shape("Declared", _DECLARED)
DeclaredWhole = shape("DeclaredWhole", {**_DECLARED, "is_approximate": _flag(_("Whether the source says “about”."))})
RESOLUTION: dict[str, serializers.Field] = {
    "id": _whole(_("Id of the resolution; never changes."), unknown=False),
    **in_languages("maslikhat", _("Name of the maslikhat in this language.")),
    "territory": serializers.CharField(help_text=_("KATO code of the territory, nine digits; see territories/.")),
    "kind": _code(ResolutionKind, _("What was decided.")),
    "session": _whole(_("Number of the session; papers write it in Roman numerals. Null: not known.")),
    "convocation": _whole(_("Number of the convocation; papers write it in Roman numerals. Null: not known.")),
    "number": _text(_("Number as on the paper; empty: not known.")),
    "adopted": _day(_PARTIAL_DAY),
    "votes_for": _whole(_("Votes for; null: not known.")),
    "votes_against": _whole(_("Votes against; null: not known.")),
    "votes_abstained": _whole(_("Abstained; null: not known.")),
    "justice_number": _text(_("Number in the state register of acts; empty: not known.")),
    "justice_date": serializers.DateField(help_text=_("Day of that registration."), allow_null=True),
    "link": _text(_("Address of the published text; empty: none.")),
    "declared": DeclaredWhole(help_text=_("What the paper declares.")),
    "entered": Figures(help_text=_("What of it stands in the register. A difference is shown, never hidden.")),
    "published_at": serializers.DateTimeField(
        allow_null=True, help_text=_("When a second person confirmed the record; null: known from public sources.")
    ),
    "projects_url": serializers.URLField(
        allow_null=True, help_text=_("Address of the projects that entered by it; null: none enter by this kind.")
    ),
    "page_url": serializers.URLField(help_text=_("Address of the page for people.")),
    "updated_at": _moment(_MEANING["updated_at"]),
}
Resolution = shape("Resolution", RESOLUTION)
ResolutionList = shape(
    "ResolutionList",
    {
        "count": _whole(_("Resolutions in all."), unknown=False),
        "next": serializers.URLField(help_text=_("Address of the next page; null on the last one."), allow_null=True),
        "results": Resolution(many=True, help_text=_("The resolutions of this page, newest first.")),
    },
)
Share = shape(
    "Share",
    {
        "initiator_type": _code(InitiatorType, _("Who proposed the project.")),
        "declared": Declared(help_text=_("What the paper declares.")),
        "entered": Figures(help_text=_("What of it stands in the register.")),
    },
)
ResolutionDetail = shape(
    "ResolutionDetail",
    {
        **RESOLUTION,
        **in_languages("note", _NOTE),
        "declared_by_initiator": Share(many=True, help_text=_("What the paper declares for each type of initiator.")),
        "amended": _several(serializers.IntegerField(), _("Numbers of the projects whose lines it changed.")),
        "excluded": _several(serializers.IntegerField(), _("Numbers of the projects it took out of the list.")),
        "documents": Document(many=True, help_text=_("Public papers.")),
    },
)

Sector = shape(
    "Sector",
    {
        "code": serializers.CharField(help_text=_("Code of the sector, as the filter takes it.")),
        **in_languages("name", _NAME),
        "oc4ids_codes": _several(serializers.CharField(), _("Codes of the open codelist projectSector of OC4IDS.")),
    },
)
SectorList = shape(
    "SectorList",
    {
        "count": _whole(_("Sectors in all."), unknown=False),
        "results": Sector(many=True, help_text=_("All of them, in the order of lists.")),
    },
)
Territory = shape(
    "Territory",
    {
        "code": serializers.CharField(help_text=_("KATO code, nine digits, as the filter takes it.")),
        **in_languages("name", _NAME),
        "level": _code(TerritoryLevel, _("Level of the territory.")),
        "parent": serializers.CharField(
            allow_null=True, help_text=_("Code of the city or region in which a district lies; null for others.")
        ),
    },
)
TerritoryList = shape(
    "TerritoryList",
    {
        "count": _whole(_("Territories in all."), unknown=False),
        "results": Territory(many=True, help_text=_("All of them, in the order of the Kazakh alphabet.")),
    },
)

GROUPINGS = ("sector", "initiator_type", "year", "status", "territory")
"""By what totals can be told apart."""

TotalsLine = shape(
    "TotalsLine",
    {
        "code": serializers.CharField(
            allow_null=True, help_text=_("The sector, type, year, status or territory of the line; null: not known.")
        ),
        **FIGURES,
    },
)
Totals = shape(
    "Totals",
    {
        "by": serializers.ChoiceField(choices=GROUPINGS, help_text=_("By what the lines tell the projects apart.")),
        "whole": Figures(help_text=_("The figures of the whole view.")),
        "lines": TotalsLine(many=True, help_text=_("The parts; they add up to the whole.")),
    },
)

Problem = shape(
    "Problem",
    {
        "type": _text(_("Address that explains problems of this kind.")),
        "title": _text(_("The problem in a few words.")),
        "status": _whole(_("The status of the answer."), unknown=False),
        "detail": _text(_("What to do about it.")),
        "errors": serializers.DictField(
            child=serializers.ListField(child=serializers.CharField()),
            required=False,
            help_text=_("Sentences for each parameter that cannot be read."),
        ),
    },
)
