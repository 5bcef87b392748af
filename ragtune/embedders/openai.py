"""Any embedding model behind an OpenAI-compatible `/v1/embeddings`: hosted, vLLM, TGI, Ollama, llama.cpp, …."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from pydantic import Field, PositiveInt

from ragtune.component import Affects, AwaitedModel, register
from ragtune.embedders import BadTextError, Embedder
from ragtune.endpoint import Client, Endpoint, EndpointError

_BATCH_CHARACTERS = 400_000
"""Services bound what one request may hold (OpenAI: 300,000 tokens)."""


@register
class Openai(Endpoint, Embedder):
    """An embedding model at an OpenAI-compatible endpoint; each text is sent once, ever, `batch_size` at a time.

    `dimensions` asks the model for shorter vectors (Matryoshka); without it the model's own dimension is found out with
    two requests of one word. `query_prompt` and `document_prompt` are put before the texts, as some models want. Vectors
    are scaled to unit length. The texts leave this machine, unless `base_url` is on it.
    Source: https://platform.openai.com/docs/api-reference/embeddings
    """

    dimensions: PositiveInt | None = None
    query_prompt: Annotated[str, Affects({"embed_queries"})] = ""
    document_prompt: Annotated[str, Affects({"embed"})] = ""
    batch_size: Annotated[int, Field(ge=1, le=2048), Affects()] = 64

    def row_model(self, *, queries: bool) -> AwaitedModel:
        """The model as it reads queries, or documents."""
        prompt = self.query_prompt if queries else self.document_prompt
        return _Rows(self.client(), prompt, self.dimensions, self.batch_size)


class _Rows:
    def __init__(self, client: Client, prompt: str, dimensions: int | None, batch_size: int) -> None:
        self._client = client
        self._prompt = prompt
        self._dimensions = dimensions
        self._batch_size = batch_size
        self.workers = client.settings.concurrency
        if dimensions is None:
            client.dimension()  # from now on no reply may have another

    def batches(self, texts: Sequence[str]) -> list[list[int]]:
        """In the order given, bounded in texts and in characters."""
        batches: list[list[int]] = []
        size = 0
        for i, text in enumerate(texts):
            size += len(self._prompt) + len(text)
            if not batches or len(batches[-1]) == self._batch_size or size > _BATCH_CHARACTERS:
                batches.append([])
                size = len(self._prompt) + len(text)
            batches[-1].append(i)
        return batches

    async def rows(self, texts: Sequence[str]) -> list[bytes]:
        try:
            vectors = await self._client.aembeddings([self._prompt + text for text in texts], self._dimensions)
        except EndpointError as error:
            if error.place is None:
                raise
            text = texts[error.place]
            raise BadTextError(f"{str(error).rstrip('.')}; the text is {text[:60]!r}", text) from None
        exact = vectors.astype(np.float64)
        unit = (exact / np.linalg.norm(exact, axis=1, keepdims=True)).astype(np.float32)
        return [row.tobytes() for row in unit]
