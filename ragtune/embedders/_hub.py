"""Models from a folder or from the Hugging Face hub: what they are known by, and what to say when they are not there."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from ragtune.errors import MissingModelError

_Model = TypeVar("_Model")
ONE_BY_ONE = " one by one"
"""In the key of a verb whose texts are run so, as far as `at_a_time` lets them."""
_CONTENT = (".safetensors", ".json", ".txt", ".model", ".onnx", ".xml", ".bin")
_WEIGHTS = (".safetensors", ".onnx", ".xml", ".bin")
_SECONDS = 10.0
"""How long the hub has to answer."""


@lru_cache(maxsize=32)
def fingerprint(component: str, model: str, revision: str | None) -> str:
    """The content of a folder, or the commit that a hub name stands for."""
    folder = Path(model)
    if not folder.is_dir():
        return _commit(component, model, revision)
    sha = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix in _CONTENT):
        sha.update(path.relative_to(folder).as_posix().encode())
        with path.open("rb") as file:
            sha.update(hashlib.file_digest(file, "sha256").digest())
    return sha.hexdigest()


def load(component: str, model: str, loader: Callable[[], _Model]) -> _Model:
    """Run a loader; whatever it fails with says what to do. `component` is who wants the model, as an error names it."""
    if Path(model).is_dir():
        os.environ.setdefault("HF_HUB_OFFLINE", "1")  # nothing else is to be fetched
    try:
        return loader()
    except MissingModelError:
        raise
    except Exception as error:
        raise MissingModelError(advice(component, model, error)) from error


def at_a_time(model: object, most: int) -> int:
    """How many queries, or pairs with one, a model is to read in a batch: one on a processor.

    Numbers differ in their last digits with what shares a batch, and an app that asks one question would find something else
    than the study, which asked all. A processor is hardly quicker with many; on other devices that is the price of batches.
    """
    return 1 if str(getattr(model, "device", "cpu")).startswith("cpu") else most


def place(component: str, model: str, revision: str | None) -> str:
    """Where to load a model from: its folder, also in the hub's cache; its name where it is still to be downloaded.

    Then the hub is asked first: where it does not answer, a loader would try again and again for minutes.
    """
    folder = Path(model) if Path(model).is_dir() else _cached(model, revision)
    if folder is None:
        _commit(component, model, revision)
    return str(folder) if folder else model


def _commit(component: str, model: str, revision: str | None) -> str:
    """From the cache on this machine, else from the hub, which is asked once."""
    cached = _cached(model, revision)
    if cached:
        return f"{_full(model)}@{cached.name}"
    from huggingface_hub import HfApi

    try:
        with _impatient():
            return f"{_full(model)}@{HfApi().model_info(_full(model), revision=revision, timeout=_SECONDS).sha}"
    except Exception as error:
        raise MissingModelError(advice(component, model, error)) from error


def _cached(model: str, revision: str | None) -> Path | None:
    """The folder of a model in the hub's cache on this machine, weights and all; its name is the commit."""
    from huggingface_hub import snapshot_download

    try:
        folder = Path(snapshot_download(_full(model), revision=revision, local_files_only=True))
    except Exception:  # whatever it is, it is not in the cache
        return None
    return folder if any(path.suffix in _WEIGHTS for path in folder.rglob("*")) else None


def _full(model: str) -> str:
    return model if "/" in model else f"sentence-transformers/{model}"


@contextmanager
def _impatient() -> Iterator[None]:
    """Without the hub client's own word on its retries, which would be printed beside our error."""
    logger = logging.getLogger("huggingface_hub")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def advice(component: str, model: str, error: Exception) -> str:
    """What to do when a model cannot be had."""
    reason = str(error).strip().split("\n")[0]
    return (
        f"{component}: cannot get the model '{model}' ({type(error).__name__}: {reason}). "
        "It is neither a folder here nor in the hub's cache on this machine, or the hub cannot be reached. "
        f"Download it where there is a network, with `hf download {model} --local-dir models/{model.rpartition('/')[2]}`, "
        "and name that folder as `model`"
    )
