"""What an edited tool does at once: tokens, lint, accuracy before and after, queries that flipped, and new rivals."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ragtune.linting import Problem, lint_set
from ragtune.stats import bootstrap, sign_flip
from ragtune.tools import Case, Tool, ToolSet
from ragtune.tools._tokens import tokens_of
from ragtune.trying import Outcome

METRIC = "selection_accuracy"
RESAMPLES = 2000
"""Enough for an interval that is shown to three digits, and a fifth of the time."""


@dataclass(frozen=True)
class Accuracy:
    """Selection accuracy before and after, and their paired difference with 95 % interval and p (sign flips)."""

    cases: int
    before: float
    after: float
    difference: float
    low: float | None
    high: float | None
    p: float


@dataclass(frozen=True)
class Flip:
    """A query whose calls are right now and were not, or the other way round. Ids of original tools."""

    case: str
    query: str
    expected: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    right: bool


@dataclass(frozen=True)
class Rival:
    """A tool that is called in the edited one's place (`takes`), or the other way round; in how many cases."""

    tool: str
    takes: bool
    before: int
    after: int


@dataclass(frozen=True)
class Effect:
    """All that an edit of one tool did. `own` is the accuracy on the cases that the tool is right for.

    `rivals` are those whose number of cases changed, new ones first; `embedded` the texts a model was run for.
    """

    tool: str
    tokens: tuple[float, float]
    all_tokens: tuple[float, float]
    problems_new: tuple[Problem, ...]
    problems_gone: tuple[Problem, ...]
    accuracy: Accuracy | None = None
    own: Accuracy | None = None
    flips: tuple[Flip, ...] = ()
    changed: int = 0
    """Cases in which other tools are called, right or not."""
    rivals: tuple[Rival, ...] = ()
    embedded: int = 0

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def effect_of(
    id: str,
    before: ToolSet,
    after: ToolSet,
    outcomes: tuple[Outcome, Outcome] | None = None,
    *,
    problems: Sequence[Problem] | None = None,
    provider: str = "openai",
    embedded: int = 0,
) -> Effect:
    """The effect of editing one tool.

    Args:
        id: The tool's, in both sets.
        before: The tools as they were.
        after: The tools as they are.
        outcomes: Of both, on the same cases; None tells of tokens and lint alone.
        problems: Of the tools as they were, where they were linted already (`lint_set` with `only` this tool).
        provider: Whose tokens.
        embedded: How many texts a model was run for.
    """
    old, new = ([t.tokens for t in tokens_of(each.tools, provider).tools] for each in (before, after))
    was = lint_set(before, only=id).problems if problems is None else problems
    gone, come = _apart(was, lint_set(after, only=id).problems)
    told = _measured(id, outcomes) if outcomes else {}
    return Effect(
        tool=id,
        tokens=(old[before.place[id]], new[after.place[id]]),
        all_tokens=(sum(old), sum(new)),
        problems_new=come,
        problems_gone=gone,
        embedded=embedded,
        **told,
    )


def _measured(id: str, outcomes: tuple[Outcome, Outcome]) -> Mapping[str, Any]:
    before, after = outcomes
    cases = before.dataset.cases
    scored = ~np.isnan(before.of(METRIC)) & ~np.isnan(after.of(METRIC))
    own = np.array([any(id in call.tools for call in case.calls) for case in cases], dtype=bool)
    pair = (before.of(METRIC), after.of(METRIC))
    flipped = np.flatnonzero(scored & (pair[0] != pair[1])).tolist()
    flips = [
        Flip(
            cases[i].id,
            cases[i].query,
            _expected(cases[i]),
            before.called[i],
            after.called[i],
            bool(pair[1][i] > pair[0][i]),
        )
        for i in flipped
    ]
    return {
        "accuracy": accuracy(pair[0][scored], pair[1][scored]),
        "own": accuracy(pair[0][scored & own], pair[1][scored & own]),
        "flips": tuple(sorted(flips, key=lambda flip: flip.right)),
        "changed": sum(b != a for b, a in zip(before.called, after.called, strict=True)),
        "rivals": _rivals(id, cases, before.called, after.called),
    }


def accuracy(before: np.ndarray, after: np.ndarray) -> Accuracy | None:
    """Means and paired difference of (n_cases,) scores; None where there are no cases."""
    if not len(before):
        return None
    difference = (after - before)[None]
    if not difference.any():
        low = high = 0.0 if len(before) > 1 else math.nan
        p = 1.0
    else:
        found = bootstrap(difference, within=(-1.0, 1.0), resamples=RESAMPLES)
        low, high, p = float(found.low[0]), float(found.high[0]), float(sign_flip(difference)[0])
    ends: tuple[float | None, float | None] = (None, None) if math.isnan(low) else (low, high)
    return Accuracy(
        len(before), float(before.mean()), float(after.mean()), float(difference.mean()), ends[0], ends[1], p
    )


def _rivals(
    id: str, cases: Sequence[Case], before: Sequence[tuple[str, ...]], after: Sequence[tuple[str, ...]]
) -> tuple[Rival, ...]:
    old, new = _confusions(id, cases, before), _confusions(id, cases, after)
    found = [Rival(*key, old[key], new[key]) for key in {**old, **new} if old[key] != new[key]]
    return tuple(sorted(found, key=lambda r: (r.before > 0, -(r.after - r.before), r.tool, r.takes)))


def _confusions(id: str, cases: Sequence[Case], called: Sequence[tuple[str, ...]]) -> Counter[tuple[str, bool]]:
    """(rival, whether it takes what is the tool's) -> number of cases."""
    found: Counter[tuple[str, bool]] = Counter()
    for case, made in zip(cases, called, strict=True):
        right = {tool for call in case.calls for tool in call.tools}
        wrong = {tool for tool in made if tool not in right}
        if id in right and id not in made:
            found.update((tool, True) for tool in wrong)
        elif id in wrong:
            found.update((call.tool, False) for call in case.calls if not {*call.tools} & {*made})
    return found


def _expected(case: Case) -> tuple[str, ...]:
    return tuple(call.tool for call in case.calls)


def _apart(was: Sequence[Problem], now: Sequence[Problem]) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """Problems that are gone, and those that have come; those that only moved in the file are the same."""

    def key(problem: Problem) -> tuple[str, str, str, str]:
        return problem.code, problem.tool, problem.place, problem.message

    old, new = {key(p) for p in was}, {key(p) for p in now}
    return tuple(p for p in was if key(p) not in new), tuple(p for p in now if key(p) not in old)


def replaced(toolset: ToolSet, tool: Tool) -> ToolSet:
    """The set with the tool of the same id replaced."""
    return toolset.with_tools(tool if each.id == tool.id else each for each in toolset.tools)
