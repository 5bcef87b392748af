"""Haystack: `RagtuneRetriever("DIR", top_k=5)` is a component with an input `query` and an output `documents`."""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("HAYSTACK_TELEMETRY_ENABLED", "False")  # read when haystack is imported

from haystack import Document, component, default_from_dict, default_to_dict

from ragtune.adapters import passage_id, passage_metadata
from ragtune.bundling import Passage, Retriever, load


@component
class RagtuneRetriever:
    """The `top_k` best chunks of a bundle as documents. It is known by the bundle's folder, so that pipelines can be saved.

    Source: https://docs.haystack.deepset.ai/docs/custom-components
    """

    def __init__(self, bundle: str, top_k: int = 10) -> None:
        self.bundle = bundle
        self.top_k = top_k
        self._retriever: Retriever | None = None

    def warm_up(self) -> None:
        """Load the bundle."""
        if self._retriever is None:
            self._retriever = load(self.bundle)

    @component.output_types(documents=list[Document])
    def run(self, query: str, top_k: int | None = None) -> dict[str, list[Document]]:
        """The documents, best first."""
        self.warm_up()
        assert self._retriever is not None
        return {"documents": [_document(passage) for passage in self._retriever.retrieve(query, top_k or self.top_k)]}

    def to_dict(self) -> dict[str, Any]:
        """As a saved pipeline has it."""
        return default_to_dict(self, bundle=self.bundle, top_k=self.top_k)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> RagtuneRetriever:
        """The inverse of `to_dict`."""
        made: RagtuneRetriever = default_from_dict(cls, data)
        return made


def _document(passage: Passage) -> Document:
    return Document(id=passage_id(passage), content=passage.text, score=passage.score, meta=passage_metadata(passage))
