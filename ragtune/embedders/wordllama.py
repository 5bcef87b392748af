"""Static word vectors: no model to run, 1,000 texts a second on one core."""

from __future__ import annotations

from typing import Literal

from ragtune.component import register
from ragtune.embedders import Embedder, Encoder, _static


@register
class Wordllama(Embedder):
    """WordLlama's static token vectors, averaged; they come inside the `wordllama` package, nothing is downloaded.

    `dim` cuts the 256 dimensions down (Matryoshka). A text without any known token has the zero vector. The matrix is
    derived from Llama 2's token embeddings: mind that model's licence. Source: https://github.com/dleemiller/WordLlama
    """

    dim: Literal[64, 128, 256] = 256

    def encoder(self, *, queries: bool) -> Encoder:
        """The same for queries and documents."""
        return _static.load(self.dim)
