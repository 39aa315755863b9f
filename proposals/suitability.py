"""The short check before the long form: is a partnership possible at all? Pure, but for the law's numbers.

What stands behind each answer, and what does not:

- The list of socio-economic tasks (Law 379-V, art. 15(1), 25(4-1)), the sources of income (art. 9(2)), who may be a
  private partner (art. 1(1), 1(2)): read in the text of the law.
- Terms, own funds, tax arrears: rows of legal parameters; their notes say what was not compared with the text.
- That the Government keeps a list of objects which are not given to a PPP (decree No. 710 of 6 November 2017): title,
  number and date stand in a list of acts published by a PPP centre in 2018; **the list itself was not read**, nor was
  it checked that it still holds. Our kinds of object are those for which it is wise to ask; they are no quotation, so
  they never lead to "no" by themselves.
- That a PPP is joint work of state and business (art. 4, signs of a PPP): the heading was read, the wording was not.

Whatever was not compared with the text is marked ``verified=False`` and the page tells the reader to have it checked.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_DOWN, Decimal
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from proposals.wording import adilet, number, said
from reference.money import format_tenge
from reference.queries import ParameterUnknown, legal_parameter, legal_value

LAW = adilet("Z1500000379")
FORBIDDEN_OBJECTS = adilet("P1700000710")
_PER_CENT = Decimal("0.01")


class Verdict(TextChoices):
    """What an answer means for the idea. A note neither helps nor hinders."""

    NO = "no", pgettext_lazy("verdict", "Not possible so")
    WARNING = "warning", pgettext_lazy("verdict", "Look closer")
    OK = "ok", pgettext_lazy("verdict", "Fits")
    NOTE = "note", pgettext_lazy("verdict", "Good to know")


class Owner(TextChoices):
    """Whose the object is before the project; the codes are those of the form."""

    STATE = "state", _("State or communal property")
    NEW = "new", _("Does not exist yet: will be built")
    PRIVATE = "private", _("Property of the applicant")
    OTHER = "other", _("Property of somebody else")


class ObjectKind(TextChoices):
    """Kinds of object for which the Government's list must be looked into. Ours, not quoted from the list."""

    NONE = "none", _("None of these")
    DEFENCE = "defence", _("Defence, security, state border")
    NATURE = "nature", _("Subsoil, waters, forests, protected nature")
    HERITAGE = "heritage", _("Monument of history and culture")
    TRUNK = "trunk", _("Main railway, pipeline or power line")
    LISTED = "listed", _("I have seen it in the Government's list")
    UNSURE = "unsure", _("I do not know")


class UsedBy(TextChoices):
    """For whom the object works."""

    PUBLIC = "public", _("Residents, pupils, patients, the city")
    OWN = "own", _("Only our own business")


class Payer(TextChoices):
    """Who pays the private partner."""

    USERS = "users", _("Those who use the service")
    STATE = "state", _("The budget")
    BOTH = "both", _("Both, users and the budget")
    UNSURE = "unsure", _("I do not know yet")


@dataclass(frozen=True)
class SuitabilityAnswers:
    """What somebody answered; what was left out is None or empty and is not judged."""

    term_years: Decimal | None = None
    object_owner: str = ""
    object_kind: str = ""
    used_by: str = ""
    payer: str = ""
    cost: int | None = None
    own_funds: int | None = None
    state_owned: bool | None = None
    tax_arrears: bool | None = None


@dataclass(frozen=True)
class Finding:
    """One sentence about one answer, with its place in the law and whether we compared it with the law's text."""

    code: str
    verdict: Verdict
    field: str
    sentence: Any
    article: Any
    url: Any
    verified: bool


def term_limits(on: datetime.date) -> tuple[Decimal, Decimal] | None:
    """Return the shortest and the longest term in years by the law of the day; None where it is not on file."""
    try:
        return legal_value("ppp_term_min", on), legal_value("ppp_term_max", on)
    except ParameterUnknown:
        return None


def own_funds_needed(cost: int, percent: Decimal) -> int:
    """Return the least whole tenge that make up this share of the cost."""
    return int((cost * percent / 100).to_integral_value(ROUND_CEILING))


def share(part: int, whole: int) -> Decimal:
    """Return the part in percent, cut to hundredths: 19.999 must not be shown as the 20 it does not reach."""
    return (Decimal(part) * 100 / whole).quantize(_PER_CENT, ROUND_DOWN)


