"""Any sentence-transformers model, from a folder or from the hub."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PositiveInt, model_validator

from ragtune.component import Affects, register
from ragtune.embedders import Embedder, Encoder, _hub
from ragtune.errors import MissingModelError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BATCH_TEXTS = 32
NAME = "embedder sentence-transformers"
_PROMPTS = {True: ("query",), False: ("document", "passage", "corpus")}
"""The names under which a model's own configuration may hold the prompts for queries, and for documents."""


@register
class SentenceTransformers(Embedder):
    """A bi-encoder run by the sentence-transformers package.

    `model` is a folder, whose content is part of the key, or a name on the Hugging Face hub, whose commit is:
    a model that changes under the same name is another model here. A model on the hub is downloaded once, when it is not
    in the hub's cache on this machine. `query_prompt` and `document_prompt` are put before the texts; where they are left
    out, the prompts of the model's own configuration are, "" is none. `truncate_dim` keeps the first dimensions of a
    Matryoshka model. `normalize: false` keeps the vectors' lengths, for `dense(similarity=dot)`. `dtype` is what torch
    computes in; `backend` is what runs the model. Code that comes with a model is never run. Source: https://sbert.net
    """

    version: ClassVar[int] = 2
    zero_means_failure: ClassVar[bool] = True

    model: Annotated[str, Field(min_length=1), Affects()]
    revision: Annotated[str | None, Affects()] = None
    query_prompt: Annotated[str | None, Affects({"embed_queries"})] = None
    document_prompt: Annotated[str | None, Affects({"embed"})] = None
    max_tokens: PositiveInt | None = None
    truncate_dim: PositiveInt | None = None
    normalize: bool = True
    dtype: Literal["fp32", "bf16", "fp16"] = "fp32"
    backend: Literal["torch", "onnx", "openvino"] = "torch"
    device: Annotated[str | None, Affects()] = None

    @model_validator(mode="after")
    def _torch_has_types(self) -> Self:
        if self.backend != "torch" and self.dtype != "fp32":
            raise ValueError(
                f"dtype {self.dtype} is for the backend torch; with {self.backend} the model's files decide"
            )
        return self

    def key(self, verb: str) -> str:
        """With the content of the folder, or the commit on the hub."""
        one_by_one = _hub.ONE_BY_ONE if verb == "embed_queries" else ""
        return f"{super().key(verb)}{_hub.fingerprint(NAME, self.model, self.revision)}{one_by_one}"

    def encoder(self, *, queries: bool) -> Encoder:
        """The model as it reads queries, or documents."""
        model = _hub.load(NAME, self.model, lambda: _load(self.model_copy(update=_READING)))
        prompt = self.query_prompt if queries else self.document_prompt
        own = _own_prompt(model.prompts, queries=queries)
        batch = _hub.at_a_time(model, BATCH_TEXTS) if queries else BATCH_TEXTS
        return _Encoder(model, own if prompt is None else prompt, batch, normalize=self.normalize)


_READING = {"query_prompt": None, "document_prompt": None, "normalize": True}
"""Knobs that do not change what is loaded."""


class _Encoder:
    workers = 1  # the package uses all cores for one batch

    def __init__(
        self, model: SentenceTransformer, prompt: str, batch_texts: int = BATCH_TEXTS, *, normalize: bool = True
    ) -> None:
        self._model = model
        self._prompt = prompt
        self._batch_texts = batch_texts
        self._normalize = normalize
        self.dim = int(model.truncate_dim or model.get_embedding_dimension() or 0)

    def batches(self, texts: Sequence[str]) -> list[list[int]]:
        order = sorted(range(len(texts)), key=lambda i: (-len(texts[i]), i))
        return [order[at : at + BATCH_TEXTS] for at in range(0, len(order), BATCH_TEXTS)]

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = self._model.encode(
            list(texts),
            prompt=self._prompt,
            batch_size=self._batch_texts,
            normalize_embeddings=self._normalize,
            show_progress_bar=False,
        )
        return np.asarray(vectors, dtype=np.float32)


def _own_prompt(prompts: Mapping[str, str | None], *, queries: bool) -> str:
    return next((prompt for name in _PROMPTS[queries] if (prompt := prompts.get(name))), "")


@lru_cache(maxsize=4)
def _load(knobs: SentenceTransformers) -> SentenceTransformer:
    """A model, whatever the prompts it will be used with."""
    if knobs.backend != "torch" and find_spec("optimum") is None:
        raise MissingModelError(
            f"{NAME}: the backend {knobs.backend} needs a package that is not here: "
            f"pip install 'sentence-transformers[{knobs.backend}]'"
        )
    import torch
    from sentence_transformers import SentenceTransformer

    loaded = SentenceTransformer(
        _hub.place(NAME, knobs.model, knobs.revision),
        revision=knobs.revision,
        device=knobs.device,
        backend=knobs.backend,
        truncate_dim=knobs.truncate_dim,
        trust_remote_code=False,
    )
    if knobs.dtype != "fp32":
        loaded.to(torch.bfloat16 if knobs.dtype == "bf16" else torch.float16)
    if knobs.max_tokens is not None:
        loaded.max_seq_length = knobs.max_tokens
    return loaded
