"""What PostgreSQL copies is what the rules of the cells say, to the byte, whatever the texts hold."""

import csv
import io
import re
import time
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import OperationalError, connection, connections
from django.http import QueryDict
from django.utils.translation import override
from psycopg.sql import SQL

from projects.exports import copied, tables
from projects.exports.cells import as_json, clean, csv_cell, safe
from projects.exports.dictionary import labels
from projects.exports.view import View
from projects.exports.words import words_in
from projects.filters import ProjectFilter
from projects.models import Project
from projects.queries import copying
from projects.queries.register import register
from projects.services.register import approve
from reference.models import Sector
from tests import factories
from tests.projects.test_exports import elsewhere

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

UNSHOWN = [chr(code) for code in (*range(1, 10), *range(11, 32), *range(127, 160), 0xFFFE, 0xFFFF)]
HOSTILE = [
    *(f"а{char}б" for char in UNSHOWN),
    *(f"{char}=б" for char in UNSHOWN),
    *(f"{lead}{sign}1" for lead in ("", " ", "\u00a0", "\u200b", "\ufeff", "\n") for sign in "=+-@＝＋－＠﹢⁺₌"),
    '"=1"', "'=1", "=\"1\"", "a,b", "a;b", "a\tb", "\t", '"', '""', "\\.", "\\", "\\n", "C:\\temp", "\\u0001",
    "a\nb", "a\r\nb", "a\r", "\r", "\n", "«Жол» ЖШС", "№ 5", "320 орын", "😀=1", "\U000e0020=1", "\u00ad=1",
    "%s %% %(x)s", "{}", "';DROP", "\u2028=1", "é", "Ω", "ٱ", "中文", "\ufffd", "\uf000", "null", "NULL", "true",
]  # fmt: skip


def view_of(query="", language="kk"):
    filters = ProjectFilter(QueryDict(query), queryset=register())
    assert filters.form.is_valid()
    return View(filters, language, "http://x/", "http://x/", "http://x/")


def csv_of_cells(view, separator, with_labels):
    """Return the file as its rules say it: every cell by ``csv_cell``, every line by the csv module."""
    target, words, head = io.StringIO(), words_in(view.language), labels(view.language)
    writer = csv.writer(target, delimiter=separator, lineterminator="\r\n")
    writer.writerow([csv_cell(head[name]) for name in tables.COLUMNS] if with_labels else tables.COLUMNS)
    writer.writerows([csv_cell(value) for value in tables.row_of(record, words)] for record in view.records())
    return "\ufeff".encode() + target.getvalue().encode()


def json_of_records(view):
    records = ({name: clean(v) if isinstance(v, str) else v for name, v in record.items()} for record in view.records())
    return "".join(as_json(record) + "\n" for record in records).encode()


def copied_is_the_same(query="", language="kk", separators=",;\t", with_labels=False):
    with override(language):
        view = view_of(query, language)
        for separator in separators:
            made = b"".join(tables.csv_maker(separator, with_labels=with_labels)(view, view.figures()))
            assert made == csv_of_cells(view, separator, with_labels), separator
        assert b"".join(tables.json_lines(view, view.figures())) == json_of_records(view)


def fill(**columns):
    """Write values into the rows, one after the other, past every check of ours; return how many rows there are."""
    numbers = list(Project.objects.order_by("number").values_list("number", flat=True))
    with connection.cursor() as cursor:
        for name, values in columns.items():
            pairs = [(values[place % len(values)], number) for place, number in enumerate(numbers)]
            cursor.executemany(f"UPDATE projects_project SET {name} = %s WHERE number = %s", pairs)
    return len(numbers)


@pytest.fixture
def hostile():
    """Rows of a database restored from elsewhere: nobody can type these texts."""
    group = factories.group_of({"cost": 1}, cost=None)
    shifted = [HOSTILE[place:] + HOSTILE[:place] for place in (0, 7, 19, 31, 53)]
    # Each text among others, and each alone in its row: nothing else then calls for a closer look.
    texts = [*zip(*shifted, strict=True), *(("а", text, "", "", "https://example.kz/") for text in HOSTILE)]
    facts = {"sector_id": "health", "territory_id": factories.MEDEU, "status": "planned"}
    numbers = list(range(3, 3 + len(texts)))
    Project.objects.bulk_create(
        Project(number=number, title_kk="x", source="x", group=None if number % 9 else group, **facts)
        for number in numbers
    )
    columns = ", ".join(f"{name} = told.{name}" for name in copied.TEXTS)
    with connection.cursor() as cursor:
        # Past the fields, which clean what they are given.
        cursor.execute(
            f"UPDATE projects_project AS held SET {columns} FROM unnest(%s::int[], %s::text[], %s::text[], %s::text[],"
            f" %s::text[], %s::text[]) AS told(number, {', '.join(copied.TEXTS)}) WHERE held.number = told.number",
            [numbers, *map(list, zip(*texts, strict=True))],
        )
    return len(texts)


