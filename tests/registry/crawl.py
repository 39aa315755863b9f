"""One walk through the whole site: every address as every role, and what it says in which language."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import User
from reference.languages import LANGUAGES, localized
from tests.registry.filled import ANYBODY, APPLICANT, ROLES, WRITTEN_ONLY, Filled
from tests.registry.people import Browser
from tests.registry.words import Typed, said, wrong_word

_PUBLIC_FOR_STAFF = {"home", "account", "applications"}
"""Of the public pages staff see what anybody sees, and a header and own pages of theirs."""

_OURS = ("accounts", "projects", "proposals", "reference", "post_office")
_BOTH_TITLES = {"proposals.proposal", "proposals.agendaitem"}
"""Applications show what was filed, in both languages."""

_WHOLE_RECORDS = ("_history", "draftresolution_line", "draftresolution_lines")
"""Pages that show what stands in a row in every language."""

_ASKED = ("мек", "zzzz", "nonsense", "nowhere")
"""What the addresses of the walk ask for."""

_DIGITS = re.compile(r"[0-9\W]+")


@dataclass
class Walk:
    """What was found: statuses of every route by role, and what was said in a wrong language."""

    statuses: dict[str, dict[str, set[int]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))
    wrong: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    pages: int = 0


class Walker:
    """Walks as one role after the other.

    A page is read in one language first. Only when it says something there that no page read in all languages said,
    it is read in the other two as well: what says nothing new in Kazakh says nothing new in Russian.
    """

    def __init__(self, filled: Filled) -> None:
        self.filled, self.walk = filled, Walk()
        self._addresses = {language: filled.addresses(language) for language in LANGUAGES}
        schema = Browser().get("/api/v1/schema/").json()
        known = {*schema["components"]["schemas"], *_ASKED}
        self._typed = {language: Typed(known | typed_texts(language)) for language in LANGUAGES}
        self._whole = Typed(known | typed_texts(LANGUAGES[0], whole=True))
        self._known: dict[str, set[str]] = {language: set() for language in LANGUAGES}
        self._files: set[str] = set()

    def as_everybody(self) -> Walk:
        """Walk as every role; return what was found."""
        names = sorted(self._addresses["kk"], key=lambda name: not name.endswith("_changelist"))
        for turn, role in enumerate(ROLES):
            order = [LANGUAGES[(turn + place) % 3] for place in range(3)]
            browsers = {language: self._browser(role) for language in LANGUAGES}
            for name in names:
                if self._is_for(role, name) and name not in self._files:
                    for place in range(len(self._addresses["kk"][name])):
                        self._visit(role, name, place, order, browsers)
        return self.walk

    def _is_for(self, role: str, name: str) -> bool:
        if self.walk.statuses[f"{_table(name)}_changelist"][role] == {403}:
            return False  # The rows of a table that is closed are closed by the same right.
        if role in (ANYBODY, APPLICANT):
            return not name.startswith("admin:") or name in ("admin:index", "admin:login")
        return name.startswith("admin:") or name in _PUBLIC_FOR_STAFF

    def _browser(self, role: str) -> Browser:
        browser = Browser()
        if role != ANYBODY:
            browser.force_login(self.filled.people[role])
        return browser

    def _visit(self, role: str, name: str, place: int, order: list[str], browsers: dict[str, Browser]) -> None:
        new: dict[str, set[str]] = {}
        for language in order:
            address = self._addresses[language][name][place]
            if role != ANYBODY:
                User.objects.filter(pk=self.filled.people[role].pk).update(language=language)
            answer = browsers[language].get(address, headers={"accept-language": language})
            self.walk.statuses[name][role].add(answer.status_code)
            if "html" not in answer.headers.get("Content-Type", "") or not answer.content:
                if answer.status_code == 200:
                    self._files.add(name)
                return
            self.walk.pages += 1
            typed = self._whole if name.endswith(_WHOLE_RECORDS) else self._typed[language]
            heard = self._read(answer.content, language, f"{role} at {address}", typed)
            if language == order[0] and heard <= self._known[language]:
                return
            new[language] = heard
        for language, heard in new.items():
            self._known[language] |= heard

    def _read(self, page: bytes, language: str, where: str, typed: Typed) -> set[str]:
        heard = set()
        for text, spoken in said(page, language):
            heard.add(f"{spoken} {_DIGITS.sub(' ', text)}")
            if wrong := wrong_word(text, spoken, typed):
                self.walk.wrong[language].setdefault(wrong, where)
        return heard


def _table(name: str) -> str:
    """Return the table that a page of the staff site is about: ``admin:projects_project`` of its every page."""
    return "_".join(name.split("_")[:2]) if name.startswith("admin:") else name


def typed_texts(language: str, *, whole: bool = False) -> set[str]:
    """Return what people typed, and of texts in several languages what stands in for a missing one, or the whole."""
    found: set[str] = set()
    for model in apps.get_models():
        is_history = getattr(model, "pgh_tracked_model", None) is not None
        if model._meta.app_label not in _OURS or model._meta.proxy or is_history:
            continue
        plain, several = _text_columns(model)
        for values in model._default_manager.order_by().values_list(*plain) if plain else ():
            found.update(value for value in values if isinstance(value, str))
            found.update(code for value in values if isinstance(value, list) for code in value)
        for row in model._default_manager.all() if several else ():
            shown = (localized(row, name, language) for name in several)
            found.update(text.text for text in shown if text.is_fallback)
            if whole or model._meta.label_lower in _BOTH_TITLES:
                found.update(getattr(row, f"{name}_{code}", "") for name in several for code in LANGUAGES)
    return found


def _text_columns(model: type[models.Model]) -> tuple[list[str], set[str]]:
    columns: list[Any] = [
        column
        for column in model._meta.local_fields
        if isinstance(column, models.CharField | models.TextField | ArrayField) and not column.choices
    ]
    several = {column.name[:-3] for column in columns if column.name.endswith(tuple(f"_{code}" for code in LANGUAGES))}
    return [column.name for column in columns if column.name[:-3] not in several], several


__all__ = ["WRITTEN_ONLY", "Walk", "Walker", "typed_texts"]
