"""What the cells of one row must be to each other before the row may become a project. Pure.

The database holds the same rules; here they are said with the column and the remedy, all at once.
"""

from typing import Any

from django.utils.translation import gettext as _

from projects.imports.headers import Row
from projects.imports.territories import Territories
from reference.codelists import InitiatorType, ProjectStatus


def settle_territory(row: Row, territories: Territories) -> None:
    """Check the region against the territory, or let it name the territory; drops ``region`` from the values."""
    region = row.values.pop("region", None)
    if region is None or "territory" in row.refused:
        return
    territory = row.values.get("territory")
    if territory is None:
        found = territories.find(region)
        if len(found) == 1:
            row.values["territory"] = next(iter(found))
        elif found:
            codes = ", ".join(sorted(place.code for place in found))
            row.refuse("region", _("Several have this name. Write the code instead: %(codes)s.") % {"codes": codes})
        else:
            row.refuse("region", _("There is no such territory. Write its KATO code or its full name."))
    elif not territories.lies_in(territory, region):
        row.refuse(
            "region",
            _("The code %(code)s is %(name)s. Correct the code or the region.")
            % {"code": territory.code, "name": territory.name},
        )


def check_identity(row: Row) -> bool:
    """Refuse a row that does not say which project it is; tell whether it does."""
    if not row.says("territory") and not row.says("region"):
        row.refuse("territory", _("Write the KATO code of the territory."))
    titles = ("title_kk", "title_ru", "title_en")
    if not any(row.says(title) for title in titles):
        row.refuse("title_ru", _("Give the title in Kazakh or in Russian."))
    return "territory" in row.values and any(title in row.values for title in titles)


def check_new(row: Row) -> None:
    """Refuse what the register could not enter as a new project."""
    if row.says("title_en") and not row.says("title_kk") and not row.says("title_ru"):
        row.refuse("title_ru", _("Give the title in Kazakh or in Russian."))
    if not row.says("sector"):
        row.refuse("sector", _("Write the sector."))
    if not row.says("status"):
        row.refuse("status", _("Write the status of the project."))
    _check_pairs(row)
    _check_papers(row)


def _check_pairs(row: Row) -> None:
    values = row.values
    if "group_size" in values and not values.get("is_group") and "is_group" not in row.refused:
        row.refuse("group_size", _("Only a row that is marked as a group has a number of projects."))
    if "group" in values and values.get("is_group"):
        row.refuse("group", _("A row that stands for a group cannot be a member of another."))
    if row.says("capacity") != row.says("capacity_unit"):
        given = "capacity" if row.says("capacity") else "capacity_unit"
        row.refuse(given, _("Give the capacity together with its unit."))
    is_sme = values.get("initiator_type") == InitiatorType.SME
    if "initiator_size" in values and not is_sme and "initiator_type" not in row.refused:
        row.refuse("initiator_size", _("Only an SME has a size class."))


def _check_papers(row: Row) -> None:
    values = row.values
    status: Any = values.get("status")
    if "resolution" in values and not values["resolution"].enters_projects:
        row.refuse("resolution", _("Projects enter only by a resolution that approves or amends a list."))
    if "excluded_by" in values and not values["excluded_by"].excludes_projects:
        row.refuse("excluded_by", _("Projects leave only by a resolution on exclusion."))
    if status == ProjectStatus.EXCLUDED and not row.says("excluded_by"):
        row.refuse("excluded_by", _("Give the key of the resolution that excluded the project."))
    if status and status != ProjectStatus.EXCLUDED and "excluded_by" in values:
        row.refuse("status", _("A resolution on exclusion is given: the status must be “excluded”."))
    if status == ProjectStatus.PLANNED and "resolution" in values:
        row.refuse("resolution", _("A planned project has no resolution yet."))
    if not any(row.says(target) for target in ("resolution", "excluded_by", "source_url", "source")):
        row.refuse("source_url", _("Give the resolution or a public source."))
