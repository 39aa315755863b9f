"""What an address may say behind its question mark: blanks say nothing; unknown names and repeats are refused."""

from collections.abc import Collection, Iterable

from django.http import QueryDict
from django.utils.translation import gettext as _, gettext_lazy

GIVEN_TWICE = gettext_lazy("This filter is given twice. Give it once.")


def without_blanks(given: QueryDict | None) -> QueryDict:
    """Return every parameter with those of its values that say something; the names stay."""
    filled = QueryDict(mutable=True)
    for name, values in (given or QueryDict()).lists():
        filled.setlist(name, [value for value in values if value.strip()])
    return filled


def unknown(given: Iterable[str], known: Collection[str]) -> dict[str, list[str]]:
    """Return each parameter that nobody reads with the sentence that names those that are, in alphabetical order."""
    sentence = _("There is no such parameter. Known are: %(known)s.") % {"known": ", ".join(sorted(known))}
    return {name: [sentence] for name in sorted(set(given) - set(known))}
