"""Messages and tool calls as OpenAI, LangChain and ragas write them, wherever an app has logged them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ragtune.caseformats._building import literal
from ragtune.tools import ExpectedCall

QUERY_KEYS = ("question", "query", "user_input", "input", "messages")
CALLS = "tool_calls"
USERS = ("user", "human", "HumanMessage", "HumanMessageChunk")
MAX_DEPTH = 8


def unpacked(value: Any) -> Any:
    """A payload; one that is kept as text in JSON is read."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def said_by_users(messages: Sequence[Any]) -> list[str]:
    """What users say, one text a message."""
    return [text for message in messages if (text := _said(message)).strip()]


def queries_in(payload: Any, keys: Sequence[str] = QUERY_KEYS, depth: int = 0) -> list[str]:
    """What is asked in a payload: the text it is, what stands under the first key, or what users say in its messages."""
    payload = unpacked(payload)
    if isinstance(payload, str):
        return [payload] if payload.strip() else []
    if isinstance(payload, list):
        inner = payload[0] if len(payload) == 1 and isinstance(payload[0], list) else payload
        return said_by_users(inner)
    if not isinstance(payload, Mapping) or depth > MAX_DEPTH:
        return []
    return next((found for key in keys if key in payload and (found := queries_in(payload[key], keys, depth + 1))), [])


def calls_in(payload: Any) -> list[Mapping[str, Any]] | None:
    """All tool calls in a payload, message after message; None where no message says anything of calls."""
    lists = list(_call_lists(payload, 0))
    if not lists:
        return None
    return [call for calls in lists for call in calls if isinstance(call, Mapping)]


def expected_of(call: Any) -> ExpectedCall | str:
    """A call as what is expected, every argument as it stands; or what is wrong with it."""
    call = unpacked(call)
    inner = call.get("function") if isinstance(call, Mapping) else None
    given = inner if isinstance(inner, Mapping) else call
    name = given.get("name") if isinstance(given, Mapping) else None
    if not isinstance(name, str) or not name:
        return "a tool call has no name"
    raw: Any = next((given[key] for key in ("args", "arguments", "input") if given.get(key) is not None), {})
    arguments = unpacked(raw) if raw != "" else {}
    if not isinstance(arguments, Mapping):
        return f"the arguments of the call of '{name}' are no object"
    return ExpectedCall(tool=name, arguments=literal(arguments))


def tool_names(payload: Any) -> tuple[str, ...] | None:
    """Names of the tools that a payload offers under `tools`, as OpenAI or LangChain write them; None without."""
    tools = payload.get("tools") if isinstance(payload, Mapping) else None
    if not isinstance(tools, list):
        return None
    names = []
    for tool in tools:
        inner = tool.get("function", tool) if isinstance(tool, Mapping) else tool
        name = inner.get("name") if isinstance(inner, Mapping) else inner
        if isinstance(name, str) and name:
            names.append(name)
    return tuple(dict.fromkeys(names))


def _call_lists(value: Any, depth: int) -> Iterator[list[Any]]:
    value = unpacked(value)
    if depth > MAX_DEPTH:
        return
    if isinstance(value, list):
        for item in value:
            yield from _call_lists(item, depth + 1)
    elif isinstance(value, Mapping):
        own = value.get(CALLS)
        if own is None and isinstance(value.get("additional_kwargs"), Mapping):
            own = value["additional_kwargs"].get(CALLS)
        if isinstance(own, list):
            yield own
            return
        for key, inner in value.items():
            if key not in ("additional_kwargs", "tools", "response_metadata", CALLS):
                yield from _call_lists(inner, depth + 1)


def _said(message: Any) -> str:
    """What a user says in a message; empty where somebody else speaks."""
    if not isinstance(message, Mapping):
        return ""
    inner = message.get("kwargs") or message.get("data")
    kind = message.get("id")
    role = message.get("role") or message.get("type")
    if isinstance(inner, Mapping):
        role = inner.get("type") or (kind[-1] if isinstance(kind, list) and kind else role)
        message = inner
    return _text(message.get("content")) if role in USERS else ""


def _text(content: Any) -> str:
    if isinstance(content, list):
        parts = (p.get("text") if isinstance(p, Mapping) else p for p in content)
        return "\n".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else ""
