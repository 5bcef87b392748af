"""Our embedders, as ragas sees them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from ragtune.component import RowMemo, RowModel
from ragtune.embedders import Embedder
from ragtune.endpoint import PartialMemo
from ragtune.metrics._judge_ragas import load_ragas

_PREFIX = "embedded: "
"""Rows of vectors and rows of replies are kept in one memo."""


def ragas_embedding(embedder: Embedder, memo: PartialMemo) -> Any:
    """An embedding model for ragas. Vectors that cost money are kept; others are made again."""
    rows: RowMemo = _Apart(memo) if embedder.priced else _Unkept()  # type: ignore[arg-type]
    return _embedding_class()(lambda text: embedder.vectors([text], rows, queries=True).matrix[0].tolist())


class _Apart:
    """The memo, apart from the rows of replies."""

    def __init__(self, memo: RowMemo) -> None:
        self._memo = memo

    def rows(self, texts: Sequence[str], load: Callable[[], RowModel]) -> list[bytes]:
        return self._memo.rows([_PREFIX + text for text in texts], lambda: _Plain(load()))


class _Plain:
    """A model that sees the texts as they were."""

    def __init__(self, model: RowModel) -> None:
        self._model = model
        self.workers = model.workers

    def batches(self, texts: Sequence[str]) -> list[list[int]]:
        return self._model.batches([text.removeprefix(_PREFIX) for text in texts])

    def rows(self, texts: Sequence[str]) -> list[bytes]:
        return self._model.rows([text.removeprefix(_PREFIX) for text in texts])


class _Unkept:
    """A memo that forgets."""

    def rows(self, texts: Sequence[str], load: Callable[[], RowModel]) -> list[bytes]:
        model = load()
        found: dict[int, bytes] = {}
        for batch in model.batches(texts):
            found.update(zip(batch, model.rows([texts[i] for i in batch]), strict=True))
        return [found[i] for i in range(len(texts))]


@cache
def _embedding_class() -> Any:
    base: Any = load_ragas("ragas.embeddings.base").BaseRagasEmbedding

    class Embedding(base):  # type: ignore[misc]
        """One text at a time, as ragas asks."""

        def __init__(self, vector: Callable[[str], list[float]]) -> None:
            super().__init__()
            self._vector = vector

        def embed_text(self, text: str, **_: Any) -> list[float]:
            """The vector of a text."""
            return self._vector(text)

        async def aembed_text(self, text: str, **_: Any) -> list[float]:
            """The vector of a text."""
            return self._vector(text)

    return Embedding
