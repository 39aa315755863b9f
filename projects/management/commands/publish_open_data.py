"""Write the full files of today into MEDIA_ROOT/open-data; with --watch go on until SIGTERM."""

from projects.exports.daily import Day, publish
from reference.management.watching import WatchingCommand


class Command(WatchingCommand):
    """Repeatable: what is written of a day stays as it is. Keeps thirty days and the first of each month."""

    help = __doc__
    waits = "the daily files"
    unreachable = (OSError,)

    def look(self) -> Day | None:
        """Write what is not there yet."""
        return publish()

    def say(self, done: Day | None) -> None:
        """Name the files with their hashes."""
        if done is None:
            self.stdout.write("The files of today are there already.")
            return
        for file in done.files:
            self.stdout.write(f"{file.sha256}  {done.day}/{file.name}  {file.size} bytes")

    def trouble(self, error: Exception) -> str:
        """Say that the disk does not take them."""
        return f"The files cannot be written: {getattr(error, 'strerror', None) or error}"
