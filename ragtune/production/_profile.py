"""What is kept of the queries that a design was tuned on, without their texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ragtune.component import parse
from ragtune.embedders import Embedder
from ragtune.engine import codec
from ragtune.engine.database import Database
from ragtune.engine.memo import Memo
from ragtune.errors import InputError
from ragtune.files import write_atomically
from ragtune.production._records import Log, Score, Served
from ragtune.types import Floats, Value, pack_json, unpack_json

MOST = 2_000
"""Queries kept; more would not tell more."""
EMBEDDER = "wordllama"
BLOCK = 1_000


@dataclass(frozen=True, eq=False)
class Profile(Value):
    """What queries were like when a design was tuned.

    `vectors` is (n, dim) float32, what `embedder` makes of the queries. `top` is (n,) float64, the score of the best passage
    of each, nan where nothing was found. `values` is (m,) float64, what `metric` said of those that the design was judged
    by, and empty where that is no share of something. `latency_ms` is (l,) float64, sample requests. `queries` is how many
    there were, of which these are a sample; `key` is that of the bundle.
    """

    vectors: NDArray[np.float32]
    top: Floats
    values: Floats = field(default_factory=lambda: np.zeros(0))
    latency_ms: Floats = field(default_factory=lambda: np.zeros(0))
    embedder: str = EMBEDDER
    metric: str = ""
    queries: int = 0
    key: str = ""

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays, and what is not one as JSON."""
        arrays = {"vectors": self.vectors, "top": self.top, "values": self.values, "latency_ms": self.latency_ms}
        return {**arrays, **pack_json([[self.embedder, self.metric, self.queries, self.key]])}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The inverse of `to_arrays`."""
        given = {name: arrays[name] for name in ("vectors", "top", "values", "latency_ms")}
        embedder, metric, queries, key = unpack_json(arrays)[0]
        return cls(**given, embedder=embedder, metric=metric, queries=queries, key=key)

    @cached_property
    def halves(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The vectors in two halves, drawn with a fixed seed."""
        order = np.random.default_rng(5).permutation(len(self.vectors))
        half = len(order) // 2
        return self.vectors[order[:half]], self.vectors[order[half:]]


def profile_of(
    texts: Sequence[str],
    top: Floats,
    values: Floats | Sequence[float] = (),
    *,
    metric: str = "",
    latency_ms: Floats | Sequence[float] = (),
    embedder: Embedder | None = None,
    memo: Database | None = None,
    key: str = "",
    seed: int = 0,
) -> Profile:
    """The profile of tuning queries.

    Args:
        texts: Their texts, which are embedded and not kept.
        top: (n,) the score of the best passage of each; nan or -inf where nothing was found.
        values: What the deciding metric said of the queries that production is to be held against. Best are those that were
            kept back to confirm: the mean over the queries that a design was chosen by is too good.
        metric: What that metric is called.
        latency_ms: Of sample requests.
        embedder: What tells like queries from others; the embedded `wordllama` unless given, or where each vector would cost
            money.
        memo: Where vectors may be found that were computed before, and go to.
        key: The bundle's.
        seed: Of the sample, where there are more than 2,000 queries.
    """
    rng = np.random.default_rng([seed, 3])
    kept = np.sort(rng.permutation(len(texts))[:MOST])
    scores = np.asarray(values, dtype=np.float64)
    share = bool(np.isfinite(scores).all() and ((scores >= 0) & (scores <= 1)).all())
    used = embedder if embedder is not None and not embedder.priced else parse("embedder", EMBEDDER)
    best = np.asarray(top, dtype=np.float64)[kept]
    return Profile(
        vectors=embedded([texts[i] for i in kept.tolist()], str(used), memo),
        top=np.where(np.isfinite(best), best, np.nan),
        values=scores if share else np.zeros(0),
        latency_ms=np.asarray(latency_ms, dtype=np.float64),
        embedder=str(used),
        metric=metric if share else "",
        queries=len(texts),
        key=key,
    )


def profile_of_log(log: Log, *, embedder: Embedder | None = None) -> Profile:
    """The profile of traffic, to hold later traffic against: distinct queries, each as it was served first.

    Where the log has scores, of the measure that it has most of.
    """
    first = list({normal(one.query): one for one in reversed(log.served) if one.query}.values())[::-1]
    if not first:
        raise InputError("the log has no query with a text to hold others against")
    metric, values = scores_of(log)
    latency = [one.latency_ms for one in log.served if one.latency_ms is not None]
    texts, top = [str(one.query) for one in first], np.array([top_score(one) for one in first])
    return profile_of(texts, top, values, metric=metric, latency_ms=latency, embedder=embedder, key=first[-1].bundle)


def scores_of(log: Log, metric: str = "") -> tuple[str, Floats]:
    """A measure and what it said, in the order in which it was said; that which was said most often unless one is named.

    One value a query, the first; of the bundle that was shown.
    """
    found: dict[str, dict[str, float]] = {}
    for record in log.records:
        if isinstance(record, Score):
            shown = log.by_id.get(record.id)
            if shown is not None and record.arm in ("", shown.arm):
                found.setdefault(record.metric, {}).setdefault(record.id, record.value)
    if not metric and found:
        metric = min(found, key=lambda name: (-len(found[name]), name))
    return metric, np.array(list(found.get(metric, {}).values()), dtype=np.float64)


def top_score(served: Served) -> float:
    """The score of the best passage, nan where there is none."""
    first = served.results[0].score if served.results else None
    return float("nan") if first is None else first


def normal(query: str | None) -> str:
    """A query without what makes no difference, case and white space, so that one asked twice is known."""
    return " ".join((query or "").casefold().split())


def embedded(texts: Sequence[str], embedder: str, memo: Database | None = None) -> NDArray[np.float32]:
    """(n, dim) what the embedder of that spelling makes of queries."""
    found = parse("embedder", embedder)
    assert isinstance(found, Embedder)
    return found.vectors(texts, Memo(memo, found.key("embed_queries"), lambda *_: None), queries=True).matrix


def nearest(rows: NDArray[np.float32], known: NDArray[np.float32]) -> Floats:
    """(n,) cosine of each row to the nearest of those known."""
    rows, known = _unit(rows), _unit(known)
    blocks = [(rows[start : start + BLOCK] @ known.T).max(axis=1) for start in range(0, len(rows), BLOCK)]
    return np.concatenate(blocks) if blocks else np.zeros(0)


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    unit: NDArray[np.float32] = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12).astype(np.float32)
    return unit


def write_profile(profile: Profile, path: Path) -> None:
    """Write a profile as a file."""
    write_atomically(path, codec.encode(profile))


def read_profile(path: Path) -> Profile:
    """The profile in a file.

    Raises:
        InputError: there is none, or it is damaged.
    """
    try:
        found: Profile = codec.decode(path.read_bytes(), Profile)
    except OSError as error:
        raise InputError(f"{path}: this profile cannot be read ({error.strerror})") from error
    except (codec.DamagedError, KeyError, ValueError) as error:
        raise InputError(f"{path} is no profile, or is damaged; export the bundle again") from error
    return found
