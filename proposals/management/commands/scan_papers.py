"""Show papers that wait to the virus scanner of SCANNER_URL; with --watch go on until SIGTERM."""

from django.core.management.base import CommandError

from proposals.services.scanning import Scanned, scan_waiting
from reference import scanner
from reference.management.watching import WatchingCommand
from reference.scanner import ScannerDown


class Command(WatchingCommand):
    """Repeatable: a verdict is given once. While the scanner is down papers wait, and nobody may take them."""

    help = __doc__
    waits = "papers"
    unreachable = (ScannerDown,)

    def look(self) -> Scanned:
        """Scan what waits."""
        return scan_waiting()

    def say(self, done: Scanned) -> None:
        """Say how many; raise CommandError when some could not be judged, after the others are done."""
        if not scanner.is_configured():
            self.stdout.write("No scanner is set up (SCANNER_URL): papers are handed out unscanned and say so.")
            return
        self.stdout.write(f"Without a virus: {done.clean}. With one: {done.rejected}.")
        if done.failed:
            raise CommandError(f"Not judged: {done.failed}. Why stands in the log.")
