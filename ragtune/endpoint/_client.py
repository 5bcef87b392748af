"""The client: requests over kept connections, one layer of retries, a budget, and no key in anything it says."""

from __future__ import annotations

import atexit
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from ragtune.endpoint import _failures
from ragtune.endpoint._budget import Cost, meter
from ragtune.endpoint._costs import COMPLETION_TOKENS, at_most, estimated, spent
from ragtune.endpoint._failures import EndpointError, TryError
from ragtune.endpoint._keys import read_key
from ragtune.endpoint._replies import (
    Called,
    Completion,
    Usage,
    read_called,
    read_completion,
    read_embeddings,
    read_json,
)
from ragtune.endpoint._settings import Settings

if TYPE_CHECKING:
    import httpx

_T = TypeVar("_T")
_MOST_WAIT_S = 30.0
_MESSAGE_CHARACTERS = 300
_PROBES = 6
_OPENAI = "api.openai.com"


class Client:
    """Asks one model at one endpoint. Safe for threads; `concurrency` of them is what it keeps connections for."""

    def __init__(self, settings: Settings, key_name: str, key: str) -> None:
        import httpx

        self.settings = settings
        self._key_name = key_name
        self._key = key
        host = urlsplit(settings.base_url).hostname
        self._http = httpx.Client(
            headers={"Authorization": f"Bearer {self._key}"} if self._key else {},
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=settings.concurrency),
            trust_env=host not in ("localhost", "127.0.0.1", "::1"),  # a proxy is for what is elsewhere
        )
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
                raise EndpointError(f"{self._name('embeddings')} gives vectors of changing dimension: {dict(seen)}")
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
        return self._post("chat/completions", body, read_completion, cost)[0]

    def call(
        self,
        messages: Sequence[Mapping[str, str]],
        tools: Sequence[Mapping[str, Any]],
        most_output_tokens: int | None,
        **params: Any,
    ) -> Called:
        """What the model calls of the tools, or says. Parameters that are None are not sent.

        For the budgets a token is taken to be at least one byte long, and the reply as long as it may be: the two together
        are what a request can take at most.
        """
        asked = {"messages": list(messages), "tools": list(tools)}
        body = {"model": self.settings.model, **asked}
        body.update({name: value for name, value in params.items() if value is not None})
        cost = at_most(self.settings, json.dumps(asked, ensure_ascii=False), most_output_tokens)
        called, seconds = self._post("chat/completions", body, read_called, cost)
        return replace(called, seconds=seconds)

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def _post(
        self, path: str, body: Mapping[str, Any], read: Callable[[dict[str, Any]], _T], cost: Cost
    ) -> tuple[_T, float]:
        """Send until `read` takes the reply, a retry is no use, or the deadline would pass. And the seconds it took."""
        settings = self.settings
        content = json.dumps(body).encode()
        ends = time.monotonic() + settings.deadline_s
        tries: Counter[str] = Counter()
        while True:
            try:
                return self._try(path, content, read, cost, ends)
            except TryError as failure:
                tries[failure.kind] += 1
                wait = self._wait(failure, tries.total())
                left = ends - time.monotonic()
                most = settings.max_retries if failure.retries is None else min(failure.retries, settings.max_retries)
                if tries.total() > settings.max_retries or tries[failure.kind] > most or wait >= left:
                    raise self._final(path, failure, tries.total(), wait >= left) from None
            time.sleep(wait)

    def _try(
        self, path: str, content: bytes, read: Callable[[dict[str, Any]], _T], cost: Cost, ends: float
    ) -> tuple[_T, float]:
        settings = self.settings
        gauge = meter(settings.base_url, settings.model)
        gauge.take(cost, settings.limits, self._name(path))
        used = cost  # a request whose reply was lost may have been answered, and billed, all the same
        try:
            began = time.perf_counter()
            try:
                status, headers, data = self._send(path, content, min(settings.timeout_s, ends - time.monotonic()))
            except TryError as failure:
                used = used if failure.sent else Cost()
                raise
            seconds = time.perf_counter() - began
            if not 200 <= status < 300:
                used = Cost()
                message, code = self._reason(data)
                raise _failures.refused(status, message, headers, code, self._key_name)
            reply = read_json(data)
            if reply is None:
                start = self._safe(data.decode("utf-8", "replace"))[:60]
                raise _failures.lost(f"sent something that is not a whole JSON object: {start!r}")
            used = spent(settings, Usage.of(reply), cost)
            return read(reply), seconds
        finally:
            gauge.settle(cost, used)

    def _send(self, path: str, content: bytes, seconds: float) -> tuple[int, httpx.Headers, bytes]:
        """One request and its whole reply within so many seconds, however slowly it drips."""
        import httpx

        ends = time.monotonic() + seconds
        url, headers = f"{self.settings.base_url}/{path}", {"Content-Type": "application/json"}
        body = bytearray()
        try:
            with self._http.stream("POST", url, content=content, headers=headers, timeout=max(seconds, 1e-3)) as reply:
                for part in reply.iter_bytes():
                    body += part
                    if time.monotonic() > ends:
                        raise _failures.lost(f"did not finish its reply within {seconds:.3g} s")
            return reply.status_code, reply.headers, bytes(body)
        except httpx.ConnectError as error:
            raise _failures.unreachable(self._safe(str(error))) from None
        except httpx.TimeoutException:
            raise _failures.lost(f"did not answer within {seconds:.3g} s") from None
        except httpx.RequestError as error:
            what = self._safe(str(error)) or "the connection was cut"
            raise _failures.lost(f"broke off ({type(error).__name__}: {what})") from None

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
        message = f"{self._name(path)} {failure}{often}{asked}{passed}. {failure.advice}"
        return EndpointError(message, failure.place, for_all=failure.for_all)

    def _name(self, path: str) -> str:
        return f"{self.settings.base_url}/{path} (model {self.settings.model})"

    def _reason(self, data: bytes) -> tuple[str, str]:
        """The provider's message and error code; whatever is not in the usual form is quoted as it is."""
        try:
            error = json.loads(data)
            error = error.get("error", error)
            message = error if isinstance(error, str) else error.get("message") or json.dumps(error)
            code = "" if isinstance(error, str) else str(error.get("code") or error.get("type") or "")
        except (ValueError, AttributeError):
            message, code = data.decode("utf-8", "replace"), ""
        return self._safe(str(message)), code

    def _safe(self, text: str) -> str:
        """One short line without the key; cut after the key is out, lest half of it stays."""
        if self._key:
            text = text.replace(self._key, "[key]")
        text = " ".join(text.split())
        return text if len(text) <= _MESSAGE_CHARACTERS else text[: _MESSAGE_CHARACTERS - 1] + "…"


def connect(settings: Settings) -> Client:
    """The client of these settings, one for the whole process; it opens no connection before it is asked something."""
    openai = urlsplit(settings.base_url).hostname == _OPENAI
    name = settings.api_key_env or ("OPENAI_API_KEY" if openai else "")
    return _connect(settings, name, read_key(name, settings.base_url))


@cache
def _connect(settings: Settings, key_name: str, key: str) -> Client:
    client = Client(settings, key_name, key)
    atexit.register(client.close)
    return client
