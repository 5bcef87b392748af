"""Chat requests as files: `/batches` of OpenAI's protocol, answered within a day at a lower price.

What was handed in is never handed in twice. The batch's id is kept in the row memo before anything waits for it, so that
a run that was killed finds its batch again; and because a kill may come between the two, a batch also carries a digest of
its requests, by which it is looked for at the provider before another is made.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, Protocol

from ragtune.component import AwaitedModel
from ragtune.endpoint._budget import BudgetError
from ragtune.endpoint._client import Client
from ragtune.endpoint._exchanges import Exchange, R
from ragtune.endpoint._failures import EndpointError
from ragtune.endpoint._handed_in import HandedIn
from ragtune.errors import StepError

ENDED = (BudgetError, EndpointError)
"""How a request may end that is not answered."""
MOST_REQUESTS = 50_000
MOST_CHARACTERS = 50_000_000
"""Providers take 50,000 requests and 200 MB in a file."""
_MOST_HANDED_IN = 100
"""How often equal requests are handed in, because every batch of them came to nothing."""


class PartialRows(Protocol):
    """Rows of one model, for coroutines: None for a row that could not be got, and that is not kept."""

    async def rows_or_none(self, texts: Sequence[str]) -> list[bytes | None]:
        """A row for each text."""
        ...


class PartialMemo(Protocol):
    """The row memo, as far as it is used here."""

    def rows_or_none(self, texts: Sequence[str], load: Callable[[], AwaitedModel]) -> list[bytes | None]:
        """A row for each text; `load` is called only when there are texts never seen."""
        ...

    def asking(self, load: Callable[[], AwaitedModel]) -> PartialRows:
        """The same for coroutines."""
        ...


class Batches(Generic[R]):
    """A chat model whose rows are replies, handed in as files."""

    def __init__(
        self,
        memo: PartialMemo,
        client: Client,
        exchange: Callable[[str], Exchange[R]],
        encode: Callable[[R], bytes],
        failures: dict[str, StepError],
    ) -> None:
        self._memo, self._client, self._exchange, self._encode = memo, client, exchange, encode
        self._failures = failures
        self.workers = client.settings.concurrency

    def batches(self, texts: Sequence[str]) -> list[list[int]]:
        """As many in a file as providers take."""
        files: list[list[int]] = []
        characters = MOST_CHARACTERS + 1
        for i, text in enumerate(texts):
            characters += len(text)
            if characters > MOST_CHARACTERS or len(files[-1]) == MOST_REQUESTS:
                files.append([])
                characters = len(text)
            files[-1].append(i)
        return files

    async def rows(self, texts: Sequence[str]) -> list[bytes | None]:
        """Replies, None for each that failed."""
        found: dict[str, bytes] = {}
        try:
            asked = {_id(text): self._exchange(text) for text in texts}
            for attempt in range(_MOST_HANDED_IN):
                handed_in = HandedIn(self._client, asked, attempt)
                found, why = await handed_in.collect(self._kept(handed_in), self._encode)
                if found or handed_in.fresh:  # an old one that came to nothing is followed by another
                    break
            self._failures.update((text, why[_id(text)]) for text in texts if _id(text) not in found)
        except ENDED as error:
            self._failures.update(dict.fromkeys(texts, error))
        return [found.get(_id(text)) for text in texts]

    async def _kept(self, handed_in: HandedIn[R]) -> str:
        """The id of the batch, made if there is none, and kept before it is waited for."""
        once = _Once(handed_in.make)
        (row,) = await self._memo.asking(lambda: once).rows_or_none([json.dumps(["batch", handed_in.tag])])
        if row is None:
            raise once.failures[0]
        return row.decode()


class _Once:
    """One row, which is the id of a batch."""

    workers = 1

    def __init__(self, make: Callable[[], Awaitable[str]]) -> None:
        self._make = make
        self.failures: list[StepError] = []

    def batches(self, texts: Sequence[str]) -> list[list[int]]:
        return [[i] for i in range(len(texts))]

    async def rows(self, texts: Sequence[str]) -> list[bytes | None]:
        try:
            return [(await self._make()).encode()]
        except ENDED as error:
            self.failures.append(error)
            return [None]


def _id(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
