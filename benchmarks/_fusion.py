"""What people build with LlamaIndex for hybrid retrieval: QueryFusionRetriever over a Chroma collection and BM25.

`llama-index-retrievers-bm25` cannot be installed beside PyStemmer 3, so `Words` stands in its place. It does what that does
(bm25s at its defaults, English stop words, Snowball) and is faster: it hands out the nodes that it holds, where the package
makes each anew from JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import bm25s
import chromadb
import Stemmer
from chromadb.config import Settings
from llama_index.core import VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.llms import MockLLM
from llama_index.core.retrievers import BaseRetriever, QueryFusionRetriever
from llama_index.core.retrievers.fusion_retriever import FUSION_MODES
from llama_index.core.schema import BaseNode, NodeWithScore, QueryBundle, TextNode
from llama_index.vector_stores.chroma import ChromaVectorStore
from pydantic import PrivateAttr

from ragtune.types import Chunks, Corpus, Vectors

_BATCH = 5_000
Encode = Callable[[str], list[float]]


class Words(BaseRetriever):
    """BM25 over nodes in memory."""

    def __init__(self, nodes: Sequence[TextNode], depth: int) -> None:
        self._nodes = list(nodes)
        self._depth = depth
        self._stemmer = Stemmer.Stemmer("english")
        self._bm25 = bm25s.BM25()
        self._bm25.index(self._tokens([node.text for node in nodes]), show_progress=False)
        super().__init__()

    def _tokens(self, texts: list[str]) -> Any:
        return bm25s.tokenize(texts, stopwords="en", stemmer=self._stemmer, show_progress=False)

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        tokens = self._tokens([query_bundle.query_str])
        places, scores = self._bm25.retrieve(tokens, k=self._depth, show_progress=False)
        pairs = zip(places[0].tolist(), scores[0].tolist(), strict=True)
        return [NodeWithScore(node=self._nodes[place], score=score) for place, score in pairs]


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
    nodes = [
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
    parts: list[BaseRetriever] = [index.as_retriever(similarity_top_k=depth), Words(nodes, depth)]
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
