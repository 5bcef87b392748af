"""Files of tools (and of anything that is written like them): YAML, JSON, JSON lines, or a folder of these."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from pathlib import Path

from ragtune.errors import Fault, InputError
from ragtune.tools._growing import Budget, listed
from ragtune.tools._json_nodes import json_lines, json_node
from ragtune.tools._limits import MAX_BYTES, MAX_FAULTS
from ragtune.tools._tool_nodes import clashes, tool_from, tool_nodes
from ragtune.tools._toolset import ToolSet
from ragtune.tools._yaml_nodes import yaml_nodes
from ragtune.yaml_tree import Node

YAML = (".yaml", ".yml")
JSON = (".json",)
JSON_LINES = (".jsonl", ".ndjson")
SUFFIXES = (*YAML, *JSON, *JSON_LINES)


def load_tools(source: str | Path) -> ToolSet:
    """The tools of a file, or of all files of a folder by their names.

    A file is YAML, JSON or JSON lines, and says one tool, a list of them, or `{tools: [...]}`; a YAML file may hold
    several documents. A tool is written as MCP has it (`inputSchema` is read as `input_schema`) with what `Tool` adds.

    Raises:
        InputError: with all faults, each with file, line and column.
    """
    return tools_from(read_trees(tool_files(Path(source))), str(source))


def tools_from(trees: Sequence[Node], name: str) -> ToolSet:
    """The tools that files say; `name` stands for them all in faults."""
    faults: list[Fault] = []
    nodes = [node for tree in trees for node in tool_nodes(tree, faults)]
    sound = []
    for node in nodes:
        tool = tool_from(node, faults)
        if tool is not None:
            sound.append((tool, node))
        elif len(faults) > MAX_FAULTS:
            break
    faults += clashes(sound)
    if not nodes and not faults:
        faults.append(Fault(name, 0, 0, "has no tool in it"))
    if faults:
        raise listed(faults)
    return ToolSet(tuple(tool for tool, _ in sound))


def tool_files(source: Path) -> list[Path]:
    """The file itself, or those of a folder that can hold tools, by name; hidden ones are left out."""
    if not source.is_dir():
        return [source]
    found = [path for path in source.iterdir() if path.suffix.lower() in SUFFIXES and not path.name.startswith(".")]
    if not found:
        raise InputError([Fault(str(source), 0, 0, f"has no file that ends in {', '.join(SUFFIXES)}")])
    return sorted(found)


def read_tree(path: str | Path) -> Node:
    """What a YAML, JSON or JSON lines file says, every value with its line and column.

    JSON lines and a YAML file of several documents are lists of them. Safe: no tags, no duplicate keys, no keys but
    texts, no NaN, no half characters, bounds on size, depth and number of values, aliases counted as what they stand
    for. YAML is read by version 1.2: `no` and `on` are texts.

    Raises:
        InputError: with all faults that can be told at once.
    """
    return read_trees([Path(path)])[0]


def read_trees(paths: Sequence[Path]) -> list[Node]:
    """The same for several files, with all their faults and within the bounds of one."""
    budget = Budget()
    sizes = [_size(path, budget) for path in paths]
    total = sum(sizes)
    if total > MAX_BYTES and max(sizes) <= MAX_BYTES:
        budget.add(Fault(str(paths[0].parent), 0, 0, f"{total:,} bytes are too many for all files ({MAX_BYTES:,})"))
    budget.check()
    found = []
    for path in paths:
        try:
            found.append(parse_tree(_text(path), str(path), path.suffix.lower(), budget))
        except InputError as error:
            budget.faults = error.faults
            if budget.values < 0:
                raise
    budget.check()
    return found


def parse_tree(text: str, file: str, suffix: str = ".yaml", budget: Budget | None = None) -> Node:
    """The same for a text; `file` names it in faults, and `suffix` says how it is written."""
    shared = budget or Budget()
    if suffix in JSON:
        found = json_node(text, file, shared)
    elif suffix in JSON_LINES:
        found = json_lines(text, file, shared)
    else:
        documents = yaml_nodes(text, file, shared)
        found = documents[0] if len(documents) == 1 else Node(documents, file, 1, 1) if documents else Node(None, file)
    if budget is None:
        shared.check()
    return found


def _size(path: Path, budget: Budget) -> int:
    """Bytes of a file that may be read; the fault is kept where it may not."""
    try:
        found = path.stat()
    except OSError as error:
        budget.add(Fault(str(path), 0, 0, f"cannot be read: {error.strerror}"))
        return 0
    if not stat.S_ISREG(found.st_mode):
        budget.add(Fault(str(path), 0, 0, "is no file"))
    elif path.suffix.lower() not in SUFFIXES:
        budget.add(Fault(str(path), 0, 0, f"is none of {', '.join(SUFFIXES)}"))
    elif found.st_size > MAX_BYTES:
        budget.add(Fault(str(path), 0, 0, f"{found.st_size:,} bytes are too many ({MAX_BYTES:,})"))
    return found.st_size


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError([Fault(str(path), 0, 0, f"cannot be read: {error.strerror}")]) from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError([Fault(str(path), line, 0, f"is not UTF-8: byte {error.start:,}")]) from error
