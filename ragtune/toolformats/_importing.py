"""Tools on their way in: which format a source is in, and what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from ragtune.component import find, parse, words
from ragtune.errors import Fault, InputError
from ragtune.toolformats import Loss
from ragtune.toolformats._json_tools import JsonTools
from ragtune.tools import ToolSet, load_tools, read_tree


class Imported(NamedTuple):
    """The tools, the format they were in, and what a tool has no place for."""

    tools: ToolSet
    format: str
    losses: list[Loss]


def read_source(source: str, format: str = "") -> Imported:
    """Tools from a file, or from Python functions; the format is recognised unless it is given."""
    given = format_of(format) if format else None
    if isinstance(given, JsonTools) and given.name == "python":
        return _from(given, source, source)
    if given is None and _is_python(source):
        return _from(format_of("python"), source, source)
    path = Path(source)
    if given is not None and given.name == "ragtune":
        return Imported(load_tools(path), "ragtune", [])
    payload = read_tree(path).plain()
    found = given or recognise(payload, source)
    if found.name == "ragtune":
        return Imported(load_tools(path), "ragtune", [])
    return _from(found, payload, source)


def format_of(spec: str) -> JsonTools:
    """A format by its word or spelling: `openai-chat`, `anthropic(strict=true)`."""
    found = parse("toolformat", spec)
    if not isinstance(found, JsonTools):
        raise InputError(f"the format '{found.name}' cannot be used here: it is not built on JsonTools")
    return found


def recognise(payload: Any, source: str) -> JsonTools:
    """The one format that a payload looks like; InputError where that is none, or more than one."""
    known = [word for word in words("toolformat") if word not in ("python", "llama-index")]
    found = [word for word in known if _class(word).recognises(payload)]
    if len(found) > 1 and "ragtune" in found:
        found.remove("ragtune")
    if len(found) != 1:
        why = f"looks like {' and '.join(found)}" if found else "is in no format that is known"
        raise InputError([Fault(source, 0, 0, f"{why}: say which with --format ({', '.join(words('toolformat'))})")])
    return format_of(found[0])


def _class(word: str) -> type[JsonTools]:
    found = find("toolformat", word)
    return found if issubclass(found, JsonTools) else JsonTools


def _is_python(source: str) -> bool:
    """`file.py`, `file.py:func`, `pkg.mod:func`, or a dotted name that is no file."""
    name, _, function = source.partition(":")
    if name.endswith(".py"):
        return True
    dotted = all(part.isidentifier() for part in name.split("."))
    return dotted and not Path(source).exists() and (bool(function) or "." in name) and not name.endswith(_SUFFIXES)


_SUFFIXES = (".json", ".yaml", ".yml", ".jsonl", ".ndjson")


def _from(format: JsonTools, payload: Any, source: str) -> Imported:
    try:
        parsed = format.parse(payload)
    except InputError as error:
        raise InputError(
            Fault(fault.file or source, fault.line, fault.column, fault.message) for fault in error.faults
        ) from error
    return Imported(parsed.tools, format.name, parsed.losses)
