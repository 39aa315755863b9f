"""Things found by any of their names: by code or label, in three languages, whatever the case and shape of letters."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, Generic, TypeVar

from django.db import models
from django.utils.translation import override

from reference.kazakh import fold
from reference.languages import LANGUAGES

Named = TypeVar("Named")


def folded_name(text: str) -> str:
    """Return the name as it is compared: folded, with single blanks."""
    return " ".join(fold(text).split())


class Names(Generic[Named]):
    """A dictionary of folded names that can say what a misspelt name was near to."""

    def __init__(self, pairs: Iterable[tuple[str, Named]] = ()) -> None:
        self._found: dict[str, set[Named]] = {}
        self._written: dict[str, str] = {}
        for name, thing in pairs:
            self.add(name, thing)

    def add(self, name: str, thing: Named) -> None:
        """Let the thing be found by this name as well; a blank name is passed over."""
        if key := folded_name(name):
            self._found.setdefault(key, set()).add(thing)
            self._written.setdefault(key, name)

    def find(self, name: str) -> set[Named]:
        """Return all things of this name."""
        return self._found.get(folded_name(name), set())

    def near(self, name: str, *, count: int = 3) -> list[str]:
        """Return the names most like this one, as they are written, nearest first."""
        close = difflib.get_close_matches(folded_name(name), self._written, n=count, cutoff=0.7)
        return [self._written[key] for key in close]

    def ambiguous(self) -> dict[str, set[Named]]:
        """Return the names that stand for more than one thing."""
        return {self._written[key]: things for key, things in self._found.items() if len(things) > 1}


def choice_names(choices: type[models.TextChoices], aliases: Mapping[Any, Iterable[str]]) -> Names[str]:
    """Return the codes of a codelist by code, by label in each language, and by what else people write."""
    names: Names[str] = Names((code, code) for code in choices.values)
    for language in LANGUAGES:
        with override(language):
            for code, label in choices.choices:
                names.add(str(label), code)
    for code, words in aliases.items():
        for word in words:
            names.add(word, code)
    return names
