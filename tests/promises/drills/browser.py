"""What a person or a program sends to the site, and what came back after how long."""

import http.client
import select
import time
import urllib.parse
from dataclasses import dataclass, field

from tests.promises.server import HOST, TOKEN

PATIENCE = 40.0
"""Seconds until an answer counts as none; above every limit of the site."""
BOUNDARY = "xxPAPERxx"


@dataclass(frozen=True)
class Answer:
    """Status 0 is none: the line broke before the answer was whole."""

    status: int
    seconds: float
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def location(self) -> str:
        """Where it leads."""
        return self.headers.get("location", "")

    @property
    def text(self) -> str:
        """The words of a page."""
        return self.body.decode("utf-8", "replace")

    @property
    def asks_to_come_back(self) -> bool:
        """Whether it is a 503 that says when."""
        return self.status == 503 and self.headers.get("retry-after", "").isdecimal()


class Browser:
    """One line to the site, kept open, from an address of its own, with the cookies of a login or without."""

    def __init__(self, port: int, *, session: str = "", address: str = "127.0.0.1") -> None:
        self._wire = http.client.HTTPConnection(HOST, port, timeout=PATIENCE, source_address=(address, 0))
        self._headers = {"Cookie": f"sessionid={session}; csrftoken={TOKEN}"} if session else {}

    def get(self, path: str, **headers: str) -> Answer:
        """Open a page."""
        return self._send("GET", path, b"", headers)

    def post(self, path: str, **fields: str) -> Answer:
        """Send a form."""
        body = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": TOKEN}).encode()
        return self._send("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def upload(self, path: str, *, name: str, content: bytes, **fields: str) -> Answer:
        """Send a form with a file."""
        words = "".join(
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
            for key, value in {**fields, "csrfmiddlewaretoken": TOKEN}.items()
        )
        words += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        body = f"{words}Content-Type: application/pdf\r\n\r\n".encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
        return self._send("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"})

    def _send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        began = time.perf_counter()
        # A kept line may have been closed meanwhile: browsers look before they write, and ask again by another line
        # when it was closed in that very moment.
        if self._wire.sock is not None and select.select([self._wire.sock], [], [], 0)[0]:
            self._wire.close()
        fresh = self._wire.sock is None
        try:
            answer = self._ask(method, path, body, headers)
        except (OSError, http.client.HTTPException) as error:
            self._wire.close()
            never_sent = isinstance(error, http.client.RemoteDisconnected | BrokenPipeError | ConnectionResetError)
            if fresh or method != "GET" or not never_sent:
                return Answer(0, time.perf_counter() - began)
            try:
                answer = self._ask(method, path, body, headers)
            except (OSError, http.client.HTTPException):
                self._wire.close()
                return Answer(0, time.perf_counter() - began)
        status, told, content = answer
        return Answer(status, time.perf_counter() - began, told, content)

    def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        self._wire.request(method, path, body, {**self._headers, **headers})
        answer = self._wire.getresponse()
        content = answer.read()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, content

    def close(self) -> None:
        """Hang up."""
        self._wire.close()


def paper_of_50_kb(mark: str) -> bytes:
    """Return a PDF of 50 KB that no other equals."""
    head = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%"
    end = b"\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    return head + (mark.encode() * 50_000)[: 50 * 1024 - len(head) - len(end)] + end
