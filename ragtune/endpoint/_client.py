"""The client: what a model is asked, and what it answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from ragtune.endpoint._costs import COMPLETION_TOKENS, estimated
from ragtune.endpoint._exchanges import CHAT, Exchange, R, called_exchange
from ragtune.endpoint._failures import EndpointError
from ragtune.endpoint._keys import read_key
from ragtune.endpoint._replicas import Replica
from ragtune.endpoint._replies import Called, Completion, read_completion, read_embeddings
from ragtune.endpoint._sending import Sender
from ragtune.endpoint._settings import Settings
from ragtune.endpoint._transport import Line
from ragtune.loop import PerProcess, at_end, joined, run

_PROBES = 6
_OPENAI = "api.openai.com"


class Client(Sender):
    """Asks one model at one endpoint. What begins with an `a` is awaited, on any event loop; the others wait, in any thread."""

    def __init__(self, settings: Settings, lines: Sequence[Line]) -> None:
        super().__init__(settings, lines)
        self._dimension: int | None = None

    async def aembeddings(self, texts: Sequence[str], dimensions: int | None = None) -> NDArray[np.float32]:
        """(n_texts, dim) float32 as the model gave them; `dimensions` asks it for shorter ones."""
        body: dict[str, Any] = {"model": self.settings.model, "input": list(texts), "encoding_format": "float"}
        if dimensions is not None:
            body["dimensions"] = dimensions
        expected = dimensions or self._dimension
        cost = estimated(self.settings, texts)
        vectors, _ = await joined(
            self.post, "embeddings", body, lambda reply: read_embeddings(reply, len(texts), expected), cost
        )
        return vectors

    async def adimension(self) -> int:
        """Of the model's own vectors, found out by embedding one word until two replies agree."""
        seen: Counter[int] = Counter()
        while self._dimension is None:
            if seen.total() > _PROBES:
                raise EndpointError(f"{self.name('embeddings')} gives vectors of changing dimension: {dict(seen)}")
            width = (await self.aembeddings(["dimension"])).shape[1]
            seen[width] += 1
            if seen[width] == 2:
                self._dimension = width
        return self._dimension

    async def achat(self, messages: Sequence[Mapping[str, str]], **params: Any) -> Completion:
        """One completion. Parameters that are None are not sent."""
        body = {"model": self.settings.model, "messages": list(messages)}
        body.update({name: value for name, value in params.items() if value is not None})
        cost = estimated(self.settings, [m["content"] for m in messages], COMPLETION_TOKENS)
        return await self.aexchange(Exchange(body, cost, read_completion))

    async def acall(
        self,
        messages: Sequence[Mapping[str, str]],
        tools: Sequence[Mapping[str, Any]],
        most_output_tokens: int | None,
        **params: Any,
    ) -> Called:
        """What the model calls of the tools, or says. Parameters that are None are not sent."""
        return await self.aexchange(called_exchange(self.settings, messages, tools, most_output_tokens, params))

    async def aexchange(self, asked: Exchange[R]) -> R:
        """The reply of a chat model, with the times of the try that succeeded; streamed where the settings say so."""
        streaming = {"stream": True, "stream_options": {"include_usage": True}} if self.settings.stream else {}
        found, sent = await joined(self.post, CHAT, {**asked.body, **streaming}, asked.read, asked.cost)
        return found.timed(sent.seconds, sent.first_token_seconds)

    def embeddings(self, texts: Sequence[str], dimensions: int | None = None) -> NDArray[np.float32]:
        """As `aembeddings`."""
        return run(self.aembeddings, texts, dimensions)

    def dimension(self) -> int:
        """As `adimension`."""
        return run(self.adimension)

    def chat(self, messages: Sequence[Mapping[str, str]], **params: Any) -> Completion:
        """As `achat`."""
        return run(self.achat, messages, **params)

    def call(
        self,
        messages: Sequence[Mapping[str, str]],
        tools: Sequence[Mapping[str, Any]],
        most_output_tokens: int | None,
        **params: Any,
    ) -> Called:
        """As `acall`."""
        return run(self.acall, messages, tools, most_output_tokens, **params)


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


@PerProcess
def _connect(settings: Settings, lines: tuple[Line, ...]) -> Client:
    client = Client(settings, lines)
    at_end(client.aclose)
    return client
