"""Bodies of answers that this process keeps while there is room, the one used longest ago given up first."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Final

_OF_AN_ENTRY: Final = 500
"""Bytes that an entry takes beside its body, roughly: key, row of the table, header of the object."""


class Kept:
    """At most ``most`` bytes of bodies by key; threads may share it.

    Nothing here knows when a body is out of date: the key must hold everything the body depends on.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0
        self._bodies: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> bytes | None:
        """Return the body kept under the key; None if there is none."""
        with self._lock:
            body = self._bodies.get(key)
            if body is not None:
                self._bodies.move_to_end(key)
            return body

    def put(self, key: Hashable, body: bytes) -> None:
        """Keep the body in place of an older one; a body larger than all the room is not kept."""
        size = len(body) + _OF_AN_ENTRY
        with self._lock:
            self._forget(key)
            if size > self._most:
                return
            while self._held + size > self._most:
                self._forget(next(iter(self._bodies)))
            self._bodies[key] = body
            self._held += size

    def clear(self) -> None:
        """Forget everything: tests begin anew."""
        with self._lock:
            self._bodies.clear()
            self._held = 0

    @property
    def held(self) -> int:
        """Bytes held now, what an entry takes beside its body included."""
        return self._held

    def _forget(self, key: Hashable) -> None:
        body = self._bodies.pop(key, None)
        if body is not None:
            self._held -= len(body) + _OF_AN_ENTRY
