"""The retriever as a tool, with a schema that may itself be tuned."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from mcp import types
from pydantic import ValidationError

from ragtune.errors import InputError
from ragtune.serving._mcp import failed
from ragtune.serving._models import DEFAULT_K, Ranked, Retrieves, Served, ask_model
from ragtune.serving._retrieving import Retrieving
from ragtune.serving._serving import workers_for
from ragtune.serving._settings import Settings
from ragtune.tools import Tool, ToolSet, load_tools

QUERY, COUNT = "query", "k"


def search_tool(settings: Settings) -> Tool:
    """The tool as it is before anybody tunes it."""
    default = min(DEFAULT_K, settings.max_k)
    count = {"type": "integer", "minimum": 1, "maximum": settings.max_k, "default": default}
    properties = {
        QUERY: {"type": "string", "description": "What is looked for, as a question or a few words."},
        COUNT: {**count, "description": "How many passages to return."},
    }
    return Tool(
        name="search_documents",
        title="Search the documents",
        description="Find the passages of the document collection that answer a question. Returns them best first, each "
        "with its text and the document and place it is from.",
        input_schema={"type": "object", "properties": properties, "required": [QUERY], "additionalProperties": False},
        annotations={"readOnlyHint": True, "openWorldHint": False},
    )


def read_search_tool(path: Path) -> ToolSet:
    """The tool as a file has it: name, title, description and schema are the file's.

    Raises:
        InputError: the file holds not one tool, or one that a retriever cannot answer.
    """
    tools = load_tools(path)
    if len(tools) != 1:
        raise InputError(f"{path}: holds {len(tools)} tools; a retriever is one")
    check_search_tool(tools, str(path))
    return tools


def check_search_tool(tools: ToolSet, place: str) -> None:
    """Whether calls of the tool end in a query.

    Raises:
        InputError: they do not.
    """
    tool = tools.tools[0]
    sample = tools.original_call(tool.id, dict.fromkeys(tool.parameters, "x")).arguments
    strange = sorted(set(sample) - {QUERY, COUNT})
    needed = tools.original_call(tool.id, dict.fromkeys(tool.required, "x")).arguments
    if strange or QUERY not in needed:
        told = f"{strange[0]} is none of its parameters" if strange else f"{QUERY} is not required"
        raise InputError(
            f"{place}: {tool.name}: {told}; the tool of a retriever has {QUERY}, which is required, and may have {COUNT}"
        )


class SearchOffer:
    """One tool: the retriever."""

    def __init__(
        self, retriever: Retrieves, settings: Settings, tools: ToolSet | None = None, served: Served | None = None
    ) -> None:
        self.name = "ragtune-retriever"
        self.instructions = ""
        self.workers = workers_for(settings)
        self._retrieving = Retrieving(retriever, self.workers, served)
        self._tools = tools or ToolSet((search_tool(settings),))
        self._asks = ask_model(settings, strict=False)
        schema = Ranked.model_json_schema(mode="serialization")
        self.shown: Sequence[Tool] = [self._tools.tools[0].model_copy(update={"output_schema": schema})]

    @asynccontextmanager
    async def lifespan(self, _: Any) -> AsyncIterator[None]:
        """Nothing is held."""
        yield

    async def call(self, tool: Tool, arguments: Mapping[str, Any]) -> types.CallToolResult:
        """Passages, as text for a model and as data."""
        defaults = {name: told["default"] for name, told in tool.parameters.items() if "default" in told}
        call = self._tools.original_call(tool.id, {**defaults, **arguments})
        try:
            asked: Any = self._asks.model_validate(call.arguments)
        except ValidationError as error:
            first = error.errors()[0]
            return failed(f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
        if call.invalid:
            return failed(call.invalid)
        found = await self._retrieving.ranked(asked.query, asked.k)
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=_text(found))],
            structured_content=found.model_dump(mode="json"),
        )


def _text(found: Ranked) -> str:
    """For models whose client shows them no structured content."""
    if not found.passages:
        return "nothing was found"
    return "\n\n".join(
        f"[{i}] {passage.title or passage.document} ({passage.document}, characters {passage.start} to {passage.end})\n"
        f"{passage.text}"
        for i, passage in enumerate(found.passages, 1)
    )
