"""One process's hands: get a step's value from memory, from disk, or by doing the work."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ragtune.component import digest
from ragtune.engine import codec
from ragtune.engine.memo import Memo
from ragtune.engine.step import Step
from ragtune.engine.workspace import Workspace
from ragtune.errors import PARTIAL, RagtuneError, WorkspaceError

CACHE_BYTES = 1 << 30


@dataclass
class Done:
    """What became of one step: `row` is the encoded result of a step kept as a row, `error` says why it failed."""

    key: str
    row: bytes | None = None
    seconds: float = 0.0
    model_seconds: float = 0.0
    characters: int = 0
    computed_rows: int = 0
    provisional: bool = False
    """Whether it rests on rows that a model could not get: good for this run, and done again by the next."""
    error: str = ""
    spent: bool = False
    """Whether it failed because a budget was spent: the next run goes on."""
    fatal: WorkspaceError | None = None


class Computer:
    """Computes steps, keeping recent values in memory up to a number of bytes."""

    def __init__(
        self,
        workspace: Workspace,
        cache_bytes: int = CACHE_BYTES,
        progress: Callable[[Step, int, int], None] = lambda *_: None,
    ) -> None:
        self.workspace = workspace
        self._cache: OrderedDict[str, Any] = OrderedDict()
        self._cache_bytes = cache_bytes
        self._size = 0
        self._progress = progress
        self._memos: list[Memo] = []
        self._provisional: set[str] = set()

    def finish(self, step: Step) -> Done:
        """Do a step for good: afterwards its result is on disk, or in `Done.row` for the caller to write.

        Raises only what must stop the whole run (a full disk, Ctrl-C); the step's own failure is told in `error`.
        """
        began = time.perf_counter()
        self._memos = []
        done = Done(step.key)
        try:
            value = self._finished(step)
        except Exception as error:
            done.error = str(error) if isinstance(error, RagtuneError) else f"{type(error).__name__}: {error}"
            done.spent = isinstance(error, RagtuneError) and error.exit_code == PARTIAL
            if isinstance(error, WorkspaceError):
                done.fatal = error
        else:
            done.provisional = step.key in self._provisional
            if step.keep == "row":
                done.row = codec.encode(value)
        done.seconds = time.perf_counter() - began
        done.model_seconds = sum(memo.model_seconds for memo in self._memos)
        done.characters = sum(memo.characters for memo in self._memos)
        done.computed_rows = sum(memo.computed for memo in self._memos)
        return done

    def value(self, step: Step) -> Any:
        """The value of a step, from wherever it is cheapest to have."""
        if step.key in self._cache:
            self._cache.move_to_end(step.key)
            return self._cache[step.key]
        value = self._stored(step, step.key)
        if value is None:
            value = self._stored(step, provisional_key(step.key)) if step.keep == "file" else None
            if value is not None:
                self._provisional.add(step.key)
                return value
            value = self._compute(step)
        else:
            self._provisional.discard(step.key)
        self._remember(step.key, value)
        return value

    def _finished(self, step: Step) -> Any:
        """The value for good: what a run before left provisional is done again."""
        if step.key in self._cache:
            return self._cache[step.key]
        value = self._stored(step, step.key)
        if value is None:
            value = self._compute(step)
        else:
            self._provisional.discard(step.key)
        self._remember(step.key, value)
        return value

    def _stored(self, step: Step, key: str) -> Any | None:
        try:
            if step.keep == "file":
                return self.workspace.store.get(key, step.result)
            if step.keep == "row":
                row = self.workspace.results.get([key.encode()])
                return codec.decode(row[key.encode()], step.result) if row else None
        except codec.DamagedError as error:
            self.workspace.say(str(error))
        return None

    def _compute(self, step: Step) -> Any:
        inputs = [self.value(below) for below in step.inputs]
        memo = self._memo(step) if step.uses_memo else None
        value = step.run(inputs, **({"memo": memo} if memo else {}))
        self._provisional.discard(step.key)
        if (memo and memo.missing) or any(below.key in self._provisional for below in step.inputs):
            self._provisional.add(step.key)
        if step.keep == "file":
            key = provisional_key(step.key) if step.key in self._provisional else step.key
            self.workspace.store.put(key, value)
        return value

    def _memo(self, step: Step) -> Memo:
        memo = Memo(self.workspace.memo, step.memo_scope, lambda done, total: self._progress(step, done, total))
        self._memos.append(memo)
        return memo

    def _remember(self, key: str, value: Any) -> None:
        size = value.nbytes
        if size > self._cache_bytes or key in self._provisional:  # the latter may be better in a moment
            return
        self._cache[key] = value
        self._size += size
        while self._size > self._cache_bytes:
            self._size -= self._cache.popitem(last=False)[1].nbytes


def result_key(step: Step) -> bytes:
    """The key in the results database of a step kept as a row, or of the mark that a memo step is done."""
    return step.key.encode()


def provisional_key(key: str) -> str:
    """Under what the result of a step is kept that rests on rows a model could not get.

    The step's own key stays free, so that every plan has it done again, and whatever rests on it; until then it is read.
    """
    return digest("provisional", key)


def read_rows(workspace: Workspace, steps: Sequence[Step]) -> dict[str, Any]:
    """The stored results of many steps at once, provisional ones too; what is missing or damaged is absent."""
    keys = {step.key: (result_key(step), provisional_key(step.key).encode()) for step in steps}
    stored = workspace.results.get(key for pair in keys.values() for key in pair)
    found = {}
    for step in steps:
        row = next((stored[key] for key in keys[step.key] if key in stored), None)
        if row is not None:
            try:
                found[step.key] = codec.decode(row, step.result)
            except codec.DamagedError as error:
                workspace.say(f"a damaged result is computed again ({error})")
    return found
