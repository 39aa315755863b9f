"""The words of the codes in one language, read once for a whole file."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import override

from reference.codelists import InitiatorType, ProjectStatus
from reference.languages import localized
from reference.models import Sector, Territory

WORDED = {
    "sector": "sector_name",
    "territory": "territory_name",
    "initiator_type": "initiator_name",
    "status": "status_name",
}
"""Columns of codes and the columns of words that tables print beside them."""


@dataclass(frozen=True)
class Words:
    """For each column of codes, the word of every code."""

    language: str
    by_column: Mapping[str, Mapping[str, str]]

    def of(self, column: str, code: str) -> str:
        """Return the word of a code, or the code itself where there is none."""
        return self.by_column[column].get(code, code)


def words_in(language: str) -> Words:
    """Return the words in a language. Two queries."""
    names = {
        "sector": {row.pk: localized(row, "name", language).text for row in Sector.objects.all()},
        "territory": {row.pk: localized(row, "name", language).text for row in Territory.objects.all()},
    }
    with override(language):
        codes = {
            "initiator_type": {code: str(label) for code, label in InitiatorType.choices},
            "status": {code: str(label) for code, label in ProjectStatus.choices},
        }
    return Words(language, {**names, **codes})
