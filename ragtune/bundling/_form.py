"""The tools of a bundle as one provider takes them, and its models' calls on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ragtune.errors import InputError
from ragtune.toolformats import Loss
from ragtune.toolformats._calling import read_call
from ragtune.toolformats._exporting import Exported, export
from ragtune.toolformats._importing import format_of
from ragtune.tools import Call, Tool

if TYPE_CHECKING:
    from ragtune.bundling._toolbox import Toolbox


class Form:
    """Tools in a provider's form. Their names are the same whichever are written, so that a call of any turn is understood."""

    def __init__(self, toolbox: Toolbox, format: str) -> None:
        self._toolbox = toolbox
        self._format = format_of(format)

    @property
    def names(self) -> Mapping[str, str]:
        """Name as it is written -> id of the tool, of all tools."""
        return self._all.names

    @property
    def losses(self) -> tuple[Loss, ...]:
        """What the form does not say of the tools, of all of them: what is left out, rewritten, or became text."""
        return self._all.losses

    def write(self, tools: Sequence[Tool] | None = None) -> Any:
        """Tools of the toolbox, all unless given, as the provider's API takes them: JSON values, or a framework's objects.

        Objects that can run do the originals' functions, where the app gave them.

        Raises:
            InputError: one of the tools is none of the toolbox's.
        """
        wanted = self._toolbox.tools if tools is None else tools
        strange = [tool.name for tool in wanted if tool.id not in self._written]
        if strange:
            raise InputError(f"'{strange[0]}' is none of these tools")
        written = self._format.written(wanted, self._written)
        if not self._toolbox.functions:
            return written.payload
        return self._format.bound(written.payload, {name: self._function(id) for id, name in written.names.items()})

    def call(self, said: Any) -> Call:
        """A model's call, as the provider's API or SDK gives it, as a call of the original tool.

        Raises:
            InputError: it is no call, or one of no such tool, or of wrong arguments; for the model to read and to try again.
        """
        return self._original(*read_call(self._format, said))

    def _original(self, name: str, arguments: Mapping[str, Any]) -> Call:
        call = self._all.call(name, arguments)
        toolset = self._toolbox.toolset
        return self._toolbox.call(toolset.tools[toolset.place[call.tool]], call.arguments)

    @cached_property
    def _all(self) -> Exported:
        return export(self._toolbox.tools, self._format)

    @cached_property
    def _written(self) -> dict[str, str]:
        """Id -> name as it is written."""
        return {id: name for name, id in self._all.names.items()}

    def _function(self, id: str) -> Callable[..., Any]:
        """An edited tool as a function of its own arguments; to be awaited where one that it stands for is."""
        name, toolbox = self._written[id], self._toolbox

        async def awaited(**arguments: Any) -> Any:
            return await toolbox.arun(self._original(name, arguments))

        def done(**arguments: Any) -> Any:
            return toolbox.run(self._original(name, arguments))

        is_async = any(toolbox.functions[original].is_async for original in toolbox.toolset.originals(id))
        return awaited if is_async else done
