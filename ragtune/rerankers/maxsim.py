"""Late interaction: every word of the query looks for its nearest word in the chunk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PositiveInt

from ragtune.component import Affects, RowMemo, register, work
from ragtune.rerankers import Reranker, _tokens, reorder
from ragtune.rerankers._pairs import BadPairError, Pairs, split
from ragtune.types import Chunks, Corpus, Floats, Ints, Queries, Ranking, Value

_NAME = "reranker maxsim"


@dataclass(frozen=True, eq=False)
class Maxima(Value):
    """(n_queries, n_candidates, n_tokens) float32: each query token's greatest cosine in each candidate; nan for none."""

    cosine: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Frequencies(Value):
    """How many chunks hold each token, (n_tokens,) int64, and how many chunks there are, (1,); empty where not asked for."""

    chunks_with: Ints
    n_chunks: Ints


@dataclass(frozen=True, eq=False)
class Weights(Value):
    """(n_queries, n_tokens) float64: what each query token counts; empty where all count 1."""

    weight: Floats


@register
class Maxsim(Reranker):
    """MaxSim of ColBERT (Khattab & Zaharia 2020), on the token vectors of any sentence-transformers model.

    The score is the sum over the query's tokens of each one's greatest cosine with a token of the chunk. `model` is
    `minilm` (from its package, nothing is downloaded), a folder, whose content is part of the key, or a name on the
    Hugging Face hub, whose commit is. Such models were trained to be averaged, not to be compared word by word: measure.
    `weighting: idf` weighs a query token by ln(1 + (n - df + 0.5) / (df + 0.5)), df of n chunks having it. `pooling:
    mean` divides by the weights' sum, so that scores of different queries compare; the order is the same. Chunks and
    queries are read up to `max_tokens`. The cosines of a pair are computed once, ever; token vectors are not kept.
    """

    model: Annotated[str, Field(min_length=1), Affects()] = _tokens.MINILM
    revision: Annotated[str | None, Affects()] = None
    max_tokens: Annotated[PositiveInt, Affects({"maxima", "frequencies", "weights"})] = 256
    weighting: Annotated[Literal["none", "idf"], Affects({"frequencies", "weights", "rerank"})] = "none"
    pooling: Annotated[Literal["sum", "mean"], Affects({"rerank"})] = "sum"
    device: Annotated[str | None, Affects()] = None

    def key(self, verb: str) -> str:
        """What the model, or its tokenizer, runs for: with what the model is known by."""
        runs = verb == "maxima" or (verb in ("frequencies", "weights") and self.weighting == "idf")
        key = super().key(verb)
        return key + _tokens.identity(_NAME, self.model, self.revision) if runs else key

    @work(keep="file")
    def maxima(self, candidates: Ranking, chunks: Chunks, corpus: Corpus, queries: Queries, *, memo: RowMemo) -> Maxima:
        """The cosines that are summed up: the row of a pair has one for each token of its query."""
        pairs = Pairs.of(candidates, chunks, corpus, queries)
        rows = pairs.rows(memo, lambda: _Rows(self._load(), str(self)), chunks, corpus)
        lengths = np.array([len(row) // 4 for row in rows], dtype=np.int64)
        cosine = np.full((*pairs.shape, int(lengths.max(initial=0))), np.nan, dtype=np.float32)
        pair = np.repeat(np.arange(len(rows)), lengths)
        token = np.arange(len(pair)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        cosine[pairs.query[pair], pairs.column[pair], token] = np.frombuffer(b"".join(rows), dtype=np.float32)
        return Maxima(cosine)

    @work(keep="file", online=False)
    def frequencies(self, chunks: Chunks, corpus: Corpus) -> Frequencies:
        """Count, for `idf`."""
        if self.weighting == "none":
            return Frequencies(np.zeros(0, np.int64), np.zeros(1, np.int64))
        found = [np.unique(ids) for ids in self._load().ids(chunks.indexed_texts(corpus))]
        flat = np.concatenate(found) if found else np.zeros(0, np.int64)
        return Frequencies(np.bincount(flat.astype(np.int64)), np.array([len(chunks)]))

    @work(keep="file")
    def weights(self, queries: Queries, frequencies: Frequencies) -> Weights:
        """The idf of the queries' tokens."""
        if self.weighting == "none":
            return Weights(np.zeros((0, 0)))
        ids = self._load().ids(list(queries.texts)) if queries.texts else []
        weight = np.zeros((len(ids), max(map(len, ids), default=0)))
        total = int(frequencies.n_chunks[0])
        for row, tokens in zip(weight, ids, strict=True):
            known = np.array([t if t < len(frequencies.chunks_with) else -1 for t in tokens], dtype=np.int64)
            having = np.append(frequencies.chunks_with, 0)[known]  # the last stands for tokens that no chunk has
            row[: len(tokens)] = np.log1p((total - having + 0.5) / (having + 0.5))
        return Weights(weight)

    @work(keep="no")
    def rerank(self, ranking: Ranking, maxima: Maxima, weights: Weights) -> Ranking:
        """By the weighted sum."""
        there = ~np.isnan(maxima.cosine)
        weight = weights.weight[:, None, : maxima.cosine.shape[2]] if self.weighting == "idf" else np.ones((1, 1, 1))
        score = np.where(there, maxima.cosine * weight, 0.0).sum(axis=2)
        if self.pooling == "mean":
            total = np.where(there, weight, 0.0).sum(axis=2)
            score = np.divide(score, total, out=np.zeros_like(score), where=total > 0)
        return reorder(ranking, score)

    def _load(self) -> _tokens.TokenModel:
        return _tokens.load(_NAME, self.model, self.revision, self.max_tokens, self.device)


class _Rows:
    """The model as the row memo asks it. Pairs of the same chunk share a batch, so that its text is run once for them."""

    def __init__(self, model: _tokens.TokenModel, name: str) -> None:
        self._model = model
        self._name = name
        self._queries: dict[str, NDArray[np.float32]] = {}
        self._lock = Lock()
        self.workers = model.workers

    def batches(self, texts: Sequence[str]) -> list[list[int]]:
        pairs: dict[str, list[int]] = {}
        for i, text in enumerate(texts):
            pairs.setdefault(split(text)[1], []).append(i)
        chunks = list(pairs)
        return [[i for c in batch for i in pairs[chunks[c]]] for batch in self._model.batches(chunks)]

    def rows(self, texts: Sequence[str]) -> list[bytes]:
        found = [split(text) for text in texts]
        chunks = list(dict.fromkeys(chunk for _, chunk in found))
        vectors = dict(zip(chunks, self._model.vectors(chunks), strict=True))
        queries = self._query_vectors([query for query, _ in found])
        return [self._row(pair, queries[pair[0]], vectors[pair[1]]) for pair in found]

    def _row(self, pair: tuple[str, str], query: NDArray[np.float32], chunk: NDArray[np.float32]) -> bytes:
        best: NDArray[np.float32] = (query @ chunk.T).max(axis=1, initial=-1.0)
        if not np.isfinite(best).all():
            raise BadPairError(f"{self._name} gave NaN or infinity", *pair)
        return best.tobytes()

    def _query_vectors(self, texts: list[str]) -> dict[str, NDArray[np.float32]]:
        with self._lock:
            missing = [text for text in dict.fromkeys(texts) if text not in self._queries]
            for batch in self._model.batches(missing):
                some = [missing[i] for i in batch]
                self._queries.update(zip(some, self._model.vectors(some), strict=True))
            return {text: self._queries[text] for text in texts}