def _term(term: Decimal, on: datetime.date) -> Finding:
    article = _("Law on PPP No. 379-V, probably article 4")
    limits = term_limits(on)
    if limits is None:
        sentence = _("The terms of that day are not on file. Ask the chamber.")
        return Finding("term", Verdict.NOTE, "term_years", sentence, article, LAW, verified=False)
    least, greatest = limits
    numbers = {"least": number(least), "greatest": number(greatest), "term": number(term)}
    if term < least:
        verdict = Verdict.NO
        sentence = said(
            _("By law the contract lasts from %(least)s to %(greatest)s years; yours: %(term)s. Plan a longer term."),
            **numbers,
        )
    elif term > greatest:
        verdict = Verdict.NO
        sentence = said(
            _("By law the contract lasts from %(least)s to %(greatest)s years; yours: %(term)s. Plan a shorter term."),
            **numbers,
        )
    else:
        verdict = Verdict.OK
        sentence = said(
            _("By law the contract lasts from %(least)s to %(greatest)s years; yours: %(term)s."), **numbers
        )
    url = legal_parameter("ppp_term_min", on).source_url or LAW
    return Finding("term", verdict, "term_years", sentence, article, url, verified=False)


def _own_funds(own: int, cost: int, on: datetime.date) -> Finding:
    article = _("Law on PPP No. 379-V, probably article 32")
    try:
        row = legal_parameter("own_funds_share_min", on)
    except ParameterUnknown:
        sentence = _("The smallest share of own funds for that day is not on file. Ask the chamber.")
        return Finding("own_funds", Verdict.NOTE, "own_funds", sentence, article, LAW, verified=False)
    numbers = {
        "least": number(row.value),
        "share": number(share(own, cost)),
        "sum": format_tenge(own_funds_needed(cost, row.value)),
    }
    if own * 100 < cost * row.value:
        verdict = Verdict.NO
        sentence = said(
            _(
                "The private partner brings at least %(least)s%% of the cost from own funds, here %(sum)s; "
                "yours: %(share)s%%. Add own funds or find a partner who does."
            ),
            **numbers,
        )
    else:
        verdict = Verdict.OK
        sentence = said(
            _(
                "The private partner brings at least %(least)s%% of the cost from own funds, here %(sum)s; "
                "yours: %(share)s%%."
            ),
            **numbers,
        )
    return Finding("own_funds", verdict, "own_funds", sentence, article, row.source_url or LAW, verified=False)


_OWNER = {
    Owner.STATE: (
        Verdict.OK,
        _("An object of the state or the city is the usual object of a PPP. Its holder must agree."),
    ),
    Owner.NEW: (
        Verdict.OK,
        _("A new object may be built under a PPP contract. Find out on whose land it will stand."),
    ),
    Owner.PRIVATE: (
        Verdict.WARNING,
        _("An object of your own fits only when the state needs its service. Name the task of the state it solves."),
    ),
    Owner.OTHER: (
        Verdict.WARNING,
        _("Without the owner's consent there is no project. Get it in writing before anything else."),
    ),
}


def _owner(owner: str) -> Finding:
    verdict, sentence = _OWNER[Owner(owner)]
    article = _("Law on PPP No. 379-V, article 1(13)")
    return Finding("owner", verdict, "object_owner", sentence, article, LAW, verified=False)


def _object(kind: str) -> Finding:
    if kind == ObjectKind.NONE:
        verdict = Verdict.OK
        sentence = _("A PPP is possible in every branch, except for objects in the Government's list.")
    elif kind == ObjectKind.LISTED:
        verdict = Verdict.NO
        sentence = _("An object in the Government's list is not given to a PPP. Choose another object.")
    else:
        verdict = Verdict.WARNING
        sentence = _(
            "The Government keeps a list of objects that are not given to a PPP. Objects of this kind may stand in it: "
            "ask the chamber before you prepare papers."
        )
    article = _("Government decree No. 710 of 6 November 2017")
    return Finding("object", verdict, "object_kind", sentence, article, FORBIDDEN_OBJECTS, verified=False)


def _use(used_by: str) -> Finding:
    article = _("Law on PPP No. 379-V, article 4")
    if used_by == UsedBy.PUBLIC:
        sentence = _("A PPP is joint work of the state and business for people: this is what it is for.")
        return Finding("use", Verdict.OK, "used_by", sentence, article, LAW, verified=False)
    sentence = _(
        "What serves only your own business is no PPP. Think what people or the city would get, or ask the chamber "
        "about other support for business."
    )
    return Finding("use", Verdict.NO, "used_by", sentence, article, LAW, verified=False)


