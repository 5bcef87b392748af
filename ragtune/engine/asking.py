"""Rows of models that are awaited: what an endpoint tells goes into the row memo reply by reply."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from ragtune.component import AwaitedModel
from ragtune.loop import here, together

if TYPE_CHECKING:
    from ragtune.engine.memo import Memo, Rows


class Asking:
    """A model behind a memo, for the coroutines of a thread that waits for them: that thread alone uses the memo.

    At most `workers` batches are under way, those that were not written yet among them: a kill costs no more than that.
    """

    def __init__(self, memo: Memo, load: Callable[[], AwaitedModel]) -> None:
        self._memo, self._load = memo, load
        self._asked: dict[bytes, asyncio.Event] = {}
        self._fresh: Rows = {}
        self._writing = asyncio.Lock()

    @cached_property
    def _model(self) -> AwaitedModel:
        return self._load()

    @cached_property
    def _slots(self) -> asyncio.Semaphore:
        return asyncio.Semaphore(max(1, self._model.workers))

    async def rows_or_none(self, texts: Sequence[str]) -> list[bytes | None]:
        """As `Memo.rows_or_none`; for what somebody else is asking for at that time, it waits."""
        wanted = {self._memo.key(text) for text in texts}
        while others := [self._asked[key] for key in wanted if key in self._asked]:
            await others[0].wait()
        over = asyncio.Event()
        self._asked.update(dict.fromkeys(wanted, over))
        try:
            keys, unique, known = await here(self._memo.look_up, texts)
            if len(known) < len(unique):
                await here(lambda: self._model)
                await self.compute(unique, known)
        finally:
            for key in wanted:
                del self._asked[key]
            over.set()
        return self._memo.found(keys, known)

    async def compute(self, unique: Mapping[bytes, str], known: Rows) -> None:
        """Add to what is known. A batch that fails costs itself alone: those under way are waited for, and kept."""
        batches = self._memo.due(unique, known, self._model)
        waiting, errors = iter(batches), list[Exception]()

        async def work() -> None:
            for batch in waiting:
                try:
                    known.update(await self._batch(batch))
                except Exception as error:
                    errors.append(error)
                if errors:
                    break

        with self._memo.clock.running():
            await together(work() for _ in batches[: max(1, self._model.workers)])
        for error in errors:
            raise error

    async def _batch(self, batch: Mapping[bytes, str]) -> Rows:
        async with self._slots:
            rows = zip(batch, await self._model.rows(list(batch.values())), strict=True)
            fresh = {key: row for key, row in rows if row is not None}
            if fresh:
                await self._keep(fresh)
        return fresh

    async def _keep(self, fresh: Rows) -> None:
        """Wait until they are written: with all that came since the last were, in one transaction."""
        self._fresh.update(fresh)
        async with self._writing:
            if fresh.keys() <= self._fresh.keys():  # else somebody has written them already
                due, self._fresh = self._fresh, {}
                try:
                    await here(self._memo.keep, due)
                except Exception:
                    self._fresh.update(due)
                    raise
