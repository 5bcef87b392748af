"""Which queries a design is chosen by, and which are kept back to confirm it."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ragtune.types import Ints

FEWEST = 60
"""Below this many queries none are kept back: both parts would be too small. Folds take their place."""
SURE = 30
"""With fewer queries to confirm, what can be concluded is said."""
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Split:
    """(n_queries,) int64 `fold`: -1 for queries kept back to confirm, else the query's part in cross-validation."""

    fold: Ints

    @property
    def confirm(self) -> Mask:
        """(n_queries,) the queries kept back; none of them in a small set."""
        kept: Mask = self.fold < 0
        return kept

    @property
    def folds(self) -> int:
        """How many parts take turns in judging; 0 where queries are kept back for that."""
        return 0 if self.confirm.any() else len(np.unique(self.fold))

    def rounds(self) -> Iterator[tuple[Mask, Mask]]:
        """(choose, judge) pairs of masks: one where queries are kept back, else one for each fold.

        The masks to judge by never share a query. A set that cannot be parted is chosen and judged by the same queries.
        """
        if self.confirm.any():
            yield ~self.confirm, self.confirm
            return
        for part in np.unique(self.fold).tolist():
            judge: Mask = self.fold == part
            yield (~judge if (~judge).any() else judge), judge

    def note(self) -> str:
        """What can be concluded from the queries that judge, where they are few; else nothing."""
        n = int(self.confirm.sum())
        if n >= SURE:
            return ""
        if not n:
            n = len(self.fold)
            if self.folds < 2:
                return f"{n} queries cannot be parted: the design is judged by the queries that it was chosen by."
            how = f"None of {n} queries is kept back: the choice is judged by {self.folds}-fold cross-validation."
        else:
            how = f"Only {n} queries are kept back to confirm."
        least = 2.8 / math.sqrt(n)
        return f"{how} A difference is likely to show (power 80 %) from {least:.1f} standard deviations of it on."


def split(
    ids: Sequence[str],
    texts: Sequence[str],
    tags: Sequence[Sequence[str]] = (),
    *,
    confirm: float = 0.3,
    seed: int = 0,
    folds: int = 5,
) -> Split:
    """Part the queries, by hashes of their texts, so that neither their order nor a query added later moves another.

    Without tags a query is kept back with probability `confirm`, by its text alone. With tags the split is stratified: of
    the queries with the same tags, the share `confirm` is kept back, those of the smallest hashes, so that a query added
    can move one other, of its own tags. Sets of fewer than 60 queries are parted into folds only, of equal size, and each
    with its share of every tag. Texts that differ in case or spacing alone stay together.

    Args:
        ids: Of the queries; break ties.
        texts: Of the queries.
        tags: Of each query; none if empty.
        confirm: The share kept back to confirm; with 0 there are folds only.
        seed: Another seed is another split.
        folds: How many parts for cross-validation.
    """
    if len(texts) >= FEWEST:
        fold = np.array([_hash(seed, "fold", text) % folds for text in texts], dtype=np.int64)
        kept = _kept(texts, tags, seed, confirm)
        return Split(np.where(kept, -1, fold) if 2 <= kept.sum() <= len(texts) - 2 else fold)
    return Split(_dealt(ids, texts, tags or [()] * len(texts), seed, folds))


def _kept(texts: Sequence[str], tags: Sequence[Sequence[str]], seed: int, confirm: float) -> Mask:
    """The queries kept back: a share of each stratum where there are tags, else of all by probability."""
    keys = [_hash(seed, "confirm", text) for text in texts]
    if not any(tags):
        return np.array([key < confirm * 2**64 for key in keys], dtype=bool)
    stratum: dict[int, tuple[str, ...]] = {}
    for key, tag in zip(keys, tags, strict=True):
        stratum[key] = min(stratum.get(key, tuple(sorted(tag))), tuple(sorted(tag)))
    members: dict[tuple[str, ...], list[int]] = {}
    for key, tag in stratum.items():
        members.setdefault(tag, []).append(key)
    chosen: set[int] = set()
    owed = 0.0  # small strata share what rounding leaves
    for tag in sorted(members):
        owed += confirm * len(members[tag])
        take = round(owed)
        owed -= take
        chosen.update(sorted(members[tag])[:take])
    return np.array([key in chosen for key in keys], dtype=bool)


def _dealt(ids: Sequence[str], texts: Sequence[str], tags: Sequence[Sequence[str]], seed: int, folds: int) -> Ints:
    """Folds dealt in turn, tag by tag, in the order of the hashes."""
    first: dict[int, tuple[tuple[str, ...], int, str]] = {}
    keys = [_hash(seed, "fold", text) for text in texts]
    for key, tag, id_ in zip(keys, tags, ids, strict=True):
        entry = (tuple(sorted(tag)), key, id_)
        first[key] = min(first.get(key, entry), entry)
    dealt = {entry[1]: place % folds for place, entry in enumerate(sorted(first.values()))}
    return np.array([dealt[key] for key in keys], dtype=np.int64)


def _hash(seed: int, use: str, text: str) -> int:
    plain = f"{seed}\0{use}\0{' '.join(text.casefold().split())}"
    return int.from_bytes(hashlib.blake2b(plain.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
