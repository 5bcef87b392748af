"""What is asked of a chat model, and how its reply is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, Self, TypeVar

from ragtune.endpoint._budget import Cost
from ragtune.endpoint._costs import at_most
from ragtune.endpoint._failures import bad_content
from ragtune.endpoint._replies import Called, Completion, read_called, read_completion
from ragtune.endpoint._settings import Settings

CHAT = "chat/completions"
_OF_NO_USE = "Does this model write what it is told to? What is finished is kept"


class Timed(Protocol):
    """A reply that says how long it took."""

    def timed(self, seconds: float | None, first_token_seconds: float | None) -> Self:
        """The same, with times."""
        ...


R = TypeVar("R", bound=Timed)


@dataclass(frozen=True)
class Exchange(Generic[R]):
    """A body for `/chat/completions`, what it may cost, and the reader of its reply (TryError for one of no use)."""

    body: Mapping[str, Any]
    cost: Cost
    read: Callable[[dict[str, Any]], R]


def completion_exchange(
    settings: Settings,
    messages: Sequence[tuple[str, str]],
    params: Mapping[str, Any],
    check: Callable[[Completion], object] | None = None,
) -> Exchange[Completion]:
    """For text; `check` raises ValueError for a completion that cannot be used."""

    def read(reply: dict[str, Any]) -> Completion:
        found = read_completion(reply)
        try:
            if check is not None:
                check(found)
        except ValueError as error:
            raise bad_content(f"sent a reply of no use ({error})", _OF_NO_USE, retries=2) from None
        return found

    asked = [{"role": role, "content": content} for role, content in messages]
    most = params.get("max_completion_tokens") or params.get("max_tokens")
    cost = at_most(settings, json.dumps([asked, params], ensure_ascii=False), most)
    return Exchange({"model": settings.model, "messages": asked, **params}, cost, read)


def called_exchange(
    settings: Settings,
    messages: Sequence[Mapping[str, str]],
    tools: Sequence[Mapping[str, Any]],
    most_output_tokens: int | None,
    params: Mapping[str, Any],
) -> Exchange[Called]:
    """For what the model calls of the tools, or says. Parameters that are None are not sent.

    For the budgets a token is taken to be at least one byte long, and the reply as long as it may be: the two together
    are what a request can take at most.
    """
    asked = {"messages": list(messages), "tools": list(tools)}
    sent = {name: value for name, value in params.items() if value is not None}
    cost = at_most(settings, json.dumps(asked, ensure_ascii=False), most_output_tokens)
    return Exchange({"model": settings.model, **asked, **sent}, cost, read_called)
