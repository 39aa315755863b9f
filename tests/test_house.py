"""The house keeps its own rules."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models
from django.utils.functional import Promise

from tests import checkout

ROOT = checkout.ROOT
OURS = ("reference", "accounts", "projects", "proposals", "ppp_registry")
CODE = (".py", ".html", ".css", ".js")


FILES = checkout.files()


def texts(*suffixes: str) -> dict[str, str]:
    """Return the readable files with these endings, or all, by their path from the root."""
    found = {}
    for path in FILES:
        if not suffixes or path.suffix in suffixes:
            try:
                found[path.relative_to(ROOT).as_posix()] = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue
    return found


def holding(pattern: str, files: dict[str, str]) -> list[str]:
    """Return the places that match, as ``path:line``."""
    return [
        f"{name}:{number}"
        for name, text in files.items()
        for number, line in enumerate(text.splitlines(), start=1)
        if re.search(pattern, line)
    ]


def our_models() -> list[type[models.Model]]:
    """Return our tables; the tables of history copy their columns and are left out."""
    return [
        model
        for model in apps.get_models()
        if model._meta.app_label in OURS and not getattr(model, "pgh_tracked_model", None)
    ]


OUR_FIELDS = [
    pytest.param(field, id=f"{model.__name__}.{field.name}")
    for model in our_models()
    for field in (*model._meta.local_fields, *model._meta.local_many_to_many)  # A proxy has none.
    if not field.auto_created
]
CODED = [
    pytest.param(model, field, id=f"{model.__name__}.{field.name}")
    for model in our_models()
    for field in model._meta.local_fields
    if field.choices
]


def test_no_file_is_longer_than_400_lines():
    lengths = {name: text.count("\n") for name, text in texts(*CODE).items() if "/migrations/" not in name}
    assert len(lengths) > 50
    assert {name: length for name, length in lengths.items() if length > 400} == {}


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", "--check", "--dry-run", verbosity=1)


def test_imports_point_down():
    checked = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert " 0 broken" in checked.stdout


LEFT = ("TO" + "DO", "FIX" + "ME", "mark[.]sk" + "ip", "unittest[.]sk" + "ip", "xf" + r"ail\(")
LEFT_OUT = "pytest[.]sk" + r'ip\((?!"this machine has no )'


def test_nothing_is_left_to_do_and_no_test_is_left_out():
    """A test may leave itself out only where the machine lacks what it is about, and says so."""
    assert holding("|".join([*LEFT, LEFT_OUT]), texts(*CODE)) == []


def test_there_are_no_signals():
    ours = {name: text for name, text in texts(".py").items() if name.split("/")[0] in OURS}
    assert [name for name in ours if Path(name).name == "signals.py"] == []
    assert holding(r"django\.(db\.models|core|contrib\.auth)(\.| import )signals|dispatch import|@receiver", ours) == []


PLACES = ("home", "root", "Users", "work", "mnt", "var/folders")
MACHINE_PATH = r"(?<![\w.:/>~*}\])])/(?:" + "|".join(PLACES) + r")/(?!aigul)\w|[A-Z]:\\+Users\\+(?!aigul)\w"
"""Aigül is nobody: her folders stand in examples."""


def test_no_file_names_a_place_on_somebodys_machine():
    files = {name: text for name, text in texts().items() if not name.startswith("requirements")}
    assert holding(MACHINE_PATH, files) == []


def test_the_pattern_of_a_place_knows_one():
    places = {"a": "see /" + "home/bolat/x", "b": "'/" + "work/main'", "c": "C:\\" + "Users\\bolat"}
    others = {"d": "https://example.kz/home/x", "e": "/kk/projects/", "f": "/" + "home/aigul/x"}
    assert holding(MACHINE_PATH, places | others) == ["a:1", "b:1", "c:1"]


def test_lock_files_name_no_registry():
    assert holding(r"index-url|find-links|https?://", {
        name: re.sub(r"#.*", "", text) for name, text in texts(".txt").items() if name.startswith("requirements")
    }) == []  # fmt: skip


@pytest.mark.parametrize("field", OUR_FIELDS)
def test_every_column_has_words_that_can_be_translated(field):
    words = [word for word in (field.verbose_name, field.help_text) if word]
    assert words != []
    assert [word for word in words if not isinstance(word, Promise)] == []


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model.__name__)
def test_every_table_has_a_name_that_can_be_translated(model):
    names = (model._meta.verbose_name, model._meta.verbose_name_plural)
    assert all(isinstance(name, Promise) and str(name) for name in names)


@pytest.mark.django_db
@pytest.mark.parametrize(("model", "field"), CODED)
def test_the_database_knows_the_codes_of_every_codelist(model, field):
    """A code that the form would not offer cannot be written around the form either."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'",
            [model._meta.db_table],
        )
        checks = [definition for (definition,) in cursor.fetchall() if f"({field.column})::text" in definition]
    codes = {f"'{code}'::" for code, _ in field.flatchoices if code}
    assert any(all(code in check for code in codes) for check in checks)


