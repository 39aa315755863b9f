"""Send the letters that wait in the outbox; with --watch go on until SIGTERM."""

from smtplib import SMTPException

from accounts.services.attempts import tell_owners
from accounts.services.outbox import Sent, send_waiting
from reference.management.watching import WatchingCommand


class Command(WatchingCommand):
    """Any number of these may run at once: none sends a letter that another has in hand."""

    help = __doc__
    waits = "letters"
    unreachable = (OSError, SMTPException)

    def look(self) -> Sent:
        """Write what owners of accounts must know, then send what waits."""
        tell_owners()
        return send_waiting()

    def say(self, done: Sent) -> None:
        """Say what became of the letters."""
        self.stdout.write(f"{done.sent} sent, {done.put_off} put off, {done.given_up} given up.")

    def trouble(self, error: Exception) -> str:
        """Say that the letters are safe."""
        return f"The mail server does not answer: {error!r}. The letters wait."
