"""Chat requests through the row memo: each is answered once, ever; one that fails costs itself alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Generic

from ragtune.component import AwaitedModel
from ragtune.endpoint._batch import ENDED, Batches, PartialMemo
from ragtune.endpoint._budget import BudgetError
from ragtune.endpoint._client import Client
from ragtune.endpoint._exchanges import Exchange, R, completion_exchange
from ragtune.endpoint._replies import Completion
from ragtune.endpoint._settings import Settings
from ragtune.errors import StepError
from ragtune.loop import run


@dataclass(frozen=True)
class Request:
    """One chat request: (role, content) of each message, what else is sent, and which of several answers is meant.

    `params` are sent as they are (`temperature`, `max_tokens` or `max_completion_tokens`, `response_format`, `stop`,
    `seed`, …); those that are None are not sent. They are JSON values. `check` reads a completion, and raises ValueError
    with what is wrong where it cannot be used (broken JSON, a score out of range): the request is tried again twice, then
    it has failed; what was wrong is never kept.
    """

    messages: tuple[tuple[str, str], ...]
    params: Mapping[str, Any] = field(default_factory=dict)
    draw: int = 0
    check: Callable[[Completion], object] | None = field(default=None, compare=False)

    @property
    def sent(self) -> dict[str, Any]:
        """Parameters that are sent."""
        return {name: value for name, value in self.params.items() if value is not None}

    @property
    def row(self) -> str:
        """The text under which the row memo keeps the answer: all that is sent, temperature too, and the draw."""
        return json.dumps([self.messages, self.sent, self.draw], sort_keys=True)


@dataclass(frozen=True)
class Asked:
    """What came of requests, in their order.

    `failures` says why there is no completion for the request at an index; these are not kept, and the next run asks for
    them again.
    """

    completions: list[Completion | None]
    failures: dict[int, StepError] = field(default_factory=dict)


class _Asker(Generic[R]):
    """A chat model whose rows are replies, a request a batch; `failures` takes why there is none.

    Once a budget is spent, or the endpoint refuses whatever it is asked, nothing more is sent.
    """

    def __init__(
        self,
        client: Client,
        exchange: Callable[[str], Exchange[R]],
        encode: Callable[[R], bytes],
        failures: dict[str, StepError],
    ) -> None:
        self._client, self._exchange, self._encode, self._failures = client, exchange, encode, failures
        self._stopped: StepError | None = None
        self.workers = client.settings.concurrency

    def batches(self, texts: Sequence[str]) -> list[list[int]]:
        """One each."""
        return [[i] for i in range(len(texts))]

    async def rows(self, texts: Sequence[str]) -> list[bytes | None]:
        """Replies, None for each that failed."""
        return [await self._row(text) for text in texts]

    async def _row(self, text: str) -> bytes | None:
        if self._stopped is not None:
            self._failures[text] = self._stopped
            return None
        try:
            return self._encode(await self._client.aexchange(self._exchange(text)))
        except ENDED as error:
            self._failures[text] = error
            if isinstance(error, BudgetError) or error.for_all:
                self._stopped = error
            return None


def _model(
    memo: PartialMemo,
    client: Client,
    exchange: Callable[[Settings, str], Exchange[R]],
    encode: Callable[[R], bytes],
    failures: dict[str, StepError],
) -> AwaitedModel:
    def of(text: str) -> Exchange[R]:
        return exchange(client.settings, text)

    if client.settings.batch:
        return Batches(memo, client, of, encode, failures)
    return _Asker(client, of, encode, failures)


def rows_or_why(
    memo: PartialMemo,
    client: Callable[[], Client],
    texts: Sequence[str],
    exchange: Callable[[Settings, str], Exchange[R]],
    encode: Callable[[R], bytes],
) -> tuple[list[bytes | None], dict[str, StepError]]:
    """A row for each text, asking for those never seen, and why there is none for a text, where there is none.

    Args:
        memo: what the component's verb was given as `memo`.
        client: called only when there is something to ask.
        texts: under what rows are kept.
        exchange: what is sent for a text.
        encode: makes a row of a reply.
    """
    failures: dict[str, StepError] = {}
    rows = memo.rows_or_none(texts, lambda: _model(memo, client(), exchange, encode, failures))
    return rows, failures


class Asking:
    """Requests of coroutines that a thread waits for (`ragtune.loop.run`), as `ask` has them: any number at any time."""

    def __init__(self, memo: PartialMemo, client: Callable[[], Client]) -> None:
        self._requests: dict[str, Request] = {}
        self._failures: dict[str, StepError] = {}
        self._rows = memo.asking(lambda: _model(memo, client(), self._exchange, _encoded, self._failures))

    async def ask(self, requests: Sequence[Request]) -> Asked:
        """A completion for each."""
        texts = [request.row for request in requests]
        self._requests.update(zip(texts, requests, strict=True))
        rows = await self._rows.rows_or_none(texts)
        return Asked(
            [None if row is None else Completion(**json.loads(row)) for row in rows],
            {i: self._failures[text] for i, (text, row) in enumerate(zip(texts, rows, strict=True)) if row is None},
        )

    def _exchange(self, settings: Settings, row: str) -> Exchange[Completion]:
        request = self._requests[row]
        return completion_exchange(settings, request.messages, request.sent, request.check)


def ask(memo: PartialMemo, client: Callable[[], Client], requests: Sequence[Request]) -> Asked:
    """A completion for each request, asking only those never answered; equal requests are asked once.

    Never raises for what an endpoint does: a request that fails is in `failures` and costs itself alone. Once a budget is
    spent, or the endpoint refuses whatever it is asked (a wrong key), nothing more is sent and the rest fails for the same
    reason. The memo keeps rows under all that is sent and the draw; model and address are in the memo's scope, for they
    are knobs of the component that asks.

    Args:
        memo: what the component's verb was given as `memo`.
        client: the component's `client` method, called only when there is something to ask.
        requests: what to ask.
    """
    return run(Asking(memo, client).ask, requests)


def _encoded(completion: Completion) -> bytes:
    return json.dumps(asdict(completion)).encode()
