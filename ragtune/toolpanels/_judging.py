"""Cases, what was shown and called for them, and what that is worth: what every panel looks at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ragtune.metrics._tools import JudgedCalls
from ragtune.selectors import offered
from ragtune.tools import Call, Case, ExpectedCall, Reply, Requests, Shown, ToolSet
from ragtune.tools._values import Replies
from ragtune.tools.matching import Error, Judgement
from ragtune.types import Floats

Bools = NDArray[np.bool_]
ARGUMENT_KINDS = frozenset({"schema-invalid", "missing", "unexpected", "wrong-value", "wrong-type"})
"""Kinds of error that are of the arguments of a call, not of the choice of a tool."""


@dataclass(frozen=True, eq=False)
class Judged:
    """One configuration beside its cases. `original` are the tools as given, `toolset` as edited."""

    cases: tuple[Case, ...]
    original: ToolSet
    toolset: ToolSet
    requests: Requests
    shown: Shown
    replies: tuple[Reply, ...]

    def __len__(self) -> int:
        return len(self.cases)

    @cached_property
    def judgements(self) -> list[Judgement]:
        """By BFCL's rules, a case each."""
        return self._calls.judgements

    def errors(self, i: int) -> tuple[Error, ...]:
        """What is wrong with a case; nothing of arguments where the caller never gives any."""
        found = () if self.failed[i] else self.judgements[i].errors
        return tuple(error for error in found if self.gives_arguments or error.kind not in ARGUMENT_KINDS)

    @cached_property
    def failed(self) -> Bools:
        """(n_cases,) where there is no reply, so that nothing can be said."""
        return self._calls.failed

    @cached_property
    def selected(self) -> Bools:
        """(n_cases,) whether exactly the right tools were called."""
        return np.array([found.selected for found in self.judgements], dtype=bool)

    @cached_property
    def fits(self) -> Bools:
        """(n_cases,) whether any tool fits."""
        return np.array([bool(case.calls) for case in self.cases], dtype=bool)

    @cached_property
    def answered(self) -> Bools:
        """(n_cases,) whether anything was called."""
        return np.array([bool(reply.calls) for reply in self.replies], dtype=bool)

    @cached_property
    def gives_arguments(self) -> bool:
        """Whether the caller ever gives an argument; where it does not, only the tools can be judged."""
        return any(call.arguments or call.invalid for reply in self.replies for call in reply.calls)

    @cached_property
    def offered(self) -> Bools:
        """(n_cases, n_tools) whether a case offers an edited tool."""
        return offered(self.requests, self.toolset)

    @cached_property
    def visible(self) -> Bools:
        """(n_cases, n_tools) whether a case was shown an edited tool."""
        found = np.zeros((len(self), len(self.toolset) + 1), dtype=bool)
        np.put_along_axis(found, self.shown.tool.astype(np.int64), True, axis=1)
        return found[:, :-1]

    @cached_property
    def stand_for(self) -> Mapping[str, list[int]]:
        """Id of an original -> places of the edited tools that stand for it."""
        found: dict[str, list[int]] = {}
        for i, tool in enumerate(self.toolset.tools):
            for original in self.toolset.originals(tool.id):
                found.setdefault(original, []).append(i)
        return found

    def places(self, expected: ExpectedCall) -> list[int]:
        """Places of the edited tools that are right for an expected call."""
        return [place for id in expected.tools for place in self.stand_for.get(id, ())]

    def calls(self, i: int) -> list[Call]:
        """The calls made for a case, as calls of the originals."""
        return [self._calls._mapped(call) for call in self.replies[i].calls]

    def of_originals(self, values: Floats) -> Floats:
        """(n, n_originals) from a column for each edited tool: the best of those that stand for it, -inf for none."""
        found = np.full((len(values), len(self.original)), -np.inf)
        for at, tool in enumerate(self.original.tools):
            places = self.stand_for.get(tool.id, [])
            if places:
                found[:, at] = values[:, places].max(axis=1)
        return found

    @cached_property
    def _calls(self) -> JudgedCalls:
        nothing: Floats = np.zeros(0)
        return JudgedCalls(Replies(self.replies), self.shown, self.toolset, self.original, self.cases, nothing)


def ids(tools: ToolSet) -> Sequence[str]:
    """Ids in the order of the set."""
    return [tool.id for tool in tools.tools]
