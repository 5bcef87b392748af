"""The row memo: what a model computes for one text is kept by the text and the model's identity, for ever.

Equal texts from different chunkers, and the unchanged documents of an edited corpus, cost nothing.
"""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from ragtune.component import RowModel
from ragtune.engine.database import Database

FLUSH_SECONDS = 1.0


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

    def _compute(self, unique: dict[bytes, str], known: dict[bytes, bytes], model: RowModel) -> None:
        keys = list(unique)
        batches = [[keys[i] for i in batch if keys[i] not in known] for batch in model.batches(list(unique.values()))]
        batches = [batch for batch in batches if batch]
        total = sum(map(len, batches))
        fresh: dict[bytes, bytes] = {}
        flushed = time.monotonic()
        with ThreadPoolExecutor(max(1, model.workers)) as pool:
            waiting = deque(pool.submit(model.rows, [unique[key] for key in batch]) for batch in batches)
            try:
                for batch in batches:
                    fresh.update(zip(batch, waiting.popleft().result(), strict=True))
                    self.computed += len(batch)
                    if time.monotonic() - flushed > FLUSH_SECONDS:
                        self._flush(fresh, known)
                        flushed = time.monotonic()
                        self._progress(self.computed, total)
            finally:
                pool.shutdown(wait=True, cancel_futures=True)
                self._flush(fresh, known)
        self.characters += sum(len(unique[key]) for batch in batches for key in batch)
        self._progress(self.computed, total)

    def _flush(self, fresh: dict[bytes, bytes], known: dict[bytes, bytes]) -> None:
        if self._database:
            self._database.put(fresh)
        known.update(fresh)
        fresh.clear()
