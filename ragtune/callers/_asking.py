"""Requests with tools through the row memo: each is answered once, ever; one that fails costs itself alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ragtune.callers._payload import Payload
from ragtune.endpoint import BudgetError, Called, Client, EndpointError
from ragtune.errors import StepError
from ragtune.tools import Reply


class PartialMemo(Protocol):
    """The row memo, as far as it is used here: None for a row that could not be got, and that is not kept."""

    def rows_or_none(self, texts: Sequence[str], load: Callable[[], Asker]) -> list[bytes | None]:
        """A row for each text; `load` is called only when there are texts never seen."""
        ...


@dataclass(frozen=True)
class Asked:
    """A request: messages, parameters, and the tools, which many requests have in common."""

    messages: tuple[Mapping[str, str], ...]
    params: Mapping[str, Any]
    payload: Payload

    @property
    def row(self) -> str:
        """The text under which the row memo keeps the answer: all that is sent, the tools as a digest."""
        return json.dumps([self.messages, self.params, self.payload.digest], sort_keys=True)


class Asker:
    """A chat model whose rows are replies as JSON; every request is a batch.

    `failures` says why there is no row for a text. Once a budget is spent, or the endpoint refuses whatever it is asked,
    nothing more is sent.
    """

    def __init__(self, client: Client, asked: Mapping[str, Asked], most_output_tokens: int | None) -> None:
        self._client = client
        self._asked = asked
        self._most_output_tokens = most_output_tokens
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
        asked = self._asked[text]
        try:
            called = self._client.call(asked.messages, asked.payload.sent, self._most_output_tokens, **asked.params)
        except (BudgetError, EndpointError) as error:
            self.failures[text] = error
            if isinstance(error, BudgetError) or error.for_all:
                self._stopped = error
            return None
        return _row(called)


def _row(called: Called) -> bytes:
    """As the model said it: which tools the names stand for is another matter."""
    usage = called.usage
    tokens = [usage.input, usage.output, usage.cached]
    row = {"calls": called.calls, "text": called.text, "tokens": tokens, "seconds": round(called.seconds, 6)}
    return json.dumps(row).encode()


def read_row(row: bytes, payload: Payload) -> Reply:
    """The reply in a row."""
    said = json.loads(row)
    read, written, cached = said["tokens"]
    return Reply(
        calls=tuple(payload.call(name, arguments) for name, arguments in said["calls"]),
        input_tokens=read,
        output_tokens=written,
        cached_tokens=cached,
        seconds=said["seconds"],
    )
