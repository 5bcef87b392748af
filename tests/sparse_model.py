"""A tiny sparse model on disk: a weight for each of 40 words, read by sentence-transformers; made without importing it."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

WORDS = (
    "[PAD]", "[UNK]", "bird", "birds", "cat", "dog", "sing", "at", "dawn", "the", "mat", "line", "one", "two", "text",
    "a", "word", "words", "次の文", "do", "or", "and", "is", "of", "to", "in", "same", "again", "repeated", "sentence",
)  # fmt: skip


def write(folder: Path) -> Path:
    """The word in place i weighs i / 4; the first two, nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    weight = np.arange(len(WORDS), dtype=np.float32) / 4
    weight[:2] = 0
    save_file({"weight": weight}, folder / "model.safetensors")
    static = "sentence_transformers.sparse_encoder.modules.SparseStaticEmbedding"
    files = {
        "modules.json": [{"idx": 0, "name": "0", "path": "", "type": static}],
        "config.json": {"frozen": False},
        "config_sentence_transformers.json": {"model_type": "SparseEncoder", "prompts": {"query": "", "document": ""}},
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "pad_token": "[PAD]",
            "unk_token": "[UNK]",
            "model_max_length": 64,
        },
    }
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content))
    return folder


@cache
def folder() -> Path:
    """One for the whole process, removed at its end."""
    place = Path(tempfile.mkdtemp(prefix="sparse-model-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    return write(place / "model")
