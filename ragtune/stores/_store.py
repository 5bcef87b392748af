"""What every store is: a place that holds one content whole, and shows the next one only when that is whole too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from ragtune.errors import InputError
from ragtune.types import Floats, Ints

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Knobs:
    """Of the graph that an approximate store searches by: HNSW (Malkov & Yashunin 2018), in the words of that paper.

    `m` is how many neighbours a vector keeps, `ef_construction` how many candidates are looked at when it is put in,
    `ef_search` how many when a query is answered; a search for k results looks at k at least. Stores that can search
    without a graph make one for `graph_from` rows and more.
    """

    m: int = 16
    ef_construction: int = 128
    ef_search: int = 128
    graph_from: int = 10_000


@dataclass(frozen=True)
class Row:
    """A chunk as a store holds it: `id` is `{document}:{start}-{end}`, offsets are code points, `metadata` is JSON."""

    id: str
    document: str
    start: int
    end: int
    text: str
    metadata: str = "{}"


@dataclass(frozen=True, eq=False)
class Rows:
    """Chunks with their vectors, (n, dim) float32; a row is known by its place, which is that of the chunk in its design."""

    rows: Sequence[Row]
    vectors: Matrix

    def __len__(self) -> int:
        return len(self.rows)

    def part(self, first: int, after: int) -> Rows:
        """`[first, after)`."""
        return Rows(self.rows[first:after], self.vectors[first:after])


@dataclass(frozen=True, eq=False)
class Found:
    """For one query: `place` (k,) int64 and `score` (k,) float64, the dot products, in the store's order."""

    place: Ints
    score: Floats


class Content(Protocol):
    """One content: rows and what they are searched by. Scores are dot products."""

    @property
    def approximate(self) -> bool:
        """Whether a search may miss what an exact one finds."""
        ...

    def count(self) -> int:
        """How many rows are there: those of the smallest places, the last batch perhaps in part."""
        ...

    def add(self, first: int, rows: Rows) -> None:
        """Put rows at the places from `first` on; what is at these places, or after them, is replaced."""
        ...

    def finish(self) -> None:
        """All rows are there: make what they are searched by. It may be called again."""
        ...

    def search(self, queries: Matrix, k: int) -> list[Found]:
        """The k best of each query, or fewer."""
        ...

    def read(self, places: Sequence[int]) -> list[Row]:
        """The rows at these places, in their order."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


class Store(Protocol):
    """A place for one content at a time. What is being filled is unseen until it is published, at once."""

    limit: int
    """Rows that are added at a time."""
    knobs: Knobs
    """They enter the key of a content: a store of other knobs is filled anew."""

    def held(self) -> str | None:
        """The key of the content that readers see."""
        ...

    def draft(self, key: str, dim: int) -> Content:
        """The unseen content of that key, with what an earlier fill left of it."""
        ...

    def find(self, key: str) -> Content | None:
        """The content of that key, seen or unseen; None where there is none."""
        ...

    def settle(self, key: str) -> None:
        """See that an unseen content, whole and closed, is on the disk."""
        ...

    def discard(self, key: str) -> None:
        """Remove an unseen content."""
        ...

    def publish(self, key: str) -> None:
        """From now on readers see this one, and others are removed; nothing is, where they see it already."""
        ...

    def content(self) -> Content:
        """What readers see; InputError where nothing was published."""
        ...

    def describe(self) -> str:
        """What and where it is, without a secret."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


class Closing:
    """`with` for stores."""

    def close(self) -> None:
        """Nothing to let go of."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def seen(current: Callable[[], str | None], find: Callable[[str], Content | None], store: str) -> Content:
    """The content that readers see, if it is still seen once it is open: so it was there, whole, while it was opened.

    Raises:
        InputError: nothing was published, or it was removed.
    """
    key = current()
    while key is not None:
        before, content = key, None
        try:
            content = find(before)
        except Exception:  # whatever a database says when it is removed in the midst of it
            if current() == before:
                raise
        key = current()
        if content is not None and key == before:
            return content
        if content is not None:
            content.close()
        elif key == before:
            break
    raise InputError(f"{store} holds nothing yet; ragtune.stores.fill fills it")
