"""The same sentence encoder without torch, for a handful of texts.

Importing torch takes seconds, which is longer than what a few texts take in NumPy. Equal to the vectors of `_bert` to
about 1e-6, so that both are the same model to the row memo.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ragtune.embedders import Encoder, _bert

if TYPE_CHECKING:
    from tokenizers import Tokenizer

FEW = 4
"""More texts are worth importing torch for."""
_Array = NDArray[np.float32]


class NumpyBert:
    """A loaded model in fp32: mean of the last layer's tokens, scaled to unit length, a text at a time."""

    workers = 1

    def __init__(self, folder: Path, max_tokens: int) -> None:
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        settings = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self._weights: dict[str, _Array] = load_file(folder / "model.safetensors")
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(max_tokens)
        self._tokenizer.no_padding()
        self._heads = int(settings["num_attention_heads"])
        self._epsilon = float(settings["layer_norm_eps"])
        self._layers = int(settings["num_hidden_layers"])
        self.dim = int(settings["hidden_size"])

    def batches(self, texts: Sequence[str]) -> list[list[int]]:
        """Small ones: the memo asks for what it lacks of each."""
        return [list(range(i, min(i + 64, len(texts)))) for i in range(0, len(texts), 64)]

    def encode(self, texts: Sequence[str]) -> _Array:
        """(n, dim) float32, unit rows."""
        rows = [self._encode(self._tokenizer.encode(text).ids) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, self.dim), dtype=np.float32)

    def _encode(self, ids: Sequence[int]) -> _Array:
        named = self._weights
        x = named["embeddings.word_embeddings.weight"][list(ids)]
        x = x + named["embeddings.position_embeddings.weight"][: len(ids)]
        x = self._normalized(x + named["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        for i in range(self._layers):
            x = self._layer(x, f"encoder.layer.{i}.")
        pooled = x.mean(axis=0)
        vector: _Array = pooled / max(float(np.linalg.norm(pooled)), 1e-12)
        return vector

    def _layer(self, x: _Array, name: str) -> _Array:
        query, key, value = (
            self._linear(x, f"{name}attention.self.{part}").reshape(len(x), self._heads, -1).swapaxes(0, 1)
            for part in ("query", "key", "value")
        )
        scores = query @ key.swapaxes(1, 2) / np.float32(np.sqrt(query.shape[-1]))
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        seen = (weights / weights.sum(axis=-1, keepdims=True)) @ value
        attended = self._linear(seen.swapaxes(0, 1).reshape(len(x), self.dim), f"{name}attention.output.dense")
        x = self._normalized(x + attended, f"{name}attention.output.LayerNorm")
        wide = _gelu(self._linear(x, f"{name}intermediate.dense"))
        return self._normalized(x + self._linear(wide, f"{name}output.dense"), f"{name}output.LayerNorm")

    def _linear(self, x: _Array, name: str) -> _Array:
        product: _Array = x @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]
        return product

    def _normalized(self, x: _Array, name: str) -> _Array:
        centred = x - x.mean(axis=-1, keepdims=True)
        scale = np.sqrt(np.mean(centred * centred, axis=-1, keepdims=True) + np.float32(self._epsilon))
        result: _Array = centred / scale * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]
        return result


def _gelu(x: _Array) -> _Array:
    """X times the normal distribution function; the error function after Abramowitz and Stegun 7.1.26, to 1.5e-7."""
    z = np.abs(x) / np.float32(np.sqrt(2))
    t = 1 / (1 + np.float32(0.3275911) * z)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    erf = np.copysign(1 - series * np.exp(-z * z), x)
    result: _Array = (x * np.float32(0.5) * (1 + erf)).astype(np.float32)
    return result


class Few:
    """The first few texts in NumPy; where more are asked for, the whole model is loaded after all."""

    def __init__(self, few: NumpyBert, whole: Callable[[], Encoder], workers: int) -> None:
        self._few = few
        self._whole = whole
        self._left = FEW
        self._lock = Lock()
        self.workers = workers
        self.dim = self._few.dim

    def batches(self, texts: Sequence[str]) -> list[list[int]]:
        """As the whole model cuts them, but for the padding, which neither has."""
        return self._few.batches(texts)

    def encode(self, texts: Sequence[str]) -> _Array:
        """(n, dim) float32, unit rows."""
        with self._lock:
            self._left -= len(texts)
            encoder = self._few if self._left >= 0 else self._whole()
        return encoder.encode(texts)


@lru_cache(maxsize=1)
def load(folder: Path, max_tokens: int, sha256: str) -> NumpyBert:
    """The encoder in a folder, loaded once a process; its weights must have the given sha256."""
    _bert.verify(folder / "model.safetensors", sha256)
    return NumpyBert(folder, max_tokens)
