"""The private PostgreSQL: it starts by itself, survives kill -9, is shared, and keeps the two roles apart."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from devtools import demo
from devtools.binaries import Binaries, find_binaries
from devtools.checkout import Checkout, RunnerError, this_checkout
from devtools.cluster import Cluster
from devtools.database import Database
from devtools.roles import APPLICATION, EXTENSIONS, OWNER, SUPERUSER, verdict

ROOT = this_checkout().root


@pytest.fixture(scope="module")
def binaries() -> Binaries:
    found = find_binaries(this_checkout())
    if found is None:
        pytest.skip("this machine has no PostgreSQL of its own; the tests use DATABASE_URL")
    return found


@pytest.fixture(scope="module")
def home(tmp_path_factory, binaries) -> Iterator[Checkout]:
    """A checkout with a cluster of its own, gone in the end."""
    checkout = Checkout(tmp_path_factory.mktemp("checkout with spaces"))
    yield checkout
    cluster = Cluster(checkout, binaries)
    cluster.stop()
    shutil.rmtree(cluster.data.parent, ignore_errors=True)


@pytest.fixture
def new_cluster(binaries) -> Iterator[Callable[[Path], Cluster]]:
    """Makes the cluster of a checkout in a folder, and takes away what it left outside of it."""
    made: list[Cluster] = []

    def make(folder: Path) -> Cluster:
        made.append(Cluster(Checkout(folder), binaries))
        return made[-1]

    yield make
    for cluster in made:
        cluster.stop()
        shutil.rmtree(cluster.data.parent, ignore_errors=True)


@pytest.fixture
def cluster(home, binaries) -> Iterator[Cluster]:
    with Cluster(home, binaries).joined() as joined:
        yield joined


def answer(cluster: Cluster, sql: str, role: str = SUPERUSER) -> str:
    told = cluster.psql(sql, role=role)
    assert told.returncode == 0, told.stderr
    return told.stdout.strip()


@contextlib.contextmanager
def holder(cluster: Cluster) -> Iterator["subprocess.Popen[str]"]:
    """Another process that joined the cluster; it leaves when its standard input closes."""
    code = (
        "import sys; from pathlib import Path; from devtools.cluster import Cluster, Binaries, Checkout\n"
        "root, folder, major = sys.argv[1:]\n"
        "with Cluster(Checkout(Path(root)), Binaries(Path(folder), int(major))).joined():\n"
        "    print('joined', flush=True); sys.stdin.read()\n"
    )
    place = [str(cluster.checkout.root), str(cluster.binaries.folder), str(cluster.binaries.major)]
    process = subprocess.Popen(
        [sys.executable, "-c", code, *place], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout.readline() == "joined\n"
        yield process
    finally:
        process.stdin.close()
        process.wait(30)
        process.stdout.close()


def test_the_cluster_knows_kazakh_letters_and_its_extensions(cluster):
    assert answer(cluster, "SELECT lower('ҚӘ') = 'қә'") == "t"
    for name in EXTENSIONS:
        answer(cluster, f"CREATE EXTENSION IF NOT EXISTS {name}", role=OWNER)
    assert answer(cluster, "SELECT show_trgm('қазақ') <> '{}'") == "t"
    assert answer(cluster, "SHOW listen_addresses") == ""


@pytest.mark.parametrize(
    ("found", "words"), [(EXTENSIONS, "Kazakh letters"), (("letters", EXTENSIONS[0]), EXTENSIONS[1])]
)
def test_a_postgresql_that_cannot_serve_us_is_named_with_a_remedy(found, words):
    assert words in verdict(found)
    assert "PPP_POSTGRES=wheel" in verdict(found)
    assert verdict(("letters", *EXTENSIONS)) == ""


def test_the_owner_makes_tables_and_the_application_cannot(cluster):
    answer(cluster, "CREATE TABLE made_by_owner ()", role=OWNER)
    refused = cluster.psql("CREATE TABLE made_by_application ()", role=APPLICATION)
    assert refused.returncode != 0
    assert "permission denied" in refused.stderr
    owned = "SELECT count(*) FROM pg_class WHERE relowner = '{}'::regrole"
    assert answer(cluster, owned.format(APPLICATION)) == "0"
    assert answer(cluster, owned.format(OWNER)) != "0"
    answer(cluster, "DROP TABLE made_by_owner", role=OWNER)


def test_no_role_of_ours_is_superuser_and_only_the_owner_makes_databases(cluster):
    rights = "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles"
    told = answer(cluster, f"{rights} WHERE rolname IN ('{OWNER}', '{APPLICATION}') ORDER BY 1")
    assert told.splitlines() == [f"{APPLICATION}|f|f|f|f", f"{OWNER}|f|t|f|f"]
    assert answer(cluster, f"SET ROLE {APPLICATION}; SELECT current_user", role=OWNER) == APPLICATION
    assert cluster.psql(f"SET ROLE {OWNER}", role=APPLICATION).returncode != 0


def test_a_test_database_of_the_owner_keeps_the_application_out_of_its_schema(cluster):
    answer(cluster, "CREATE DATABASE test_copy", role=OWNER)
    try:
        assert cluster.psql("CREATE TABLE a ()", role=OWNER, database="test_copy").returncode == 0
        assert cluster.psql("CREATE TABLE b ()", role=APPLICATION, database="test_copy").returncode != 0
    finally:
        answer(cluster, "DROP DATABASE test_copy", role=OWNER)


def test_rights_that_went_wrong_are_put_right_at_the_next_start(cluster):
    answer(cluster, f"ALTER ROLE {APPLICATION} SUPERUSER; GRANT CREATE ON SCHEMA public TO PUBLIC")
    cluster.set_up()
    assert answer(cluster, f"SELECT rolsuper FROM pg_roles WHERE rolname = '{APPLICATION}'") == "f"
    assert cluster.psql("CREATE TABLE b ()", role=APPLICATION).returncode != 0


def test_the_last_one_out_stops_the_server_and_the_first_does_not(home, binaries):
    cluster = Cluster(home, binaries)
    with holder(cluster):
        with Cluster(home, binaries).joined():
            assert cluster.answers()
            assert not cluster.stop_if_unused()
        assert cluster.answers()
    assert not cluster.answers()
    assert cluster.processes() == []
    assert not cluster.sockets.exists()


def test_a_killed_holder_leaves_a_server_that_the_next_one_uses_and_stops(home, binaries):
    cluster = Cluster(home, binaries)
    with holder(cluster) as process:
        process.kill()
        process.wait(10)
        before = cluster.processes()
        assert cluster.answers()
        with cluster.joined():
            assert set(before) & set(cluster.processes())
    assert cluster.processes() == []


@pytest.mark.parametrize("whom", ["postmaster", "all"])
def test_after_kill_nine_of_the_server_the_next_start_works(home, binaries, whom):
    cluster = Cluster(home, binaries)
    cluster.start()
    postmaster = int(cluster.pid_file.read_text().split()[0])
    for pid in cluster.processes() if whom == "all" else [postmaster]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    begun = time.monotonic()
    with cluster.joined():
        assert answer(cluster, "SELECT 1") == "1"
        assert time.monotonic() - begun < 10


def test_a_pid_file_that_names_a_living_stranger_does_not_stop_us(home, binaries):
    cluster = Cluster(home, binaries)
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        cluster._prepare_sockets()
        for path in (cluster.pid_file, cluster.sockets / ".s.PGSQL.5432.lock"):
            path.write_text(f"{stranger.pid}\n{cluster.data}\n0\n5432\n{cluster.sockets}\n")
            os.chown(path, cluster.user.uid, cluster.user.gid)
        with cluster.joined():
            assert cluster.answers()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_server_on_a_lost_socket_is_ended_and_started_anew(home, binaries, monkeypatch):
    monkeypatch.setattr("devtools.cluster.STUCK", 0.5)
    cluster = Cluster(home, binaries)
    cluster.start()
    for path in cluster.sockets.glob(".s.PGSQL.*"):
        path.unlink()
    assert not cluster.answers()
    with cluster.joined():
        assert cluster.answers()


def test_data_deleted_under_a_running_server_are_made_anew(tmp_path, new_cluster):
    cluster = new_cluster(tmp_path)
    cluster.start()
    lost = cluster.processes()
    shutil.rmtree(cluster.data)
    with cluster.joined():
        assert answer(cluster, "SELECT current_user", role=APPLICATION) == APPLICATION
        assert not set(lost) & set(cluster.processes())


def test_two_first_starts_at_once_share_one_server(tmp_path, new_cluster):
    cluster = new_cluster(tmp_path)
    with contextlib.ExitStack() as stack:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda _: stack.enter_context(holder(cluster)), range(2)))
        commands = [Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0") for pid in cluster.processes()]
        assert [b"-D" in command for command in commands].count(True) == 1
    assert cluster.processes() == []


def test_the_socket_path_is_short_wherever_the_checkout_lies(tmp_path, new_cluster):
    folder = tmp_path.joinpath(*["a" * 60] * 4)
    folder.mkdir(parents=True)
    clusters = [new_cluster(path) for path in (folder, folder.parent)]
    assert all(len(f"{cluster.sockets}/.s.PGSQL.5432.lock".encode()) < 108 for cluster in clusters)
    assert clusters[0].sockets != clusters[1].sockets


def test_a_socket_folder_that_others_may_enter_is_refused(tmp_path, new_cluster):
    cluster = new_cluster(tmp_path)
    cluster.sockets.mkdir(mode=0o755)
    try:
        with pytest.raises(RunnerError, match="not our private folder"):
            cluster._prepare_sockets()
        cluster.sockets.rmdir()
        cluster.sockets.touch(mode=0o600)
        with pytest.raises(RunnerError, match="not our private folder"):
            cluster._prepare_sockets()
        cluster.sockets.unlink()
        cluster.sockets.symlink_to(tmp_path)
        with pytest.raises(RunnerError, match="not our private folder"):
            cluster._prepare_sockets()
    finally:
        cluster.sockets.unlink()


def test_migrations_are_skipped_only_for_the_same_database_in_the_same_state(cluster):
    opened = Database(cluster.application_url, cluster.owner_url, cluster)
    assert demo.migrated_state(opened, "code") == ""
    answer(cluster, "CREATE TABLE django_migrations (id int)", role=OWNER)
    try:
        first = demo.migrated_state(opened, "code")
        assert first
        assert first == demo.migrated_state(opened, "code")
        assert first != demo.migrated_state(opened, "other code")
        answer(cluster, "INSERT INTO django_migrations VALUES (1)", role=OWNER)
        assert first != demo.migrated_state(opened, "code")
    finally:
        answer(cluster, "DROP TABLE django_migrations", role=OWNER)
    assert demo.migrated_state(Database("postgres://a/b", "postgres://a/b"), "code") == ""
