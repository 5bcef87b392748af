"""Static embeddings: a vector a token, averaged. Numpy and a tokenizer, nothing to run."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ragtune.errors import MissingModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

BATCH_TEXTS = 512


class StaticEncoder:
    """WordLlama's token vectors; a text's vector is the mean of its tokens', scaled to unit length."""

    workers = 1  # the tokenizer, which is most of the work, uses all cores by itself

    def __init__(self, vectors: NDArray[np.float32], tokenizer: Tokenizer) -> None:
        self._vectors = vectors
        self._tokenizer = tokenizer
        self.dim = vectors.shape[1]

    def batches(self, texts: Sequence[str]) -> list[list[int]]:
        """In the order given: a row does not depend on its neighbours."""
        return [list(range(at, min(at + BATCH_TEXTS, len(texts)))) for at in range(0, len(texts), BATCH_TEXTS)]

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, dim) float32, unit rows; zero for a text without tokens."""
        encodings = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        result = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, encoding in zip(result, encodings, strict=True):
            if encoding.ids:
                row[:] = self._vectors[encoding.ids].mean(axis=0)
        norms = np.linalg.norm(result, axis=1, keepdims=True)
        np.divide(result, norms, out=result, where=norms > 0)
        return result


@lru_cache(maxsize=4)
def load(dim: int) -> StaticEncoder:
    """WordLlama's vectors cut to `dim`, loaded once a process from the files inside its package."""
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    spec = find_spec("wordllama")
    if spec is None or spec.origin is None:
        raise MissingModelError("embedder wordllama needs its package: pip install wordllama")
    folder = Path(spec.origin).parent
    (vectors,) = load_file(folder / "weights" / "l2_supercat_256.safetensors").values()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizers" / "l2_supercat_tokenizer_config.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return StaticEncoder(np.ascontiguousarray(vectors[:, :dim], dtype=np.float32), tokenizer)