def test_hostile_texts_come_out_as_the_rules_of_cells_write_them(hostile, monkeypatch):
    assert hostile > 300
    copied_is_the_same("", "ru", separators=",", with_labels=True)
    # Orders, filters, and pieces of one line each.
    monkeypatch.setattr(copying, "PIECE", 1)
    copied_is_the_same("ordering=-title&sector=health", "en")


def test_numbers_moments_and_nothing_come_out_as_the_rules_of_cells_write_them():
    for _ in range(6):
        factories.project()
    moments = [datetime(2024, 2, 29, 18, 59, 59, 999_990, UTC), datetime(2024, 2, 29, 19, tzinfo=UTC),
               datetime(2026, 1, 1, 0, 0, 0, 1, UTC), datetime(2026, 6, 1, 0, 0, 0, 500_000, UTC)]  # fmt: skip
    fill(cost=[None, 0, 10**14], term_years=[None, Decimal("10.00"), Decimal("2.50"), Decimal("30")],
         jobs=[None, 5], updated_at=moments, initiator_type=["sme", "unknown"])  # fmt: skip
    copied_is_the_same(separators=",")
    nothing = view_of("search=жоқ_сөз")
    assert b"".join(tables.csv_maker()(nothing, nothing.figures())).count(b"\r\n") == 1


def test_a_past_day_is_copied_as_it_stood():
    made = [factories.project(title_ru="Прежнее", cost=5), factories.project(territory=factories.MEDEU)]
    approve(made, resolution=factories.resolution(adopted="2017-09-14"), by=None)
    fill(private_partner=["=1"])
    copied_is_the_same("as_of=2017-09-14&ordering=-title", "ru", separators=",")


def test_names_and_codes_of_staff_are_no_formulas_either():
    factories.project(sector="health")
    Sector.objects.filter(pk="health").update(name_kk='=Денсаулық, "ішкі"')
    copied_is_the_same(separators=",\t")
    Sector.objects.create(code="-x", name_kk="а", name_ru="а", name_en="a", oc4ids_codes=["health"])
    fill(sector_id=["-x"])
    copied_is_the_same(separators=",")


def test_what_is_let_through_without_a_look_is_no_formula():
    starts = [(int(low), int(end)) for low, end in re.findall(r"\[(\d+),(\d+)\)", copied.HARMLESS)]
    let_through = [chr(code) for low, end in starts for code in range(low, end) if code]
    assert len(let_through) > 1_000
    assert [char for char in let_through if safe(f"{char}=1")[:1] != char or safe(f"{char}1")[:1] != char] == []


def test_pieces_of_any_size_hold_the_same(monkeypatch):
    for _ in range(5):
        factories.project(title_ru="а\u00a0б")
    whole = b"".join(tables.csv_maker()(view_of(), view_of().figures()))
    monkeypatch.setattr(copying, "PIECE", 1)
    pieces = list(tables.csv_maker()(view_of(), view_of().figures()))
    assert (b"".join(pieces), len(pieces)) == (whole, 6)


def test_many_rows_are_read_along_the_index_and_settings_end_with_them(monkeypatch):
    factories.project()
    monkeypatch.setattr(copied, "MANY", 1)
    held = tables.csv_maker()(view_of(), view_of().figures())
    with connection.cursor() as cursor:
        told = []
        for _ in (next(held), next(held), *held, None):
            cursor.execute("SELECT current_setting('enable_sort'), current_setting('TimeZone')")
            told.append(cursor.fetchone())
    assert told[-1] == ("on", "UTC")


def test_a_reader_who_takes_nothing_loses_the_transaction(monkeypatch):
    monkeypatch.setattr(copying, "LONGEST_SILENCE", 0.4)

    def stalls():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            backend = cursor.fetchone()[0]
        line = SQL("repeat('x', 2000000)")
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
        with closing(copying.copied(ContentType.objects.values_list("pk"), ["id"], line, under={})) as pieces:
            next(pieces)
            time.sleep(1)
            with pytest.raises(OperationalError):
                list(pieces)
        return backend

    backend = elsewhere(stalls)
    deadline = time.monotonic() + 5
    with connections["default"].cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", [backend])
            if cursor.fetchone() == (0,):
                return
            time.sleep(0.05)
    raise AssertionError("the transaction is still open")
