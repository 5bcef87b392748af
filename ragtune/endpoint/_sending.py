"""Sending: one layer of retries, limits and budgets over kept connections, and no key in what is said of it."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from ragtune.endpoint import _failures
from ragtune.endpoint._budget import Cost, meter
from ragtune.endpoint._costs import spent
from ragtune.endpoint._failures import EndpointError, TryError
from ragtune.endpoint._rates import limiter
from ragtune.endpoint._replicas import Pool
from ragtune.endpoint._replies import Usage
from ragtune.endpoint._settings import Settings
from ragtune.endpoint._transport import JSON, Line, Message, Sent, Transport

_T = TypeVar("_T")
_MOST_WAIT_S = 30.0
_NOTHING = Cost(requests=0)
_TRANSIENT = ("lost", "unreachable", "busy")


class Sender:
    """Sends what one model is asked, `concurrency` requests at once; the others wait for their turn."""

    def __init__(self, settings: Settings, lines: Sequence[Line]) -> None:
        self.settings = settings
        self._pool = Pool([Transport(line) for line in lines])
        self._slots = asyncio.Semaphore(settings.concurrency)

    async def fetch(self, message: Message) -> bytes:
        """The body of a reply to what costs nothing, at `base_url` itself; tried again as any other."""
        return await self.retrying(message.path, lambda ends: self.once(message, ends))

    async def once(self, message: Message, ends: Deadline) -> bytes:
        """One try of that."""
        own = next(t for t in self._pool.lines if t.line.base_url == self.settings.base_url)
        return (await self._send(own, message, ends)).data

    async def aclose(self) -> None:
        """Let go of the connections."""
        for transport in self._pool.lines:
            await transport.aclose()

    async def post(
        self, path: str, body: Mapping[str, Any], read: Callable[[dict[str, Any]], _T], cost: Cost
    ) -> tuple[_T, Sent]:
        """Send until `read` takes the reply, a retry is no use, or the deadline would pass."""
        message = Message(path, json.dumps(body).encode())
        async with self._slots:
            with meter(self.settings.base_url, self.settings.model).clock.running():
                return await self.retrying(path, lambda ends: self._try(message, read, cost, ends))

    async def retrying(self, path: str, attempt: Callable[[Deadline], Awaitable[_T]]) -> _T:
        """What `attempt` gives, tried again after a TryError for as long as that is of use."""
        settings = self.settings
        ends = Deadline(settings.deadline_s)
        tries: Counter[str] = Counter()
        while True:
            try:
                return await attempt(ends)
            except TryError as failure:
                tries[failure.kind] += 1
                wait = 0.0 if failure.elsewhere else self._wait(failure, tries.total())
                most = settings.max_retries if failure.retries is None else min(failure.retries, settings.max_retries)
                late = wait >= ends.left
                if tries.total() > settings.max_retries or tries[failure.kind] > most or late:
                    raise self._final(path, failure, tries.total(), late) from None
            await asyncio.sleep(wait)

    async def _try(
        self, message: Message, read: Callable[[dict[str, Any]], _T], cost: Cost, ends: Deadline
    ) -> tuple[_T, Sent]:
        settings = self.settings
        gauge, turns = meter(settings.base_url, settings.model), limiter(settings.base_url, settings.model)
        wait, counted = turns.take(settings.requests_per_minute, settings.tokens_per_minute, cost.tokens)
        ends.put_off(wait)
        used = _NOTHING
        try:
            await asyncio.sleep(wait)
            await gauge.take(cost, settings.limits, self.name(message.path))
            used = cost  # a request whose reply was lost may have been answered, and billed, all the same
            try:
                sent = await self._send(self._pool.pick(), message, ends)
                used = spent(settings, Usage.of(sent.reply), cost)
                return read(sent.reply), sent
            except TryError as failure:
                used = used if failure.sent else _NOTHING
                raise
            finally:
                gauge.settle(cost, used)
        finally:
            turns.settle(settings.tokens_per_minute, counted, cost.tokens, used.tokens)

    async def _send(self, transport: Transport, message: Message, ends: Deadline) -> Sent:
        """One try at one address; what it shows of that address's health is noted."""
        try:
            sent = await transport.send(message, min(self.settings.timeout_s, ends.left))
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
