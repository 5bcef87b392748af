"""Names that parse back: `hybrid(retrievers=[bm25, dense], alpha=0.7)`.

A component is printed as its word, followed by those knobs that are not at their default. The same spelling is accepted
wherever a YAML file or a command-line option names a component, next to YAML's own `{hybrid: {alpha: 0.7}}`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_TOKEN = re.compile(r"""\s*(?:(?P<string>"(?:[^"\\]|\\.)*")|(?P<mark>[()\[\]=,])|(?P<bare>[^\s()\[\]=,"]+))""")
_NUMBER = re.compile(r"[-+]?(\d+(_\d+)*\.?\d*|\.\d+)([eE][-+]?\d+)?")
_PLAIN = re.compile(r"[A-Za-z][\w./@:+-]*")
_WORDS = {"true": True, "false": False, "null": None}
MAX_DEPTH = 20


def write(value: Any) -> str:
    """Spell a value: scalar, list, or a component's spec (`"word"` or `{"word": {knob: value}}`)."""
    if isinstance(value, Mapping):
        ((word, knobs),) = value.items()
        return f"{word}({', '.join(f'{knob}={write(v)}' for knob, v in knobs.items())})"
    if isinstance(value, list | tuple):
        return f"[{', '.join(write(v) for v in value)}]"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value not in _WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)


def read(text: str) -> Any:
    """Parse a spelling back into a spec; raises ValueError that says where it went wrong."""
    tokens = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"cannot read {text!r} from column {at + 1}")
        kind = str(match.lastgroup)
        tokens.append((kind, match[kind]))
        at = match.end()
    value, rest = _value(tokens, 0, text, 0)
    if rest != len(tokens):
        raise ValueError(f"cannot read {text!r}: {tokens[rest][1]!r} is one too many")
    return value


def _value(tokens: list[tuple[str, str]], at: int, text: str, depth: int) -> tuple[Any, int]:
    if depth > MAX_DEPTH:
        raise ValueError(f"cannot read {text[:40]!r}…: nested more than {MAX_DEPTH} deep")
    kind, token = tokens[at] if at < len(tokens) else ("end", "the end")
    if kind == "string":
        return json.loads(token), at + 1
    if kind == "bare":
        if tokens[at + 1 : at + 2] == [("mark", "(")]:
            pairs, at = _items(tokens, at + 2, ")", text, depth)
            return {token: dict(pairs)}, at
        return _scalar(token), at + 1
    if token == "[":
        return _items(tokens, at + 1, "]", text, depth)
    raise ValueError(f"cannot read {text!r}: a value is missing before {token}")


def _items(tokens: list[tuple[str, str]], at: int, close: str, text: str, depth: int) -> tuple[list[Any], int]:
    items: list[Any] = []
    while tokens[at : at + 1] != [("mark", close)]:
        if items:
            if tokens[at : at + 1] != [("mark", ",")]:
                raise ValueError(f"cannot read {text!r}: ',' or '{close}' is missing")
            at += 1
        if close == ")":
            if tokens[at + 1 : at + 2] != [("mark", "=")]:
                raise ValueError(f"cannot read {text!r}: knobs are written knob=value")
            value, end = _value(tokens, at + 2, text, depth + 1)
            items.append((tokens[at][1], value))
        else:
            value, end = _value(tokens, at, text, depth + 1)
            items.append(value)
        at = end
    return items, at + 1


def _scalar(token: str) -> Any:
    if token in _WORDS:
        return _WORDS[token]
    if _NUMBER.fullmatch(token):
        return float(token) if re.search(r"[.eE]", token) else int(token)
    return token
