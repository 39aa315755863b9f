"""Which role may do what in the staff site, as data; docs/roles.md is written from it and a test keeps them equal."""

from typing import Final

from accounts.roles import Role

_VIEW, _ADD, _CHANGE = "view", "add", "change"
REGISTER = (
    "projects.project",
    "projects.declaredshare",
    "projects.responsibility",
    "projects.document",
    "projects.maslikhat",
)
RESOLUTIONS = ("projects.resolution",)
"""Resolutions of the register are completed by hand, and added only by publishing what two people saw."""
OBLIGATIONS = ("projects.obligation", "projects.obligationceiling", "projects.contract")
LIST = ("projects.statuschange", "projects.listchange", "projects.contractchange")
"""What the register remembers; rows are added by acts only."""
REFERENCE = (
    "reference.territory",
    "reference.sector",
    "reference.legalparameter",
    "reference.workingdaycorrection",
)
PEOPLE = ("accounts.user",)
INTAKE = (
    "proposals.application",
    "proposals.proposal",
    "proposals.paper",
    "proposals.stagechange",
    "proposals.clarification",
)
"""What applicants filed. Drafts are no row of the staff site for anybody."""
OPINIONS = ("proposals.opinion", "proposals.declaration", "proposals.assignment", "proposals.refusal")
REVIEW_LISTS = (
    "proposals.criterion",
    "proposals.refusalreason",
    "proposals.expertsector",
    "proposals.lettertext",
)
SESSIONS = (
    "proposals.session",
    "proposals.agendaitem",
    "proposals.draftresolution",
)
OUTBOX = ("proposals.letter",)
APPLICANTS = ("accounts.organisation",)
LIBRARY = ("proposals.typicaldocument",)
READINGS = ("proposals.opening",)
"""Who read what; whoever looks is written down there too."""

_READS = {_VIEW}
_WRITES = {_VIEW, _ADD, _CHANGE}

RIGHTS: Final[dict[Role, dict[tuple[str, ...], set[str]]]] = {
    Role.CLERK: {
        REGISTER: _READS,
        RESOLUTIONS: _READS,
        OBLIGATIONS: _READS,
        LIST: _READS,
        REFERENCE: _READS,
        INTAKE: _READS,
        APPLICANTS: _READS,
        LIBRARY: _WRITES,
        REVIEW_LISTS: _READS,
        OUTBOX: _READS,
    },
    Role.EXPERT: {
        REGISTER: _READS,
        RESOLUTIONS: _READS,
        OBLIGATIONS: _READS,
        LIST: _READS,
        REFERENCE: _READS,
        INTAKE: _READS,
        OPINIONS: _READS,
        LIBRARY: _READS,
    },
    Role.HEAD: {
        REGISTER: _READS,
        RESOLUTIONS: _READS,
        OBLIGATIONS: _READS,
        LIST: _READS,
        SESSIONS: _READS,
        REFERENCE: _WRITES,
        INTAKE: _READS,
        OPINIONS: _READS,
        APPLICANTS: _READS,
        LIBRARY: _WRITES,
        REVIEW_LISTS: _WRITES,
        OUTBOX: _READS,
        READINGS: _READS,
    },
    Role.SECRETARY: {
        REGISTER: _WRITES,
        RESOLUTIONS: {_VIEW, _CHANGE},
        OBLIGATIONS: _WRITES,
        LIST: _READS,
        SESSIONS: _WRITES,
        REFERENCE: _READS,
        INTAKE: _READS,
        OPINIONS: _READS,
    },
    Role.AUDITOR: {
        REGISTER: _READS,
        RESOLUTIONS: _READS,
        OBLIGATIONS: _READS,
        LIST: _READS,
        SESSIONS: _READS,
        REFERENCE: _READS,
        PEOPLE: _READS,
        INTAKE: _READS,
        OPINIONS: _READS,
        APPLICANTS: _READS,
        LIBRARY: _READS,
        REVIEW_LISTS: _READS,
        OUTBOX: _READS,
        READINGS: _READS,
    },
    Role.ADMINISTRATOR: {REFERENCE: _WRITES, PEOPLE: _WRITES},
}
"""Nobody deletes: rows leave by resolution, people are switched off, history stays."""

ACTS: Final[dict[Role, tuple[str, ...]]] = {
    Role.CLERK: (
        "proposals.enter_paper_application",
        "proposals.see_every_sector",
        "proposals.see_statistics",
        "proposals.assign_expert",
        "proposals.take_up_proposal",
        "proposals.ask_proposal",
    ),
    Role.EXPERT: ("proposals.see_statistics", "proposals.ask_proposal", "proposals.write_opinion"),
    Role.HEAD: (
        "proposals.see_every_sector",
        "proposals.see_statistics",
        "proposals.assign_expert",
        "proposals.take_up_proposal",
        "proposals.ask_proposal",
        "proposals.support_proposal",
        "proposals.refuse_proposal",
        "proposals.confirm_resolution",
    ),
    Role.SECRETARY: (
        "proposals.see_statistics",
        "proposals.see_tabled",
        "proposals.table_proposal",
        "proposals.decide_proposal",
    ),
    Role.AUDITOR: ("proposals.see_every_sector", "proposals.see_statistics"),
    Role.ADMINISTRATOR: (),
}
"""Steps of the road and other acts that are more than adding or changing a row."""


def permissions_of(role: Role) -> set[str]:
    """Return the role's permissions as ``app.codename``."""
    rows = {
        f"{model.split('.')[0]}.{action}_{model.split('.')[1]}"
        for models, actions in RIGHTS[role].items()
        for model in models
        for action in actions
    }
    return rows | set(ACTS[role])


ORDER: Final = (
    *REGISTER,
    *RESOLUTIONS,
    *OBLIGATIONS,
    *LIST,
    *REFERENCE,
    *PEOPLE,
    *INTAKE,
    *OPINIONS,
    *SESSIONS,
    *REVIEW_LISTS,
    *OUTBOX,
    *APPLICANTS,
    *LIBRARY,
    *READINGS,
)
"""Tables as docs/roles.md lists them."""


def as_markdown() -> str:
    """Return the tables of roles, rights and acts as they stand in docs/roles.md."""
    roles = list(RIGHTS)
    head = " | ".join(role.value for role in roles)
    rule = "|---|" + "---|" * len(roles)
    lines = [f"| table | {head} |", rule]
    for model in ORDER:
        cells = []
        for role in roles:
            actions = {action for models, given in RIGHTS[role].items() if model in models for action in given}
            cells.append(", ".join(action for action in (_VIEW, _ADD, _CHANGE) if action in actions) or "–")
        lines.append(f"| {model} | " + " | ".join(cells) + " |")
    lines += ["", f"| act | {head} |", rule]
    for act in sorted({act for acts in ACTS.values() for act in acts}):
        cells = ["yes" if act in ACTS[role] else "–" for role in roles]
        lines.append(f"| {act} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
