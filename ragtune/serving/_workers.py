"""Work beside the event loop: so much at a time, a short wait, and a clear no."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

_T = TypeVar("_T")
FORGETS = 0.05
"""Weight of the newest in the running mean of how long a piece of work takes."""


class BusyError(Exception):
    """All workers are busy, and none became free in the time that one may wait."""


class SlowError(Exception):
    """A piece of work took longer than one may take."""


class Workers:
    """`count` threads that work. Whoever finds them busy waits at most `patience` × the usual time of a piece of work.

    No more wait than there are workers. So an answer that is given comes within (1 + patience) × the usual time or so,
    however many ask, and those who are turned away know at once. A thread that its request gave up on counts as busy until it
    is done.
    """

    def __init__(self, count: int, *, patience: float, timeout_s: float) -> None:
        self.draining = False
        self._count, self._patience, self._timeout_s = count, patience, timeout_s
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="ragtune-serve")
        self._free, self._waiting = asyncio.Semaphore(count), 0
        self._running: set[Future[Any]] = set()
        self._usual_s = 0.0

    @property
    def busy(self) -> int:
        """How many are at work."""
        return len(self._running)

    async def run(self, work: Callable[[], _T]) -> _T:
        """What the work gives.

        Raises:
            BusyError: no worker was free in time.
            SlowError: the work did not end in time.
        """
        await self._enter()
        loop = asyncio.get_running_loop()
        began = time.perf_counter()
        running = self._pool.submit(work)
        self._running.add(running)

        def left() -> None:
            self._running.discard(running)
            self._free.release()

        def ended(_: Future[_T]) -> None:
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(left)

        running.add_done_callback(ended)
        try:
            async with asyncio.timeout(self._timeout_s):
                found = await asyncio.wrap_future(running)
        except TimeoutError as error:
            if running.done():
                raise
            raise SlowError from error
        took = time.perf_counter() - began
        self._usual_s += (took - self._usual_s) * (FORGETS if self._usual_s else 1)
        return found

    def close(self) -> bool:
        """Take no more; whether nothing is running any more."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        return not any(running.running() for running in list(self._running))

    async def _enter(self) -> None:
        if self._free.locked() and self._waiting >= self._count:
            raise BusyError
        self._waiting += 1
        try:
            async with asyncio.timeout(self._patience * self._usual_s if self._free.locked() else None):
                await self._free.acquire()
        except TimeoutError as error:
            raise BusyError from error
        finally:
            self._waiting -= 1
