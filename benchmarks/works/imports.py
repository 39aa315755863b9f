"""P12: a workbook into the register, against django-import-export in bulk and against COPY of the same rows.

Each round takes back what it stored after the database checked everything, and is swept up after, so the next one
begins from the same rows; writing the log to the disk at the commit, the same for all three, is left out.
"""

import functools
import hashlib
import io
import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from benchmarks import inside, synthetic
from benchmarks.comparison import Figure, Stage

ROWS = 5_000
ROWS_OF_PEER = 200
"""The first of the same rows: it takes as long for each row, and needs minutes for all of them."""
SEED = 12

_FACTS = {
    "name_kk": "title_kk",
    "name_ru": "title_ru",
    "territory_code": "territory_id",
    "sector": "sector_id",
    "status_code": "status",
    "initiator_type": "initiator_type",
    "private_partner": "private_partner",
    "cost_tenge": "cost",
    "is_group": "is_group",
    "group_size": "group_size",
    "term_years": "term_years",
    "jobs": "jobs",
    "capacity": "capacity",
    "capacity_unit": "capacity_unit",
    "year": "year",
    "source": "source",
}
"""Columns of the file, and the columns of the table they become."""
_GIVEN = "id, created_at, updated_at, order_kk, order_ru, order_en, search_text"
"""Columns that the register gives by itself."""


def _rows() -> Iterator[dict[str, Any]]:
    """Yield made-up rows that rest on a public source: a plain COPY could not enter others."""
    regions = {row["parent"] or row["code"] for row in synthetic.territories()}
    papers = list(synthetic.resolutions(dict.fromkeys(regions, 1), 1))
    # Far from the keys of the filled register, so that no title is there already.
    made = synthetic.projects(2 * ROWS, seed=SEED, first=50_000_000, papers=papers)
    for row in itertools.islice((row for row in made if row["status"] != "excluded"), ROWS):
        cells = {name: row[fact] for name, fact in _FACTS.items()}
        yield {name: cell if cell != "" else None for name, cell in cells.items()}


@functools.cache
def workbook(count: int) -> bytes:
    """Return the first rows as a workbook."""
    from openpyxl import Workbook

    book, stream = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet()
    sheet.append(list(_FACTS))
    for row in itertools.islice(_rows(), count):
        sheet.append([str(cell) if name == "status_code" else cell for name, cell in row.items()])
    book.save(stream)
    return stream.getvalue()


@contextmanager
def _taken_back() -> Iterator[None]:
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def ours(count: int) -> None:
    """Import as the command does."""
    from projects.services.imports import import_table

    result = import_table(io.BytesIO(workbook(count)), "table.xlsx")
    assert (result.errors, result.added) == ([], count), result.errors[:3] or result


def resource() -> Any:
    """Return the peer's resource as its manual writes one: in bulk, instances cleaned, known ones read at once."""
    from import_export import fields, instance_loaders, resources, widgets

    from projects.models import Project
    from reference.models import Sector, Territory

    widget = {
        "territory_code": widgets.ForeignKeyWidget(Territory, "code"),
        "sector": widgets.ForeignKeyWidget(Sector, "code"),
        "is_group": widgets.BooleanWidget(),
        "term_years": widgets.DecimalWidget(),
        **dict.fromkeys(("cost_tenge", "group_size", "jobs", "capacity", "year"), widgets.IntegerWidget()),
    }

    class ProjectResource(resources.ModelResource):
        class Meta:
            model = Project
            fields = tuple(_FACTS)
            import_id_fields = ("name_ru",)
            instance_loader_class = instance_loaders.CachedInstanceLoader
            use_bulk = True
            batch_size = 1_000
            skip_diff = True
            clean_model_instances = True
            use_transactions = True

        def before_import(self, dataset: Any, **options: Any) -> None:
            self.free = itertools.count(_last_number() + 1)

        def after_init_instance(self, instance: Any, new: bool, row: Any, **options: Any) -> None:
            if new:
                instance.number = next(self.free)

    made = ProjectResource()
    for name, fact in _FACTS.items():
        kind = widget.get(name) or widgets.CharWidget()
        made.fields[name] = fields.Field(fact.removesuffix("_id"), name, kind)
    return made


