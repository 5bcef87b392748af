"""What people build with LlamaIndex for hybrid retrieval: QueryFusionRetriever over a Chroma collection and BM25."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import chromadb
from chromadb.config import Settings
from llama_index.core import VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.llms import MockLLM
from llama_index.core.retrievers import BaseRetriever, QueryFusionRetriever
from llama_index.core.retrievers.fusion_retriever import FUSION_MODES
from llama_index.core.schema import BaseNode, TextNode
from llama_index.retrievers.bm25 import BM25Retriever
from llama_index.vector_stores.chroma import ChromaVectorStore
from pydantic import PrivateAttr

from ragtune.types import Chunks, Corpus, Vectors

_BATCH = 5_000
Encode = Callable[[str], list[float]]


class Encoded(BaseEmbedding):
    """The embedder of both sides."""

    _encode: Encode = PrivateAttr()

    def __init__(self, encode: Encode) -> None:
        super().__init__(model_name="minilm")
        self._encode = encode

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._encode(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._encode(text)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._encode(query)


def fusion(
    corpus: Corpus, chunks: Chunks, vectors: Vectors, encode: Encode, folder: Path, *, depth: int, k: int
) -> dict[str, QueryFusionRetriever]:
    """The retriever, run in sequence and by asyncio; `depth` chunks of either part are fused, and `k` are handed out."""
    rows = zip(chunks.document.tolist(), chunks.start.tolist(), chunks.end.tolist(), strict=True)
    nodes: list[BaseNode] = [
        TextNode(id_=f"{d}:{s}-{e}", text=text, metadata={"document": corpus.documents[d].id, "start": s, "end": e})
        for text, (d, s, e) in zip(chunks.texts(corpus), rows, strict=True)
    ]
    client = chromadb.PersistentClient(str(folder), Settings(anonymized_telemetry=False))
    collection = client.create_collection(
        "chunks", configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
    )
    store = ChromaVectorStore(chroma_collection=collection)
    for at in range(0, len(nodes), _BATCH):
        some: list[BaseNode] = [
            node.model_copy(update={"embedding": vector.tolist()})
            for node, vector in zip(nodes[at : at + _BATCH], vectors.matrix[at : at + _BATCH], strict=True)
        ]
        store.add(some)
    index = VectorStoreIndex.from_vector_store(store, embed_model=Encoded(encode))
    words = BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=depth)
    parts: list[BaseRetriever] = [index.as_retriever(similarity_top_k=depth), words]
    return {
        name: QueryFusionRetriever(
            parts,
            llm=MockLLM(),  # for questions made of the question, of which none are asked for
            mode=FUSION_MODES.RECIPROCAL_RANK,
            similarity_top_k=k,
            num_queries=1,
            use_async=name == "asyncio",
        )
        for name in ("in sequence", "asyncio")
    }
