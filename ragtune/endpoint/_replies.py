"""What endpoints answer, read and checked: a reply that is not what was asked for is a failure, never a result."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ragtune.endpoint._failures import TryError, bad_content, lost


@dataclass(frozen=True)
class Completion:
    """A chat reply, and what it took; token counts are -1 where the endpoint does not tell.

    `seconds` is how long the try took that succeeded, `first_token_seconds` how long until its first token came, where
    the reply was streamed.
    """

    text: str
    finish_reason: str = ""
    prompt_tokens: int = -1
    completion_tokens: int = -1
    cached_tokens: int = -1
    seconds: float | None = None
    first_token_seconds: float | None = None

    @property
    def tokens_per_second(self) -> float | None:
        """Tokens after the first, by the seconds after it; None where the reply was not streamed or not counted."""
        if self.seconds is None or self.first_token_seconds is None or self.completion_tokens < 2:
            return None
        after = self.seconds - self.first_token_seconds
        return (self.completion_tokens - 1) / after if after > 0 else None

    def timed(self, seconds: float | None, first_token_seconds: float | None) -> Completion:
        """The same, with times."""
        return replace(self, seconds=seconds, first_token_seconds=first_token_seconds)


@dataclass(frozen=True)
class Called:
    """A chat reply with tools: (name, arguments) of each call, as the model wrote them, or what it said instead."""

    calls: tuple[tuple[str, str], ...]
    text: str
    finish_reason: str
    usage: Usage
    seconds: float | None = None
    first_token_seconds: float | None = None

    def timed(self, seconds: float | None, first_token_seconds: float | None) -> Called:
        """The same, with times."""
        return replace(self, seconds=seconds, first_token_seconds=first_token_seconds)


_WORDS = ("content", "refusal", "reasoning_content", "reasoning")
"""Where a message may say something."""
_CACHED = ("prompt_cache_hit_tokens", "cache_read_input_tokens")
"""Where services that do not write as OpenAI does tell what of the input they had read before."""
_CUT = {
    "length": ("cut off", "Raise max_tokens"),
    "content_filter": ("filtered", "The provider's filter takes exception to the request"),
}


def read_json(body: bytes) -> dict[str, Any] | None:
    """The JSON object in a body; None for a page of HTML, or half an object."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


@dataclass(frozen=True)
class Usage:
    """Tokens as the endpoint counts them; None where it does not tell. `cached` are those of the input read before."""

    input: int | None = None
    output: int | None = None
    total: int | None = None
    cached: int | None = None

    @classmethod
    def of(cls, reply: dict[str, Any]) -> Self:
        """From the `usage` of a reply, where there is one."""
        usage = reply.get("usage")
        if not isinstance(usage, dict):
            return cls()
        details = usage.get("prompt_tokens_details")
        told = [(details, "cached_tokens")] if isinstance(details, dict) else []
        told += [(usage, name) for name in _CACHED]
        read, written, total = (_count(usage.get(name + "_tokens")) for name in ("prompt", "completion", "total"))
        if total is None and read is not None and written is not None:
            total = read + written
        cached = next((count for where, name in told if (count := _count(where.get(name))) is not None), None)
        return cls(read, written, total, cached)


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def read_completion(reply: dict[str, Any]) -> Completion:
    """The first choice of a chat completion."""
    try:
        choice = reply["choices"][0]
        text = choice["message"]["content"]
    except (KeyError, IndexError, TypeError):
        raise lost("sent a reply without choices[0].message.content") from None
    if not isinstance(text, str) or not text.strip():
        raise bad_content("sent an empty completion", "Try another model or prompt. What is finished is kept")
    usage = Usage.of(reply)
    tokens = [-1 if count is None else count for count in (usage.input, usage.output, usage.cached)]
    return Completion(text, str(choice.get("finish_reason") or ""), *tokens)


