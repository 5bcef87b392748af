"""The row memo: what a model computes for one text is kept by the text and the model's identity, for ever.

Equal texts from different chunkers, and the unchanged documents of an edited corpus, cost nothing.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence

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
            self._compute(unique, known, load())
        return [known[key] for key in keys]

    def key(self, text: str) -> bytes:
        """Under what the row of a text is kept."""
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16, key=self._scope).digest()

    def _compute(self, unique: dict[bytes, str], known: dict[bytes, bytes], model: RowModel) -> None:
        keys = list(unique)
        texts = list(unique.values())
        total = len(unique) - len(known)
        fresh: dict[bytes, bytes] = {}
        flushed = time.monotonic()
        for batch in model.batches(texts):
            todo = [i for i in batch if keys[i] not in known]
            if not todo:
                continue
            asked = [texts[i] for i in todo]
            began = time.perf_counter()
            rows = model.rows(asked)
            self.model_seconds += time.perf_counter() - began
            fresh.update(zip((keys[i] for i in todo), rows, strict=True))
            self.computed += len(todo)
            self.characters += sum(map(len, asked))
            if time.monotonic() - flushed > FLUSH_SECONDS:
                self._flush(fresh, known)
                flushed = time.monotonic()
                self._progress(self.computed, total)
        self._flush(fresh, known)
        self._progress(self.computed, total)

    def _flush(self, fresh: dict[bytes, bytes], known: dict[bytes, bytes]) -> None:
        if self._database:
            self._database.put(fresh)
        known.update(fresh)
        fresh.clear()
