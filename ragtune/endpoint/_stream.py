"""Streamed chat replies: events out of bytes, and the reply they add up to, in the form of one that was not streamed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ragtune.endpoint._failures import TryError, lost

DONE = "[DONE]"
_LINE_END = re.compile(rb"\r\n|\n|\r(?!\n|\Z)")  # the other half of one may follow in the next part
_TEXTS = ("content", "refusal", "reasoning_content", "reasoning")


class Events:
    """Server-sent events: the data of each, however the bytes are cut and lines are ended; comments are dropped."""

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[str] = []

    def feed(self, part: bytes) -> Iterator[str]:
        """The data of the events that end in this part."""
        *lines, self._rest = _LINE_END.split(self._rest + part)
        for line in lines:
            name, _, value = line.decode("utf-8", "replace").removeprefix("\ufeff").partition(":")
            if not line and self._data:
                yield "\n".join(self._data)
                self._data = []
            elif name == "data":
                self._data.append(value.removeprefix(" "))

    def end(self) -> Iterator[str]:
        """The data of a last event that no blank line ended."""
        yield from self.feed(b"\n\n")


class Streamed:
    """A chat reply as it comes. `reply` is what the endpoint would have sent without streaming."""

    def __init__(self) -> None:
        self._events = Events()
        self._message: dict[str, Any] = {}
        self._calls: dict[int, dict[str, str]] = {}
        self._reason: str | None = None
        self._usage: Any = None
        self._done = False
        self.begun = False
        """Whether a token has come: of the text, of a thought or of a call."""

    def feed(self, part: bytes) -> dict[str, Any]:
        """Some bytes, which alone are no reply; TryError for an event that is no part of one."""
        for data in self._events.feed(part):
            self._event(data)
        return {}

    def reply(self) -> dict[str, Any]:
        """The whole reply; TryError for a stream that ended before it."""
        for data in self._events.end():
            self._event(data)
        if not self._done and self._reason is None:
            raise lost("ended its stream before the reply was whole")
        message = {"content": None, **self._message}
        if self._calls:
            message["tool_calls"] = [{"function": self._calls[place]} for place in sorted(self._calls)]
        return {"choices": [{"message": message, "finish_reason": self._reason}], "usage": self._usage}

    def _event(self, data: str) -> None:
        if data.strip() == DONE:
            self._done = True
            return
        try:
            event = json.loads(data)
            if event.get("error"):
                raise _told(event["error"])
            self._usage = event.get("usage") or self._usage
            for choice in event.get("choices") or ():
                if choice.get("index", 0) == 0:
                    self._add(choice.get("delta") or {})
                    self._reason = choice.get("finish_reason") or self._reason
        except (ValueError, AttributeError, TypeError, RecursionError):
            raise lost(f"streamed something that is no part of a reply: {data}") from None

    def _add(self, delta: dict[str, Any]) -> None:
        for name in _TEXTS:
            said = delta.get(name)
            if isinstance(said, str):
                self._message[name] = self._message.get(name, "") + said
                self.begun |= bool(said)
        for at, part in enumerate(delta.get("tool_calls") or ()):
            call = self._calls.setdefault(part.get("index", at), {"name": "", "arguments": ""})
            for name, piece in (part.get("function") or {}).items():
                if name in call:
                    call[name] += piece or ""
            self.begun = True


def _told(error: Any) -> TryError:
    """What an endpoint says in the middle of a stream."""
    message = error.get("message") if isinstance(error, dict) else error
    return lost(f"broke off its stream: {message or error}")
