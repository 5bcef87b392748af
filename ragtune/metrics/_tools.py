"""Shown tools and made calls beside what should be called: what the measures of tools share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from ragtune.metrics._found import NEVER, Found
from ragtune.metrics._judged import Unit
from ragtune.metrics._truth import Items
from ragtune.tools import Adapter, Call, Case, Replies, Shown, ToolSet
from ragtune.tools.matching import Judgement, match
from ragtune.tools.matching._assign import align, assign
from ragtune.types import Floats, Ints


class JudgedShown:
    """The tools that each case is shown, beside the tools it needs; for the rank measures.

    A need is a call that is expected; it is met at the first tool that stands for the expected one or an alternative. For
    a case that no tool fits there is nothing to find and nothing can be missed: every rank measure is 1. Precision counts
    the tools themselves: two halves of a split one are both right, one that several were merged into is one tool.
    """

    def __init__(self, shown: Shown, toolset: ToolSet, cases: Sequence[Case]) -> None:
        self._shown = shown
        self._toolset = toolset
        self._cases = cases

    def found(self, unit: Unit) -> Found:
        """Documents and evidence are the same here: needs."""
        return self._needs

    def relevant_within(self, k: int, unit: Unit) -> Floats:
        """(n_cases,) how many of the first `k` tools are right; `k` where no tool is."""
        ranks = self._ranks()
        found = np.full(len(self._cases), float(k))
        for i, case in enumerate(self._cases):
            if case.calls:
                right = sorted({place for call in case.calls for place in self._places(call.tools)})
                found[i] = (ranks[i, right] <= k).sum()
        return found

    @cached_property
    def _needs(self) -> Found:
        ranks = self._ranks()
        query, rank = [], []
        for i, case in enumerate(self._cases):
            wanted = list(dict.fromkeys(call.tools for call in case.calls))
            found = [min((int(ranks[i, place]) for place in self._places(tools)), default=NEVER) for tools in wanted]
            found = found or [1]  # nothing to find: met at once
            query.extend([i] * len(found))
            rank.extend(found)
        items = Items(len(self._cases), np.array(query, dtype=np.int64), np.ones(len(query)))
        return Found(items, np.array(rank, dtype=np.int64))

    def _ranks(self) -> Ints:
        """(n_cases, n_tools) rank of each tool, from 1, `NEVER` where it is not shown."""
        tool = self._shown.tool
        ranks = np.full((len(tool), len(self._toolset) + 1), NEVER, dtype=np.int64)
        places = np.broadcast_to(np.arange(1, tool.shape[1] + 1), tool.shape)
        np.put_along_axis(ranks, tool.astype(np.int64), places, axis=1)  # -1, no tool, falls into the last column
        return ranks[:, :-1]

    def _places(self, wanted: tuple[str, ...]) -> list[int]:
        return [place for name in wanted for place in self._stand_for.get(name, ())]

    @cached_property
    def _stand_for(self) -> dict[str, list[int]]:
        """Id of an original -> places of the tools that stand for it."""
        found: dict[str, list[int]] = {}
        for i, tool in enumerate(self._toolset.tools):
            for original in self._toolset.originals(tool.id):
                found.setdefault(original, []).append(i)
        return found


class JudgedCalls:
    """The calls made for each case, mapped back to the original tools, beside those that should be made.

    `tokens` is (n_tools,) the tokens of each tool as edited.
    """

    def __init__(
        self, replies: Replies, shown: Shown, toolset: ToolSet, original: ToolSet, cases: Sequence[Case], tokens: Floats
    ) -> None:
        self.replies = replies.replies
        self.shown = shown
        self.cases = cases
        self.tokens = tokens
        self._toolset = toolset
        self._original = original

    @cached_property
    def failed(self) -> np.ndarray:
        """(n_cases,) where there is no reply, so that nothing can be said."""
        return np.array([bool(reply.failed) for reply in self.replies], dtype=bool)

    @cached_property
    def judgements(self) -> list[Judgement]:
        """By BFCL's rules."""
        return self._judge(strict=False)

    @cached_property
    def strict_judgements(self) -> list[Judgement]:
        """Values equal as JSON."""
        return self._judge(strict=True)

    def _judge(self, *, strict: bool) -> list[Judgement]:
        rules = "strict" if strict else "bfcl"
        seen: dict[tuple[int, tuple[str, ...]], Judgement] = _seen(self.cases, self._original, rules)
        found = []
        for i, (case, reply) in enumerate(zip(self.cases, self.replies, strict=True)):
            calls = self._originals(case, reply.calls)
            bare = not any(call.arguments or call.invalid for call in calls)
            key = (i, tuple(call.tool for call in calls))
            judgement = seen.get(key) if bare else None
            if judgement is None:
                judgement = match(case, calls, self._original, rules=rules)  # type: ignore[arg-type]
                if bare:
                    seen[key] = judgement
            found.append(judgement)
        return found

    def _originals(self, case: Case, made: Sequence[Call]) -> list[Call]:
        """The calls as calls of the originals.

        A call of a merged tool that does not say which of them is meant cannot be carried out, so it stays invalid. But
        the tool was the right one if any of its originals is, so it counts as a call of that one: as many expected calls
        as can be are met.
        """
        calls = [self._mapped(call) for call in made]
        meant = [
            reached(self._toolset.adapter(shown.tool), shown.arguments) if call.invalid else (call.tool,)
            for shown, call in zip(made, calls, strict=True)
        ]
        if all(len(ids) == 1 for ids in meant):
            return calls
        costs = [[int(set(wanted.tools).isdisjoint(ids)) for ids in meant] for wanted in case.calls]
        for i, j in align(costs, 1, 1) if case.order == "given" else assign(costs):
            fitting = [id for id in case.calls[i].tools if id in meant[j]]
            if fitting and len(meant[j]) > 1:
                calls[j] = calls[j].model_copy(update={"tool": fitting[0]})
        return calls

    def _mapped(self, call: Call) -> Call:
        if call.tool not in self._toolset.adapters:
            return call
        back = self._toolset.original_call(call.tool, call.arguments)
        return back.model_copy(update={"invalid": call.invalid}) if call.invalid else back


def reached(adapter: Adapter, arguments: Mapping[str, Any]) -> tuple[str, ...]:
    """Ids of the originals that a call may be of: several where a choice that it leads to does not say which."""
    plain = adapter.model_copy(update={"choice": None, "then": None})
    given = plain.apply(arguments).arguments
    if adapter.choice is None:
        return reached(adapter.then, given) if adapter.then is not None else (adapter.target,)
    said = given.pop(adapter.choice.source, None)
    option = adapter.choice.options.get(said) if isinstance(said, str) else None
    return adapter.originals if option is None else reached(option, given)


_kept: dict[str, tuple[Sequence[Case], ToolSet, dict[tuple[int, tuple[str, ...]], Judgement]]] = {}


def _seen(cases: Sequence[Case], original: ToolSet, rules: str) -> dict[tuple[int, tuple[str, ...]], Judgement]:
    """Judgements of calls without arguments: designs pick the same few tools again and again. Of the last data only."""
    kept = _kept.get(rules)
    if kept is None or kept[0] is not cases or kept[1] is not original:
        kept = _kept[rules] = (cases, original, {})
    return kept[2]
