"""`make drill-headers` and `make drill-proxy`: what the world sees of the site."""

import contextlib
import gzip
import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from devtools import catalogs, checks, database, demo, environment, ports
from devtools.checkout import Checkout, RunnerError, say
from devtools.database import Database
from devtools.programs import manage
from devtools.signals import dies_with_parent

NAME = "ppp.example.kz"
GUARDS = (
    "strict-transport-security",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "content-security-policy",
    "permissions-policy",
    "cross-origin-resource-policy",
    "cross-origin-opener-policy",
    "x-permitted-cross-domain-policies",
)
SLOW = 40  # lines that send one byte a second


def headers(checkout: Checkout, arguments: list[str]) -> int:
    """Points of the main pages by the rules of the HTTP Observatory."""
    os.environ.setdefault("ARGS", "-p no:xdist -s")
    return checks.run_tests(checkout, ["tests/promises/test_observatory.py", *arguments])


def proxy(checkout: Checkout, arguments: list[str]) -> int:
    """Run deploy/nginx.conf with a certificate of its own in front of gunicorn on this machine, and look at it."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    openssl = shutil.which("openssl")
    if not nginx or not openssl:
        raise RunnerError("This drill needs nginx and openssl: sudo apt-get install nginx-light openssl")
    environment.prepare(checkout)
    catalogs.compile_outdated(checkout)
    with contextlib.ExitStack() as stack:
        opened = stack.enter_context(database.opened(checkout))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ppp-proxy-")))
        folder.chmod(0o755)  # workers of nginx are somebody else when it is started by root
        values = _values(checkout, opened, folder)
        demo.migrate(checkout, opened, values)
        manage(checkout, values, "collectstatic", "--no-input", "--verbosity", "0")
        manage(checkout, values, "write_error_pages", str(folder / "error-pages"))
        tls = _run_nginx(stack, folder, nginx, openssl)
        site = _run_gunicorn(stack, checkout, values, folder)
        _wait(tls)
        return _report(_Looks(tls, site))


def _values(checkout: Checkout, opened: Database, folder: Path) -> dict[str, str]:
    """Production, apart from the database: this one's role may own its tables, and that must not stop the drill."""
    values = {
        **demo.running_values(checkout, opened),
        "SECRET_KEY": "only-for-the-drill-of-the-proxy-" + "x" * 30,
        "ALLOWED_HOSTS": NAME,
        "SITE_URL": f"https://{NAME}/",
        "PLAIN_HTTP": "",
        "DEBUG": "",
        "TRUST_PROXY_TLS": "on",
        "TRUSTED_PROXIES": "1",
        "STATIC_ROOT": str(folder / "static"),
        "EMAIL_URL": "",
    }
    return {name: value for name, value in values.items() if name != "MIGRATE_DATABASE_URL"} | (
        {"MIGRATE_DATABASE_URL": opened.owner_url} if opened.owner_url != opened.url else {}
    )


def _run_nginx(stack: contextlib.ExitStack, folder: Path, nginx: str, openssl: str) -> int:
    """Start nginx with our file, only its places and ports changed; the port of TLS."""
    made = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}"]
    made += ["-addext", f"subjectAltName=DNS:{NAME}", "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run(made, cwd=folder, check=True, capture_output=True)
    (plain, tls), text = _two_ports(), Path("deploy/nginx.conf").read_text(encoding="utf-8")
    for pattern, instead in {
        r"unix:/run/ppp-registry/web\.sock": f"unix:{folder}/web.sock",
        r"/var/log/nginx/ppp-registry\.log": f"{folder}/nginx.log",
        r"/etc/letsencrypt/\S+/fullchain\.pem": f"{folder}/cert.pem",
        r"/etc/letsencrypt/\S+/privkey\.pem": f"{folder}/key.pem",
        r"/var/www/ppp-registry/": f"{folder}/",
        r"(?m)^\s*listen \[::\].*\n": "",
        r"listen 80 ": f"listen 127.0.0.1:{plain} ",
        r"listen 443 ": f"listen 127.0.0.1:{tls} ",
    }.items():
        text, changed = re.subn(pattern, instead, text)
        if not changed:
            raise RunnerError(f"deploy/nginx.conf lacks {pattern}, which this drill replaces.")
    around = "worker_processes 2;\npid nginx.pid;\ndaemon off;\nevents { worker_connections 1024; }\nhttp {\n"
    around += "include /etc/nginx/mime.types;\ndefault_type application/octet-stream;\n"
    (folder / "site.conf").write_text(text, encoding="utf-8")
    (folder / "nginx.conf").write_text(f"{around}include {folder}/site.conf;\n}}\n", encoding="utf-8")
    command = [nginx, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "nginx.log")]
    tested = subprocess.run([*command, "-t"], capture_output=True, text=True)
    if tested.returncode != 0:
        raise RunnerError(f"nginx refuses the file: {tested.stderr.strip()}")
    stack.enter_context(_running([*command], folder, {}, signal.SIGQUIT))
    say(f"nginx takes the file; it answers https on 127.0.0.1:{tls}.")
    return tls


