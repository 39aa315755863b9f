"""P9, P10, P11 and P15: whole files of the register against psql, DRF and openpyxl; memory; pages meanwhile."""

import csv
import http.client
import io
import itertools
import json
import os
import random
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from benchmarks.comparison import Figure, Single, Stage

CSV, OC4IDS, XLSX = (
    f"/api/v1/{name}?lang=kk&ordering=number" for name in ("projects.csv", "oc4ids.json", "projects.xlsx")
)
"""The whole register; a view that names its order is made anew each time and never kept ready as a file."""
LISTS = 60
"""Answers of the list whose median is one round of P15."""
MIB = 1024 * 1024
_WORDS = """
    SELECT p.number, p.title_kk, p.title_ru, p.title_en, p.sector_id, s.name_kk, p.territory_id, t.name_kk,
        p.initiator_type, {initiator}, p.status, {status}, p.cost,
        CASE WHEN p.cost IS NULL THEN 'false' ELSE 'true' END, CASE WHEN p.is_group THEN 'true' ELSE 'false' END,
        g.number, p.term_years, p.jobs, p.year, p.resolution_id, p.private_partner, p.source_url,
        to_char(p.updated_at, 'YYYY-MM-DD"T"HH24:MI:SS.USTZH:TZM')
    FROM projects_project p JOIN reference_sector s ON s.code = p.sector_id
        JOIN reference_territory t ON t.code = p.territory_id LEFT JOIN projects_project g ON g.id = p.group_id
    ORDER BY p.number
"""
"""The columns of the CSV as somebody with psql would ask for them, nothing guarded."""
_PROJECTS = """
    SELECT p.*, s.oc4ids_codes, t.name_kk, parent.name_kk, g.number, g.title_kk, r.number, r.adopted, r.kind, r.session,
        r.convocation, r.link, m.name_kk, e.number, e.adopted, e.kind, c.number, c.signed_on, c.sum, c.term_years,
        (SELECT array_agg(ARRAY[d.id::text, d.document_type, d.title_kk, d.url]) FROM projects_document d
            WHERE d.project_id = p.id AND d.is_public),
        (SELECT array_agg(ARRAY[x.status, x.since, x.resolution_id::text, x.source_url] ORDER BY x.id)
            FROM projects_statuschange x WHERE x.project_id = p.id),
        (SELECT array_agg(ARRAY[o.year, o.amount] ORDER BY o.year) FROM projects_obligation o
            WHERE o.project_id = p.id),
        CASE WHEN p.is_group THEN (SELECT array_agg(ARRAY[y.number::text, y.title_kk] ORDER BY y.number)
            FROM projects_project y WHERE y.group_id = p.id) END
    FROM (SELECT number, title_kk, title_ru, title_en, description_kk, objective_kk, place_kk, state_partner_kk,
            private_partner, status, sector_id, territory_id, initiator_type, initiator_size, cost, asked_sum,
            approved_sum, signed_sum, state_obligations, is_group, group_size, group_id, term_years, jobs, year,
            implementation_start, contract_signed_on, commissioned_on, contract_ends_on, contract_type,
            payment_sources, source_url, updated_at, resolution_id, excluded_by_id, id FROM projects_project) p
        JOIN reference_sector s ON s.code = p.sector_id JOIN reference_territory t ON t.code = p.territory_id
        LEFT JOIN reference_territory parent ON parent.code = t.parent_id
        LEFT JOIN projects_project g ON g.id = p.group_id LEFT JOIN projects_resolution r ON r.id = p.resolution_id
        LEFT JOIN projects_maslikhat m ON m.id = r.maslikhat_id
        LEFT JOIN projects_resolution e ON e.id = p.excluded_by_id LEFT JOIN projects_contract c ON c.project_id = p.id
    ORDER BY p.number
"""
"""What an OC4IDS project is made of."""


