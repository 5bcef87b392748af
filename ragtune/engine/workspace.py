"""The workspace: a folder with everything ragtune has found out, and the lock that keeps two writers apart."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ragtune.engine.database import Database
from ragtune.engine.store import Store
from ragtune.errors import WorkspaceError
from ragtune.files import cannot_write

DEFAULT = Path(".ragtune")
_GITIGNORE = "*\n"


class Workspace:
    """Artefacts, row memo, results and journal below one folder.

    ```
    store/        artefacts, a file a step                 results.sqlite   small results, latencies, rates
    memo.sqlite   rows that models computed                journal.jsonl    failures, a line each
    studies/      one folder a sweep                       lock             held by the one that writes
    ```
    """

    def __init__(self, folder: Path | str = DEFAULT, say: Callable[[str], None] = lambda _: None) -> None:
        self.folder = Path(folder).absolute()
        self.say = say
        self.store = Store(self.folder / "store")
        self.memo = Database(self.folder / "memo.sqlite", say)
        self.results = Database(self.folder / "results.sqlite", say)
        self.studies = self.folder / "studies"
        self.journal = self.folder / "journal.jsonl"

    @contextmanager
    def writing(self, *, wait: bool = True) -> Iterator[None]:
        """Hold the workspace for writing. The kernel frees the lock when the holder dies, however it dies."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / ".gitignore").write_text(_GITIGNORE)
            handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise WorkspaceError(f"cannot use {self.folder} as a workspace: {error.strerror}") from error
        try:
            self._acquire(handle, wait)
            self._sweep_leftovers()
            yield
        finally:
            self.memo.close()
            self.results.close()
            os.close(handle)

    def _acquire(self, handle: int, wait: bool) -> None:
        said = False
        while True:
            with suppress(BlockingIOError):
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.ftruncate(handle, 0)
                os.pwrite(handle, f"process {os.getpid()}".encode(), 0)
                return
            holder = os.pread(handle, 100, 0).decode(errors="replace") or "another process"
            if not wait:
                raise WorkspaceError(f"{holder} is writing in {self.folder}; wait for it, or name another workspace")
            if not said:
                self.say(f"{holder} is writing in {self.folder}; waiting for it (Ctrl-C to stop)")
                said = True
            time.sleep(0.1)

    def _sweep_leftovers(self) -> None:
        """Remove what killed writers were in the middle of; nobody else can be writing now."""
        for path in [*self.store.folder.glob("*/.*.tmp"), *self.studies.glob("*/.*.tmp")]:
            path.unlink(missing_ok=True)

    def note_failure(self, record: dict[str, Any]) -> None:
        """Append to the journal of failures. Failures are never results."""
        line = json.dumps({"at": time.strftime("%Y-%m-%dT%H:%M:%S%z"), **record}, ensure_ascii=False)
        try:
            with self.journal.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise cannot_write(self.journal, len(line), error) from error

    def failures(self) -> list[dict[str, Any]]:
        """The journal, oldest first; a last line torn by a crash is left out."""
        found = []
        with suppress(FileNotFoundError):
            for line in self.journal.read_text(encoding="utf-8", errors="replace").splitlines():
                with suppress(json.JSONDecodeError):
                    found.append(json.loads(line))
        return found
