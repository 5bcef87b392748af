"""Requests with tools, and replies as the row memo keeps them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ragtune.callers._payload import Payload
from ragtune.endpoint import Called
from ragtune.tools import Reply


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


def write_row(called: Called) -> bytes:
    """As the model said it: which tools the names stand for is another matter."""
    usage = called.usage
    tokens = [usage.input, usage.output, usage.cached]
    seconds = None if called.seconds is None else round(called.seconds, 6)
    row = {"calls": called.calls, "text": called.text, "tokens": tokens, "seconds": seconds}
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
