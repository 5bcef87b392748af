"""Questions, answers and documents in what observability tools export, whose payloads are whatever an app logged."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ragtune.datasets._cases import Passage
from ragtune.datasets._items import read_items
from ragtune.datasets._reading import Faults, Place, read_objects
from ragtune.datasets._record import Record
from ragtune.datasets._row import json_value

QUESTION_KEYS = ("question", "query", "user_input", "input")
ANSWER_KEYS = ("answer", "reference", "expected_response", "response", "output", "text", "content")
REFERENCE_KEYS = ("reference_contexts", "reference_documents", "relevant_documents", "documents", "contexts", "context")
RETRIEVED_KEYS = ("documents", "contexts", "context", "retrieved_contexts", "source_documents", "nodes", "output")
TEXT_KEYS = ("page_content", "pageContent", "text", "content", "document")
MAX_DEPTH = 4


def read_export(path: Path, faults: Faults, keys: Sequence[str]) -> Iterator[tuple[str, Place, dict[str, Any]]]:
    """The objects of an export, JSON lines or JSON, each with the key of the array it was in, if any."""
    if path.suffix.lower() in (".jsonl", ".ndjson"):
        yield from (("", place, values) for place, values in read_objects(path, faults))
    else:
        yield from read_items(path, faults, keys)


def unpacked(value: Any) -> Any:
    """A payload; one that is kept as text in JSON is read."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def question_in(payload: Any, key: str = "", depth: int = 0) -> str:
    """The question of a payload, empty where there is none.

    It is the payload if that is text, what stands under the key (or, without one, under the first of `QUESTION_KEYS`),
    or the last message of a user, in a list or under `messages`.
    """
    payload = unpacked(payload)
    if isinstance(payload, str):
        return payload
    if depth > MAX_DEPTH:
        return ""
    if isinstance(payload, list):
        return next((said for message in reversed(payload) if (said := _said(message))), "")
    if not isinstance(payload, Mapping):
        return ""
    keys = (key,) if key else (*QUESTION_KEYS, "messages")
    return next((said for k in keys if k in payload and (said := question_in(payload[k], key, depth + 1))), "")


def answers_in(payload: Any) -> tuple[str, ...]:
    """The reference answers of a payload: the text it is, or what stands under the first of `ANSWER_KEYS`."""
    payload = unpacked(payload)
    if isinstance(payload, str):
        return (payload,) if payload.strip() else ()
    if not isinstance(payload, Mapping):
        return ()
    value = next((payload[key] for key in ("answers", *ANSWER_KEYS) if payload.get(key)), None)
    values = value if isinstance(value, list) else [value]
    return tuple(text for text in values if isinstance(text, str) and text.strip())


def passages_in(payload: Any, keys: Sequence[str], record: Record, depth: int = 0) -> list[Passage]:
    """The documents in a payload: texts, or objects that hold a text under one of `TEXT_KEYS`, and metadata."""
    payload = unpacked(payload)
    if isinstance(payload, Mapping):
        if "page_content" in payload or "pageContent" in payload or "metadata" in payload:
            passage = _passage(payload, record)
            if passage is not None:
                return [passage]
        under = next((payload[key] for key in keys if payload.get(key)), None)
        return [] if under is None or depth > MAX_DEPTH else passages_in(under, keys, record, depth + 1)
    if not isinstance(payload, list):
        return [Passage(payload)] if isinstance(payload, str) and depth else []
    found: list[Passage] = []
    for item in payload:
        if isinstance(item, str):
            found.append(Passage(item))
        elif isinstance(item, Mapping) and (passage := _passage(item, record)) is not None:
            found.append(passage)
    return found


def _passage(item: Mapping[str, Any], record: Record) -> Passage | None:
    node = item.get("node")  # LlamaIndex puts a node and its score in one object
    item = node if isinstance(node, Mapping) else item
    text = next((item[key] for key in TEXT_KEYS if isinstance(item.get(key), str)), None)
    if text is None or "role" in item:  # a message is no document
        return None
    metadata = item.get("metadata")
    kept: dict[str, Any] = {}
    for key, value in metadata.items() if isinstance(metadata, Mapping) else ():
        try:
            kept[str(key)] = json_value(value)
        except ValueError as error:
            record.fault(f"metadata '{key}': {error}")
    return Passage(text, kept, str(kept.get("title") or ""))


def _said(message: Any) -> str:
    """What a user says in a message of OpenAI's, LangChain's or LangChain's serialised form."""
    if not isinstance(message, Mapping):
        return ""
    inner = message.get("kwargs") or message.get("data")
    if isinstance(inner, Mapping):
        kind = message.get("id", [""])
        role = inner.get("type") or message.get("type") or (kind[-1] if isinstance(kind, list) and kind else "")
        message = inner
    else:
        role = message.get("role") or message.get("type")
    content = message.get("content")
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, Mapping)]
        content = "\n".join(part for part in parts if isinstance(part, str))
    return content if role in ("user", "human", "HumanMessage") and isinstance(content, str) else ""
