"""One tool's text out of its file, and back into it: checked, whole or not at all, and not over what others wrote."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ragtune.errors import Fault, InputError, suggest
from ragtune.tools import Tool, ToolSet, load_tools, write_atomically, write_tool
from ragtune.tools._files import YAML, parse_tree, tool_files, tools_from
from ragtune.tools._splicing import spliced
from ragtune.tools._tool_nodes import tool_from, tool_nodes
from ragtune.tools._writing import _dumped, place_of
from ragtune.yaml_tree import Node


@dataclass(frozen=True)
class Opened:
    """A tool as it was opened: `text` is its own YAML, comments and all; `whole` is the file it is in.

    `node` is where it stands in the file; None where its lines cannot be told apart, and it is written back by values.
    """

    source: Path
    file: Path
    whole: str
    tool: Tool
    text: str
    node: Node | None
    toolset: ToolSet


def open_tool(source: str | Path, name: str, toolset: ToolSet) -> Opened:
    """The text of a tool by its id, or by its name where only one has it."""
    tool = _find(toolset, name)
    file, line = place_of(source, tool.id)
    whole = file.read_text(encoding="utf-8")
    text, node = _own(file, whole, line) or (_dumped(tool.spec()), None)
    return Opened(Path(source), file, whole, tool, text, node, toolset)


def _find(toolset: ToolSet, name: str) -> Tool:
    if name in toolset.place:
        return toolset.tools[toolset.place[name]]
    named = [tool for tool in toolset.tools if tool.name == name]
    if len(named) == 1:
        return named[0]
    if named:
        raise InputError(f"several tools have the name '{name}'; give an id: {', '.join(tool.id for tool in named)}")
    raise InputError(f"there is no tool '{name}'{suggest(name, sorted(toolset.place))}")


def _own(file: Path, whole: str, line: int) -> tuple[str, Node] | None:
    """The tool's own lines; None where they cannot be told apart, or the file is not YAML."""
    if file.suffix.lower() not in YAML:
        return None
    node = next(node for node in tool_nodes(parse_tree(whole, str(file)), []) if node.line == line)
    found: list[str] = []

    def keep(own: str) -> str:
        found.append(own)
        return own

    return (found[0], node) if spliced(whole, node, keep) is not None and found else None


def checked(text: str, file: str, known_as: str = "") -> Tool:
    """The one tool that an edited text says.

    Args:
        text: YAML.
        file: What it is called in faults.
        known_as: The id that cases know the tool by, where they do.

    Raises:
        InputError: with all faults, by line of the text.
    """
    faults: list[Fault] = []
    nodes = tool_nodes(parse_tree(text, file), faults)
    tool = tool_from(nodes[0], faults) if len(nodes) == 1 else None
    if len(nodes) != 1 and not faults:
        faults.append(Fault(file, 0, 0, f"has {len(nodes)} tools in it; one tool is edited at a time"))
    if tool and known_as and tool.id != known_as:
        key = "id" if "id" in nodes[0].value else "name"
        told = f"cases know this tool by the id '{known_as}'; keep it with `id: {known_as}`, or change the cases first"
        faults.append(nodes[0].key_fault(key, told))
    if faults or tool is None:
        raise InputError(faults)
    return tool


def write_back(opened: Opened, text: str, tool: Tool) -> ToolSet:
    """Put an edited text where it was taken from, and give the tools as they are then.

    Raises:
        InputError: the file is another than it was, or would not be right; then nothing is written.
    """
    if opened.file.read_text(encoding="utf-8") != opened.whole:
        raise InputError(f"{opened.file} was changed by somebody else meanwhile; nothing was written")
    made = _merged(opened, text)
    if made is not None:
        after = _tools(opened, made)
        others = [each for each in opened.toolset.tools if each.id != opened.tool.id]
        if [each for each in after.tools if each.id != tool.id] == others and tool in after.tools:
            write_atomically(opened.file, made)
            return after
    if tool.id != opened.tool.id:
        raise InputError(f"{opened.file} is written so that the id of a tool cannot be changed here; change it by hand")
    write_tool(opened.file, tool)
    return load_tools(opened.source)


def _tools(opened: Opened, whole: str) -> ToolSet:
    """All tools, were the file to say this."""
    files = tool_files(opened.source)
    texts = ((path, whole if path == opened.file else path.read_text(encoding="utf-8-sig")) for path in files)
    return tools_from([parse_tree(text, str(path), path.suffix.lower()) for path, text in texts], str(opened.source))


def _merged(opened: Opened, text: str) -> str | None:
    """The whole file with the edited text in the tool's place; None where that cannot be told apart."""
    if opened.node is None:
        return None
    ended = text if text.endswith("\n") else text + "\n"
    return spliced(opened.whole, opened.node, lambda _: ended)
