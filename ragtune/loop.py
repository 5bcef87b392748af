"""One event loop for the whole process, in a thread of its own: what awaits endpoints runs there, whoever wants it.

Connections and locks belong to a loop, so there is one. A thread hands work in with `run` and waits; coroutines of any
other loop await `joined`. While a thread waits it does what its work asks of it (`here`), so that disks and models stay
in the thread they were in, and nothing ever holds up the loop. A process that was forked begins anew.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from contextvars import ContextVar, copy_context
from queue import Empty, SimpleQueue
from typing import Any, Generic, ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")
_GRACE_S = 5.0
"""How long work that was cancelled, or an end of the process, is waited for."""
_Jobs = SimpleQueue[Callable[[], None] | None]
_jobs: ContextVar[_Jobs] = ContextVar("jobs")
"""What the thread that waits for a piece of work is to do for it; None when the work is over."""


class PerProcess(Generic[_P, _T]):
    """Decorator: as `functools.cache`, once a process, for what does not survive a fork."""

    def __init__(self, make: Callable[_P, _T]) -> None:
        self._make = make
        self._made: dict[Any, _T] = {}
        self._lock = lock = threading.Lock()
        os.register_at_fork(before=lock.acquire, after_in_parent=lock.release, after_in_child=lock.release)

    def __call__(self, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """What was made of equal arguments, or is made now."""
        key = (os.getpid(), args, tuple(sorted(kwargs.items())))
        with self._lock:
            if key not in self._made:
                self._made[key] = self._make(*args, **kwargs)
            return self._made[key]

    def clear(self) -> None:
        """Make everything anew."""
        self._made.clear()


def run(function: Callable[_P, Coroutine[Any, Any, _T]], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """What a coroutine function comes to, for a thread, which waits for it.

    Whatever ends the wait before (Ctrl-C) cancels the work and, once that is over, is raised.
    """
    running = _loop()
    if threading.current_thread() is running.thread:
        raise RuntimeError("a coroutine must await what it asks for: the loop cannot wait for itself")
    jobs: _Jobs = SimpleQueue()
    context = copy_context()
    context.run(_jobs.set, jobs)
    tasks: list[asyncio.Task[_T]] = []

    async def work() -> _T:
        return await function(*args, **kwargs)

    def begin() -> None:
        tasks.append(running.loop.create_task(work(), context=context))
        tasks[0].add_done_callback(end)

    def end(task: asyncio.Task[_T]) -> None:
        jobs.put(None)
        task.cancelled() or task.exception()  # which nobody may ask for, where the wait was ended

    try:
        running.loop.call_soon_threadsafe(begin)
        while job := jobs.get():
            job()
    except BaseException:
        running.loop.call_soon_threadsafe(lambda: [task.cancel() for task in tasks])
        with suppress(Empty):  # what came of the work until now is still kept
            while job := jobs.get(timeout=_GRACE_S):
                job()
        raise
    return tasks[0].result()


async def here(function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """What a function that blocks comes to, called by the thread that waits for this work in `run`, in its turn."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[_T] = loop.create_future()

    def settle(how: Callable[[Any], None], what: object) -> None:
        if not done.done():
            how(what)

    def job() -> None:
        try:
            found = function(*args, **kwargs)
        except Exception as error:
            loop.call_soon_threadsafe(settle, done.set_exception, error)
        else:
            loop.call_soon_threadsafe(settle, done.set_result, found)

    _jobs.get().put(job)
    return await done


async def together(works: Iterable[Coroutine[Any, Any, _T]]) -> list[_T]:
    """What coroutines come to, side by side. Where one fails the others are cancelled, and its error is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(work) for work in works]
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return [task.result() for task in tasks]


async def joined(function: Callable[_P, Coroutine[Any, Any, _T]], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """What a coroutine function comes to, run on the one loop and awaited on any."""
    loop = _loop().loop
    if asyncio.get_running_loop() is loop:
        return await function(*args, **kwargs)
    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(function(*args, **kwargs), loop))


def at_end(close: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Await this before the process ends."""
    _loop().closers.append(close)


class _Running:
    """A loop and its thread, which end with the process that began them; `closers` are awaited then."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.closers: list[Callable[[], Coroutine[Any, Any, None]]] = []
        self._pid = os.getpid()
        self.thread = threading.Thread(target=self.loop.run_forever, name="ragtune-loop", daemon=True)
        self.thread.start()
        atexit.register(self._close)

    def _close(self) -> None:
        if os.getpid() != self._pid:  # forked off, and no part of it
            return
        with suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(self._end(), self.loop).result(_GRACE_S)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(_GRACE_S)

    async def _end(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(close() for close in self.closers), return_exceptions=True)


@PerProcess
def _loop() -> _Running:
    return _Running()
