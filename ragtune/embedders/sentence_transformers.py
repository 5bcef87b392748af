"""Any sentence-transformers model, from a folder or from the hub."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PositiveInt

from ragtune.component import Affects, register
from ragtune.embedders import Embedder, Encoder
from ragtune.errors import MissingModelError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BATCH_TEXTS = 32


@register
class SentenceTransformers(Embedder):
    """A bi-encoder run by the sentence-transformers package.

    `model` is a folder, whose content is part of the key, or a name on the Hugging Face hub, whose commit is:
    a model that changes under the same name is another model here. A model on the hub is downloaded once, when it is not
    in the hub's cache on this machine. `query_prompt` and `document_prompt` are put before the texts, as some models
    want. Code that comes with a model is never run. Source: https://sbert.net
    """

    model: Annotated[str, Field(min_length=1), Affects()]
    revision: Annotated[str | None, Affects()] = None
    query_prompt: str = ""
    document_prompt: str = ""
    max_tokens: PositiveInt | None = None
    device: Annotated[str | None, Affects()] = None

    def key(self, verb: str) -> str:
        """With the content of the folder, or the commit on the hub."""
        return f"{super().key(verb)}{_fingerprint(self.model, self.revision)}"

    def encoder(self, *, queries: bool) -> Encoder:
        """The model as it reads queries, or documents."""
        prompt = self.query_prompt if queries else self.document_prompt
        return _Encoder(_load(self.model, self.revision, self.max_tokens, self.device), prompt)


class _Encoder:
    workers = 1  # the package uses all cores for one batch

    def __init__(self, model: SentenceTransformer, prompt: str) -> None:
        self._model = model
        self._prompt = prompt
        self.dim = int(model.get_embedding_dimension() or 0)

    def batches(self, texts: Sequence[str]) -> list[list[int]]:
        order = sorted(range(len(texts)), key=lambda i: (-len(texts[i]), i))
        return [order[at : at + BATCH_TEXTS] for at in range(0, len(order), BATCH_TEXTS)]

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = self._model.encode(
            [self._prompt + text for text in texts],
            batch_size=BATCH_TEXTS,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return np.asarray(vectors, dtype=np.float32)


@lru_cache(maxsize=4)
def _load(model: str, revision: str | None, max_tokens: int | None, device: str | None) -> SentenceTransformer:
    folder = Path(model)
    if folder.is_dir():
        os.environ.setdefault("HF_HUB_OFFLINE", "1")  # nothing else is to be fetched
    from sentence_transformers import SentenceTransformer

    try:
        loaded = SentenceTransformer(str(model), revision=revision, device=device, trust_remote_code=False)
    except Exception as error:
        raise MissingModelError(_advice(model, error)) from error
    if max_tokens is not None:
        loaded.max_seq_length = max_tokens
    return loaded


@lru_cache(maxsize=32)
def _fingerprint(model: str, revision: str | None) -> str:
    folder = Path(model)
    if folder.is_dir():
        sha = hashlib.sha256()
        for path in sorted(
            p for p in folder.rglob("*") if p.is_file() and p.suffix in (".safetensors", ".json", ".txt", ".model")
        ):
            sha.update(path.relative_to(folder).as_posix().encode())
            with path.open("rb") as file:
                sha.update(hashlib.file_digest(file, "sha256").digest())
        return sha.hexdigest()
    return _commit(model, revision)


def _commit(model: str, revision: str | None) -> str:
    """The commit that a hub name stands for: from the cache on this machine, else from the hub."""
    from huggingface_hub import HfApi, snapshot_download

    name = model if "/" in model else f"sentence-transformers/{model}"
    try:
        return f"{name}@{Path(snapshot_download(name, revision=revision, local_files_only=True)).name}"
    except Exception:  # not in the cache: ask
        try:
            return f"{name}@{HfApi().model_info(name, revision=revision).sha}"
        except Exception as error:
            raise MissingModelError(_advice(model, error)) from error


def _advice(model: str, error: Exception) -> str:
    reason = str(error).strip().split("\n")[0]
    return (
        f"embedder sentence-transformers: cannot get the model '{model}' ({type(error).__name__}: {reason}). "
        "It is neither a folder here nor in the hub's cache on this machine, or the hub cannot be reached. "
        f"Download it where there is a network, with `hf download {model} --local-dir models/{model.rpartition('/')[2]}`, "
        "and name that folder as `model`"
    )
