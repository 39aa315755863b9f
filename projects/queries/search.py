"""What a search finds, and what it finds instead where a word is mistyped.

A word that nothing in the register holds is compared with the words that share some of its letters, three in a row;
the nearest of them, one or two slips away, are looked for in its place. So the rows, their sums and the downloads of a
forgiven search are those of the search for the right word.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

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
_READ = 4_000
"""Texts that are read for the words that share letters with one: a word of frequent letters must not read them all."""
_LONG = 11
"""From so many letters on every second three of them are enough: two slips cannot touch them all."""
_WORD = re.compile(r"\w+")

# Each part is planned for all rows that hold its letters, so by the index, and read no further than so many of them.
_PART = "{part} AS MATERIALIZED (SELECT search_text FROM projects_project WHERE search_text LIKE %s)"
_WORDS_OF = (
    "SELECT word FROM (SELECT search_text FROM {part} LIMIT %s) AS texts,"
    " unnest(string_to_array(search_text, ' ')) AS word WHERE word LIKE %s"
)
_HOLDING = f"""
WITH holding AS MATERIALIZED (SELECT {", ".join(SEARCHED)} FROM projects_project WHERE search_text LIKE %s)
SELECT * FROM holding LIMIT 1
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

    Meant for a text that finds nothing as it stands. One query for each word of four letters and more, and one for each
    word that is searched instead.
    """
    words: dict[str, list[str]] = {}
    written: dict[str, str] = {}
    named = _spellings(name for _, name in known.territories + known.sectors)
    for word in [word for word in search_words(text) if len(word) >= LEAST_LETTERS and word.isalpha()][:MOST_WORDS]:
        others = {*named, *_words_sharing_letters(word)}
        if any(word in other for other in others):
            continue
        if near := _nearest(word, others):
            words[word] = near
            written |= {other: named.get(other) or _spelling(other) for other in near}
    return Instead(words, tuple(written.values()))


def _spelling(word: str) -> str:
    """Return how a folded word is written in a row that holds it."""
    with reading().cursor() as cursor:
        cursor.execute(_HOLDING, [f"% {word} %"])
        return _spellings(text for row in cursor.fetchall() for text in row if text).get(word, word)


def _words_sharing_letters(word: str) -> set[str]:
    """Return folded words of the register that hold this one, or some letters of it that follow one another."""
    padded = f" {word}"
    # Three letters are what the index knows: of longer parts it gives rows that hold their letters scattered.
    starts = range(0, len(padded) - 2, 1 if len(padded) < _LONG else 2)
    windows = dict.fromkeys([word, *(padded[at : at + 3] for at in starts)])
    parts = [_PART.format(part=f"part_{place}") for place in range(len(windows))]
    found = [_WORDS_OF.format(part=f"part_{place}") for place in range(len(windows))]
    parameters: list[str | int] = [f"%{letters}%" for letters in windows]
    for letters in windows:
        parameters += [_READ // len(windows), f"{letters[1:]}%" if letters[0] == " " else f"%{letters}%"]
    with reading().cursor() as cursor:
        cursor.execute(f"WITH {', '.join(parts)} {' UNION '.join(found)}", parameters)
        return {other for (other,) in cursor.fetchall() if other.isalpha()}


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
