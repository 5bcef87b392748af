"""What the benchmarks share: data, a workspace that keeps vectors between runs, and the verdict line."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from ragtune.engine.workspace import Workspace

KEPT = Path(".benchmarks")
"""Where vectors are kept between runs, by benchmarks that do not measure how long embedding takes."""


def data(folder: str) -> Path:
    """A folder of the public data; ends the benchmark, as skipped, where it is not at hand."""
    root = os.environ.get("RAGTUNE_DATA", "")
    path = Path(root) / folder
    if not root or not path.is_dir():
        print(f"skipped: set RAGTUNE_DATA to the folder that holds {folder}")
        sys.exit(0)
    return path


def kept_workspace() -> Workspace:
    """A workspace that stays, so that vectors are computed once."""
    return Workspace(KEPT / "workspace", lambda message: print(message, file=sys.stderr))


@contextmanager
def fresh_workspace(name: str) -> Iterator[Workspace]:
    """An empty workspace, removed afterwards."""
    folder = KEPT / name
    shutil.rmtree(folder, ignore_errors=True)
    try:
        yield Workspace(folder, lambda message: print(message, file=sys.stderr))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Stopwatch:
    """CPU seconds of this process, all threads, and seconds on the wall."""

    cpu: float = 0.0
    wall: float = 0.0


@contextmanager
def stopwatch() -> Iterator[Stopwatch]:
    """Time what runs inside."""
    watch = Stopwatch()
    cpu, wall = time.process_time(), time.perf_counter()
    try:
        yield watch
    finally:
        watch.cpu, watch.wall = time.process_time() - cpu, time.perf_counter() - wall


def conclude(line: str, *, passed: bool) -> NoReturn:
    """Print the figure, last, and say by the exit code whether the bar was met."""
    print(line if passed else f"{line}: MISSED")
    sys.exit(0 if passed else 1)
