"""LangChain: `RagtuneRetriever(retriever=ragtune.load("DIR"), k=5)` goes where a `BaseRetriever` does."""

from __future__ import annotations

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import PositiveInt

from ragtune.adapters import passage_id, passage_metadata
from ragtune.bundling import Passage, Retriever


class RagtuneRetriever(BaseRetriever):
    """The `k` best chunks as documents; the score of the last stage is `metadata["score"]`.

    Source: https://docs.langchain.com/oss/python/integrations/retrievers
    """

    retriever: Retriever
    k: PositiveInt = 10

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [_document(passage) for passage in self.retriever.retrieve(query, self.k)]

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun
    ) -> list[Document]:
        return [_document(passage) for passage in await self.retriever.aretrieve(query, self.k)]


def _document(passage: Passage) -> Document:
    metadata = {**passage_metadata(passage), "score": passage.score}
    return Document(id=passage_id(passage), page_content=passage.text, metadata=metadata)
