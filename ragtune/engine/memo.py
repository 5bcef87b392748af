"""The row memo: what a model computes for one text is kept by the text and the model's identity, for ever.

Equal texts from different chunkers, and the unchanged documents of an edited corpus, cost nothing.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue

from ragtune.component import RowModel
from ragtune.engine.database import Database

PROGRESS_SECONDS = 1.0
Rows = dict[bytes, bytes]


class Memo:
    """The row memo as one step sees it: bound to the identity of that step's model."""

    def __init__(self, database: Database | None, scope: str, progress: Callable[[int, int], None]) -> None:
        self._database = database
        self._scope = hashlib.blake2b(scope.encode(), digest_size=16).digest()
        self._progress = progress
        self.computed = 0
        self.characters = 0
        self.model_seconds = 0.0

    def rows(self, texts: Sequence[str], load: Callable[[], RowModel]) -> list[bytes]:
        """A row for each text, computing those never seen; `load` is called only if there are any.

        The batches are cut from all the texts, seen or not, so that a run that was killed and resumed computes the very
        batches an unbroken run would have computed, and ends in the same bits: floating-point results may depend on
        what shares a batch. (A row that was damaged on disk is computed again without its old neighbours.)
        """
        keys = [self.key(text) for text in texts]
        unique = dict(zip(keys, texts, strict=True))
        known = self._database.get(unique) if self._database else {}
        if len(known) < len(unique):
            began = time.monotonic()
            self._compute(unique, known, load())
            self.model_seconds += time.monotonic() - began
        return [known[key] for key in keys]

    def key(self, text: str) -> bytes:
        """Under what the row of a text is kept."""
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16, key=self._scope).digest()

    def _compute(self, unique: dict[bytes, str], known: Rows, model: RowModel) -> None:
        """Every batch is written as soon as it is there, with all others that came meanwhile, in whatever order they come.

        So a kill costs what was under way, and a batch that fails costs itself alone: those under way are waited for
        and written too. They may have been paid for.
        """
        keys = list(unique)
        batches = [[keys[i] for i in batch if keys[i] not in known] for batch in model.batches(list(unique.values()))]
        total = self.computed + sum(map(len, batches))
        finished: SimpleQueue[Future[Rows]] = SimpleQueue()
        shown = time.monotonic()
        with ThreadPoolExecutor(max(1, model.workers)) as pool:
            running = {pool.submit(_rows, model, batch, unique) for batch in batches if batch}
            for future in running:
                future.add_done_callback(finished.put)
            try:
                while running:
                    self._keep(list(_waiting(finished)), running, known)
                    if time.monotonic() - shown > PROGRESS_SECONDS:
                        shown = time.monotonic()
                        self._progress(self.computed, total)
            finally:
                pool.shutdown(wait=True, cancel_futures=True)
                self._keep([future for future in running if not future.cancelled()], running, known, failing=False)
        self.characters += sum(len(unique[key]) for batch in batches for key in batch)
        self._progress(self.computed, total)

    def _keep(
        self, futures: Sequence[Future[Rows]], running: set[Future[Rows]], known: Rows, *, failing: bool = True
    ) -> None:
        """Write the rows of finished batches in one transaction; then raise what one of them failed with, if any did."""
        running.difference_update(futures)
        errors = [future.exception() for future in futures]
        fresh = {
            k: v for future, error in zip(futures, errors, strict=True) if not error for k, v in future.result().items()
        }
        if fresh and self._database:
            self._database.put(fresh)
        known.update(fresh)
        self.computed += len(fresh)
        for error in filter(None, errors if failing else ()):
            raise error


def _rows(model: RowModel, batch: Sequence[bytes], unique: dict[bytes, str]) -> Rows:
    return dict(zip(batch, model.rows([unique[key] for key in batch]), strict=True))


def _waiting(queue: SimpleQueue[Future[Rows]]) -> Iterator[Future[Rows]]:
    """At least one, and all that are there."""
    yield queue.get()
    while not queue.empty():
        yield queue.get()
