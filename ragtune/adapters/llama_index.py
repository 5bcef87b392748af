"""LlamaIndex: `RagtuneRetriever(ragtune.load("DIR"), k=5)` goes where a `BaseRetriever` does."""

from __future__ import annotations

from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from ragtune.adapters import passage_id, passage_metadata
from ragtune.bundling import Passage, Retriever


class RagtuneRetriever(BaseRetriever):
    """The `k` best chunks as text nodes; ids are the chunks', scores those of the last stage.

    Source: https://developers.llamaindex.ai/python/framework/module_guides/querying/retriever/
    """

    def __init__(self, retriever: Retriever, k: int = 10) -> None:
        super().__init__()
        self._retriever = retriever
        self._k = k

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [_node(passage) for passage in self._retriever.retrieve(query_bundle.query_str, self._k)]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [_node(passage) for passage in await self._retriever.aretrieve(query_bundle.query_str, self._k)]


def _node(passage: Passage) -> NodeWithScore:
    metadata = passage_metadata(passage)
    unread = [name for name in metadata if name != "title"]  # a prompt is given text and title, no offsets and scores
    node = TextNode(
        id_=passage_id(passage),
        text=passage.text,
        metadata=metadata,
        excluded_llm_metadata_keys=unread,
        excluded_embed_metadata_keys=unread,
    )
    return NodeWithScore(node=node, score=passage.score)
