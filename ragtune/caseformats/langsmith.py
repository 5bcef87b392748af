"""Examples of LangSmith whose outputs hold tool calls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ragtune.caseformats import CaseFormat, Reading
from ragtune.caseformats._building import Builder, made_id
from ragtune.caseformats._messages import QUERY_KEYS, calls_in, expected_of, queries_in, tool_names
from ragtune.caseformats._rows import first_row, rows_of
from ragtune.component import register
from ragtune.errors import DatasetError
from ragtune.tools import Case, ExpectedCall
from ragtune.tools._calls import Order
from ragtune.yaml_tree import Node

KEYS = ("examples",)
NO_QUERY = "no question in its inputs"
NO_CALLS = "nothing in its outputs says which tools were called"
SEVERAL_TURNS = "a conversation in which the user speaks more than once"


@register
class Langsmith(CaseFormat):
    """A file of examples {id, inputs, outputs, split}: JSON lines, a JSON array, or {"examples": […]}.

    The query is in the inputs: under the knob's key, or `question`, `query`, `user_input`, `input`, or what the user
    says in `messages`. The calls are all `tool_calls` in the outputs, as OpenAI ({function: {name, arguments}}) or
    LangChain ({name, args}, serialised messages too) write them, message after message, every argument with its one
    value. An empty list says that no tool fits; outputs without any are left out and counted, and so are conversations
    in which the user speaks more than once. The tools in the inputs (`tools`, as the chat model schema has them) are
    those offered. The split becomes a tag.

    Source: https://docs.langchain.com/langsmith/example-data-format, .../dataset-json-types, .../trajectory-evals.
    """

    query: str = ""
    """The key of the query in `inputs`."""
    order: Order = "any"

    def reading(self, path: Path) -> Reading:
        """The examples in the order of the file."""
        builder = Builder()
        try:
            rows = rows_of(path, KEYS)
        except DatasetError as error:
            return Reading(faults=tuple(error.faults))
        for node in rows:
            example = node.plain()
            if isinstance(example, dict) and "inputs" in example:
                self._add(builder, node, example)
            else:
                builder.fault(node.fault("must be an example with inputs and outputs"))
        return builder.reading()

    def _add(self, builder: Builder, node: Node, example: dict[str, Any]) -> None:
        asked = queries_in(example["inputs"], (self.query,) if self.query else QUERY_KEYS)
        calls = calls_in(example.get("outputs"))
        offered = tool_names(example["inputs"])
        id = str(example.get("id") or made_id("\n".join(asked), offered))
        if not asked or calls is None or len(asked) > 1:
            builder.leave_out(NO_QUERY if not asked else NO_CALLS if calls is None else SEVERAL_TURNS, id)
            return
        found = [expected_of(call) for call in calls]
        wrong = [call for call in found if isinstance(call, str)]
        for what in wrong:
            builder.fault(node.fault(f"outputs: {what}"))
        split = example.get("split") or ()
        case = Case(
            id=id,
            query=asked[0],
            calls=tuple(call for call in found if isinstance(call, ExpectedCall)),
            order=self.order,
            tools=offered,
            tags=(split,) if isinstance(split, str) else tuple(str(name) for name in split),
        )
        if not wrong:
            builder.add(case, node)

    @classmethod
    def recognises(cls, path: Path) -> bool:
        """Examples with inputs and outputs."""
        row = first_row(path, KEYS)
        return "inputs" in row and "outputs" in row
