"""Questions that a design fails, grouped by tag and by likeness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ragtune.explaining._words import Words
from ragtune.types import Floats, Ints

APART = 0.85
"""The mean cosine distance at which groups of questions are no longer joined."""
MOST = 2000
"""Of more failing questions than this, the worst are grouped; likeness takes the square of their number."""


@dataclass(frozen=True)
class TagGroup:
    """A tag, how many questions have it, and how many of those fail."""

    tag: str
    failing: int
    total: int


@dataclass(frozen=True)
class LikeGroup:
    """Failing questions that share words: the words that weigh most, and the questions, the worst first."""

    words: tuple[str, ...]
    queries: tuple[str, ...]


@dataclass(frozen=True)
class Failing:
    """The questions that score below a bound, worst first, ties by their order in the data."""

    metric: str
    below: float
    queries: tuple[str, ...]
    total: int
    by_tag: tuple[TagGroup, ...]
    alike: tuple[LikeGroup, ...]


def failing(
    metric: str,
    scores: Floats,
    below: float,
    ids: Sequence[str],
    texts: Sequence[str],
    tags: Mapping[str, Sequence[str]],
) -> Failing:
    """Who fails, and what they have in common.

    Args:
        metric: What was scored.
        scores: (n_queries,) of one configuration, higher is better.
        below: What counts as failing.
        ids: The queries' ids, as `scores`.
        texts: Their texts.
        tags: Tags by query id, where there are any.
    """
    order = np.argsort(scores, kind="stable")
    worst = order[scores[order] < below]
    groups = [
        LikeGroup(words, tuple(ids[i] for i in members.tolist())) for words, members in alike(texts, worst[:MOST])
    ]
    return Failing(
        metric, below, tuple(ids[i] for i in worst.tolist()), len(ids), _by_tag(ids, worst, tags), tuple(groups)
    )


def _by_tag(ids: Sequence[str], worst: Ints, tags: Mapping[str, Sequence[str]]) -> tuple[TagGroup, ...]:
    failed = {ids[i] for i in worst.tolist()}
    counted: dict[str, list[int]] = {}
    for id in ids:
        for tag in tags.get(id, ()):
            count = counted.setdefault(tag, [0, 0])
            count[0] += id in failed
            count[1] += 1
    groups = [TagGroup(tag, bad, total) for tag, (bad, total) in counted.items() if bad]
    return tuple(sorted(groups, key=lambda group: (-group.failing / group.total, -group.failing, group.tag)))


def alike(texts: Sequence[str], rows: Ints) -> list[tuple[tuple[str, ...], Ints]]:
    """Groups of two or more of some texts, with their leading words, the largest first; members keep their order.

    Agglomerative, by the mean cosine distance of TF-IDF vectors (average linkage): the same texts, the same groups.
    """
    from scipy.cluster.hierarchy import fcluster, linkage

    if len(rows) < 2:
        return []
    words = Words.of([texts[i] for i in rows.tolist()])
    every = np.arange(len(rows))
    distance = np.clip(1 - words.likeness(every, every), 0, 1)
    above = np.triu_indices(len(rows), 1)
    label = fcluster(linkage(distance[above], "average"), APART, "distance")
    members = [np.flatnonzero(label == group) for group in np.unique(label)]
    large = sorted((m for m in members if len(m) > 1), key=lambda m: (-len(m), int(m[0])))
    return [(words.leading(m, 4), rows[m]) for m in large]
