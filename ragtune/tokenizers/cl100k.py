"""The tokenizer of GPT-3.5 and GPT-4, the one that published chunk sizes are counted in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ragtune.component import register, work
from ragtune.errors import MissingModelError
from ragtune.tokenizers import Tokenizer
from ragtune.types import Corpus, Ints, Tokens

if TYPE_CHECKING:
    from tiktoken import Encoding

_PIECE = 1 << 16


@register
class Cl100k(Tokenizer):
    """OpenAI's `cl100k_base` byte-pair encoding, by tiktoken; its vocabulary comes with llama-index-core, no download.

    Special tokens are read as plain text. Very long documents are tokenized in pieces of 65,536 characters.
    Source: https://github.com/openai/tiktoken
    """

    @work(keep="file", online=False)
    def tokenize(self, corpus: Corpus) -> Tokens:
        """Where the tokens of each document begin; one that begins inside a character counts from that character."""
        starts = [
            starts + offset
            for d, offset in zip(corpus.documents, corpus.offsets, strict=False)
            for starts in _starts(d.text)
        ]
        return Tokens(np.concatenate(starts) if starts else np.zeros(0, np.int64))

    def count(self, text: str) -> int:
        """Number of tokens of a text by itself."""
        return sum(len(_encoding().encode_ordinary(text[at : at + _PIECE])) for at in range(0, len(text), _PIECE))


def _starts(text: str) -> Iterator[Ints]:
    for at in range(0, len(text), _PIECE):
        piece = text[at : at + _PIECE]
        yield at + _token_starts(piece)


def _token_starts(text: str) -> Ints:
    tokens = np.array(_encoding().encode_ordinary(text), dtype=np.int64)
    lengths = _byte_lengths()[tokens]
    starts = np.cumsum(lengths) - lengths
    if text.isascii():
        return starts
    data = np.frombuffer(text.encode(), dtype=np.uint8)
    character_of_byte = np.cumsum((data & 0xC0) != 0x80) - 1
    characters: Ints = character_of_byte[starts]
    return characters


@lru_cache(maxsize=1)
def _encoding() -> Encoding:
    import tiktoken

    spec = find_spec("llama_index.core")
    folder = next(iter(spec.submodule_search_locations or ()), None) if spec else None
    if folder:  # tiktoken would download the vocabulary; llama-index-core ships it
        os.environ.setdefault("TIKTOKEN_CACHE_DIR", str(Path(folder) / "_static" / "tiktoken_cache"))
    try:
        return tiktoken.get_encoding("cl100k_base")
    except Exception as error:
        raise MissingModelError(
            f"tokenizer cl100k: its vocabulary is not on this machine ({error}). It comes with llama-index-core: "
            "`pip install llama-index-core`, and unset TIKTOKEN_CACHE_DIR if you set it"
        ) from error


@lru_cache(maxsize=1)
def _byte_lengths() -> Ints:
    encoding = _encoding()
    lengths = np.zeros(encoding.n_vocab, dtype=np.int64)
    values = encoding.token_byte_values()
    for value in values:
        lengths[encoding.encode_single_token(value)] = len(value)
    return lengths
