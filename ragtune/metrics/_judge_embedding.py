"""Our embedders, as ragas sees them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from inspect import iscoroutinefunction
from typing import Any

import numpy as np

from ragtune.component import AwaitedModel, RowModel
from ragtune.embedders import Embedder
from ragtune.endpoint import PartialMemo
from ragtune.loop import here
from ragtune.metrics._judge_ragas import load_ragas

_PREFIX = "embedded: "
"""Rows of vectors and rows of replies are kept in one memo."""


def ragas_embedding(embedder: Embedder, memo: PartialMemo) -> Any:
    """An embedding model for ragas. Vectors that cost money are kept; others are made again."""
    rows = memo.asking(lambda: _Apart(embedder.row_model(queries=True)))

    async def kept(texts: Sequence[str]) -> list[list[float]]:
        found = await rows.rows_or_none([_PREFIX + text for text in texts])
        return [np.frombuffer(row or b"", dtype=np.float32).tolist() for row in found]

    async def made(texts: Sequence[str]) -> list[list[float]]:
        vectors = await here(embedder.vectors, texts, _Unkept(), queries=True)
        return [row.tolist() for row in vectors.matrix]

    return _embedding_class()(kept if embedder.priced else made)


class _Apart:
    """A model whose rows are apart from those of replies; it sees the texts as they were."""

    def __init__(self, model: RowModel | AwaitedModel) -> None:
        self._model = model
        self.workers = model.workers

    def batches(self, texts: Sequence[str]) -> list[list[int]]:
        return self._model.batches([text.removeprefix(_PREFIX) for text in texts])

    async def rows(self, texts: Sequence[str]) -> Sequence[bytes | None]:
        plain = [text.removeprefix(_PREFIX) for text in texts]
        rows: Any = self._model.rows
        found: Sequence[bytes | None] = await (rows(plain) if iscoroutinefunction(rows) else here(rows, plain))
        return found


class _Unkept:
    """A memo that forgets."""

    def rows(self, texts: Sequence[str], load: Callable[[], RowModel | AwaitedModel]) -> list[bytes]:
        model: Any = load()
        found: dict[int, bytes] = {}
        for batch in model.batches(texts):
            found.update(zip(batch, model.rows([texts[i] for i in batch]), strict=True))
        return [found[i] for i in range(len(texts))]


@cache
def _embedding_class() -> Any:
    base: Any = load_ragas("ragas.embeddings.base").BaseRagasEmbedding

    class Embedding(base):  # type: ignore[misc]
        """Our vectors, as ragas asks for them."""

        def __init__(self, vectors: Callable[[Sequence[str]], Awaitable[list[list[float]]]]) -> None:
            super().__init__()
            self._vectors = vectors

        def embed_text(self, text: str, **_: Any) -> list[float]:
            """Not how the measures ask."""
            raise NotImplementedError("asked by aembed_text and aembed_texts alone")

        async def aembed_text(self, text: str, **_: Any) -> list[float]:
            """The vector of a text."""
            return (await self._vectors([text]))[0]

        async def aembed_texts(self, texts: list[str], **_: Any) -> list[list[float]]:
            """The vectors of texts."""
            return await self._vectors(texts)

    return Embedding
