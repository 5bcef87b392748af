"""One batch at the provider: found or made, waited for, and read."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from itertools import count
from typing import Any, Generic

from ragtune.endpoint import _failures
from ragtune.endpoint._budget import BudgetError, Cost, meter
from ragtune.endpoint._client import Client
from ragtune.endpoint._costs import spent
from ragtune.endpoint._exchanges import CHAT, Exchange, R
from ragtune.endpoint._failures import EndpointError, TryError
from ragtune.endpoint._replies import Usage, read_json
from ragtune.endpoint._sending import Deadline
from ragtune.endpoint._transport import Message
from ragtune.errors import StepError

_MOST_WAIT_S = 30.0
_JSONL = "application/jsonl"
_WINDOW = "24h"
_TAG = "ragtune"
_OVER = ("completed", "failed", "expired", "cancelled")
_LOST = ("failed", "expired", "cancelling", "cancelled")


class HandedIn(Generic[R]):
    """One batch: `tag` says what is in it and which attempt it is, `fresh` whether it was made here."""

    def __init__(self, client: Client, asked: Mapping[str, Exchange[R]], attempt: int) -> None:
        self._client, self._asked = client, asked
        self._gauge = meter(client.settings.base_url, client.settings.model)
        self._cost = Cost(
            sum(each.cost.tokens for each in asked.values()),
            sum((each.cost.usd for each in asked.values()), Cost().usd),
            len(asked),
        )
        self._used = self._cost
        digest = hashlib.blake2b("".join([client.settings.model, *sorted(asked)]).encode(), digest_size=16)
        self.tag = f"{digest.hexdigest()}-{attempt}"
        self.fresh = False

    async def make(self) -> str:
        """The id of the batch: of one that is there, or of a new one, which is then reserved in the budgets."""
        there = await self._find()
        if there:
            return there
        await self._gauge.take(self._cost, self._client.settings.limits, self._client.name("batches"))
        self.fresh = True
        try:
            file = await self._upload()
            tries = count()

            async def create(ends: Deadline) -> str:
                made = await self._find() if next(tries) else ""  # a try that seemed to fail may have made it
                return made or await self._create(file, ends)

            return await self._client.retrying("batches", create)
        except EndpointError:
            self._used = Cost(requests=0)
            raise

    async def collect(
        self, made: Awaitable[str], encode: Callable[[R], bytes]
    ) -> tuple[dict[str, bytes], dict[str, StepError]]:
        """Wait until it is made and over; rows by the id of their request, and why there is none for the others."""
        try:
            batch = await made
            state = await self._wait(batch)
            lines = {line["custom_id"]: line async for line in self._lines(state)}
            self._used = self._spent_on(lines)
        finally:
            if self.fresh:
                self._gauge.settle(self._cost, self._used)
        found: dict[str, bytes] = {}
        why: dict[str, StepError] = {}
        for id, exchange in self._asked.items():
            try:
                found[id] = encode(exchange.read(self._reply(lines.get(id), state)))
            except TryError as failure:
                told = f"{self._client.name('batches')}: {batch} {failure}. {failure.advice}"
                why[id] = EndpointError(self._client.masked(told))
        return found, why

    async def _find(self) -> str:
        """The id of a batch with this tag at the provider; empty where it has none, or none to tell of."""
        try:
            listed = read_json(await self._client.fetch(Message("batches?limit=100", method="GET"))) or {}
        except EndpointError:
            return ""
        for batch in listed.get("data") or ():
            if (batch.get("metadata") or {}).get(_TAG) == self.tag and batch.get("status") not in _LOST:
                return str(batch["id"])
        return ""

    async def _upload(self) -> str:
        lines = [
            json.dumps({"custom_id": id, "method": "POST", "url": f"/v1/{CHAT}", "body": each.body})
            for id, each in self._asked.items()
        ]
        mark = f"ragtune-{self.tag}"
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n',
            f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{mark}.jsonl"\r\n',
            f"Content-Type: {_JSONL}\r\n\r\n",
            "\n".join(lines),
            f"\n\r\n--{mark}--\r\n",
        ]
        message = Message("files", "".join(parts).encode(), kind=f"multipart/form-data; boundary={mark}")

        async def upload(ends: Deadline) -> str:
            return _id_in(await self._client.once(message, ends))

        return await self._client.retrying("files", upload)

    async def _create(self, file: str, ends: Deadline) -> str:
        body = {"input_file_id": file, "endpoint": f"/v1/{CHAT}", "completion_window": _WINDOW}
        content = json.dumps({**body, "metadata": {_TAG: self.tag}}).encode()
        return _id_in(await self._client.once(Message("batches", content), ends))

    async def _wait(self, batch: str) -> dict[str, Any]:
        """Its state when it is over."""
        limits, wait = self._client.settings.limits, self._client.settings.backoff_s
        with self._gauge.clock.running():
            while True:
                state = read_json(await self._client.fetch(Message(f"batches/{batch}", method="GET"))) or {}
                if state.get("status") in _OVER:
                    return state
                if limits.seconds is not None and self._gauge.clock.seconds >= limits.seconds:
                    raise BudgetError(
                        f"{self._client.name('batches')}: the budget is spent (budget_seconds {limits.seconds:g}) before "
                        f"{batch} was over. It goes on there: run the same command again for what it answers"
                    )
                await asyncio.sleep(wait)
                wait = min(wait * 1.5, _MOST_WAIT_S)

    async def _lines(self, state: Mapping[str, Any]) -> AsyncIterator[dict[str, Any]]:
        for file in filter(None, (state.get("output_file_id"), state.get("error_file_id"))):
            content = await self._client.fetch(Message(f"files/{file}/content", method="GET", kind=_JSONL))
            for line in content.splitlines():
                value = read_json(line)
                if value is not None and value.get("custom_id") in self._asked:
                    yield value

    def _spent_on(self, lines: Mapping[str, dict[str, Any]]) -> Cost:
        settings, costs = self._client.settings, []
        for id, line in lines.items():
            body = (line.get("response") or {}).get("body") or {}
            if "usage" in body:
                costs.append(spent(settings, Usage.of(body), self._asked[id].cost))
        return Cost(sum(cost.tokens for cost in costs), sum((cost.usd for cost in costs), Cost().usd), 0)

    def _reply(self, line: dict[str, Any] | None, state: Mapping[str, Any]) -> dict[str, Any]:
        if line is None:
            told = (state.get("errors") or {}).get("data") or []
            message = "; ".join(str(each.get("message")) for each in told[:3])
            raise _failures.lost(f"is {state.get('status')} without an answer to it{message and ': '}{message}")
        response = line.get("response") or {}
        if response.get("status_code") == 200 and isinstance(response.get("body"), dict):
            return dict(response["body"])
        raise _failures.lost(f"answered {json.dumps(line.get('error') or response)}")


def _id_in(data: bytes) -> str:
    found = (read_json(data) or {}).get("id")
    if not isinstance(found, str) or not found:
        raise _failures.lost("sent a reply without an id")
    return found
