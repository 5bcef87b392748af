"""Tool files are written whole or not at all, and what a person wrote beside the values (comments, order) stays."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ragtune.errors import InputError, WorkspaceError, suggest
from ragtune.tools._files import JSON, JSON_LINES, YAML, parse_tree, read_tree, tool_files
from ragtune.tools._splicing import spliced
from ragtune.tools._tool import Tool
from ragtune.tools._tool_nodes import ALIASES, tool_from, tool_nodes
from ragtune.yaml_tree import Node

_OURS = {ours: theirs for theirs, ours in ALIASES.items()}


def save_tools(path: str | Path, tools: Iterable[Tool]) -> None:
    """Write a new file with these tools, in the order given; its ending says whether as YAML, JSON or JSON lines."""
    path = Path(path)
    specs = [tool.spec() for tool in tools]
    suffix = path.suffix.lower()
    if suffix in JSON:
        text = json.dumps({"tools": specs}, ensure_ascii=False, indent=2) + "\n"
    elif suffix in JSON_LINES:
        text = "".join(json.dumps(spec, ensure_ascii=False) + "\n" for spec in specs)
    elif suffix in YAML:
        text = _dumped({"tools": specs})
    else:
        raise InputError(f"{path}: tools are written as {', '.join((*YAML, *JSON, *JSON_LINES))}")
    write_atomically(path, text)


def write_tool(source: str | Path, tool: Tool) -> Path:
    """Replace the tool of the same id in the file, or in the file of the folder, that has it; the file it is in.

    In YAML, comments, order and the writing of what is unchanged stay; JSON keeps its order and indentation.
    """
    for path in tool_files(Path(source)):
        text = path.read_text(encoding="utf-8-sig")
        changed = replaced(text, path.suffix.lower(), tool)
        if changed is not None:
            write_atomically(path, changed)
            return path
    raise InputError(f"{source}: has no tool with the id '{tool.id}'")


def replaced(text: str, suffix: str, tool: Tool) -> str | None:
    """The text of a file with a tool replaced; None where it has none of that id."""
    if suffix in YAML:
        return _replaced_yaml(text, tool)
    parse_tree(text, "", suffix)  # refuses what json must not meet: depth, numbers that are none
    if suffix in JSON_LINES:
        lines = text.splitlines(keepends=True)
        for i, line in enumerate(lines):
            if line.strip() and _set(found := json.loads(line), tool):
                lines[i] = json.dumps(found, ensure_ascii=False) + "\n"
                return "".join(lines)
        return None
    document = json.loads(text)
    indent = None if "\n" not in text.strip() else 2
    return json.dumps(document, ensure_ascii=False, indent=indent) + "\n" if _set(document, tool) else None


def _replaced_yaml(text: str, tool: Tool) -> str | None:
    node = next((node for node in tool_nodes(parse_tree(text, ""), []) if _id_of(node) == tool.id), None)
    if node is None:
        return None
    changed = spliced(text, node, lambda own: _rewritten(own, tool))
    if changed is None or not _holds(changed, tool):
        changed = _rewritten(text, tool)
    if changed is not None and _holds(changed, tool):
        return changed
    raise InputError(f"the tool '{tool.id}' cannot be written into this file: write it by hand")


def _id_of(node: Node) -> str:
    name = node.value.get("id") or node.value.get("name")
    return str(name.value) if name is not None else ""


def _holds(text: str, tool: Tool) -> bool:
    """Whether a text can be read and says the tool, with any defaults written out or not."""
    try:
        found = next((node for node in tool_nodes(parse_tree(text, ""), []) if _id_of(node) == tool.id), None)
        return found is not None and tool_from(found, []) == tool
    except InputError:
        return False


def _rewritten(text: str, tool: Tool) -> str | None:
    yaml = _round_trip(text)
    documents = list(yaml.load_all(text))
    if not any(_set(document, tool) for document in documents):
        return None
    out = io.StringIO()
    if len(documents) == 1:
        yaml.dump(documents[0], out)
    else:
        yaml.dump_all(documents, out)
    return out.getvalue()


def _set(document: Any, tool: Tool) -> bool:
    """Replace a tool inside a document, key by key, so that what is equal is not touched."""
    if isinstance(document, list):
        return any(_set(item, tool) for item in document)
    if not isinstance(document, dict):
        return False
    if "tools" in document and "name" not in document:
        return _set(document["tools"], tool)
    if document.get("id", document.get("name")) != tool.id:
        return False
    spec = tool.spec()
    if "input_schema" not in spec and ("input_schema" in document or "inputSchema" in document):
        spec["input_schema"] = tool.input_schema
    named = {_OURS[key] if _OURS.get(key) in document else key: value for key, value in spec.items()}
    _merge(document, named)
    return True


def _merge(old: Any, new: dict[str, Any]) -> None:
    """Make a mapping equal to another and leave alone what already is."""
    for key in [key for key in old if key not in new]:
        del old[key]
    for key, value in new.items():
        if key not in old:
            old[key] = value
        elif isinstance(old[key], dict) and isinstance(value, dict):
            _merge(old[key], value)
        elif old[key] != value or not isinstance(old[key], type(value)):
            old[key] = _like(old[key], value)


def _like(old: Any, value: Any) -> Any:
    """A new text in place of a folded one is not folded: that would move its line ends."""
    from ruamel.yaml.scalarstring import FoldedScalarString, PlainScalarString

    if isinstance(old, FoldedScalarString) and isinstance(value, str):
        return _block(value) or PlainScalarString(value)
    return value


def _block(text: str) -> Any:
    """A text of several lines as a literal block, where that says the same."""
    from ruamel.yaml.scalarstring import LiteralScalarString

    lines = text.split("\n")
    fits = (
        len(lines) > 1 and all(line == line.rstrip() and line.isprintable() for line in lines) and text[:1] not in " \n"
    )
    return LiteralScalarString(text) if fits else None


def _round_trip(text: str = "", width: int = 1_000_000) -> Any:
    import ruamel.yaml

    yaml = ruamel.yaml.YAML(typ="rt", pure=True)
    yaml.width = width
    yaml.preserve_quotes = True
    yaml.allow_unicode = True
    if any(line.startswith("  - ") for line in text.splitlines()):
        yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _dumped(value: Any) -> str:
    """YAML for people: texts of several lines as blocks."""

    def blocks(item: Any) -> Any:
        if isinstance(item, dict):
            return {key: blocks(inner) for key, inner in item.items()}
        if isinstance(item, list):
            return [blocks(inner) for inner in item]
        return _block(item) or item if isinstance(item, str) else item

    out = io.StringIO()
    _round_trip(width=120).dump(blocks(value), out)
    return out.getvalue()


def write_atomically(path: Path, text: str) -> None:
    """Temporary file beside it, fsync, rename: at any instant there is the old file or the new one."""
    target = path.resolve()
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            temporary.chmod(target.stat().st_mode & 0o7777)
        temporary.replace(target)
    except OSError as error:
        raise WorkspaceError(f"cannot write {path}: {error.strerror}") from error
    finally:
        temporary.unlink(missing_ok=True)


def place_of(source: str | Path, id: str) -> tuple[Path, int]:
    """File and line of the tool with an id; InputError with what is near where there is none."""
    known: dict[str, tuple[Path, int]] = {}
    for path in tool_files(Path(source)):
        for node in tool_nodes(read_tree(path), []):
            known.setdefault(_id_of(node), (path, node.line))
    if id not in known:
        raise InputError(f"{source}: has no tool with the id '{id}'{suggest(id, sorted(known))}")
    return known[id]