PRODUCTION = {
    "SECRET_KEY": "k" * 10 + "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRST",
    "ALLOWED_HOSTS": "example.kz",
}


def run_manage(*arguments: str, **changes: str | None) -> subprocess.CompletedProcess:
    """Run manage.py with production settings, changed as told; None takes a variable away."""
    ours = ("DEBUG", "PLAIN_HTTP", "SECRET_KEY", "ALLOWED_HOSTS", "EMAIL_URL", "DJANGO_SETTINGS_MODULE")
    ours = {*ours, "DJANGO_ALLOW_ASYNC_UNSAFE"}  # for the browser tests only
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    environment |= PRODUCTION | {"DATABASE_URL": "postgres://nobody@localhost/nowhere"}
    for name, value in changes.items():
        if value is None:
            environment.pop(name, None)
        else:
            environment[name] = value
    return subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:ppp_registry", "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )


def test_the_deployment_check_is_clean_on_production_settings():
    checked = run_manage("check", "--deploy", "--fail-level", "WARNING")
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout


def test_the_deployment_check_would_notice_a_demo_setting():
    checked = run_manage("check", "--deploy", "--fail-level", "WARNING", PLAIN_HTTP="on")
    assert checked.returncode == 1
    assert "SECURE_HSTS_SECONDS" in checked.stderr


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"SECRET_KEY": None}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "   "}, "SECRET_KEY is not set"),
        ({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS is not set"),
        ({"ALLOWED_HOSTS": " , "}, "ALLOWED_HOSTS is not set"),
        ({"SECRET_KEY": None, "PLAIN_HTTP": "on"}, "SECRET_KEY is not set"),
        ({"DATABASE_URL": "sqlite:///db.sqlite3"}, "must name a PostgreSQL database"),
        ({"DATABASE_URL": "mysql://root@localhost/x"}, "must name a PostgreSQL database"),
        ({"DATABASE_URL": " "}, "DATABASE_URL is not set"),
        ({"DEBUG": "perhaps"}, "write on or off"),
        ({"EMAIL_URL": "gopher://mail"}, "EMAIL_URL must look like"),
    ],
    ids=["no key", "blank key", "no hosts", "comma", "demo without key", "sqlite", "mysql", "no url", "debug", "mail"],
)
def test_the_site_refuses_to_start_on_unsafe_settings(changes, told):
    refused = run_manage("check", **changes)
    assert refused.returncode != 0
    assert told in refused.stderr


@pytest.mark.parametrize("changes", [{}, {"DEBUG": "on", "SECRET_KEY": None, "ALLOWED_HOSTS": None}])
def test_the_site_starts_on_lawful_settings(changes):
    started = run_manage("check", **changes)
    assert started.returncode == 0, started.stderr


def test_the_map_of_the_house_names_only_what_stands():
    standing = [f"/{path.relative_to(ROOT).as_posix()}" for path in FILES]
    named = re.findall(
        r"`([\w./-]+(?:\.(?:py|md|js|css|csv|typ)|/))`", (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    )
    assert len(named) > 50
    assert [
        name
        for name in named
        if not any(f"/{name}" in path if name.endswith("/") else path.endswith(f"/{name}") for path in standing)
    ] == []
