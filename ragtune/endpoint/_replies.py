"""What endpoints answer, read and checked: a reply that is not what was asked for is a failure, never a result."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ragtune.endpoint._failures import bad_content, lost


@dataclass(frozen=True)
class Completion:
    """A chat reply, and what it took; token counts are -1 where the endpoint does not tell."""

    text: str
    finish_reason: str = ""
    prompt_tokens: int = -1
    completion_tokens: int = -1
    cached_tokens: int = -1


def read_json(body: bytes) -> dict[str, Any] | None:
    """The JSON object in a body; None for a page of HTML, or half an object."""
    try:
        value = json.loads(body)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def used_tokens(reply: dict[str, Any]) -> int | None:
    """The total of `usage`, where there is one."""
    usage = reply.get("usage")
    total = usage.get("total_tokens") if isinstance(usage, dict) else None
    return total if isinstance(total, int) and total >= 0 else None


def read_completion(reply: dict[str, Any]) -> Completion:
    """The first choice of a chat completion."""
    try:
        choice = reply["choices"][0]
        text = choice["message"]["content"]
    except (KeyError, IndexError, TypeError):
        raise lost("sent a reply without choices[0].message.content") from None
    if not isinstance(text, str) or not text.strip():
        raise bad_content("sent an empty completion", "Try another model or prompt. What is finished is kept")
    usage = reply.get("usage") if isinstance(reply.get("usage"), dict) else {}
    assert isinstance(usage, dict)
    details = usage.get("prompt_tokens_details")
    counts = [usage.get("prompt_tokens"), usage.get("completion_tokens")]
    counts.append(details.get("cached_tokens") if isinstance(details, dict) else None)
    tokens = [count if isinstance(count, int) else -1 for count in counts]
    return Completion(text, str(choice.get("finish_reason") or ""), *tokens)


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
