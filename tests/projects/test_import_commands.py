"""The two commands: what they print, write and store; two at once; one that is killed."""

import io
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.utils.translation import override

from projects.management.commands import _tables
from projects.models import Project, Resolution, StatusChange
from tests.projects.import_files import (
    REAL_PROJECTS,
    REAL_RESOLUTIONS,
    csv_file,
    good_row,
    good_rows,
    run,
    run_resolutions,
)

ROOT = Path(__file__).resolve().parents[2]
IIN = "850101300005"


class Screen(io.StringIO):
    """A terminal somebody watches."""

    def isatty(self) -> bool:
        return True


def command(name: str, *arguments, screen: type[io.StringIO] = io.StringIO, **options) -> tuple[str, str]:
    """Run a command in English; return what it printed, and the errors with the last line of a refusal."""
    out, err = screen(), io.StringIO()
    with override("en"):
        try:
            call_command(name, *map(str, arguments), stdout=out, stderr=err, **options)
        except CommandError as refusal:
            err.write(f"CommandError: {refusal}\n")
    return out.getvalue(), err.getvalue()


@pytest.fixture
def table(tmp_path):
    """Return a function that writes rows to a file and returns its path."""

    def write(rows, name="table.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(csv_file(rows))
        return path

    return write


@pytest.mark.django_db
@pytest.mark.usefixtures("reference_data")
class TestCommands:
    def test_the_real_files_by_command(self, tmp_path):
        report = tmp_path / "report.json"
        out, err = command("import_resolutions", REAL_RESOLUTIONS)
        assert (out, err) == ("real_resolutions.csv: rows 3, added 3, in the register already 0.\n", "")
        out, err = command("import_projects", REAL_PROJECTS, report=report)
        assert (out, err) == ("real_projects.csv: rows 106, added 106, in the register already 0.\n", "")
        found = json.loads(report.read_text())
        assert len(found.pop("sha256")) == 64
        assert found == {
            "file": "real_projects.csv", "rows": 106, "added": 106, "unchanged": 0, "dry_run": False, "errors": [],
        }  # fmt: skip
        out, err = command("import_projects", REAL_PROJECTS)
        assert (out, err) == ("real_projects.csv: rows 106, added 0, in the register already 106.\n", "")

    def test_a_dry_run_does_everything_and_stores_nothing(self):
        out, err = command("import_projects", REAL_PROJECTS, resolutions=REAL_RESOLUTIONS, dry_run=True)
        assert err == ""
        assert out.splitlines() == [
            "real_resolutions.csv: rows 3, would be added 3, in the register already 0.",
            "real_projects.csv: rows 106, would be added 106, in the register already 0.",
            "This was a dry run: nothing was stored.",
        ]
        assert (Project.objects.count(), Resolution.objects.count(), StatusChange.objects.count()) == (0, 0, 0)
        command("import_resolutions", REAL_RESOLUTIONS, dry_run=True)
        assert Resolution.objects.count() == 0

    def test_bad_rows_are_printed_and_reported(self, table, tmp_path):
        path = table([good_row(1, sector="alchemy"), good_row(2), good_row(3, private_partner=IIN)])
        report = tmp_path / "report.json"
        out, err = command("import_projects", path, report=report)
        assert out == ""
        assert err.splitlines() == [
            "table.csv: row 2, column “sector”, “alchemy”: There is no such sector. Write its code or its name.",
            "table.csv: row 4, column “private_partner”, “••••••••••••”: "
            "The cell holds a personal number (IIN). It must not stand in the register. Delete it.",
            "CommandError: Nothing was stored. Rows with errors: 2. Errors: 2.",
        ]
        text = report.read_text()
        found = json.loads(text)
        assert (found["rows"], found["added"], found["unchanged"], found["dry_run"]) == (3, 0, 0, False)
        assert found["errors"] == [
            {
                "row": 2,
                "column": "sector",
                "value": "alchemy",
                "message": "There is no such sector. Write its code or its name.",
            },
            {
                "row": 4,
                "column": "private_partner",
                "value": "••••••••••••",
                "message": "The cell holds a personal number (IIN). It must not stand in the register. Delete it.",
            },
        ]
        assert str(tmp_path) not in text
        assert IIN not in text + err
        assert sorted(path.name for path in tmp_path.iterdir()) == ["report.json", "table.csv"]
        assert Project.objects.count() == 0

    def test_only_the_first_50_errors_are_printed(self, table):
        rows = [row | {"year": "17"} for row in good_rows(60)]
        _out, err = command("import_projects", table(rows))
        lines = err.splitlines()
        assert (len(lines), lines[49][:20], lines[50]) == (
            52,
            "table.csv: row 51, c",
            "… and 10 more: the report has all of them (--report FILE.json).",
        )

    def test_errors_of_both_files_are_told_apart(self, table):
        papers = [{"key": "a", "kind": "wish", "territory_code": "750000000"}]
        path = table([good_row(1, year="17")])
        _out, err = command("import_projects", path, resolutions=table(papers, "papers.csv"))
        assert [line.split(",")[0] for line in err.splitlines()] == [
            "papers.csv: row 2",
            "table.csv: row 2",
            "CommandError: Nothing was stored. Rows with errors: 2. Errors: 2.",
        ]

    def test_progress_is_shown_on_a_terminal_only(self, table, monkeypatch):
        monkeypatch.setattr("projects.services.imports.project_table._REPORT_EVERY", 2)
        path = table(good_rows(3))
        out, _err = command("import_projects", path, screen=Screen, dry_run=True)
        assert out.startswith("\rChecked: 2 / 3\rChecked: 3 / 3\n\rStored: 3 / 3\n")
        out, _err = command("import_projects", path, dry_run=True)
        assert "\r" not in out
        out, _err = command("import_projects", path, screen=Screen, verbosity=0)
        assert out == ""
        assert Project.objects.count() == 3

    def test_a_missing_file_is_told(self, tmp_path):
        _out, err = command("import_projects", tmp_path / "none.csv")
        assert err == f"CommandError: Cannot read {tmp_path}/none.csv: No such file or directory.\n"

    def test_a_report_nobody_can_write_stops_the_import(self, table, tmp_path):
        _out, err = command("import_projects", table(good_rows(1)), report=tmp_path / "none" / "report.json")
        assert err.startswith("CommandError: Cannot write the report")
        assert Project.objects.count() == 0

    def test_the_report_never_replaces_the_table(self, table):
        path = table(good_rows(1))
        before = path.read_bytes()
        _out, err = command("import_projects", path, report=path)
        assert err == "CommandError: The report would overwrite the table. Give the report another name.\n"
        assert path.read_bytes() == before
        assert Project.objects.count() == 0

    def test_a_report_that_breaks_off_leaves_the_old_one(self, table, tmp_path, monkeypatch):
        report = tmp_path / "report.json"
        report.write_text("old")
        monkeypatch.setattr(_tables.json, "dump", lambda result, stream, **options: stream.write("{") / 0)
        with pytest.raises(ZeroDivisionError):
            command("import_projects", table(good_rows(1)), report=report)
        assert report.read_text() == "old"
        assert sorted(path.name for path in tmp_path.iterdir()) == ["report.json", "table.csv"]

    def test_a_table_stored_by_somebody_is_signed(self, clerk):
        assert run(good_rows(1), by=clerk).added == 1
        assert StatusChange.objects.get().recorded_by == clerk


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("reference_data")
class TestAtOnce:
    def together(self, act, count: int = 2) -> list:
        """Run the act in threads that start at one moment; return the results."""
        start, results = threading.Barrier(count), []

        def work() -> None:
            try:
                start.wait()
                results.append(act())
            finally:
                connections.close_all()

        threads = [threading.Thread(target=work) for _turn in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return results

    def test_two_imports_at_once_store_each_row_once(self):
        results = self.together(lambda: run(good_rows(60)))
        assert [result.errors for result in results] == [[], []]
        assert sorted((result.added, result.unchanged) for result in results) == [(0, 60), (60, 0)]
        assert list(Project.objects.order_by("number").values_list("number", flat=True)) == list(range(1, 61))

    def test_two_imports_of_resolutions_at_once_store_each_once(self):
        results = self.together(lambda: run_resolutions(REAL_RESOLUTIONS.read_bytes()))
        assert [result.errors for result in results] == [[], []]
        assert sorted((result.added, result.unchanged) for result in results) == [(0, 3), (3, 0)]
        assert Resolution.objects.count() == 3

    def test_an_import_that_is_killed_leaves_nothing(self, tmp_path):
        path = tmp_path / "table.csv"
        path.write_bytes(csv_file(good_rows(20)))
        program = (
            "import django, os, signal; django.setup()\n"
            "from projects.services.imports import import_table\n"
            "def die(stage, done, total):\n"
            "    if stage == 'stored': os.kill(os.getpid(), signal.SIGKILL)\n"
            f"import_table(open({str(path)!r}, 'rb'), 'table.csv', progress=die)\n"
        )
        database = os.environ["DATABASE_URL"].rpartition("/")[0] + "/" + connection.settings_dict["NAME"]
        environment = os.environ | {"DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "ppp_registry.settings"}
        ended = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
        )
        assert (ended.returncode, ended.stderr) == (-9, "")
        assert (Project.objects.count(), StatusChange.objects.count()) == (0, 0)
        assert run(good_rows(20)).added == 20
        assert list(Project.objects.order_by("number").values_list("number", flat=True)) == list(range(1, 21))