def _run_gunicorn(stack: contextlib.ExitStack, checkout: Checkout, values: Mapping[str, str], folder: Path) -> Path:
    """Start the site on a socket in the folder; where its log is."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(folder / "web.sock"))
    listener.listen(512)
    (folder / "web.sock").chmod(0o666)
    variables = demo.without_the_owner({**values, "DRILL": "on"})
    command = [str(checkout.python), "-m", "gunicorn", "--bind", f"fd://{listener.fileno()}", "--workers", "1"]
    command += ["--threads", "2"]
    stack.callback(listener.close)
    stack.enter_context(
        _running(command, checkout.root, variables, signal.SIGTERM, listener.fileno(), folder / "site.log")
    )
    return folder / "site.log"


@contextlib.contextmanager
def _running(
    command: list[str], where: Path, variables: Mapping[str, str], how: int, keep: int = -1, log: Path | None = None
) -> Iterator[None]:
    with open(log or os.devnull, "ab") as told:
        process = subprocess.Popen(
            command,
            cwd=where,
            env={**os.environ, **variables},
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=told,
            pass_fds=[keep] if keep >= 0 else [],
            preexec_fn=dies_with_parent(how),
        )
    try:
        yield
    finally:
        process.send_signal(how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(8)
        process.kill()
        process.wait()


def _two_ports() -> tuple[int, int]:
    first, second = (socket.create_server((ports.HOST, 0)) for _ in range(2))
    with first, second:
        return first.getsockname()[1], second.getsockname()[1]


def _wait(tls: int) -> None:
    deadline = time.monotonic() + demo.PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if _ask(tls, "/healthz")[0] == 200:
                return
        time.sleep(0.2)
    raise RunnerError("The site does not answer behind nginx.")


def _context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # our own certificate, on this machine
    return context


def _ask(
    tls: int, path: str, method: str = "GET", body: bytes | None = None, name: str = NAME, **sent: str
) -> tuple[int, dict[str, str], bytes]:
    raw = socket.create_connection((ports.HOST, tls), timeout=30)
    try:
        wire = _context().wrap_socket(raw, server_hostname=name)
    except BaseException:
        raw.close()
        raise
    connection = http.client.HTTPConnection(NAME, timeout=30)
    connection.sock = wire
    try:
        connection.request(method, path, body, {"Host": name, **{k.replace("_", "-"): v for k, v in sent.items()}})
        answer = connection.getresponse()
        found: dict[str, str] = {}
        for header, value in answer.getheaders():
            found[header.lower()] = ", ".join(filter(None, (found.get(header.lower()), value)))
        return answer.status, found, answer.read()
    finally:
        connection.close()


class _Looks:
    """What is looked at; each returns what was seen, and raises AssertionError for what must not be."""

    def __init__(self, tls: int, log_of_site: Path) -> None:
        self.tls, self.log_of_site = tls, log_of_site

    def versions(self) -> str:
        """TLS 1.2 and 1.3, nothing older; no answer for another host."""
        raw = socket.create_connection((ports.HOST, self.tls))
        with _context().wrap_socket(raw, server_hostname=NAME) as wire:
            best = wire.version()
        assert best == "TLSv1.3", best
        old = _context()
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        old.set_ciphers("ALL:@SECLEVEL=0")
        for context, name in ((old, NAME), (_context(), "evil.example")):
            with socket.create_connection((ports.HOST, self.tls)) as raw:
                try:
                    context.wrap_socket(raw, server_hostname=name).close()
                except (ssl.SSLError, OSError):
                    continue
                raise AssertionError(f"{name} was answered with {context.maximum_version}")
        return f"{best}; 1.1 and other hosts refused"

    def guards(self) -> str:
        """Every answer carries each guard once: pages, files, nginx's own refusals."""
        kinds = {
            "page": _ask(self.tls, "/kk/"),
            "staff": _ask(self.tls, "/admin/login/"),
            "not found": _ask(self.tls, "/kk/nothing/"),
            "api": _ask(self.tls, "/api/v1/projects/"),
            "file": _ask(self.tls, "/static/mark.svg"),
            "too large": _ask(self.tls, "/kk/follow/", "POST", b"", Content_Length=str(31 << 20)),
            "metrics": _ask(self.tls, "/metrics"),
            "too long": _ask(self.tls, "/kk/?" + "x" * 9000),
        }
        for kind, (status, found, _body) in kinds.items():
            lacking = [name for name in GUARDS if name not in found]
            doubled = [name for name in GUARDS if ", " in found.get(name, "") and name != "permissions-policy"]
            assert not lacking, f"{kind} ({status}) lacks {lacking}"
            assert not doubled, f"{kind} ({status}) has twice {doubled}"
        return ", ".join(f"{kind} {status}" for kind, (status, _, _) in kinds.items())

    def too_large(self) -> str:
        """A body above 30 MB is refused by its length, in the language of the address."""
        status, _, page = _ask(self.tls, "/ru/follow/", "POST", b"", Content_Length=str(31 << 20))
        assert status == 413
        assert b'<html lang="ru">' in page
        return "413, in Russian for /ru/"

    def compressed(self) -> str:
        """Public pages travel compressed, pages with a login do not."""
        _, public, page = _ask(self.tls, "/kk/projects/", Accept_Encoding="gzip")
        _, login, _ = _ask(self.tls, "/kk/account/login/", Accept_Encoding="gzip")
        _, style, _ = _ask(self.tls, "/static/css/site.css", Accept_Encoding="gzip")
        assert public.get("content-encoding") == style.get("content-encoding") == "gzip"
        assert "content-encoding" not in login
        whole = gzip.decompress(page)
        return f"the list {len(whole)} > {len(page)} bytes; login uncompressed"

    def believed(self) -> str:
        """What a visitor says of proxies is not believed: no redirect, his number is not taken."""
        theirs = "0123456789abcdef0123456789abcdef"
        forged = {"X_Forwarded_Proto": "http", "X_Forwarded_Host": "evil.example", "X_Request_ID": theirs}
        status, found, page = _ask(self.tls, "/kk/", **forged)
        assert (status, found["x-request-id"] != theirs, b"evil.example" in page) == (200, True, False)
        return f"200, own number {found['x-request-id'][:12]}"

    def slow_lines(self) -> str:
        """Lines that bring a byte a second hold no thread of the site: it has two."""
        stop, lines = threading.Event(), []
        for _ in range(SLOW):
            raw = socket.create_connection((ports.HOST, self.tls))
            wire = _context().wrap_socket(raw, server_hostname=NAME)
            wire.sendall(f"POST /kk/follow/ HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 1000000\r\n\r\n".encode())
            lines.append(wire)

        def trickle() -> None:
            while not stop.wait(1):
                for wire in lines:
                    with contextlib.suppress(OSError):
                        wire.sendall(b"x")

        thread = threading.Thread(target=trickle, daemon=True)
        thread.start()
        times = []
        try:
            for _ in range(20):
                began = time.monotonic()
                assert _ask(self.tls, "/kk/")[0] == 200
                times.append(time.monotonic() - began)
        finally:
            stop.set()
            thread.join()
            for wire in lines:
                wire.close()
        assert max(times) < 3, f"a page took {max(times):.1f} s"
        return f"{SLOW} lines; the first page took {max(times) * 1000:.0f} ms at most of {len(times)}"

    def hammered(self) -> str:
        """Somebody who asks hundreds of times at once is told to wait, in words."""
        told: dict[int, int] = {}
        lock = threading.Lock()

        def ask() -> None:
            raw = socket.create_connection((ports.HOST, self.tls), timeout=30)
            connection = http.client.HTTPConnection(NAME, timeout=30)
            connection.sock = _context().wrap_socket(raw, server_hostname=NAME)
            with contextlib.closing(connection):
                for _ in range(150):
                    connection.request("GET", "/kk/nothing/")
                    answer = connection.getresponse()
                    page = answer.read()
                    assert answer.status != 429 or b'<html lang="kk">' in page
                    with lock:
                        told[answer.status] = told.get(answer.status, 0) + 1

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert told.get(429), told
        assert set(told) == {404, 429}, told
        assert sum(told.values()) == 600, told
        return f"of 600 requests at once {told[429]} were put off with 429, none failed"

    def log(self) -> str:
        """Every line of the site is JSON with a number, and none names the visitor."""
        lines = [json.loads(line) for line in self.log_of_site.read_text(encoding="utf-8").splitlines()]
        requests = [line for line in lines if line["logger"] == "ppp_registry.requests"]
        assert requests
        assert not any(ports.HOST in str(line) for line in requests)
        return f"{len(requests)} lines of requests, such as {json.dumps(requests[-1])}"


def _report(looks: _Looks) -> int:
    order: list[Callable[[], str]] = [looks.versions, looks.guards, looks.too_large, looks.compressed, looks.believed]
    order += [looks.slow_lines, looks.hammered, looks.log]
    failed = 0
    for look in order:
        name = look.__name__.replace("_", " ")
        try:
            say(f"  held    {name:12} {look()}")
        except (AssertionError, OSError, http.client.HTTPException, ValueError, KeyError) as broken:
            failed += 1
            say(f"  BROKEN  {name:12} {broken!r}")
    return 1 if failed else 0
