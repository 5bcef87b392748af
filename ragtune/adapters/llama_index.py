"""LlamaIndex: `RagtuneRetriever(ragtune.load("DIR"), k=5)` goes where a `BaseRetriever` does.

`RagtuneToolRetriever(ragtune.load_tools("DIR", functions))` is the `tool_retriever` of an agent.
"""

from __future__ import annotations

from collections.abc import Sequence

from llama_index.core.objects import ObjectRetriever
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, QueryType, TextNode
from llama_index.core.tools import FunctionTool

from ragtune.adapters import passage_id, passage_metadata
from ragtune.bundling import Passage, Retriever, Toolbox
from ragtune.tools import Tool


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


class RagtuneToolRetriever(ObjectRetriever[FunctionTool]):
    """The tools that a request is shown, as function tools that do the originals' functions.

    Source: https://developers.llamaindex.ai/python/framework/module_guides/deploying/agents/tools/
    """

    def __init__(self, toolbox: Toolbox) -> None:
        self._toolbox = toolbox
        self._form = toolbox.form("llama-index")

    def retrieve(self, str_or_query_bundle: QueryType) -> list[FunctionTool]:
        """For a request."""
        return self._written(self._toolbox.select(_text(str_or_query_bundle)))

    async def aretrieve(self, str_or_query_bundle: QueryType) -> list[FunctionTool]:
        """The same in a thread."""
        return self._written(await self._toolbox.aselect(_text(str_or_query_bundle)))

    def _written(self, tools: Sequence[Tool]) -> list[FunctionTool]:
        found: list[FunctionTool] = self._form.write(tools)
        return found


def _text(asked: QueryType) -> str:
    return asked if isinstance(asked, str) else asked.query_str


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
