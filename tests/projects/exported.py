"""Reads downloads back: rows as the register's records, whatever the form."""

import csv
import io
import json
from typing import Any

from openpyxl import load_workbook

from projects.exports.dictionary import BLOCK_NAME
from projects.exports.tables import COLUMNS

API = "/api/v1/"


def body(answer: Any) -> bytes:
    """Return what was sent; the answer must be a success."""
    assert answer.status_code == 200, (answer.status_code, getattr(answer, "content", b"")[:500])
    return answer.getvalue()


def csv_rows(sent: bytes, separator: str = ",") -> list[dict[str, str]]:
    """Return the rows of a CSV by the names of its first line."""
    assert sent.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(sent.decode("utf-8-sig"), newline=""), delimiter=separator))


def workbook(sent: bytes) -> Any:
    """Open a workbook."""
    return load_workbook(io.BytesIO(sent))


def costs(rows: list[tuple[int, int | None, int | None]]) -> tuple[list[int], int, int]:
    """Return the numbers in order, and count and sum as the dictionary tells people to make them."""
    alone = [cost for _, cost, group in rows if group is None]
    return [number for number, _, _ in rows], len(alone), sum(cost or 0 for cost in alone)


def of_csv(sent: bytes) -> list[tuple[int, int | None, int | None]]:
    """Return number, cost and group of each row."""

    def whole(text: str) -> int | None:
        return int(text) if text else None

    return [(int(row["number"]), whole(row["cost"]), whole(row["group"])) for row in csv_rows(sent)]


def of_xlsx(sent: bytes) -> list[tuple[int, int | None, int | None]]:
    """Return the same of a workbook."""
    wanted = [COLUMNS.index(name) for name in ("number", "cost", "group")]
    rows = workbook(sent).worksheets[0].iter_rows(min_row=2, values_only=True)
    return [tuple(row[place] for place in wanted) for row in rows]


def of_json_lines(sent: bytes) -> list[tuple[int, int | None, int | None]]:
    """Return the same of JSON Lines."""
    records = [json.loads(line) for line in sent.decode().splitlines()]
    return [(record["number"], record["cost"], record["group"]) for record in records]


def of_oc4ids(sent: bytes) -> list[tuple[int, int | None, int | None]]:
    """Return the same of an OC4IDS package."""
    found = []
    for project in json.loads(sent)["projects"]:
        block = project[BLOCK_NAME]
        cost = project.get("budget", {}).get("amount", {}).get("amount")
        found.append((block["number"], cost, block.get("groupNumber")))
    return found


FORMS = {
    "projects.csv": of_csv,
    "projects.xlsx": of_xlsx,
    "projects.jsonl": of_json_lines,
    "oc4ids.json": of_oc4ids,
}
