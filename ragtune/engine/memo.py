"""The row memo: what a model computes for one text is kept by the text and the model's identity, for ever.

Equal texts from different chunkers, and the unchanged documents of an edited corpus, cost nothing.
"""

from __future__ import annotations

import hashlib
import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import cached_property
from queue import SimpleQueue
from typing import Protocol

from ragtune.component import RowModel
from ragtune.engine.database import Database

PROGRESS_SECONDS = 1.0
Rows = dict[bytes, bytes]


class PartialRowModel(Protocol):
    """A `RowModel` that may fail to get some rows and go on: None stands for such a row."""

    @property
    def workers(self) -> int:
        """How many batches may be computed at once, by threads."""
        ...

    def batches(self, texts: Sequence[str]) -> list[list[int]]:
        """A partition of `range(len(texts))`; it depends on the texts alone."""
        ...

    def rows(self, texts: Sequence[str]) -> Sequence[bytes | None]:
        """One row a text, for one batch; None for one that could not be got."""
        ...


class Memo:
    """The row memo as one step sees it: bound to the identity of that step's model."""

    def __init__(self, database: Database | None, scope: str, progress: Callable[[int, int], None]) -> None:
        self._database = database
        self._scope = scope
        self._progress = progress
        self.computed = 0
        self.characters = 0
        self.model_seconds = 0.0
        self.missing = 0
        """Rows that a model could not get. What rests on them is not the last word: the next run asks for them again."""

    def rows(self, texts: Sequence[str], load: Callable[[], RowModel]) -> list[bytes]:
        """A row for each text, computing those never seen; `load` is called only if there are any.

        The batches are cut from all the texts, seen or not, so that a run that was killed and resumed computes the very
        batches an unbroken run would have computed, and ends in the same bits: floating-point results may depend on
        what shares a batch. (A row that was damaged on disk is computed again without its old neighbours.)
        """
        keys, known = self._known(texts, load)
        return [known[key] for key in keys]

    def rows_or_none(self, texts: Sequence[str], load: Callable[[], PartialRowModel]) -> list[bytes | None]:
        """As `rows`, for a model that goes on when it cannot get a row: None for that one, which is not kept.

        So a failure is never a result: whoever asks for that text again has the model asked again. `missing` counts them.
        """
        keys, known = self._known(texts, load)
        self.missing += len(set(keys) - known.keys())
        return [known.get(key) for key in keys]

    def _known(self, texts: Sequence[str], load: Callable[[], PartialRowModel]) -> tuple[list[bytes], Rows]:
        """The texts' keys, and the rows there are once the model was asked for those never seen."""
        if self._database is None and len(texts) == 1:
            return self._alone(texts, load())
        keys = [self.key(text) for text in texts]
        unique = dict(zip(keys, texts, strict=True))
        known = self._database.get(unique) if self._database else {}
        if len(known) < len(unique):
            began = time.monotonic()
            self._compute(unique, known, load())
            self.model_seconds += time.monotonic() - began
        return keys, known

    def _alone(self, texts: Sequence[str], model: PartialRowModel) -> tuple[list[bytes], Rows]:
        """One text where nothing is kept, as in a live request: there is nothing to look up and nothing to share out."""
        began = time.monotonic()
        (row,) = model.rows(texts)
        self.model_seconds += time.monotonic() - began
        self.characters += len(texts[0])
        self.computed += row is not None
        return [b""], {} if row is None else {b"": row}

    def key(self, text: str) -> bytes:
        """Under what the row of a text is kept."""
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16, key=self._hashed).digest()

    @cached_property
    def _hashed(self) -> bytes:
        return hashlib.blake2b(self._scope.encode(), digest_size=16).digest()

    def _compute(self, unique: dict[bytes, str], known: Rows, model: PartialRowModel) -> None:
        """Every batch is written as soon as it is there, with all others that came meanwhile, in whatever order they come.

        So a kill costs what was under way, and a batch that fails costs itself alone: those under way are waited for
        and written too. They may have been paid for. A batch begins only when one that is finished was written, so that a
        kill costs no more than there are workers.
        """
        keys = list(unique)
        batches = [[keys[i] for i in batch if keys[i] not in known] for batch in model.batches(list(unique.values()))]
        total = self.computed + sum(map(len, batches))
        finished: SimpleQueue[Future[Rows]] = SimpleQueue()
        shown = time.monotonic()
        with ThreadPoolExecutor(max(1, model.workers)) as pool:
            waiting = iter([batch for batch in batches if batch])
            running: set[Future[Rows]] = set()
            try:
                while True:
                    for batch in itertools.islice(waiting, max(1, model.workers) - len(running)):
                        future = pool.submit(copy_context().run, _rows, model, batch, unique)
                        running.add(future)
                        future.add_done_callback(finished.put)
                    if not running:
                        break
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


def _rows(model: PartialRowModel, batch: Sequence[bytes], unique: dict[bytes, str]) -> Rows:
    rows = zip(batch, model.rows([unique[key] for key in batch]), strict=True)
    return {key: row for key, row in rows if row is not None}


def _waiting(queue: SimpleQueue[Future[Rows]]) -> Iterator[Future[Rows]]:
    """At least one, and all that are there."""
    yield queue.get()
    while not queue.empty():
        yield queue.get()
