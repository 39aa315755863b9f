"""What a search finds, and what it finds instead where a word is mistyped.

A word that nothing in the register holds is compared with the words that share some of its letters, three in a row, in
the same order; the nearest of them, one or two slips away, are looked for in its place. So the rows, their sums and
the downloads of a forgiven search are those of the search for the right word.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from projects.models.project import SEARCHED
from projects.queries.reading import reading
from projects.queries.register import Names
from reference.kazakh import fold, search_words

LEAST_LETTERS = 4
"""Shorter words are searched as they are: nearly every word is one slip away from them."""
MOST_WORDS = 5
"""So many words of a query are forgiven; the rest must be right."""
MOST_INSTEAD = 5
"""So many words stand in for one."""
_LIKENESS = 0.3
"""Share of its threes of letters that a text must hold to be looked at; two slips in eight letters leave as much."""
_PROBED, _READ = 2_000, 100
"""Texts that may be compared, and the likest of them that are read for their words."""
_THRESHOLD = "pg_trgm.word_similarity_threshold"
_WORD = re.compile(r"\w+")

# Texts are taken as they come, no more than _PROBED, before they are put in order: a word made of frequent letters
# must not compare the whole register.
_LIKELY = f"""
WITH probed AS MATERIALIZED (
    SELECT number, search_text, {", ".join(SEARCHED)} FROM projects_project WHERE %s <%% search_text LIMIT {_PROBED})
SELECT {", ".join(SEARCHED)} FROM probed ORDER BY word_similarity(%s, search_text) DESC, number LIMIT {_READ}
"""  # noqa: S608 - names of our own columns


@dataclass(frozen=True)
class Instead:
    """What is searched in place of the words of a query: folded words by folded word, and how they are written."""

    words: Mapping[str, Sequence[str]] = field(default_factory=dict)
    written: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words)


def forgiving(text: str, known: Names) -> Instead:
    """Return the words to search in place of the mistyped ones; false where no word of the register is near.

    Meant for a text that finds nothing as it stands. Four queries, and one for each word of four letters and more.
    """
    words: dict[str, list[str]] = {}
    written: dict[str, str] = {}
    names = [name for _, name in known.territories + known.sectors]
    doubtful = [word for word in search_words(text) if len(word) >= LEAST_LETTERS and word.isalpha()][:MOST_WORDS]
    for word, texts in _likely_texts(doubtful).items():
        spellings = _spellings([*names, *texts])
        if any(word in spelling for spelling in spellings):
            continue
        if near := _nearest(word, spellings):
            words[word] = near
            written |= {other: spellings[other] for other in near}
    return Instead(words, tuple(written.values()))


def _likely_texts(words: Sequence[str]) -> dict[str, list[str]]:
    """Return for each word the texts of rows that hold one like it."""
    found: dict[str, list[str]] = {}
    if not words:
        return found
    connection = reading()
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        # A connection that has not used pg_trgm yet does not know its settings either.
        cursor.execute("SELECT similarity('', '')")
        cursor.execute(f"SHOW {_THRESHOLD}")
        (usual,) = cursor.fetchone()
        cursor.execute("SELECT set_config(%s, %s, true)", [_THRESHOLD, str(_LIKENESS)])
        for word in words:
            cursor.execute(_LIKELY, [word, word])
            found[word] = [text for row in cursor.fetchall() for text in row if text]
        # Inside a longer transaction the setting would outlive this block.
        cursor.execute("SELECT set_config(%s, %s, true)", [_THRESHOLD, usual])
    return found


def _spellings(texts: Iterable[str]) -> dict[str, str]:
    """Return the words of the texts, folded, each with the way it is first written."""
    found: dict[str, str] = {}
    for text in texts:
        for word in _WORD.findall(text):
            found.setdefault(fold(word).strip(), word)
    return {folded: word for folded, word in found.items() if folded.isalpha()}


def _nearest(word: str, known: Iterable[str]) -> list[str]:
    """Return the known words that begin with what is fewest slips away, the shortest first; none if all are far."""
    most = 1 if len(word) < 7 else 2
    slips = {other: slips_to_a_beginning(word, other, most) for other in known if len(other) >= len(word) - most}
    fewest = min((count for count in slips.values() if count <= most), default=None)
    chosen: list[str] = []
    for other in sorted((other for other, count in slips.items() if count == fewest), key=lambda one: (len(one), one)):
        if not any(other.startswith(shorter) for shorter in chosen):
            chosen.append(other)
    return chosen[:MOST_INSTEAD]


def slips_to_a_beginning(word: str, other: str, most: int) -> int:
    """Return how many slips turn ``word`` into a beginning of ``other``; ``most + 1`` stands for more than ``most``.

    A slip is a letter too many, too few, another letter, or two neighbours exchanged.
    """
    reach = len(word) + most
    before: list[int] = []
    row = list(range(min(len(other), reach) + 1))
    for place, letter in enumerate(word, start=1):
        following = [place]
        for column in range(1, len(row)):
            least = min(row[column] + 1, following[-1] + 1, row[column - 1] + (letter != other[column - 1]))
            if place > 1 and column > 1 and letter == other[column - 2] and word[place - 2] == other[column - 1]:
                least = min(least, before[column - 2] + 1)
            following.append(least)
        if min(following) > most:
            return most + 1
        before, row = row, following
    return min(min(row), most + 1)
