"""The table of ASVS rows leaves none out, and the evidence it names is there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "asvs.md"
# ASVS 5.0.0: section, then the last place of the rows of levels 1 and 2; in every section these are the first ones.
SECTIONS = """
    1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1 4.3:2 4.4:4
    5.1:1 5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2
    8.1:2 8.2:3 8.3:1 8.4:1 9.1:3 9.2:4 10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3 11.1:2 11.2:3 11.3:3 11.4:4
    11.5:1 11.6:1 12.1:3 12.2:2 12.3:4 13.1:1 13.2:5 13.3:2 13.4:5 14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7
    16.1:1 16.2:5 16.3:4 16.4:3 16.5:3 17.1:1 17.2:4 17.3:2
"""
ROWS = [
    f"{section}.{place}"
    for section, _, last in (word.partition(":") for word in SECTIONS.split())
    for place in range(1, int(last) + 1)
]
LINES = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if re.match(r"\| [0-9]", line)
]


def test_every_row_of_levels_one_and_two_stands_once():
    assert len(ROWS) == 253
    assert sorted(row for rows, _, _ in LINES for row in rows.split(", ")) == sorted(ROWS)


def test_every_row_says_whether_it_is_held_and_how():
    assert {held for _, held, _ in LINES} == {"yes", "part", "site", "none"}
    assert [rows for rows, _, how in LINES if not how] == []


def test_the_evidence_is_there():
    """A path in backticks and a page in brackets exist."""
    pages = [PAGE, ROOT / "docs" / "security.md", ROOT / "docs" / "production.md"]
    missing = []
    for page in pages:
        text = page.read_text(encoding="utf-8")
        files = [ROOT / name for name in re.findall(r"`([a-z_]+/[\w./-]+|[\w-]+\.(?:toml|txt|py))`", text)]
        links = [page.parent / link for link in re.findall(r"\]\(([\w./-]+)\)", text)]
        missing += [str(path.relative_to(ROOT)) for path in [*files, *links] if not path.resolve().exists()]
    assert missing == []
