"""Passwords made of words that anybody would try first against this registry."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

WORDS = (
    "ppp", "registry", "project", "chamber", "atameken", "palata", "reestr", "akimat", "maslikhat", "password", "parol",
    "kazakhstan", "qazaqstan", "almaty", "astana", "admin", "гчп", "реестр", "проект", "палата", "акимат", "маслихат",
    "казахстан", "алматы", "астана", "пароль", "мжә", "тізілім", "жоба", "атамекен", "әкімдік", "мәслихат", "қазақстан",
    "құпиясөз",
)  # fmt: skip
LEFT = 8
"""Letters and digits that must be left when these words are taken away."""


class KnownWordsValidator:
    """Refuses passwords that hardly hold anything but names of the registry, the chamber and the place.

    After row 6.1.2 of OWASP ASVS 5.0.0.
    """

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError when too little is left without the known words."""
        rest = password.casefold()
        for word in sorted(WORDS, key=len, reverse=True):
            rest = rest.replace(word, "")
        if rest != password.casefold() and sum(char.isalnum() for char in rest) < LEFT:
            raise ValidationError(self.get_help_text(), code="password_of_known_words")

    def get_help_text(self) -> str:
        """Say the rule."""
        return _("Not mainly of words that everybody connects with this registry, such as the name of the chamber.")
