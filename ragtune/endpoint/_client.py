"""The client: requests over kept connections, one layer of retries, limits and budgets, and no key in what it says."""

from __future__ import annotations

import atexit
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from ragtune.endpoint import _failures
from ragtune.endpoint._budget import Cost, meter
from ragtune.endpoint._costs import COMPLETION_TOKENS, estimated, spent
from ragtune.endpoint._exchanges import CHAT, Exchange, R, called_exchange
from ragtune.endpoint._failures import EndpointError, TryError
from ragtune.endpoint._keys import read_key
from ragtune.endpoint._rates import limiter
from ragtune.endpoint._replicas import Pool, Replica
from ragtune.endpoint._replies import Called, Completion, Usage, read_completion, read_embeddings
from ragtune.endpoint._settings import Settings
from ragtune.endpoint._transport import JSON, Line, Message, Sent, Transport

_T = TypeVar("_T")
_MOST_WAIT_S = 30.0
_PROBES = 6
_OPENAI = "api.openai.com"
_NOTHING = Cost(requests=0)
_TRANSIENT = ("lost", "unreachable", "busy")


class Client:
    """Asks one model at one endpoint. Safe for threads; `concurrency` of them is what it keeps connections for."""

    def __init__(self, settings: Settings, lines: Sequence[Line]) -> None:
        self.settings = settings
        self._pool = Pool([Transport(line, settings.concurrency) for line in lines])
        self._dimension: int | None = None

    def embeddings(self, texts: Sequence[str], dimensions: int | None = None) -> NDArray[np.float32]:
        """(n_texts, dim) float32 as the model gave them; `dimensions` asks it for shorter ones."""
        body: dict[str, Any] = {"model": self.settings.model, "input": list(texts), "encoding_format": "float"}
        if dimensions is not None:
            body["dimensions"] = dimensions
        expected = dimensions or self._dimension
        cost = estimated(self.settings, texts)
        return self._post("embeddings", body, lambda reply: read_embeddings(reply, len(texts), expected), cost)[0]

    def dimension(self) -> int:
        """Of the model's own vectors, found out by embedding one word until two replies agree."""
        seen: Counter[int] = Counter()
        while self._dimension is None:
            if seen.total() > _PROBES:
                raise EndpointError(f"{self.name('embeddings')} gives vectors of changing dimension: {dict(seen)}")
            width = self.embeddings(["dimension"]).shape[1]
            seen[width] += 1
            if seen[width] == 2:
                self._dimension = width
        return self._dimension

    def chat(self, messages: Sequence[Mapping[str, str]], **params: Any) -> Completion:
        """One completion. Parameters that are None are not sent."""
        body = {"model": self.settings.model, "messages": list(messages)}
        body.update({name: value for name, value in params.items() if value is not None})
        cost = estimated(self.settings, [m["content"] for m in messages], COMPLETION_TOKENS)
        return self.exchange(Exchange(body, cost, read_completion))

    def call(
        self,
        messages: Sequence[Mapping[str, str]],
        tools: Sequence[Mapping[str, Any]],
        most_output_tokens: int | None,
        **params: Any,
    ) -> Called:
        """What the model calls of the tools, or says. Parameters that are None are not sent."""
        return self.exchange(called_exchange(self.settings, messages, tools, most_output_tokens, params))

    def exchange(self, asked: Exchange[R]) -> R:
        """The reply of a chat model, with the times of the try that succeeded; streamed where the settings say so."""
        streaming = {"stream": True, "stream_options": {"include_usage": True}} if self.settings.stream else {}
        found, sent = self._post(CHAT, {**asked.body, **streaming}, asked.read, asked.cost)
        return found.timed(sent.seconds, sent.first_token_seconds)

    def fetch(self, message: Message) -> bytes:
        """The body of a reply to what costs nothing, at `base_url` itself; tried again as any other."""
        return self.retrying(message.path, lambda ends: self.once(message, ends))

    def once(self, message: Message, ends: Deadline) -> bytes:
        """One try of that."""
        lines = self._pool.lines
        return self._send(next(t for t in lines if t.line.base_url == self.settings.base_url), message, ends).data

    def close(self) -> None:
        """Let go of the connections."""
        for transport in self._pool.lines:
            transport.close()

    def _post(
        self, path: str, body: Mapping[str, Any], read: Callable[[dict[str, Any]], _T], cost: Cost
    ) -> tuple[_T, Sent]:
        """Send until `read` takes the reply, a retry is no use, or the deadline would pass."""
        message = Message(path, json.dumps(body).encode())
        with meter(self.settings.base_url, self.settings.model).clock():
            return self.retrying(path, lambda ends: self._try(message, read, cost, ends))

    def retrying(self, path: str, attempt: Callable[[Deadline], _T]) -> _T:
        """What `attempt` gives, tried again after a TryError for as long as that is of use."""
        settings = self.settings
        ends = Deadline(settings.deadline_s)
        tries: Counter[str] = Counter()
        while True:
            try:
                return attempt(ends)
            except TryError as failure:
                tries[failure.kind] += 1
                wait = 0.0 if failure.elsewhere else self._wait(failure, tries.total())
                most = settings.max_retries if failure.retries is None else min(failure.retries, settings.max_retries)
                late = wait >= ends.left
                if tries.total() > settings.max_retries or tries[failure.kind] > most or late:
                    raise self._final(path, failure, tries.total(), late) from None
            time.sleep(wait)

    def _try(
        self, message: Message, read: Callable[[dict[str, Any]], _T], cost: Cost, ends: Deadline
    ) -> tuple[_T, Sent]:
        settings = self.settings
        gauge, turns = meter(settings.base_url, settings.model), limiter(settings.base_url, settings.model)
        waited, counted = turns.wait(settings.requests_per_minute, settings.tokens_per_minute, cost.tokens)
        ends.put_off(waited)
        used = _NOTHING
        try:
            gauge.take(cost, settings.limits, self.name(message.path))
            used = cost  # a request whose reply was lost may have been answered, and billed, all the same
            try:
                sent = self._send(self._pool.pick(), message, ends)
                used = spent(settings, Usage.of(sent.reply), cost)
                return read(sent.reply), sent
            except TryError as failure:
                used = used if failure.sent else _NOTHING
                raise
            finally:
                gauge.settle(cost, used)
        finally:
            turns.settle(settings.tokens_per_minute, counted, cost.tokens, used.tokens)

    def _send(self, transport: Transport, message: Message, ends: Deadline) -> Sent:
        """One try at one address; what it shows of that address's health is noted."""
        try:
            sent = transport.send(message, min(self.settings.timeout_s, ends.left))
            if not 200 <= sent.status < 300:
                said, code = self._reason(sent.data, transport)
                raise _failures.refused(sent.status, said, sent.headers, code, transport.line.key_name)
            if message.kind == JSON and not sent.reply:
                start = transport.safe(sent.data.decode("utf-8", "replace"))[:60]
                raise _failures.lost(f"sent something that is not a whole JSON object: {start!r}")
        except TryError as failure:
            if failure.kind in _TRANSIENT:
                failure.elsewhere = self._pool.failed(transport, failure.after)
            raise
        self._pool.worked(transport)
        return sent

    def _wait(self, failure: TryError, tries: int) -> float:
        """Exponential backoff with full jitter, after what the endpoint asks for; it changes no result, so no seed."""
        most = min(_MOST_WAIT_S, self.settings.backoff_s * 2.0 ** min(tries - 1, 30))
        if failure.after is not None:
            return failure.after + random.random() * min(most, self.settings.backoff_s)
        return random.random() * most

    def _final(self, path: str, failure: TryError, tries: int, late: bool) -> EndpointError:
        often = f" ({tries} tries)" if tries > 1 else ""
        asked = f", and asks to wait {failure.after:.3g} s" if late and failure.after else ""
        passed = f"; the deadline of {self.settings.deadline_s:g} s would pass" if late else ""
        message = f"{self.name(path)} {failure}{often}{asked}{passed}. {failure.advice}"
        return EndpointError(self.masked(message), failure.place, for_all=failure.for_all)

    def masked(self, text: str) -> str:
        """Without any key, for whatever is told or kept."""
        for transport in self._pool.lines:
            text = transport.masked(text)
        return text

    def name(self, path: str) -> str:
        """What was asked, in messages."""
        return f"{self.settings.base_url}/{path} (model {self.settings.model})"

    def _reason(self, data: bytes, transport: Transport) -> tuple[str, str]:
        """The provider's message and error code; whatever is not in the usual form is quoted as it is."""
        try:
            error = json.loads(data)
            error = error.get("error", error)
            message = error if isinstance(error, str) else error.get("message") or json.dumps(error)
            code = "" if isinstance(error, str) else str(error.get("code") or error.get("type") or "")
        except (ValueError, AttributeError):
            message, code = data.decode("utf-8", "replace"), ""
        return transport.safe(str(message)), code


class Deadline:
    """When a request must be over; waiting for one's own rate limit does not count."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds."""
        return self._ends - time.monotonic()

    def put_off(self, seconds: float) -> None:
        """Later by so much."""
        self._ends += seconds


def connect(settings: Settings) -> Client:
    """The client of these settings, one for the whole process; it opens no connection before it is asked something."""
    replicas = [Replica.read(text, settings.api_key_env) for text in settings.replicas]
    if settings.base_url not in {replica.base_url for replica in replicas}:
        replicas.insert(0, Replica(settings.base_url, 1.0, settings.api_key_env))
    return _connect(settings, tuple(map(_line, replicas)))


def _line(replica: Replica) -> Line:
    openai = urlsplit(replica.base_url).hostname == _OPENAI
    name = replica.api_key_env or ("OPENAI_API_KEY" if openai else "")
    return Line(replica.base_url, replica.weight, name, read_key(name, replica.base_url))


@cache
def _connect(settings: Settings, lines: tuple[Line, ...]) -> Client:
    client = Client(settings, lines)
    atexit.register(client.close)
    return client
