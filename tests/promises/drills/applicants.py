"""Applicants who send papers and file, and who press again as people do when no answer came."""

import hashlib
import queue
import random
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.promises.drills.browser import Answer, Browser, paper_of_50_kb

KINDS = ("business_plan", "registration")
_NUMBER = re.compile(r"№ ([0-9]{4}-[0-9]{6})")


@dataclass
class Told:
    """What the site acknowledged, and whatever it should not have said."""

    numbers: dict[Any, str] = field(default_factory=dict)
    papers: dict[tuple[Any, str], str] = field(default_factory=dict)
    """SHA-256 of what was sent, by application and kind."""
    pressed_again: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    slowest_503: float = 0.0
    up_since: float = 0.0
    """When the web server was up again. Who came before that waited for the server, not for the database."""
    wrong: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, answer: Answer, what: str, *, good: tuple[int, ...]) -> bool:
        """Count an answer and tell whether it is a good one; what is neither good, nor 503, nor none is wrong."""
        with self._lock:
            self.statuses[answer.status] += 1
            is_timed = answer.status == 503 and time.perf_counter() - answer.seconds > self.up_since
            if is_timed:
                self.slowest_503 = max(self.slowest_503, answer.seconds)
            if answer.status not in {0, *good} and not answer.asks_to_come_back:
                self.wrong.append(f"{what}: {answer.status} after {answer.seconds:.1f} s")
            if is_timed and answer.seconds > 5:
                self.wrong.append(f"{what}: 503 only after {answer.seconds:.1f} s")
            return answer.status in good


class Applicants:
    """So many people at once; each takes the next application and does not rest until the receipt is shown."""

    def __init__(self, port: int, session: str, proposals: dict[Any, Any], people: int, seed: int) -> None:
        self.told = Told()
        self._proposals = proposals
        self.waiting: queue.Queue[Any] = queue.Queue()
        self._ended = threading.Event()
        self._threads = [
            threading.Thread(target=self._live, args=(Browser(port, session=session), random.Random(seed + turn)))
            for turn in range(people)
        ]

    def start(self) -> None:
        """Let them begin."""
        for thread in self._threads:
            thread.start()

    def finish(self, seconds: float) -> bool:
        """Wait until every application is filed, at most so long; tell whether all were."""
        deadline = time.monotonic() + seconds
        while self.waiting.unfinished_tasks and time.monotonic() < deadline:
            time.sleep(0.1)
        self._ended.set()
        for thread in self._threads:
            thread.join(60)
        return not self.waiting.unfinished_tasks

    def _live(self, browser: Browser, chance: random.Random) -> None:
        while not self._ended.is_set():
            try:
                application = self.waiting.get(timeout=0.2)
            except queue.Empty:
                continue
            while not self._ended.is_set() and not self._through(browser, application):
                self.told.pressed_again += 1
                time.sleep(chance.uniform(0.1, 0.5))
            self.waiting.task_done()

    def _through(self, browser: Browser, application: Any) -> bool:
        """Do what is left of the application; False when something must be pressed again."""
        proposal = self._proposals[application.pk]
        below = f"/kk/applications/{application.pk}/"
        if not all(self._sent(browser, below, application, proposal, kind) for kind in KINDS):
            return False
        answer = browser.post(f"{below}file/", consent="on")
        if not self.told.note(answer, "file", good=(302,)) or answer.location != f"{below}receipt/":
            return False
        answer = browser.get(f"{below}receipt/")
        if not self.told.note(answer, "receipt", good=(200,)):
            return False
        found = _NUMBER.search(answer.text)
        self.told.numbers[application.pk] = found[1] if found else "none"
        if not all(self.told.papers[application.pk, kind] in answer.text for kind in KINDS):
            self.told.wrong.append(f"the receipt of {self.told.numbers[application.pk]} shows other papers")
        return True

    def _sent(self, browser: Browser, below: str, application: Any, proposal: Any, kind: str) -> bool:
        """Look whether the paper is there, and send it when it is not."""
        if (application.pk, kind) in self.told.papers:
            return True
        of_proposal = f"{below}proposals/{proposal}/"
        name = f"{kind}-{application.pk}.pdf"
        content = paper_of_50_kb(f"{kind} {application.pk} ")
        page = browser.get(f"{of_proposal}papers/")
        if not self.told.note(page, "page of papers", good=(200,)):
            return False
        if name not in page.text:
            answer = browser.upload(f"{of_proposal}papers/upload/", name=name, content=content, kind=kind)
            if not self.told.note(answer, "upload", good=(302,)):
                return False
        self.told.papers[application.pk, kind] = hashlib.sha256(content).hexdigest()
        return True
