"""Models that read two texts at once, by sentence-transformers: what a reranker and a judge of entailment share."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ragtune.embedders import _hub

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder


class PairModel:
    """A loaded model as the row memo asks it, but for what becomes of its outputs."""

    workers = 1  # the package uses all cores for one batch

    def __init__(self, model: CrossEncoder, batch_size: int, name: str, at_a_time: int = 0) -> None:
        self.model = model
        self.name = name
        self._batch_size = batch_size
        self._at_a_time = at_a_time or batch_size

    def batches(self, texts: Sequence[str]) -> list[list[int]]:
        """Longest first, so that little is padded."""
        order = sorted(range(len(texts)), key=lambda i: (-len(texts[i]), i))
        return [order[at : at + self._batch_size] for at in range(0, len(order), self._batch_size)]

    def predict(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """What the model puts out, unchanged: (n,), or (n, n_classes) of a model with several."""
        import torch

        found = self.model.predict(
            list(pairs), batch_size=self._at_a_time, activation_fn=torch.nn.Identity(), show_progress_bar=False
        )
        return np.asarray(found, dtype=np.float32)


@lru_cache(maxsize=4)
def load(name: str, model: str, revision: str | None, max_tokens: int | None, device: str | None) -> CrossEncoder:
    """The model in a folder or on the hub, loaded once a process; `name` is what needs it, for errors."""

    def fresh() -> CrossEncoder:
        from sentence_transformers import CrossEncoder

        loaded: CrossEncoder = CrossEncoder(
            model, revision=revision, max_length=max_tokens, device=device, trust_remote_code=False
        )
        return loaded

    return _hub.load(name, model, fresh)
