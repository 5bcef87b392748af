"""Anthropic's Messages."""

from __future__ import annotations

from typing import Any, ClassVar

from ragtune.component import register
from ragtune.errors import InputError
from ragtune.toolformats._calling import part
from ragtune.toolformats._json_tools import Record, listed
from ragtune.toolformats._losses import Losses
from ragtune.toolformats._strict_tools import StrictTools
from ragtune.toolformats._strictness import totals
from ragtune.tools import Tool


@register
class Anthropic(StrictTools):
    """`{name, description, input_schema, input_examples, strict}`: the `tools` of a Messages request.

    With `strict`, objects are closed and constraints that strict mode does not take become text; a parameter may stay
    optional. A request has room for so many strict tools, optional parameters and unions: tools are strict in their
    order while there is room. `input_examples` says whether the arguments of a tool's examples go along.
    Source: https://platform.claude.com/docs/en/agents-and-tools/tool-use/define-tools
    """

    rules: ClassVar[str] = "anthropic"
    keys: ClassVar[dict[str, str]] = {
        "name": "name",
        "description": "description",
        "input_schema": "input_schema",
        "input_examples": "examples",
    }
    known: ClassVar[frozenset[str]] = frozenset({"type", "strict", "cache_control"})

    input_examples: bool = False

    def records(self, payload: Any) -> list[tuple[str, Any]]:
        """The list, or `{tools: […]}`."""
        return listed(payload, "tools")

    def fields(self, record: Record) -> dict[str, Any]:
        """As they are; examples are arguments without a query."""
        found = super().fields(record)
        examples = found.get("examples")
        if isinstance(examples, list):
            found["examples"] = [{"query": "", "arguments": arguments} for arguments in examples]
        return found

    def called(self, said: Any) -> tuple[Any, Any]:
        """Name and input of a `tool_use` block."""
        return part(said, "name"), part(said, "input")

    def record(self, tool: Tool, name: str, losses: Losses) -> Record:
        """A client tool."""
        losses.unsaid({"description"})
        schema, strict = self.shaped(tool, losses)
        found: Record = {"name": name, "description": tool.description, "input_schema": schema}
        examples = [example.arguments for example in tool.examples if example.arguments is not None]
        if self.input_examples and examples:
            found["input_examples"] = examples
        if strict:
            found["strict"] = True
        return {key: value for key, value in found.items() if value != ""}

    def room(self) -> list[int]:
        """Strict tools, optional parameters and unions that a request still takes."""
        rule = self._rules.strict
        limits = (rule.max_tools, rule.max_optional, rule.max_unions) if rule is not None else ()
        return [limit if limit is not None else 10**9 for limit in limits]

    def one(self, tool: Tool, name: str, losses: Losses, room: list[int]) -> Record:
        """Strict while there is room for it."""
        kept = len(losses)
        found = super().one(tool, name, losses, room)
        if not self.is_strict(found):
            return found
        left = [have - need for have, need in zip(room, (1, *totals(found["input_schema"])), strict=True)]
        if min(left) >= 0:
            room[:] = left
            return found
        del losses[kept:]
        losses.add("strict: a request takes no more strict tools, optional parameters or unions", "strict")
        return self.model_copy(update={"strict": False}).record(tool, name, losses)

    @classmethod
    def recognises(cls, payload: Any) -> bool:
        """A list of tools with `input_schema` that are not our own."""
        try:
            records = listed(payload, "tools")
        except InputError:
            return False
        keys = {"type", "name", "description", "input_schema", "input_examples", "strict", "cache_control"}
        return bool(records) and all(
            isinstance(r, dict) and "input_schema" in r and not set(r) - keys for _, r in records[:20]
        )
