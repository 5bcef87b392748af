"""Which regular expressions may be run on what a model wrote: those that backtracking does not blow up on.

A pattern is turned into its position automaton: a state for each character that it reads. It is exponential exactly
when some state comes back to itself by two ways that read the same text (Weideman et al., "Analyzing Matching Time
Behavior of Backtracking Regular Expression Matchers by Using Ambiguity of NFA", CIAA 2016). `(a+)+` and `(a|a)*` are;
`[a-z]+(-[a-z]+)*` is not, although quantifiers are nested in it, because the hyphen says where each part begins.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache

from ragtune.tools._automata import Automaton, TooManyStatesError, automata
from ragtune.tools._limits import MAX_PATTERN

MAX_STEPS = 50_000
"""Steps that the judging may take; a pattern that needs more is refused as too complicated to judge."""
MAX_WAYS = 10_000
"""Ways to read one text without any loop, as in `a?a?a?a?`."""
MAX_LOOPS = 3
"""Loops one after the other that can read the same text: the time grows with that power of its length."""


@lru_cache(maxsize=4096)
def wrong_pattern(pattern: str) -> str | None:
    """Why a pattern may not be used, None where it may."""
    if len(pattern) > MAX_PATTERN:
        return f"has {len(pattern):,} characters; at most {MAX_PATTERN:,} are allowed"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(pattern)
            found = list(automata(pattern))
    except (re.error, OverflowError) as error:
        return f"is no regular expression that Python reads: {error}"
    except (TooManyStatesError, RecursionError):
        return _COMPLICATED
    except NotImplementedError as error:
        return f"cannot be judged for how long it takes, because of {error}"
    return next((why for each in found if (why := _slow(each))), None)


def _slow(automaton: Automaton) -> str | None:
    """Why an automaton is slow, None where it is not."""
    if automaton.letters * sum(map(len, automaton.follow)) > 10 * MAX_STEPS:
        return _COMPLICATED
    group = components(len(automaton.masks), lambda p: automaton.follow[p])
    if automaton.idle or any(group[p] == group[q] for p, q in automaton.doubled):
        return _EXPONENTIAL
    try:
        if _ambiguous(automaton, group):
            return _EXPONENTIAL
    except TooManyStatesError:
        return _COMPLICATED
    loops, ways = _rows(automaton, group)
    if loops > MAX_LOOPS:
        return f"has {loops} repeats in a row that can read the same text, so that a long text takes for ever"
    return f"can read one text in more than {MAX_WAYS:,} ways" if ways > MAX_WAYS else None


_COMPLICATED = "is too complicated to tell how long it takes"
_EXPONENTIAL = "can take for ever (a repeat inside a repeat, or alternatives that begin alike inside a repeat)"


def _ambiguous(automaton: Automaton, group: list[int]) -> bool:
    """Whether a state comes back to itself by two ways that read the same text."""
    masks = automaton.masks
    pairs: dict[tuple[int, int], int] = {}
    edges: list[list[int]] = []
    steps = 0
    left = [(p, p) for p in range(len(masks)) if any(group[q] == group[p] for q in automaton.follow[p])]
    for pair in left:
        pairs[pair] = len(edges)
        edges.append([])
    while left:
        p, q = left.pop()
        ahead = edges[pairs[p, q]]
        for x in automaton.follow[p]:
            steps += len(automaton.follow[q])
            if steps > MAX_STEPS:
                raise TooManyStatesError
            if group[x] != group[p]:
                continue
            for y in automaton.follow[q]:
                if group[y] != group[q] or not masks[x] & masks[y]:
                    continue
                pair = (min(x, y), max(x, y))
                if pair not in pairs:
                    pairs[pair] = len(edges)
                    edges.append([])
                    left.append(pair)
                ahead.append(pairs[pair])
    together = components(len(edges), lambda i: edges[i])
    same = {together[i] for (p, q), i in pairs.items() if p == q}
    return any(p != q and together[i] in same for (p, q), i in pairs.items())


def _rows(automaton: Automaton, group: list[int]) -> tuple[int, int]:
    """The longest row of loops that can all read one letter, with what is between them, and the ways to read it."""
    follow, masks = automaton.follow, automaton.masks
    most_loops = most_ways = 0
    for letter in range(automaton.letters):
        reads = [mask >> letter & 1 for mask in masks]
        loops: dict[int, int] = {}
        ways: dict[int, int] = {}
        # Components are numbered from the last to the first, so that what follows has been seen.
        for p in sorted((p for p in range(len(masks)) if reads[p]), key=lambda p: group[p]):
            ahead = {group[q] for q in follow[p] if reads[q]}
            own = int(group[p] in ahead)
            ahead.discard(group[p])
            row = own + max((loops[g] for g in ahead), default=0)
            loops[group[p]] = max(loops.get(group[p], 0), row)
            ways[group[p]] = max(ways.get(group[p], 0), 1 + sum(ways[g] for g in ahead))
        most_loops = max(most_loops, *loops.values(), 0)
        most_ways = max(most_ways, *ways.values(), 0)
    return most_loops, most_ways


def components(n: int, ahead: Callable[[int], Collection[int]]) -> list[int]:
    """Tarjan's strongly connected components, without recursion: the number of the component of each node."""
    index, low, group = [-1] * n, [0] * n, [-1] * n
    stack: list[int] = []
    counted = grouped = 0
    for root in range(n):
        if index[root] >= 0:
            continue
        work: list[tuple[int, Iterator[int]]] = [(root, iter(ahead(root)))]
        index[root] = low[root] = counted
        counted += 1
        stack.append(root)
        while work:
            node, rest = work[-1]
            for other in rest:
                if index[other] < 0:
                    index[other] = low[other] = counted
                    counted += 1
                    stack.append(other)
                    work.append((other, iter(ahead(other))))
                    break
                if group[other] < 0:
                    low[node] = min(low[node], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    while group[node] < 0:
                        group[stack.pop()] = grouped
                    grouped += 1
    return group
