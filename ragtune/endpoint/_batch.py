"""Chat requests as files: `/batches` of OpenAI's protocol, answered within a day at a lower price.

What was handed in is never handed in twice. The batch's id is kept in the row memo before anything waits for it, so that
a run that was killed finds its batch again; and because a kill may come between the two, a batch also carries a digest of
its requests, by which it is looked for at the provider before another is made.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Generic, Protocol

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


class PartialModel(Protocol):
    """A model that may fail to get some rows and goes on; `failures` says why."""

    failures: dict[str, StepError]

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


class PartialMemo(Protocol):
    """The row memo, as far as it is used here: None for a row that could not be got, and that is not kept."""

    def rows_or_none(self, texts: Sequence[str], load: Callable[[], PartialModel]) -> list[bytes | None]:
        """A row for each text; `load` is called only when there are texts never seen."""
        ...


class Batches(Generic[R]):
    """A chat model whose rows are replies, handed in as files."""

    def __init__(
        self, memo: PartialMemo, client: Client, exchange: Callable[[str], Exchange[R]], encode: Callable[[R], bytes]
    ) -> None:
        self._memo, self._client, self._exchange, self._encode = memo, client, exchange, encode
        self.workers = client.settings.concurrency
        self.failures: dict[str, StepError] = {}

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

    def rows(self, texts: Sequence[str]) -> list[bytes | None]:
        """Replies, None for each that failed."""
        found: dict[str, bytes] = {}
        try:
            asked = {_id(text): self._exchange(text) for text in texts}
            for attempt in range(_MOST_HANDED_IN):
                handed_in = HandedIn(self._client, asked, attempt)
                found, why = handed_in.collect(self._kept(handed_in), self._encode)
                if found or handed_in.fresh:  # an old one that came to nothing is followed by another
                    break
            self.failures.update((text, why[_id(text)]) for text in texts if _id(text) not in found)
        except ENDED as error:
            self.failures.update(dict.fromkeys(texts, error))
        return [found.get(_id(text)) for text in texts]

    def _kept(self, handed_in: HandedIn[R]) -> str:
        """The id of the batch, made if there is none, and kept before it is waited for."""
        model = _Once(handed_in.make)
        (row,) = self._memo.rows_or_none([json.dumps(["batch", handed_in.tag])], lambda: model)
        if row is None:
            raise model.failures[""]
        return row.decode()


class _Once:
    """One row, which is the id of a batch."""

    workers = 1

    def __init__(self, make: Callable[[], str]) -> None:
        self._make = make
        self.failures: dict[str, StepError] = {}

    def batches(self, texts: Sequence[str]) -> list[list[int]]:
        return [[i] for i in range(len(texts))]

    def rows(self, texts: Sequence[str]) -> list[bytes | None]:
        try:
            return [self._make().encode()]
        except ENDED as error:
            self.failures[""] = error
            return [None]


def _id(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