_PAYER = {
    Payer.USERS: (
        Verdict.OK,
        _("Income from users is a source the law names. The business plan must show that it is enough."),
    ),
    Payer.STATE: (
        Verdict.WARNING,
        _("Payments from the budget are state obligations: they need a limit and a decision, which takes time."),
    ),
    Payer.BOTH: (
        Verdict.WARNING,
        _("Users and the budget may both pay. The budget's part is a state obligation and needs a decision."),
    ),
    Payer.UNSURE: (
        Verdict.WARNING,
        _("Without a source of income there is no project. The law names seven; the form will list them."),
    ),
}


def _payer(payer: str) -> Finding:
    verdict, sentence = _PAYER[Payer(payer)]
    return Finding("payer", verdict, "payer", sentence, _("Law on PPP No. 379-V, article 9(2)"), LAW, verified=True)


def _state_owned(state_owned: bool) -> Finding:
    article = _("Law on PPP No. 379-V, article 1(1) and 1(2)")
    if state_owned:
        sentence = _(
            "A state body, or a company half or more of which belongs to the state, cannot be the private partner. "
            "It may propose a project from the side of the state."
        )
        return Finding("state_owned", Verdict.NO, "state_owned", sentence, article, LAW, verified=True)
    sentence = _("A private entrepreneur or company may be the private partner.")
    return Finding("state_owned", Verdict.OK, "state_owned", sentence, article, LAW, verified=True)


def _tax_arrears(in_arrears: bool, on: datetime.date) -> Finding | None:
    try:
        row, mci = legal_parameter("tax_arrears_max", on), legal_value("mci", on)
    except ParameterUnknown:
        return None
    numbers = {"count": number(row.value), "sum": format_tenge(int(row.value * mci))}
    article = _("Law on PPP No. 379-V, probably article 32")
    if in_arrears:
        verdict = Verdict.NO
        sentence = said(
            _("With tax arrears above %(count)s MCI (%(sum)s) nobody becomes a private partner. Pay them first."),
            **numbers,
        )
    else:
        verdict = Verdict.OK
        sentence = said(_("Tax arrears stay within %(count)s MCI (%(sum)s)."), **numbers)
    return Finding("tax_arrears", verdict, "tax_arrears", sentence, article, row.source_url or LAW, verified=False)


def _tasks(on: datetime.date) -> Finding | None:
    """The akimat's list of tasks exists since 2023; before that day there is nothing to look into."""
    try:
        legal_value("ses_tasks_list_period", on)
    except ParameterUnknown:
        return None
    sentence = _(
        "Each year the akimat publishes a list of socio-economic tasks. See whether your idea answers one of them: "
        "it is then easier to support."
    )
    article = _("Law on PPP No. 379-V, articles 15(1) and 25(4-1)")
    return Finding("tasks", Verdict.NOTE, "", sentence, article, LAW, verified=True)


def _found(answers: SuitabilityAnswers, on: datetime.date) -> Iterator[Finding | None]:
    if answers.used_by:
        yield _use(answers.used_by)
    if answers.object_owner:
        yield _owner(answers.object_owner)
    if answers.object_kind:
        yield _object(answers.object_kind)
    if answers.term_years is not None:
        yield _term(answers.term_years, on)
    # A share of an unknown cost, or of nothing, is no share.
    if answers.own_funds is not None and answers.cost:
        yield _own_funds(answers.own_funds, answers.cost, on)
    if answers.payer:
        yield _payer(answers.payer)
    if answers.state_owned is not None:
        yield _state_owned(answers.state_owned)
    if answers.tax_arrears is not None:
        yield _tax_arrears(answers.tax_arrears, on)


def assess(answers: SuitabilityAnswers, on: datetime.date) -> list[Finding]:
    """Return what the law of the day says to the answers, the gravest first; nothing where nothing was answered."""
    findings = [finding for finding in _found(answers, on) if finding]
    if findings and (tasks := _tasks(on)):
        findings.append(tasks)
    return sorted(findings, key=lambda finding: Verdict.values.index(finding.verdict))


def conclusion(findings: list[Finding]) -> Verdict:
    """Return the gravest verdict; OK where nothing stands against the idea."""
    verdicts = {finding.verdict for finding in findings}
    return next((verdict for verdict in (Verdict.NO, Verdict.WARNING) if verdict in verdicts), Verdict.OK)
