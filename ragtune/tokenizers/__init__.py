"""Tokenizers measure text: chunk sizes and context budgets are counted in their tokens."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import Component, work
from ragtune.types import Corpus, Tokens


class Tokenizer(Component):
    """Base of the tokenizers."""

    kind: ClassVar[str] = "tokenizer"
    verb: ClassVar[str] = "tokenize"

    @work(keep="file", online=False)
    def tokenize(self, corpus: Corpus) -> Tokens:
        """Where the tokens of each document begin."""
        raise NotImplementedError

    def count(self, text: str) -> int:
        """Number of tokens of a text by itself."""
        raise NotImplementedError
