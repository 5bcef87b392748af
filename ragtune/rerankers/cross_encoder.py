"""A model that reads query and chunk together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field, PositiveInt

from ragtune.component import Affects, RowMemo, register, work
from ragtune.embedders import _hub
from ragtune.embedders._cross import PairModel, load
from ragtune.errors import StepError
from ragtune.rerankers import Reranker, reorder
from ragtune.rerankers._pairs import BadPairError, Pairs, PairScores, split
from ragtune.types import Chunks, Corpus, Queries, Ranking

_NAME = "reranker cross-encoder"
DECIMALS = 4


@register
class CrossEncoder(Reranker):
    """A cross-encoder (Nogueira & Cho 2019) run by the sentence-transformers package: one score for query and chunk together.

    `model` is a folder, whose content is part of the key, or a name on the Hugging Face hub, whose commit is. It reads
    the first `max_tokens` of the pair, by default as many as it was made for. The score is the model's output before any
    sigmoid, which would make good ones equal, to four decimals. On a processor pairs are read one by one, so that an app that
    asks one question finds what the study found; elsewhere `batch_size` at a time, and only the decimals stand for that. A pair
    is scored once, ever, whichever retriever or chunker brought it.
    Code that comes with a model is never run. Source: https://sbert.net/docs/cross_encoder
    """

    version: ClassVar[int] = 3

    model: Annotated[str, Field(min_length=1), Affects()]
    revision: Annotated[str | None, Affects()] = None
    max_tokens: Annotated[PositiveInt | None, Affects({"pair_scores"})] = None
    device: Annotated[str | None, Affects()] = None
    batch_size: Annotated[PositiveInt, Affects()] = 32

    def key(self, verb: str) -> str:
        """What the model runs for: with the content of the folder, or the commit on the hub."""
        key = super().key(verb)
        return key + _hub.fingerprint(_NAME, self.model, self.revision) if verb == "pair_scores" else key

    @work(keep="file")
    def pair_scores(
        self, candidates: Ranking, chunks: Chunks, corpus: Corpus, queries: Queries, *, memo: RowMemo
    ) -> PairScores:
        """The model's output for each pair."""
        pairs = Pairs.of(candidates, chunks, corpus, queries)
        rows = pairs.rows(memo, self._load, chunks, corpus)
        return pairs.scores(np.round(np.frombuffer(b"".join(rows), dtype=np.float32).astype(np.float64), DECIMALS))

    @work(keep="no")
    def rerank(self, ranking: Ranking, pair_scores: PairScores) -> Ranking:
        """By the scores."""
        return reorder(ranking, pair_scores.score)

    def _load(self) -> _Rows:
        model = load(_NAME, self.model, self.revision, self.max_tokens, self.device)
        return _Rows(model, self.batch_size, str(self), _hub.at_a_time(model, self.batch_size))


class _Rows(PairModel):
    """A float32 for each pair."""

    def rows(self, texts: Sequence[str]) -> list[bytes]:
        pairs = [split(text) for text in texts]
        scores = self.predict(pairs)
        if scores.shape != (len(pairs),):
            raise StepError(f"{self.name} gives {scores.shape[1:]} scores for a pair: a reranker must give one")
        for i in np.flatnonzero(~np.isfinite(scores)).tolist():
            raise BadPairError(f"{self.name} gave {scores[i]}", *pairs[i])
        return [score.tobytes() for score in scores]
