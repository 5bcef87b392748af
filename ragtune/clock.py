"""Seconds on the wall that somebody was at it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Clock:
    """Counts the seconds while anybody is at it, once however many are; for one thread, or the coroutines of one loop."""

    def __init__(self) -> None:
        self._passed = 0.0
        self._since = 0.0
        self._inside = 0

    @property
    def seconds(self) -> float:
        """Those of whoever is still at it too."""
        return self._passed + (time.monotonic() - self._since if self._inside else 0.0)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Be at it."""
        if not self._inside:
            self._since = time.monotonic()
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1
            if not self._inside:
                self._passed += time.monotonic() - self._since
