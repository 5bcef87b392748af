"""Which tool was called where which was expected, beside what the likeness of the tools would have foretold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ragtune.toolpanels._judging import Judged, ids
from ragtune.toolpanels._likeness import Likeness
from ragtune.types import Floats

NOTHING = "nothing"
"""The row of cases that no tool fits, and the column of expected calls that were not made."""
EXAMPLES = 3


@dataclass(frozen=True)
class Pair:
    """`count` times `called` came where `expected` should have; `cases` are the first of them: id and query.

    `likeness` is that of the two tools' texts, `predicted` how often the best score would have made the same mistake;
    None where that cannot be said.
    """

    expected: str
    called: str
    count: int
    likeness: float | None
    predicted: int | None
    cases: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Rival:
    """A tool, and who is nearest to it: by its text, and by the mean score of the others on its own cases.

    `margin` is its own mean score less that rival's; negative where the rival scores higher. `observed` is the tool that
    was called most in its place, "" for none. None where there are no cases of it, or nobody ranks.
    """

    tool: str
    expected: int
    right: int
    by_text: str
    likeness: float
    by_score: str | None
    margin: float | None
    observed: str


@dataclass(frozen=True)
class Confusion:
    """Counts of (expected, called), both ids of original tools or `nothing`.

    A case counts as often as the longer of its two lists of calls, once where both are empty; an alternative counts as the
    tool that is expected. `predicted` is what calling the best scored tool of those offered would give, None where nobody
    ranks (`ranker` is empty then). `by_text` and `by_score` say of how many observed confusions of two tools the nearest
    rival was the tool called, `foretold` of how many the best score named it. `pairs` are all that is wrong: tools taken for
    other tools first, then calls that were not made or not asked for, each the most frequent first.
    """

    observed: Mapping[tuple[str, str], int]
    predicted: Mapping[tuple[str, str], int] | None
    likeness: str
    ranker: str
    rivals: tuple[Rival, ...]
    pairs: tuple[Pair, ...]
    confused: int
    by_text: int
    by_score: int | None
    foretold: int | None


def confusion(judged: Judged, likeness: Likeness, scores: tuple[str, Floats] | None = None) -> Confusion:
    """The confusions of one configuration.

    Args:
        judged: What was called, and what should have been.
        likeness: Of the texts of the tools.
        scores: Who ranked the edited tools, and its (n_cases, n_tools) scores, -inf where a tool was not found.
    """
    observed, where = _observed(judged)
    table = None if scores is None else judged.of_originals(np.where(judged.offered, scores[1], -np.inf))
    best = None if table is None else _best(judged, table)
    rivals = tuple(_rivals(judged, likeness, table, observed))
    wrong = {pair: n for pair, n in observed.items() if pair[0] != pair[1]}
    between = {pair: n for pair, n in wrong.items() if NOTHING not in pair}
    near = {rival.tool: rival for rival in rivals}
    order = sorted(wrong, key=lambda pair: (NOTHING in pair, -wrong[pair], pair))
    foretold = None if best is None else sum(_again(best, where[pair], pair[1]) for pair in between)
    return Confusion(
        observed=observed,
        predicted=None if best is None else _predicted(judged, best),
        likeness=likeness.name,
        ranker="" if scores is None else scores[0],
        rivals=rivals,
        pairs=tuple(
            Pair(
                *pair,
                wrong[pair],
                likeness.of(*pair),
                None if best is None else _again(best, where[pair], pair[1]),
                told,
            )
            for pair in order
            for told in [tuple((judged.cases[i].id, judged.cases[i].query) for i in where[pair][:EXAMPLES])]
        ),
        confused=sum(between.values()),
        by_text=sum(n for (a, b), n in between.items() if near[a].by_text == b),
        by_score=None if table is None else sum(n for (a, b), n in between.items() if near[a].by_score == b),
        foretold=foretold,
    )


def paired(judged: Judged, i: int) -> Iterator[tuple[str, str]]:
    """The expected and the called tools of a case side by side: right ones first, then as they come."""
    wanted = list(judged.cases[i].calls)
    made = [call.tool for call in judged.calls(i)]
    if not wanted and not made:
        yield NOTHING, NOTHING
    rest = []
    for call in wanted:
        hit = next((tool for tool in made if tool in call.tools), None)
        if hit is None:
            rest.append(call.tool)
            continue
        made.remove(hit)
        yield call.tool, call.tool
    for k in range(max(len(rest), len(made))):
        yield rest[k] if k < len(rest) else NOTHING, made[k] if k < len(made) else NOTHING


def _observed(judged: Judged) -> tuple[Counter[tuple[str, str]], dict[tuple[str, str], list[int]]]:
    counts: Counter[tuple[str, str]] = Counter()
    where: dict[tuple[str, str], list[int]] = {}
    for i in np.flatnonzero(~judged.failed).tolist():
        for pair in paired(judged, i):
            counts[pair] += 1
            where.setdefault(pair, []).append(i)
    return counts, where


def _best(judged: Judged, table: Floats) -> list[str]:
    """The best scored tool of each case; nothing where none was found."""
    names = ids(judged.original)
    if not len(names):
        return [NOTHING] * len(table)
    some: list[bool] = [bool(row.any()) for row in np.isfinite(table)]
    return [names[at] if some[i] else NOTHING for i, at in enumerate(table.argmax(axis=1).tolist())]


def _predicted(judged: Judged, best: list[str]) -> Counter[tuple[str, str]]:
    """Of cases that expect one call or none: those with several expect more than one best."""
    counts: Counter[tuple[str, str]] = Counter()
    for case, name in zip(judged.cases, best, strict=True):
        if len(case.calls) < 2:
            wanted = case.calls[0].tool if case.calls else NOTHING
            counts[wanted, wanted if case.calls and name in case.calls[0].tools else name] += 1
    return counts


def _again(best: list[str], cases: list[int], called: str) -> int:
    return sum(best[i] == called for i in cases)


def _rivals(
    judged: Judged, likeness: Likeness, table: Floats | None, observed: Mapping[tuple[str, str], int]
) -> Iterator[Rival]:
    names = ids(judged.original)
    rows: dict[str, list[int]] = {}
    for i, case in enumerate(judged.cases):
        if len(case.calls) == 1:
            rows.setdefault(case.calls[0].tool, []).append(i)
    for at, name in enumerate(names):
        expected = sum(n for (wanted, _), n in observed.items() if wanted == name)
        wrong = {called: n for (wanted, called), n in observed.items() if wanted == name != called}
        near, how = likeness.nearest(name)
        by_score, margin = (None, None) if table is None else _by_score(judged, table, rows.get(name, []), at)
        called = min(wrong, key=lambda tool: (-wrong[tool], tool)) if wrong else ""
        yield Rival(name, expected, observed.get((name, name), 0), near, how, by_score, margin, called)


def _by_score(judged: Judged, table: Floats, rows: list[int], at: int) -> tuple[str | None, float | None]:
    """Who scores most on a tool's cases besides it and its alternatives; a tool that was not found scores 0."""
    names = ids(judged.original)
    if not rows or len(names) < 2:
        return None, None
    allowed = {tool for i in rows for call in judged.cases[i].calls for tool in call.tools} | {names[at]}
    found = table[rows]
    means = np.where(np.isfinite(found), found, 0.0).mean(axis=0)
    others = np.where([name in allowed for name in names], -np.inf, means)
    best = int(others.argmax())
    return (names[best], float(means[at] - means[best])) if np.isfinite(others[best]) else (None, None)


def matrix(found: Mapping[tuple[str, str], int], names: list[str]) -> list[list[int]]:
    """Counts as rows of expected and columns of called tools, in the order of the names."""
    return [[found.get((wanted, called), 0) for called in names] for wanted in names]


def worst_tools(found: Confusion, most: int) -> list[str]:
    """The tools with most confusions with other tools, then with nothing, expected or called; `nothing` is the last."""
    others: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for pair in found.pairs:
        names = (pair.expected, pair.called)
        for name in names:
            counts[name] += pair.count
            others[name] += pair.count * (NOTHING not in names)
    del counts[NOTHING]
    order = sorted(counts, key=lambda name: (-others[name], -counts[name], name))[:most]
    return [*order, NOTHING]
