"""Queries that a tool is right for, told to retrieval or to the model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from ragtune.component import digest, register, work
from ragtune.edits import Edit
from ragtune.edits._texts import lines, overlap, paragraphs, unique, word_set
from ragtune.tools import Accept, Call, Case, Cases, Example, Tool, ToolSet


@register
class AddExamples(Edit):
    """`k` example queries a tool: its own, and those of the cases that are kept apart for learning, never of scored ones.

    A case counts for every tool that is right for it; those that want one tool alone go first. A case whose arguments
    contradict what a tool fixes (one that an enum was split into) does not count for it. Own examples go before the pool's,
    and a query is told once, whatever its case and spacing.

    `into: index` writes to what only retrieval reads, `description` to what the model reads too, `examples` to the tool's
    own examples, which a tool format or a later edit may show. `choose: first` keeps the order, `diverse` takes those that
    share the fewest words with the ones taken already, `random` draws by `seed`.
    Source: ragtune
    """

    k: Annotated[int, Field(ge=1, le=100)] = 5
    source: Literal["pool", "own", "both"] = "pool"
    into: Literal["index", "description", "examples"] = "index"
    choose: Literal["first", "diverse", "random"] = "first"
    seed: int = 0
    label: str = "Examples:"
    """What is written before them in a description."""

    def ignored(self) -> frozenset[str]:
        """A seed matters only where something is drawn, a label only where it is written."""
        return frozenset(
            [*(["seed"] if self.choose != "random" else []), *(["label"] if self.into != "description" else [])]
        )

    @work(keep="no", online=False)
    def apply(self, toolset: ToolSet, pool: Cases) -> ToolSet:  # type: ignore[override]
        """The tools with examples from the pool."""
        of_tool = _by_original(pool.cases if self.source != "own" else ())
        return toolset.with_tools(self._with(tool, toolset, of_tool) for tool in toolset.tools)

    def _with(self, tool: Tool, toolset: ToolSet, of_tool: dict[str, list[Case]]) -> Tool:
        own = [example.query for example in tool.examples] if self.source != "pool" else []
        cases = {id(case): case for name in toolset.originals(tool.id) for case in of_tool.get(name, ())}
        fixed = _fixed(toolset, tool)
        fitting = [case for case in cases.values() if _fits(case, fixed)]
        asked = [case.query for case in sorted(fitting, key=lambda case: len(_wanted(case)) > 1)]
        queries = self._chosen(unique(text for text in (*own, *asked) if text.strip()))
        if not queries:
            return tool
        if self.into == "index":
            return tool.model_copy(update={"index_text": lines(*unique([*tool.index_text.splitlines(), *queries]))})
        if self.into == "description":
            told = lines(self.label, *(f"- {' '.join(query.split())}" for query in queries))
            return tool.model_copy(update={"description": paragraphs(tool.description, told)})
        known = unique(example.query for example in tool.examples)
        new = unique([*known, *queries])[len(known) :]
        return tool.model_copy(update={"examples": (*tool.examples, *(Example(query=query) for query in new))})

    def _chosen(self, queries: Sequence[str]) -> list[str]:
        if self.choose == "first":
            return list(queries[: self.k])
        if self.choose == "random":
            return sorted(queries, key=lambda query: digest(str(self.seed), query))[: self.k]
        return list(_apart(queries, self.k))


def _apart(queries: Sequence[str], k: int) -> Iterator[str]:
    """The first, then always the one whose greatest overlap with those taken is least; of equal ones the earlier."""
    said = [word_set(query) for query in queries]
    nearest = [0.0] * len(queries)
    left = list(range(len(queries)))
    for _ in range(min(k, len(queries))):
        taken = min(left, key=lambda i: (nearest[i], i))
        left.remove(taken)
        yield queries[taken]
        for i in left:
            nearest[i] = max(nearest[i], overlap(said[i], said[taken]))


def _wanted(case: Case) -> set[str]:
    return {call.tool for call in case.calls}


def _by_original(cases: Sequence[Case]) -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = {}
    for case in cases:
        for name in dict.fromkeys(name for call in case.calls for name in call.tools):
            found.setdefault(name, []).append(case)
    return found


def _fixed(toolset: ToolSet, tool: Tool) -> Call | None:
    """The call that comes of no arguments: what the tool says by itself. None where a choice is open."""
    call = toolset.original_call(tool.id, {})
    return None if call.invalid or not call.arguments else call


def _fits(case: Case, fixed: Call | None) -> bool:
    """Whether a call that the case wants goes with what the tool fixes."""
    if fixed is None:
        return True
    wanted = [call.arguments for call in case.calls if fixed.tool in call.tools]
    return any(
        arguments is None or all(_agrees(arguments.get(name), value) for name, value in fixed.arguments.items())
        for arguments in wanted
    )


def _agrees(accept: Accept | None, value: Any) -> bool:
    if isinstance(value, dict):
        return True
    return accept is not None and value in accept.any_of
