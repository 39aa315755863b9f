"""The rules of the HTTP Observatory, done again without the net: how many points the answers of a site get.

Rules and points: https://github.com/mdn/mdn-http-observatory (src/grader/charts.js and src/analyzer/tests, read in
November 2026). Left out because no answer of ours can reach them: hashes and nonces in the policy, being in the list
that browsers ship with (HSTS preload, 5 points), certificates. Points above 100 count only from 90 on, as there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.cookies import Morsel
from typing import Final

LEAST_FOR_BONUS: Final = 90
_BROAD = {"*", "ftp:", "http:", "https:", "http://*", "https://*", "http://*.*", "https://*.*"}
_INLINE = {"'unsafe-inline'", "data:"}
_PRIVATE_REFERRER = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
_HALF_A_YEAR = 15_768_000


@dataclass(frozen=True)
class Answer:
    """What was sent for an https address; of scripts their ``src`` and ``integrity``."""

    headers: Mapping[str, str]
    cookies: Sequence["Morsel[str]"] = ()
    scripts: Sequence[tuple[str, str]] = ()
    is_page: bool = True


def policy_of(header: str) -> dict[str, set[str]]:
    """Return the directives of a content policy, each with its sources."""
    parts = [part.split() for part in header.split(";") if part.strip()]
    return {words[0].lower(): {*words[1:]} for words in reversed(parts)}


def content_policy(answer: Answer) -> int:
    """-25 to 10: nothing inline, nothing broad, nothing by plain http; the most for a default of nothing."""
    policy = policy_of(answer.headers.get("Content-Security-Policy", ""))
    if not policy:
        return -25
    default = policy.get("default-src", {"*"})
    script, style = (policy.get(name, default) for name in ("script-src", "style-src"))
    passive = {*policy.get("img-src", default), *policy.get("media-src", default)}
    active = {source for name, sources in policy.items() if name not in {"img-src", "media-src"} for source in sources}
    if script & (_BROAD | _INLINE) or policy.get("object-src", default) & _BROAD:
        return -20
    if any(source.startswith(("http:", "ftp:")) for source in active):
        return -20
    if "'unsafe-eval'" in script | style or any(source.startswith(("http:", "ftp:")) for source in passive):
        return -10
    if style & (_BROAD | _INLINE):
        return 0
    return 10 if default == {"'none'"} else 5


def cookies(answer: Answer) -> int:
    """-40 to 5: Secure on all, HttpOnly on those of logins, SameSite on all."""
    lowest = 5 if answer.cookies else 0
    has_hsts = strict_transport(answer) >= 0
    for cookie in answer.cookies:
        name, same_site = cookie.key.lower(), cookie["samesite"].lower()
        is_login = "sess" in name or "login" in name
        if not cookie["secure"]:
            lowest = min(lowest, (-10 if has_hsts else -40) if is_login else (-5 if has_hsts else -20))
        if same_site not in {"", "lax", "strict", "none"} or (same_site == "none" and not cookie["secure"]):
            lowest = min(lowest, -20)
        if "csrf" in name and not same_site:
            lowest = min(lowest, -20)
        if is_login and not cookie["httponly"]:
            lowest = min(lowest, -30)
        if not same_site:
            lowest = min(lowest, 0)
    return lowest


def other_sites_may_read(answer: Answer) -> int:
    """-50 where any site may read with the visitor's cookies, else 0."""
    allowed = answer.headers.get("Access-Control-Allow-Origin", "")
    with_cookies = answer.headers.get("Access-Control-Allow-Credentials", "").lower() == "true"
    return -50 if allowed and with_cookies else 0


def referrer(answer: Answer) -> int:
    """-5 to 5: the last policy that is known counts."""
    told = [word.strip().lower() for word in answer.headers.get("Referrer-Policy", "").split(",") if word.strip()]
    if not told:
        return 0
    return 5 if told[-1] in _PRIVATE_REFERRER else -5


def strict_transport(answer: Answer) -> int:
    """-20 to 0: half a year at least."""
    parts = [part.strip().lower() for part in answer.headers.get("Strict-Transport-Security", "").split(";")]
    ages = [part.removeprefix("max-age=") for part in parts if part.startswith("max-age=")]
    if not ages or not ages[0].isdecimal():
        return -20
    return 0 if int(ages[0]) >= _HALF_A_YEAR else -10


def scripts(answer: Answer) -> int:
    """-50 to 5: hashes of scripts, and where scripts come from."""
    if not answer.is_page or not answer.scripts:
        return 0
    foreign = [(src, integrity) for src, integrity in answer.scripts if "//" in src]
    insecure = any(not src.startswith("https://") for src, _ in foreign)
    is_whole = all(integrity for _, integrity in (foreign or answer.scripts))
    if insecure:
        return -20 if is_whole else -50
    if foreign and not is_whole:
        return -5
    return 5 if is_whole else 0


def content_type(answer: Answer) -> int:
    """-5 or 0."""
    return 0 if answer.headers.get("X-Content-Type-Options", "").strip().lower() == "nosniff" else -5


def framing(answer: Answer) -> int:
    """-20 to 5: the most where the content policy says who may frame."""
    ancestors = policy_of(answer.headers.get("Content-Security-Policy", "")).get("frame-ancestors", {"*"})
    if not ancestors & _BROAD:
        return 5
    return 0 if answer.headers.get("X-Frame-Options", "").strip().upper() in {"DENY", "SAMEORIGIN"} else -20


def other_sites_may_embed(answer: Answer) -> int:
    """-5 to 10."""
    told = answer.headers.get("Cross-Origin-Resource-Policy", "").strip().lower()
    return {"": 0, "cross-origin": 0, "same-origin": 10, "same-site": 10}.get(told, -5)


def redirection(first: str, location: str) -> int:
    """-20 to 0: where plain http leads; to the same host by https first."""
    host = first.removeprefix("http://").partition("/")[0]
    if not location.startswith("https://"):
        return -20
    return 0 if location.removeprefix("https://").partition("/")[0] == host else -5


RULES = {
    "content policy": content_policy,
    "cookies": cookies,
    "other sites may read": other_sites_may_read,
    "referrer": referrer,
    "strict transport": strict_transport,
    "scripts": scripts,
    "type of content": content_type,
    "framing": framing,
    "other sites may embed": other_sites_may_embed,
}


def points(answer: Answer, redirected: int = 0) -> dict[str, int]:
    """Return the points of each rule; ``redirected`` are those of the way from plain http."""
    return {name: rule(answer) for name, rule in RULES.items()} | {"redirection": redirected}


def score(given: Mapping[str, int]) -> int:
    """Return the points of a site: 100, less what is wrong, and what is better only where little is wrong."""
    without = 100 + sum(value for value in given.values() if value < 0)
    bonus = sum(value for value in given.values() if value > 0) if without >= LEAST_FOR_BONUS else 0
    return max(0, without + bonus)
