"""How tests break a rule: around Python by plain SQL, and through full_clean."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.utils import translation

from reference.codelists import ResolutionKind
from tests import factories


@dataclass(frozen=True)
class Rule:
    """A constraint, rows that break it and nothing else, and rows that keep it."""

    name: str
    broken: list[dict[str, Any]]
    lawful: list[dict[str, Any]]
    sentence: str = ""

    def cases(self, which: str) -> list[tuple["Rule", dict[str, Any]]]:
        return [(self, facts) for facts in getattr(self, which)]


def cases(rules: list[Rule], which: str) -> list[tuple[Rule, dict[str, Any]]]:
    """Return every broken or every lawful row of the rules."""
    return [case for rule in rules for case in rule.cases(which)]


def named(value: Any) -> str:
    """Return the name of a case in the list of tests."""
    if isinstance(value, Rule):
        return value.name
    return ",".join(f"{name}={fact}" for name, fact in value.items()).encode("unicode_escape").decode()[:80]


def looked_up(facts: dict[str, Any]) -> dict[str, Any]:
    """Put the key of a fresh resolution where a kind of resolution stands, and of a fresh project where facts do."""
    keys = {}
    for name, value in facts.items():
        if isinstance(value, ResolutionKind) and name != "kind":
            value = factories.resolution(value).pk
        elif isinstance(value, dict):
            value = factories.project(**value).pk
        keys[name] = value
    return keys


def update(row: models.Model, **facts: Any) -> None:
    """Change the row by plain SQL, around every check that Python makes."""
    columns = ", ".join(f'"{name}" = %s' for name in facts)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{row._meta.db_table}" SET {columns} WHERE {row._meta.pk.column} = %s', [*facts.values(), row.pk]
        )


def insert(model: type[models.Model], **facts: Any) -> None:
    """Write a row by plain SQL, around every check that Python makes."""
    columns = ", ".join(f'"{name}"' for name in facts)
    places = ", ".join(["%s"] * len(facts))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({places})', list(facts.values()))


def refusals(act: Callable[..., Any], *arguments: Any, **facts: Any) -> list[str]:
    """Do the act; return in English why it was refused, and nothing where it was not."""
    # The sentences are lazy: they must be read while English is spoken.
    with translation.override("en"):
        try:
            act(*arguments, **facts)
        except ValidationError as refusal:
            return refusal.messages
        except ValueError as refusal:
            return [str(refusal.args[0])]
    return []


def sentences(row: models.Model) -> list[str]:
    """Return in English what full_clean has to say against the row."""
    return refusals(row.full_clean)


def constraint_sentences(row: models.Model) -> list[str]:
    """Return in English what the constraints alone have to say against the row."""
    return refusals(row.validate_constraints)
