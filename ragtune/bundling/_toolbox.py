"""Tuned tools in an app."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ragtune.bundling._form import Form
from ragtune.bundling._functions import Function, Functions, functions_for
from ragtune.bundling._manifest import Manifest
from ragtune.bundling._tool_loading import LoadedTools, load_tool_bundle
from ragtune.errors import Fault, InputError, suggest
from ragtune.tools import Call, Requests, Shown, Tool, ToolSet, validator, wrong_arguments

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator  # type: ignore[import-untyped]


class Toolbox:
    """Tuned tools: which of them a request is shown, and what a call on them means. Threads may share it.

    A model is shown `tools`, or what `select` chooses of them for a request, in the language of its provider, which a `form`
    speaks. Its calls come back through `call` as calls of the original tools, and `run` does those where the app gave the
    functions behind them. `functions` has them by the id of the original.
    """

    def __init__(self, loaded: LoadedTools, functions: Functions | None = None) -> None:
        self._loaded = loaded
        self._checks: dict[tuple[str, str], Draft202012Validator] = {}
        self.functions: Mapping[str, Function] = {} if functions is None else functions_for(self._reached(), functions)

    @property
    def manifest(self) -> Manifest:
        """What the bundle says of itself."""
        return self._loaded.manifest

    @property
    def tools(self) -> tuple[Tool, ...]:
        """All tools, as edited."""
        return self.toolset.tools

    @property
    def toolset(self) -> ToolSet:
        """The same, with the way back of each to the original."""
        return self._loaded.toolset

    @cached_property
    def originals(self) -> Mapping[str, Tool]:
        """Id -> tool, of the tools as they were before edits."""
        return {tool.id: tool for tool in self._loaded.originals.tools}

    def select(self, query: str, offered: Iterable[str] | None = None) -> tuple[Tool, ...]:
        """The tools that a request is shown, in the order in which they are shown.

        Args:
            query: What is asked.
            offered: Ids of the original tools that may be shown, all unless given: what this user may do, for one.

        Raises:
            InputError: one is offered that there is none of.
        """
        return self.select_many([query], offered)[0]

    def select_many(self, queries: Sequence[str], offered: Iterable[str] | None = None) -> list[tuple[Tool, ...]]:
        """The same for several requests at once."""
        allowed = None if offered is None else tuple(offered)
        unknown = [Fault("", 0, 0, _unknown(id, self.originals)) for id in allowed or () if id not in self.originals]
        if unknown:
            raise InputError(unknown)
        if not queries:
            return []
        shown = self.shown(Requests(tuple(queries), (allowed,) * len(queries)))
        return [tuple(self.tools[place] for place in shown.of(i)) for i in range(len(queries))]

    async def aselect(self, query: str, offered: Iterable[str] | None = None) -> tuple[Tool, ...]:
        """`select` in a thread."""
        return await asyncio.to_thread(self.select, query, offered)

    async def aselect_many(
        self, queries: Sequence[str], offered: Iterable[str] | None = None
    ) -> list[tuple[Tool, ...]]:
        """`select_many` in a thread."""
        return await asyncio.to_thread(self.select_many, queries, offered)

    def shown(self, requests: Requests) -> Shown:
        """What requests are shown as the study has it: tools by their place in `tools`, with the selector's scores."""
        return self._loaded.shown(requests)

    def form(self, format: str) -> Form:
        """The tools in a provider's form: `openai-chat`, `openai-responses`, `anthropic`, `gemini`, `mcp`, `llama-index`.

        Knobs are spelt as everywhere: `openai-chat(strict=true)`. Make it once and keep it.

        Raises:
            InputError: there is no such form.
        """
        return Form(self, format)

    def call(self, tool: Tool | str, arguments: Mapping[str, Any]) -> Call:
        """A call of an edited tool as a call of the original: its id, and the arguments that it takes.

        Args:
            tool: The tool, or its name; its id where several have the name.
            arguments: As the edited tool takes them.

        Raises:
            InputError: there is no such tool, or its schema or the original's refuses the arguments; all that is wrong is
                told, for the model to read and to try again.
        """
        called = self._named(tool if isinstance(tool, str) else tool.id, by_id=not isinstance(tool, str))
        self._check("edited", called, called.name, arguments)
        call = self.toolset.original_call(called.id, arguments)
        if call.invalid:
            raise InputError(f"{called.name}: {call.invalid}")
        self._check("original", self.originals[call.tool], called.name, call.arguments)
        return call

    def run(self, call: Call) -> Any:
        """What the original's function gives for one of its calls; what it raises is raised as it is.

        Raises:
            InputError: the app gave no function, or one that is to be awaited; or it does not take the arguments.
        """
        function = self._function(call)
        if function.is_async:
            raise InputError(f"the function for '{call.tool}' is to be awaited: use arun")
        return function.function(**function.arguments(call))

    async def arun(self, call: Call) -> Any:
        """The same, awaited; a function that is not asynchronous runs in a thread."""
        function = self._function(call)
        if function.is_async:
            return await function.function(**function.arguments(call))
        return await asyncio.to_thread(function.function, **function.arguments(call))

    def _named(self, name: str, *, by_id: bool) -> Tool:
        named = [] if by_id else [tool for tool in self.tools if tool.name == name]
        if len(named) == 1:
            return named[0]
        if name in self.toolset.place:
            return self.tools[self.toolset.place[name]]
        if named:
            ids = ", ".join(tool.id for tool in named)
            raise InputError(f"{len(named)} tools are named '{name}'; call one by its id ({ids})")
        raise InputError(_unknown(name, self.toolset.place if by_id else [tool.name for tool in self.tools]))

    def _check(self, which: str, tool: Tool, name: str, arguments: Mapping[str, Any]) -> None:
        checks = self._checks.get((which, tool.id))
        if checks is None:
            checks = self._checks[which, tool.id] = validator(tool.input_schema)
        wrong = wrong_arguments(checks, arguments)
        if wrong:
            raise InputError([Fault("", 0, 0, f"{name}: {fault}") for fault in wrong])

    def _function(self, call: Call) -> Function:
        if call.tool not in self.functions:
            why = f"there is no function for '{call.tool}'" if self.functions else "the app gave no functions"
            raise InputError(f"{why}: ragtune.load_tools(folder, functions) takes them")
        return self.functions[call.tool]

    def _reached(self) -> list[Tool]:
        """The originals that calls may end at."""
        ids = dict.fromkeys(id for tool in self.tools for id in self.toolset.originals(tool.id))
        return [self.originals[id] for id in ids]


def load_tools(folder: str | Path, functions: Functions | None = None) -> Toolbox:
    """The tuned tools of a bundle, with the selector's index in memory.

    Args:
        folder: The bundle's.
        functions: A module, or a mapping, with a function for each original tool, by its name (or id).

    Raises:
        InputError: the folder is no bundle, or holds a retriever; or a function is missing or does not fit its tool.
        WorkspaceError: it is damaged, or a component has another version now.
    """
    return Toolbox(load_tool_bundle(Path(folder)), functions)


def _unknown(name: str, known: Iterable[str]) -> str:
    return f"there is no tool '{name}'{suggest(name, list(known))}"