def read_called(reply: dict[str, Any]) -> Called:
    """The first choice of a chat completion with tools.

    Text without a call is a reply: the model calls nothing. A reply with neither is none, and so is one that was cut off or
    filtered before it came to a call: what the model would have done is not known.
    """
    try:
        choice = reply["choices"][0]
        message = choice["message"]
        made = [*(message.get("tool_calls") or ()), *filter(None, [message.get("function_call")])]
        text = next((said for name in _WORDS if (said := _said(message.get(name)))), "")
    except (KeyError, IndexError, TypeError, AttributeError):
        raise lost("sent a reply without choices[0].message") from None
    calls = tuple(_read_call(call) for call in made)
    reason = str(choice.get("finish_reason") or "")
    if not calls and reason in ("length", "content_filter"):
        why, advice = _CUT[reason]
        raise bad_content(f"was {why} before it called a tool or ended", advice, retries=0)
    if not calls and not text:
        raise bad_content("neither called a tool nor said anything", "Try another model or prompt", retries=2)
    return Called(calls, text, reason, Usage.of(reply))


def called_or_why(reply: dict[str, Any]) -> Called | str:
    """As `read_called`, for a reply that was recorded: why it is none, where it is none."""
    try:
        return read_called(reply)
    except TryError as failure:
        return str(failure)


def _said(value: Any) -> str:
    """A text, or a list of parts as some models send it."""
    if isinstance(value, str):
        return value.strip()
    return json.dumps(value) if isinstance(value, list) and value else ""


def _read_call(call: Any) -> tuple[str, str]:
    """Name and arguments, as they came; some endpoints send an object where the protocol has a text of JSON."""
    function = call.get("function", call) if isinstance(call, dict) else None
    name = function.get("name") if isinstance(function, dict) else None
    if not isinstance(function, dict) or not isinstance(name, str) or not name:
        raise bad_content("sent a tool call without a name", "Does this model call tools?")
    arguments = function.get("arguments")
    if isinstance(arguments, str):
        return name, arguments
    return name, "" if arguments is None else json.dumps(arguments)


def read_embeddings(reply: dict[str, Any], n_texts: int, dimension: int | None) -> NDArray[np.float32]:
    """(n_texts, dimension) float32, in the order of the texts, every vector finite and not zero."""
    items = reply.get("data")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise lost("sent a reply without a list of embeddings in data")
    if len(items) != n_texts:
        raise bad_content(f"gave {len(items)} vectors for {n_texts} texts", "Try a smaller batch_size")
    places = [item.get("index", i) for i, item in enumerate(items)]
    if not all(isinstance(place, int) for place in places) or sorted(places) != list(range(n_texts)):
        raise bad_content("gave vectors whose index is not that of the texts", "Try a smaller batch_size")
    rows: list[NDArray[np.float32]] = [np.zeros(0, np.float32)] * n_texts
    for place, item in zip(places, items, strict=True):
        rows[place] = _vector(item.get("embedding"), place)
    width = dimension or (rows[0].size if rows else 0)
    for place, row in enumerate(rows):
        _check(row, width, place)
    return np.stack(rows) if rows else np.zeros((0, width), np.float32)


def _vector(value: Any, place: int) -> NDArray[np.float32]:
    """A list of numbers, or base64 of little-endian float32."""
    try:
        if isinstance(value, str):
            return np.frombuffer(base64.b64decode(value, validate=True), dtype="<f4").astype(np.float32)
        row = np.asarray(value, dtype=np.float32)
    except (ValueError, TypeError, OverflowError, binascii.Error):
        row = np.zeros((0, 0), np.float32)
    if row.ndim != 1:
        raise bad_content("gave something that is no vector", "Is it an embedding model?", place)
    return row


def _check(row: NDArray[np.float32], width: int, place: int) -> None:
    if row.size != width or not width:
        advice = "Leave `dimensions` out, or ask for what the model has"
        raise bad_content(f"gave a vector of dimension {row.size} where {width} was expected", advice, place)
    if not np.isfinite(row).all():
        raise bad_content("gave a vector with NaN or infinity", "Leave that text out, or try another model", place)
    if not row.any():
        raise bad_content("gave the zero vector", "Leave that text out, or try another model", place)