def by_import_export(count: int) -> None:
    """Import with django-import-export."""
    from tablib import Dataset

    data = Dataset().load(io.BytesIO(workbook(count)), format="xlsx")
    result = resource().import_data(data, raise_errors=True, rollback_on_validation_errors=True)
    assert not result.has_validation_errors(), result.invalid_rows[0].error
    assert result.totals["new"] == count, result.totals


def _last_number() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(number), 0) FROM projects_project")
        return int(cursor.fetchone()[0])


def _columns() -> list[str]:
    from projects.models import Project

    return [field.column for field in Project._meta.concrete_fields if not (field.primary_key or field.generated)]


@functools.cache
def lines(count: int, *, database: str) -> bytes:
    """Return what our import stores, as COPY writes it; nothing stays stored."""
    from django.db import connection

    with _taken_back(), connection.cursor() as cursor:
        last = _last_number()
        ours(count)
        asked = f"SELECT {', '.join(_columns())} FROM projects_project WHERE number > {last} ORDER BY number"
        with cursor.copy(f"COPY ({asked}) TO STDOUT") as copy:
            return b"".join(map(bytes, copy))


def by_copy(content: bytes) -> None:
    """Enter the lines as they are."""
    from django.db import connection

    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY projects_project ({', '.join(_columns())}) FROM STDIN") as copy,
    ):
        copy.write(content)


def _stored(act: Callable[[], None]) -> str:
    """Return the digest of the rows that an act stores."""
    from django.db import connection

    with _taken_back(), connection.cursor() as cursor:
        last = _last_number()
        act()
        cursor.execute(
            "SELECT to_jsonb(project) - %s::text[] FROM projects_project AS project WHERE number > %s ORDER BY number",
            [_GIVEN.split(", "), last],
        )
        return hashlib.sha256(repr(cursor.fetchall()).encode()).hexdigest()


def _speed(stage: Stage, act: Callable[[], None], count: int) -> float:
    """Return rows per second, the checks of the commit included."""
    from django.db import connection

    with _taken_back():
        began = time.perf_counter()
        act()
        connection.check_constraints()
        seconds = time.perf_counter() - began
    # Until then rows taken back stay in the indexes, and every title would be found there once for each round.
    with psycopg.connect(stage.database, autocommit=True) as owner:
        owner.execute("VACUUM projects_project")
    return count / seconds


def _same(first: Callable[[], None], second: Callable[[], None]) -> None:
    assert _stored(first) == _stored(second), "the rows that were stored differ"


def figures(stage: Stage) -> Iterator[Figure]:
    """Yield the two figures of the import."""
    # The library asks the sequence of the keys itself, which the application's role may not; so do all as the owner.
    inside.go_to(stage.database)
    content = lines(ROWS, database=stage.database)
    yield Figure(
        goal="P12 copy",
        what=f"XLSX of {ROWS} rows, checked and stored",
        ours=lambda: _speed(stage, lambda: ours(ROWS), ROWS),
        reference=lambda: _speed(stage, lambda: by_copy(content), ROWS),
        against="COPY of the same rows into the same table",
        unit="rows/s",
        ratio="ours/reference",
        same=lambda: _same(lambda: ours(ROWS), lambda: by_copy(content)),
    )
    import import_export  # noqa: F401 - where it is missing, only its own figure is not measured

    yield Figure(
        goal="P12 import-export",
        what=f"XLSX of {ROWS} rows, checked and stored",
        ours=lambda: _speed(stage, lambda: ours(ROWS), ROWS),
        reference=lambda: _speed(stage, lambda: by_import_export(ROWS_OF_PEER), ROWS_OF_PEER),
        against=f"django-import-export in bulk, the first {ROWS_OF_PEER} of these rows",
        unit="rows/s",
        ratio="ours/reference",
        same=lambda: _same(lambda: ours(ROWS_OF_PEER), lambda: by_import_export(ROWS_OF_PEER)),
    )
