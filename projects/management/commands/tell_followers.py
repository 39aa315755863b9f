"""Write the letters to followers about what is new in the register; with --watch go on until SIGTERM."""

from projects.services.following import Told, tell_followers
from reference.management.watching import WatchingCommand


class Command(WatchingCommand):
    """Two at once are one after the other. The letters wait in the outbox for send_letters."""

    help = __doc__
    waits = "news"

    def look(self) -> Told:
        """Tell what is new."""
        return tell_followers()

    def say(self, done: Told) -> None:
        """Say how much was told."""
        self.stdout.write(f"{done.news} news, {done.letters} letters, {done.forgotten} unconfirmed addresses deleted.")
