"""Chat requests through the row memo: each is answered once, ever; one that fails costs itself alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Generic

from ragtune.endpoint._batch import ENDED, Batches, PartialMemo, PartialModel
from ragtune.endpoint._budget import BudgetError
from ragtune.endpoint._client import Client
from ragtune.endpoint._exchanges import Exchange, R, completion_exchange
from ragtune.endpoint._replies import Completion
from ragtune.endpoint._settings import Settings
from ragtune.errors import StepError


@dataclass(frozen=True)
class Request:
    """One chat request: (role, content) of each message, what else is sent, and which of several answers is meant.

    `params` are sent as they are (`temperature`, `max_tokens` or `max_completion_tokens`, `response_format`, `stop`,
    `seed`, …); those that are None are not sent. They are JSON values.
    """

    messages: tuple[tuple[str, str], ...]
    params: Mapping[str, Any] = field(default_factory=dict)
    draw: int = 0

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
    """A chat model whose rows are replies, a request a batch.

    Once a budget is spent, or the endpoint refuses whatever it is asked, nothing more is sent.
    """

    def __init__(self, client: Client, exchange: Callable[[str], Exchange[R]], encode: Callable[[R], bytes]) -> None:
        self._client, self._exchange, self._encode = client, exchange, encode
        self._stopped: StepError | None = None
        self.workers = client.settings.concurrency
        self.failures: dict[str, StepError] = {}

    def batches(self, texts: Sequence[str]) -> list[list[int]]:
        """One each."""
        return [[i] for i in range(len(texts))]

    def rows(self, texts: Sequence[str]) -> list[bytes | None]:
        """Replies, None for each that failed."""
        return [self._row(text) for text in texts]

    def _row(self, text: str) -> bytes | None:
        if self._stopped is not None:
            self.failures[text] = self._stopped
            return None
        try:
            return self._encode(self._client.exchange(self._exchange(text)))
        except ENDED as error:
            self.failures[text] = error
            if isinstance(error, BudgetError) or error.for_all:
                self._stopped = error
            return None


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
    askers: list[PartialModel] = []

    def load() -> PartialModel:
        asking = client()

        def of(text: str) -> Exchange[R]:
            return exchange(asking.settings, text)

        batch = asking.settings.batch
        askers.append(Batches(memo, asking, of, encode) if batch else _Asker(asking, of, encode))
        return askers[0]

    rows = memo.rows_or_none(texts, load)
    return rows, askers[0].failures if askers else {}


def ask(
    memo: PartialMemo,
    client: Callable[[], Client],
    requests: Sequence[Request],
    *,
    check: Callable[[Completion], object] | None = None,
) -> Asked:
    """A completion for each request, asking only those never answered; equal requests are asked once.

    Never raises for what an endpoint does: a request that fails is in `failures` and costs itself alone. Once a budget is
    spent, or the endpoint refuses whatever it is asked (a wrong key), nothing more is sent and the rest fails for the same
    reason. The memo keeps rows under all that is sent and the draw; model and address are in the memo's scope, for they
    are knobs of the component that asks.

    Args:
        memo: what the component's verb was given as `memo`.
        client: the component's `client` method, called only when there is something to ask.
        requests: what to ask.
        check: reads a completion, and raises ValueError with what is wrong where it cannot be used (broken JSON, a score
            out of range). Such a request is tried again twice, then it has failed; what was wrong is never kept.
    """
    by_row = {request.row: request for request in requests}
    texts = [request.row for request in requests]

    def exchange(settings: Settings, row: str) -> Exchange[Completion]:
        return completion_exchange(settings, by_row[row].messages, by_row[row].sent, check)

    rows, why = rows_or_why(memo, client, texts, exchange, lambda found: json.dumps(asdict(found)).encode())
    return Asked(
        [None if row is None else Completion(**json.loads(row)) for row in rows],
        {i: why[text] for i, (text, row) in enumerate(zip(texts, rows, strict=True)) if row is None},
    )
