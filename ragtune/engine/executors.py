"""Where steps are computed: in this process, or in several. Any `concurrent.futures.Executor` will do.

Worker processes are started afresh (no fork: threads of model libraries do not survive one), share nothing but the
workspace, and end when their parent does, however it ends.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from ragtune.engine.compute import CACHE_BYTES, Computer, Done
from ragtune.engine.step import Step
from ragtune.engine.workspace import Workspace

_THREAD_LIMITS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
_computer: Computer | None = None


class InProcess(Executor):
    """Runs a task when it is submitted, with the caller's own computer."""

    def __init__(self, computer: Computer) -> None:
        self.computer = computer

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run now; the future that comes back is done."""
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs, computer=self.computer))
        return future


@contextmanager
def processes(workers: int, workspace: Workspace) -> Iterator[Executor]:
    """A pool of `workers` processes that share the machine's cores; killed at once when the body is left by an error."""
    threads = str(max(1, (os.cpu_count() or 1) // workers))
    for name in _THREAD_LIMITS:
        os.environ.setdefault(name, threads)
    begin = (workspace.folder, os.getpid(), CACHE_BYTES // workers)
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _begin, begin)
    try:
        yield pool
    except BaseException:
        for process in list((pool._processes or {}).values()):
            process.kill()
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def finish_all(steps: Sequence[Step], *, computer: Computer | None = None) -> list[Done]:
    """The task that executors run: finish some steps, in order; stop after one that must stop the run."""
    hands = computer or _computer
    if hands is None:
        raise RuntimeError("this process was not set up as a worker")
    finished = []
    for step in steps:
        finished.append(hands.finish(step))
        if finished[-1].fatal:
            break
    return finished


def _begin(folder: Path, parent: int, cache_bytes: int) -> None:
    global _computer
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    _computer = Computer(Workspace(folder), cache_bytes)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(1)
