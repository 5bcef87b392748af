"""Sizes of pieces counted one by one, as LlamaIndex's and LangChain's splitters count them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from ragtune.tokenizers import Tokenizer
from ragtune.types import Ints

_STRETCH = 1 << 16


def size_of(text: str, tokenizer: Tokenizer, limit: int) -> int:
    """Tokens of a text by itself; of a text beyond 65,536 characters by stretches, no further than past the limit."""
    total = 0
    for at in range(0, len(text), _STRETCH):
        total += tokenizer.count(text[at : at + _STRETCH])
        if total > limit:
            break
    return total


def sizes_of(text: str, bounds: Sequence[int] | Ints, tokenizer: Tokenizer, limit: int) -> Ints:
    """Tokens of each piece between two bounds; equal pieces are counted once."""
    known: dict[str, int] = {}
    sizes = np.empty(len(bounds) - 1, dtype=np.int64)
    for i, (start, end) in enumerate(pairwise(bounds)):
        piece = text[start:end]
        if piece not in known:
            known[piece] = size_of(piece, tokenizer, limit)
        sizes[i] = known[piece]
    return sizes


def character_sizes(text: str, tokenizer: Tokenizer) -> Ints:
    """Tokens of each character by itself."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    unique, which = np.unique(codes, return_inverse=True)
    sizes = np.array([tokenizer.count(chr(code)) for code in unique.tolist()], dtype=np.int64)
    counted: Ints = sizes[which.reshape(-1)]
    return counted
