"""The row memo: what a model computes for one text is kept by the text and the model's identity, for ever.

Equal texts from different chunkers, and the unchanged documents of an edited corpus, cost nothing.
"""

from __future__ import annotations

import hashlib
import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import cached_property
from inspect import iscoroutinefunction
from queue import SimpleQueue
from typing import Protocol, cast

from ragtune.clock import Clock
from ragtune.component import AwaitedModel, RowModel
from ragtune.engine.asking import Asking
from ragtune.engine.database import Database
from ragtune.loop import run

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
        self._total = 0
        self._shown = time.monotonic()
        self.clock = Clock()
        self.computed = 0
        self.characters = 0
        self.missing = 0
        """Rows that a model could not get. What rests on them is not the last word: the next run asks for them again."""

    @property
    def model_seconds(self) -> float:
        """While the model was loaded, computed or asked."""
        return self.clock.seconds

    def rows(self, texts: Sequence[str], load: Callable[[], RowModel | AwaitedModel]) -> list[bytes]:
        """A row for each text, computing those never seen; `load` is called only if there are any.

        The batches are cut from all the texts, seen or not, so that a run that was killed and resumed computes the very
        batches an unbroken run would have computed, and ends in the same bits: floating-point results may depend on
        what shares a batch. (A row that was damaged on disk is computed again without its old neighbours.)
        """
        keys, known = self._known(texts, load)
        return [known[key] for key in keys]

    def rows_or_none(
        self, texts: Sequence[str], load: Callable[[], PartialRowModel | AwaitedModel]
    ) -> list[bytes | None]:
        """As `rows`, for a model that goes on when it cannot get a row: None for that one, which is not kept.

        So a failure is never a result: whoever asks for that text again has the model asked again. `missing` counts them.
        """
        return self.found(*self._known(texts, load))

    def asking(self, load: Callable[[], AwaitedModel]) -> Asking:
        """The same for coroutines that `ragtune.loop.run` runs, for as many of them as like at the same time."""
        return Asking(self, load)

    def key(self, text: str) -> bytes:
        """Under what the row of a text is kept."""
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16, key=self._hashed).digest()

    @cached_property
    def _hashed(self) -> bytes:
        return hashlib.blake2b(self._scope.encode(), digest_size=16).digest()

    def look_up(self, texts: Sequence[str]) -> tuple[list[bytes], dict[bytes, str], Rows]:
        """The texts' keys, each text once by its key, and the rows there are."""
        keys = [self.key(text) for text in texts]
        unique = dict(zip(keys, texts, strict=True))
        return keys, unique, self._database.get(unique) if self._database else {}

    def found(self, keys: Sequence[bytes], known: Rows) -> list[bytes | None]:
        """A row for each key, None for what could not be got; that is counted."""
        self.missing += len(set(keys) - known.keys())
        return [known.get(key) for key in keys]

    def due(
        self, unique: Mapping[bytes, str], known: Rows, model: PartialRowModel | AwaitedModel
    ) -> list[dict[bytes, str]]:
        """The model's batches, without what is known; from now on they are awaited."""
        keys = list(unique)
        cut = [[keys[i] for i in batch if keys[i] not in known] for batch in model.batches(list(unique.values()))]
        missing = [key for batch in cut for key in batch]
        self._total += len(missing)
        self.characters += sum(len(unique[key]) for key in missing)
        return [{key: unique[key] for key in batch} for batch in cut if batch]

    def keep(self, fresh: Rows) -> None:
        """Write rows, all or none, and tell how far it is."""
        if fresh and self._database:
            try:
                self._database.put(fresh)
            except KeyboardInterrupt:  # in the middle, and they may have been paid for
                self._database.put(fresh)
                raise
        self.computed += len(fresh)
        if time.monotonic() - self._shown > PROGRESS_SECONDS or self.computed == self._total:
            self._shown = time.monotonic()
            self._progress(self.computed, self._total)

    def _known(
        self, texts: Sequence[str], load: Callable[[], PartialRowModel | AwaitedModel]
    ) -> tuple[list[bytes], Rows]:
        """The texts' keys, and the rows there are once the model was asked for those never seen."""
        live = self._database is None and len(texts) == 1  # nothing to look up, and nothing to share out
        keys, unique, known = ([b""], {b"": texts[0]}, Rows()) if live else self.look_up(texts)
        if len(known) < len(unique):
            with self.clock.running():
                model = load()
                if iscoroutinefunction(model.rows):
                    run(self.asking(lambda: cast(AwaitedModel, model)).compute, unique, known)
                elif live:
                    known = _rows(cast(PartialRowModel, model), unique)
                    self.characters, self.computed = self.characters + len(texts[0]), self.computed + len(known)
                else:
                    self._compute(unique, known, cast(PartialRowModel, model))
        return keys, known

    def _compute(self, unique: Mapping[bytes, str], known: Rows, model: PartialRowModel) -> None:
        """Add to what is known, by threads.

        Every batch is written as soon as it is there, with all others that came meanwhile, in whatever order they come.
        So a kill costs what was under way, and a batch that fails costs itself alone: those under way are waited for
        and written too. A batch begins only when one that is finished was written, so that a kill costs no more than
        there are workers.
        """
        finished: SimpleQueue[Future[Rows]] = SimpleQueue()
        waiting = iter(self.due(unique, known, model))
        running: set[Future[Rows]] = set()
        with ThreadPoolExecutor(max(1, model.workers)) as pool:
            try:
                while True:
                    for batch in itertools.islice(waiting, max(1, model.workers) - len(running)):
                        future = pool.submit(copy_context().run, _rows, model, batch)
                        running.add(future)
                        future.add_done_callback(finished.put)
                    if not running:
                        break
                    self._collect(list(_waiting(finished)), running, known)
            finally:
                pool.shutdown(wait=True, cancel_futures=True)
                self._collect([future for future in running if not future.cancelled()], running, known, failing=False)

    def _collect(
        self, futures: Sequence[Future[Rows]], running: set[Future[Rows]], known: Rows, *, failing: bool = True
    ) -> None:
        """Write the rows of finished batches in one transaction; then raise what one of them failed with, if any did."""
        running.difference_update(futures)
        errors = [future.exception() for future in futures]
        fresh = {
            k: v for future, error in zip(futures, errors, strict=True) if not error for k, v in future.result().items()
        }
        self.keep(fresh)
        known.update(fresh)
        for error in filter(None, errors if failing else ()):
            raise error


def _rows(model: PartialRowModel, batch: Mapping[bytes, str]) -> Rows:
    rows = zip(batch, model.rows(list(batch.values())), strict=True)
    return {key: row for key, row in rows if row is not None}


def _waiting(queue: SimpleQueue[Future[Rows]]) -> Iterator[Future[Rows]]:
    """At least one, and all that are there."""
    yield queue.get()
    while not queue.empty():
        yield queue.get()
