"""A cross-encoder of one layer and random weights: small, and wrong in the same way each time."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def write(folder: Path, texts: Iterable[str]) -> Path:
    """A folder with a BERT that scores pairs and knows the words of these texts."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    torch.manual_seed(0)
    folder.mkdir(parents=True, exist_ok=True)
    words = sorted({word for text in texts for word in text.lower().split()})
    vocabulary = folder / "words"
    vocabulary.write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words]), encoding="utf-8")
    tokenizer = BertTokenizerFast(vocab_file=str(vocabulary), model_max_length=512)
    vocabulary.unlink()
    tokenizer.save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=512, num_labels=1, initializer_range=0.5,
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder
