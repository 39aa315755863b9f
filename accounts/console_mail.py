"""Letters on the terminal, for a demo without a mail server: readable, not as a mail server would get them."""

import sys
from collections.abc import Sequence
from typing import Any

from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage

_RULE = "─" * 72


class EmailBackend(BaseEmailBackend):
    """Prints address, subject and text in plain letters."""

    def __init__(self, *args: Any, stream: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stream = stream or sys.stdout

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Print each letter; return how many."""
        for letter in email_messages:
            head = f"To:      {', '.join(letter.recipients())}\nSubject: {letter.subject}"
            names = "".join(f"\n[{attachment[0]}]" for attachment in letter.attachments)
            self._print(f"{_RULE}\n{head}\n\n{str(letter.body).rstrip()}{names}\n{_RULE}\n")
        self.stream.flush()
        return len(email_messages)

    def _print(self, text: str) -> None:
        try:
            self.stream.write(text)
        except UnicodeEncodeError:
            # A terminal without our letters gets question marks instead of nothing.
            self.stream.write(text.encode("ascii", "replace").decode())
