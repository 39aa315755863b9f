"""Territories as people name them: by KATO code, or by name in three languages with or without abbreviations."""

from collections.abc import Iterable

from projects.imports.names import Names, folded_name
from reference.models import Territory

# “г. Алматы”, “Алматы қ.”, “Кызылординская обл.”; the short word stands for one of these, as it is folded.
_SHORT_WORDS = {
    "г": ("город",),
    "гор": ("город",),
    "к": ("каласы",),
    "кал": ("каласы",),
    "обл": ("област", "облысы"),
    "р": ("раион",),
    "ауд": ("ауданы",),
}
_OMITTED = {"н"}  # “р-н” folds to “р н”


def _spellings(text: str) -> list[str]:
    """Return the folded name itself and what it may be short for."""
    spellings = [folded_name(text)]
    words = spellings[0].split()
    if "р" in words:
        words = [word for word in words if word not in _OMITTED]
    for place, word in enumerate(words):
        for full in _SHORT_WORDS.get(word, ()):
            spellings.append(" ".join([*words[:place], full, *words[place + 1 :]]))
    return spellings


class Territories(Names[Territory]):
    """All territories by code and name; a name may belong to several of them."""

    def __init__(self, territories: Iterable[Territory]) -> None:
        super().__init__()
        self._by_code = {territory.code: territory for territory in territories}
        for territory in self._by_code.values():
            self.add(territory.code, territory)
            for name in _names(territory):
                self.add(name, territory)

    def find(self, name: str) -> set[Territory]:
        """Return all territories of this code or name; the first spelling that is known decides."""
        return next(
            (found for spelling in _spellings(name) if (found := super(Territories, self).find(spelling))), set()
        )

    def lies_in(self, territory: Territory, name: str) -> bool:
        """Tell whether this is a name of the territory or of the one it is a part of."""
        parent = self._by_code.get(territory.parent_id or "")
        known = {folded_name(word) for place in (territory, parent) if place for word in (place.code, *_names(place))}
        return not known.isdisjoint(_spellings(name))


def _names(territory: Territory) -> tuple[str, str, str]:
    return territory.name_kk, territory.name_ru, territory.name_en
