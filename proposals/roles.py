"""Which role may do what in the staff site, as data; docs/roles.md is written from it and a test keeps them equal."""

from typing import Final

from accounts.roles import Role

_VIEW, _ADD, _CHANGE = "view", "add", "change"
REGISTER = (
    "projects.project",
    "projects.resolution",
    "projects.declaredshare",
    "projects.responsibility",
    "projects.document",
    "projects.statuschange",
    "projects.maslikhat",
)
REFERENCE = (
    "reference.territory",
    "reference.sector",
    "reference.legalparameter",
    "reference.workingdaycorrection",
)
PEOPLE = ("accounts.user",)

_READS = {_VIEW}
_WRITES = {_VIEW, _ADD, _CHANGE}

RIGHTS: Final[dict[Role, dict[tuple[str, ...], set[str]]]] = {
    Role.CLERK: {REGISTER: _READS, REFERENCE: _READS},
    Role.EXPERT: {REGISTER: _READS, REFERENCE: _READS},
    Role.HEAD: {REGISTER: _READS, REFERENCE: _WRITES},
    Role.SECRETARY: {REGISTER: _WRITES, REFERENCE: _READS},
    Role.AUDITOR: {REGISTER: _READS, REFERENCE: _READS, PEOPLE: _READS},
    Role.ADMINISTRATOR: {REFERENCE: _WRITES, PEOPLE: _WRITES},
}
"""Nobody deletes: rows leave by resolution, people are switched off, history stays."""


def permissions_of(role: Role) -> set[tuple[str, str, str]]:
    """Return the role's permissions as (app, model, action)."""
    return {
        (*model.split("."), action)  # type: ignore[misc]
        for models, actions in RIGHTS[role].items()
        for model in models
        for action in actions
    }


def as_markdown() -> str:
    """Return the table of roles and rights as it stands in docs/roles.md."""
    roles = list(RIGHTS)
    lines = [
        "| table | " + " | ".join(role.value for role in roles) + " |",
        "|---|" + "---|" * len(roles),
    ]
    for model in (*REGISTER, *REFERENCE, *PEOPLE):
        cells = []
        for role in roles:
            actions = {action for models, given in RIGHTS[role].items() if model in models for action in given}
            cells.append(", ".join(action for action in (_VIEW, _ADD, _CHANGE) if action in actions) or "–")
        lines.append(f"| {model} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
