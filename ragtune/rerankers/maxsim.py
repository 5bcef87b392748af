"""Late interaction: every word of the query looks for its nearest word in the chunk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PositiveInt

from ragtune.component import Affects, RowMemo, register, work
from ragtune.embedders import BadTextError, where
from ragtune.errors import StepError
from ragtune.rerankers import Reranker, _tokens, reorder
from ragtune.rerankers._token_codes import Stored, TokenCodes, greatest_cosines, pack, unpack
from ragtune.rerankers._token_pooling import pooled
from ragtune.retrievers._fusion import in_turn
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
    Chunks and queries are read up to `max_tokens`. The chunks' token vectors are computed beforehand and kept: `stored:
    binary` keeps a bit for each number, 48 bytes a token of MiniLM, and `int8` a byte. With `tokens_per_vector` above 1
    about so many tokens of a chunk that are like each other share a vector (Clavié et al. 2024), which saves room and
    time. The query's vectors have a byte; where the embedder runs the same model, one run of the query serves both.
    `weighting: idf` weighs a query token by ln(1 + (n - df + 0.5) / (df + 0.5)), df of n chunks having it. `pooling:
    mean` divides by the weights' sum, so that scores of different queries compare; the order is the same.
    """

    version: ClassVar[int] = 2

    model: Annotated[str, Field(min_length=1), Affects()] = _tokens.MINILM
    revision: Annotated[str | None, Affects()] = None
    max_tokens: Annotated[PositiveInt, Affects({"chunk_tokens", "query_tokens", "frequencies", "weights"})] = 256
    stored: Annotated[Stored, Affects({"chunk_tokens"})] = "binary"
    tokens_per_vector: Annotated[PositiveInt, Affects({"chunk_tokens"})] = 1
    weighting: Annotated[Literal["none", "idf"], Affects({"frequencies", "weights", "rerank"})] = "none"
    pooling: Annotated[Literal["sum", "mean"], Affects({"rerank"})] = "sum"
    device: Annotated[str | None, Affects()] = None

    def key(self, verb: str) -> str:
        """What the model, or its tokenizer, runs for: with what the model is known by."""
        idf = verb in ("frequencies", "weights") and self.weighting == "idf"
        runs = verb in ("chunk_tokens", "query_tokens") or idf
        return super().key(verb) + (_tokens.identity(_NAME, self.model, self.revision) if runs else "")

    def runs(self, verb: str) -> str:
        """The embedder's run of a query, where it has the same model."""
        return _tokens.run_by(self.model, self.max_tokens) if verb == "query_tokens" else ""

    @work(keep="memo", online=False)
    def chunk_tokens(self, chunks: Chunks, corpus: Corpus, *, memo: RowMemo) -> TokenCodes:
        """The token vectors of the chunks."""
        texts = chunks.indexed_texts(corpus)
        try:
            rows = memo.rows(texts, lambda: _Rows(self._load(), self.stored, self.tokens_per_vector))
        except BadTextError as error:
            raise StepError(f"{error}: {where(error.text, texts, chunks, corpus)}") from error
        return unpack(rows, self.stored, _NAME)

    @work(keep="memo")
    def query_tokens(self, queries: Queries, *, memo: RowMemo) -> TokenCodes:
        """The token vectors of the queries."""
        rows = memo.rows(queries.texts, lambda: _Rows(self._load(), "int8", alone=True))
        return unpack(rows, "int8", _NAME)

    @work(keep="file")
    def maxima(self, candidates: Ranking, chunk_tokens: TokenCodes, query_tokens: TokenCodes) -> Maxima:
        """The cosines that are summed up."""
        width = int(np.diff(query_tokens.begin).max(initial=0))
        cosine = np.full((*candidates.chunk.shape, width), np.nan, dtype=np.float32)
        for i, (row, chunks) in enumerate(zip(cosine, candidates.chunk, strict=True)):
            there = np.flatnonzero(chunks >= 0)
            asked = query_tokens.of(i)
            row[there, : len(asked)] = greatest_cosines(asked, chunk_tokens, chunks[there]).T
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
        score = in_turn(np.where(there, maxima.cosine * weight, 0.0))[..., 0]
        if self.pooling == "mean":
            total = in_turn(np.where(there, weight, 0.0))[..., 0]
            score = np.divide(score, total, out=np.zeros_like(score), where=total > 0)
        return reorder(ranking, score)

    def _load(self) -> _tokens.TokenModel:
        return _tokens.load(_NAME, self.model, self.revision, self.max_tokens, self.device)


@dataclass(frozen=True)
class _Rows:
    """The model as the row memo asks it; `alone`, for one text at a time, as an app asks, so that its bits are the same."""

    model: _tokens.TokenModel
    stored: Stored
    tokens_per_vector: int = 1
    alone: bool = False

    @property
    def workers(self) -> int:
        return self.model.workers

    def batches(self, texts: Sequence[str]) -> list[list[int]]:
        return self.model.batches(texts)

    def rows(self, texts: Sequence[str]) -> list[bytes]:
        found = [v for text in texts for v in self.model.vectors([text])] if self.alone else self.model.vectors(texts)
        for text, vectors in zip(texts, found, strict=True):
            if not np.isfinite(vectors).all():
                raise BadTextError(f"{_NAME} gave NaN or infinity for the text {text[:60]!r}", text)
        return [pack(pooled(vectors, self.tokens_per_vector), self.stored) for vectors in found]
