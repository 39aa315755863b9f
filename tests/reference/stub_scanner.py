"""A stand-in for clamd on a port of this machine: finds the EICAR test file, also in the parts of an archive."""

import contextlib
import io
import socketserver
import struct
import threading
import zipfile
from collections.abc import Iterator
from typing import Any

# In two halves: scanners of whoever clones this would else find it here.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SIGNATURE = "Eicar-Test-Signature"


def infected(content: bytes) -> bool:
    """Tell whether the test file is in the bytes or in a part of the archive they are."""
    if EICAR in content:
        return True
    with contextlib.suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(content)) as archive:
        return any(EICAR in archive.read(name) for name in archive.namelist())
    return False


class _Line(socketserver.StreamRequestHandler):
    server: "StubScanner"

    def handle(self) -> None:
        """Read one INSTREAM and answer as clamd does."""
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack(">L", self.rfile.read(4))[0]:
            if len(content) + length > self.server.most:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
            content += self.rfile.read(length)
        self.server.seen.append(content)
        if self.server.says is not None:
            self.wfile.write(self.server.says)
            return
        found = infected(content)
        self.wfile.write(f"stream: {SIGNATURE} FOUND\0".encode() if found else b"stream: OK\0")


class StubScanner(socketserver.ThreadingTCPServer):
    """``says`` answers every file in its own words, ``most`` is StreamMaxLength, ``seen`` what came."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Line)
        self.says: bytes | None = None
        self.most = 100 * 1024 * 1024
        self.seen: list[bytes] = []

    @property
    def url(self) -> str:
        """Return the address for SCANNER_URL."""
        return f"clamd://127.0.0.1:{self.server_address[1]}"


@contextlib.contextmanager
def scanner(settings: Any) -> Iterator[StubScanner]:
    """Run the stub and point the registry to it."""
    with StubScanner() as stub:
        turning = threading.Thread(target=lambda: stub.serve_forever(0.02), daemon=True)
        turning.start()
        settings.SCANNER_URL = stub.url
        yield stub
        stub.shutdown()
        turning.join(5)
