"""Multi-turn samples of ragas with reference tool calls."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from ragtune.caseformats import CaseFormat, Reading
from ragtune.caseformats._building import Builder, made_id
from ragtune.caseformats._messages import expected_of, said_by_users, unpacked
from ragtune.caseformats._rows import first_row, rows_of
from ragtune.component import register
from ragtune.errors import DatasetError
from ragtune.tools import Case, ExpectedCall
from ragtune.tools._calls import Order
from ragtune.yaml_tree import Node

KEYS = ("samples", "data")
REFERENCE = "reference_tool_calls"
SEVERAL_TURNS = "a conversation in which the user speaks more than once"
NO_REFERENCE = "no reference tool calls"


@register
class Ragas(CaseFormat):
    """`EvaluationDataset` of `MultiTurnSample`s, JSON lines or JSON: user_input [{type, content}], reference_tool_calls.

    The reference calls [{name, args}] are for the whole conversation, so only one with a single request of the user is a
    case; others are left out and counted, or, with `several_turns: join`, asked in one, which is not what was asked.
    Every argument is right with its one value. An empty list says that no tool fits. ragas compares in order unless told
    otherwise; here `order` is any.

    Source: ragas.dataset_schema.MultiTurnSample and ragas.messages, ragas 0.2 to 0.4.
    """

    several_turns: Literal["leave-out", "join"] = "leave-out"
    order: Order = "any"

    def reading(self, path: Path) -> Reading:
        """The samples in the order of the file."""
        builder = Builder()
        try:
            rows = rows_of(path, KEYS)
        except DatasetError as error:
            return Reading(faults=tuple(error.faults))
        for number, node in enumerate(rows, 1):
            sample = node.plain()
            if isinstance(sample, dict) and "user_input" in sample:
                self._add(builder, node, sample, number)
            else:
                builder.fault(node.fault("must be an object with user_input"))
        return builder.reading()

    def _add(self, builder: Builder, node: Node, sample: dict[str, Any], number: int) -> None:
        asked, reference = unpacked(sample["user_input"]), unpacked(sample.get(REFERENCE))
        said = said_by_users(asked) if isinstance(asked, list) else [asked] if isinstance(asked, str) else []
        if not said:
            builder.fault(node.fault("user_input holds nothing that a human says"))
        elif reference is None:
            builder.leave_out(NO_REFERENCE, f"row {number}")
        elif not isinstance(reference, list):
            builder.fault(node.fault(f"{REFERENCE} must be a list of {{name, args}}"))
        elif len(said) > 1 and self.several_turns == "leave-out":
            builder.leave_out(SEVERAL_TURNS, f"row {number}")
        else:
            found = [expected_of(call) for call in reference]
            for wrong in (call for call in found if isinstance(call, str)):
                builder.fault(node.fault(f"{REFERENCE}: {wrong}"))
            calls = tuple(call for call in found if isinstance(call, ExpectedCall))
            if len(calls) == len(found):
                query = "\n\n".join(said)
                builder.add(Case(id=made_id(query, None), query=query, calls=calls, order=self.order), node)

    @classmethod
    def recognises(cls, path: Path) -> bool:
        """Samples with reference tool calls, or with a conversation."""
        row = first_row(path, KEYS)
        return "user_input" in row and (REFERENCE in row or isinstance(row["user_input"], list))