@contextmanager
def asked(stage: Stage, path: str) -> Iterator[http.client.HTTPResponse]:
    """Ask the site; raises AssertionError for another status than 200."""
    wire = http.client.HTTPConnection(urlsplit(stage.site).netloc, timeout=1_800)
    try:
        wire.request("GET", path)
        answer = wire.getresponse()
        assert answer.status == 200, (path, answer.status, answer.read(500))
        yield answer
    finally:
        wire.close()


def taken(stage: Stage, path: str) -> float:
    """Take a file to its end and throw it away; return the seconds."""
    begun = time.perf_counter()
    with asked(stage, path) as answer:
        while answer.read(MIB):
            pass
    return time.perf_counter() - begun


def first_byte(stage: Stage) -> float:
    """Return the milliseconds until the first bytes of a CSV are there."""
    begun = time.perf_counter()
    with asked(stage, CSV) as answer:
        answer.read(1)
        return (time.perf_counter() - begun) * 1_000


def copied(stage: Stage, query: str) -> float:
    """Let psql copy a query to a pipe; return the seconds."""
    begun = time.perf_counter()
    with _psql(stage, query) as pipe:
        while pipe.read(MIB):
            pass
    return time.perf_counter() - begun


@contextmanager
def _psql(stage: Stage, query: str) -> Iterator[Any]:
    command = ["psql", stage.application, "-X", "-q", "-c", f"COPY ({query}) TO STDOUT (FORMAT csv)"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PGTZ": "Asia/Almaty"}) as process:
        assert process.stdout is not None
        yield process.stdout
        process.stdout.read()
    assert process.returncode == 0, "psql failed"


def _with_words() -> str:
    from django.utils.translation import override

    from reference.codelists import InitiatorType, ProjectStatus

    def case(column: str, choices: Any) -> str:
        with override("kk"):
            lines = " ".join(f"WHEN '{code}' THEN '{label}'" for code, label in choices.choices)
        return f"CASE p.{column} {lines} END"

    return _WORDS.format(initiator=case("initiator_type", InitiatorType), status=case("status", ProjectStatus))


def same_csv(stage: Stage, query: str) -> None:
    """Refuse two files whose cells differ, but for the zeros of decimals and moments."""

    def plain(cells: list[str]) -> list[str]:
        if not cells:
            return cells
        cells[16] = cells[16].removesuffix(".00")
        cells[22] = cells[22].replace(".000000", "")
        return cells

    with asked(stage, CSV) as ours, _psql(stage, query) as theirs:
        mine = csv.reader(io.TextIOWrapper(ours, "utf-8-sig", newline=""))
        other = csv.reader(io.TextIOWrapper(theirs, "utf-8", newline=""))
        next(mine)
        rows = 0
        for rows, (one, two) in enumerate(itertools.zip_longest(mine, other), start=1):  # noqa: B007
            assert plain(one or []) == plain(two or []), (one, two)
        assert rows >= stage.rows


# --- memory of the server ---


def _workers(stage: Stage) -> list[int]:
    """Return the processes that hold the port of the site."""
    port = f":{urlsplit(stage.site).port:04X}"
    with open("/proc/net/tcp", encoding="ascii") as table:
        inodes = {f"socket:[{cells[9]}]" for cells in map(str.split, table) if cells[1].endswith(port)}
    return [int(pid) for pid in os.listdir("/proc") if pid.isdecimal() and _holds(pid, inodes)]


def _holds(pid: str, inodes: set[str]) -> bool:
    try:
        handles = os.listdir(f"/proc/{pid}/fd")
        return any(os.readlink(f"/proc/{pid}/fd/{handle}") in inodes for handle in handles)
    except OSError:
        return False


def _held(pid: int) -> float:
    with open(f"/proc/{pid}/statm", encoding="ascii") as told:
        return int(told.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / MIB


def grown(stage: Stage, path: str) -> float:
    """Return by how many MiB the worker that made a file grew while it did; both workers have made one before."""
    pids = _workers(stage)
    assert pids, "nobody listens at the site"
    before = {pid: _held(pid) for pid in pids}
    most, over = 0.0, threading.Event()

    def watch() -> None:
        nonlocal most
        while not over.wait(0.02):
            most = max(most, *(_held(pid) - before[pid] for pid in pids))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        taken(stage, path)
    finally:
        over.set()
        watcher.join()
    return most


def warmed(stage: Stage, path: str) -> None:
    """Let every worker do its imports: a small file, several times."""
    for _ in range(8):
        taken(stage, f"{path}&year=2015&sector=tourism")


# --- the list meanwhile ---


def listed(stage: Stage) -> float:
    """Return the median milliseconds of lists that nobody has asked for before."""
    waits = []
    for _ in range(LISTS):
        begun = time.perf_counter()
        with asked(stage, f"/api/v1/projects/?sector=education&cost_min={random.randrange(10**9)}") as answer:
            answer.read()
        waits.append((time.perf_counter() - begun) * 1_000)
    return statistics.median(waits)


def listed_meanwhile(stage: Stage) -> float:
    """Return the same while somebody takes the whole register, again and again."""
    command = ["curl", "-sf", "-o", "/dev/null", stage.site + CSV]
    process = subprocess.Popen(command)
    over = threading.Event()

    def again() -> None:
        nonlocal process
        while not over.wait(0.01):
            if process.poll() is not None:
                process = subprocess.Popen(command)

    keeper = threading.Thread(target=again)
    keeper.start()
    try:
        time.sleep(0.3)
        return listed(stage)
    finally:
        over.set()
        keeper.join()
        process.terminate()
        process.wait()


# --- other ways to the same file, in this process ---


def _timed(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _ours(name: str, query: str = "") -> int:
    """Make a file in this process; return its bytes."""
    from django.http import QueryDict

    from projects.exports import oc4ids, xlsx
    from projects.exports.view import Stream, View
    from projects.filters import ProjectFilter
    from projects.queries.register import register

    filters = ProjectFilter(QueryDict(query), queryset=register())
    assert filters.form.is_valid()
    view = View(filters, "kk", "http://x/file", "http://x/kk/projects/", "http://x/")
    return sum(map(len, Stream(view, xlsx.xlsx if name == "xlsx" else oc4ids.package)))


def by_openpyxl() -> int:
    """Make the same workbook by the write-only mode of openpyxl; return its rows."""
    import tempfile

    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    from projects.exports.tables import COLUMNS, row_of
    from projects.exports.typed import typed
    from projects.exports.view import whole_register
    from projects.exports.words import words_in

    view, words, rows = whole_register("kk"), words_in("kk"), 0
    book = Workbook(write_only=True)
    sheet = book.create_sheet("x")
    sheet.append(COLUMNS)
    cost = COLUMNS.index("cost")
    for rows, record in enumerate(view.records(), start=1):  # noqa: B007
        cells = [typed(sheet, value) for value in row_of(record, words)]
        if cells[cost] is not None:
            cells[cost] = WriteOnlyCell(sheet, cells[cost])
            cells[cost].number_format = "#,##0"
        sheet.append(cells)
    with tempfile.TemporaryFile() as target:
        book.save(target)
    return rows


WHOLE, LARGE = 20_000, 200_000
"""Rows up to which DRF writes the whole register, or its largest sector: the whole takes it a quarter of an hour."""


def part(stage: Stage) -> str:
    """Return the filter of what DRF writes."""
    return "" if stage.rows <= WHOLE else f"sector={'education' if stage.rows <= LARGE else 'sport'}"


def by_drf(query: str) -> list[Any]:
    """Write the facts of an OC4IDS package by nested model serializers; return the numbers."""
    from rest_framework import serializers
    from rest_framework.renderers import JSONRenderer

    from projects.models import Contract, Document, Obligation, Project, Resolution, StatusChange
    from projects.queries.published import published
    from projects.queries.register import register

    def of(model: Any) -> type[serializers.ModelSerializer]:
        meta = type("Meta", (), {"model": model, "fields": "__all__"})
        return type(model.__name__, (serializers.ModelSerializer,), {"Meta": meta})

    unread = ("search_text", "order_kk", "order_ru", "order_en")
    nested = {
        "resolution": of(Resolution)(),
        "excluded_by": of(Resolution)(),
        "contract": of(Contract)(),
        "public_documents": of(Document)(many=True),
        "steps": of(StatusChange)(many=True),
        "owed": of(Obligation)(many=True),
    }
    meta = type("Meta", (), {"model": Project, "exclude": unread})
    whole = type("Whole", (serializers.ModelSerializer,), {**nested, "Meta": meta})
    chosen = register().filter(**dict(parse_qsl(query))).order_by("number")
    numbers = list(chosen.values_list("number", flat=True))
    for start in range(0, len(numbers), 500):
        details = published(numbers[start : start + 500])
        JSONRenderer().render(whole(details.values(), many=True).data)
    return numbers


def same_projects(stage: Stage) -> None:
    """Refuse a package of other projects than the serializers write."""
    with asked(stage, f"{OC4IDS}&{part(stage)}") as answer:
        numbers = [project["x_pppRegistry"]["number"] for project in json.load(answer)["projects"]]
    assert numbers == by_drf(part(stage))


def same_rows(stage: Stage) -> None:
    """Refuse a workbook with another number of rows."""
    from openpyxl import load_workbook

    with asked(stage, XLSX) as answer:
        book = load_workbook(io.BytesIO(answer.read()), read_only=True)
    assert sum(1 for _ in book.worksheets[0].iter_rows(values_only=True)) - 1 == by_openpyxl()


def figures(stage: Stage) -> Iterator[Figure | Single]:
    """Yield the figures of whole files at this size."""
    words = _with_words()
    for path in (CSV, OC4IDS, XLSX):
        warmed(stage, path)
    yield Figure(
        "P9 time", "CSV of the whole register", lambda: stage.rows / taken(stage, CSV),
        lambda: stage.rows / copied(stage, words), "psql COPY to a pipe", "rows/s", "ours/reference",
        lambda: same_csv(stage, words),
    )  # fmt: skip
    yield Single("P9 memory", "CSV of the whole register, growth of a worker", lambda: grown(stage, CSV), "MiB")
    yield Single("P9 first byte", "CSV of the whole register, first byte", lambda: first_byte(stage), "ms")
    yield Figure(
        "P15 list", "list while the whole register is exported", lambda: listed_meanwhile(stage),
        lambda: listed(stage), "the list while nothing else is asked", "ms", "ours/reference", lambda: None,
    )  # fmt: skip
    yield Figure(
        "P10 time", "OC4IDS of the whole register", lambda: taken(stage, OC4IDS),
        lambda: copied(stage, _PROJECTS), "psql COPY of the same columns", "s", "ours/reference",
        lambda: same_projects(stage),
    )  # fmt: skip
    yield Figure(
        "P10 DRF", f"OC4IDS of {'a sector' if part(stage) else 'the whole register'}",
        lambda: _timed(lambda: _ours("oc4ids", part(stage))), lambda: _timed(lambda: by_drf(part(stage))),
        "nested serializers of DRF", "s", "reference/ours", lambda: same_projects(stage),
    )  # fmt: skip
    yield Single("P10 memory", "OC4IDS of the whole register, growth of a worker", lambda: grown(stage, OC4IDS), "MiB")
    if stage.rows <= 100_000:
        yield Figure(
            "P11 time", "XLSX of the whole register", lambda: _timed(lambda: _ours("xlsx")),
            lambda: _timed(by_openpyxl), "openpyxl write-only", "s", "reference/ours", lambda: same_rows(stage),
        )  # fmt: skip
        yield Single("P11 memory", "XLSX of the whole register, growth of a worker", lambda: grown(stage, XLSX), "MiB")
