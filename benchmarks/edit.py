"""After one of 100 documents is edited, re-tuning embeds only the texts that the edit made."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.common import conclude, data, fresh_workspace
from benchmarks.subset import first_documents
from ragtune import Dataset, load_dataset, sweep
from ragtune.component import parse
from ragtune.tokenizers import Tokenizer

CHUNKERS = ("token-window(size_tokens=64, overlap_tokens=16)", "token-window(size_tokens=128)")
CONFIG = {
    "name": "edit",
    "space": {"chunker": list(CHUNKERS), "retriever": ["dense", "hybrid", "hybrid(fusion=weighted, alpha=0.7)"]},
    "baseline": {"chunker": CHUNKERS[0]},
}


def chunk_texts(dataset: Dataset) -> set[str]:
    """Every distinct text that the space embeds."""
    texts: set[str] = set()
    for spelling in CHUNKERS:
        chunker = parse("chunker", spelling)
        tokenizer = parse("tokenizer", "cl100k")
        assert isinstance(tokenizer, Tokenizer)
        chunks = chunker.cut(dataset.corpus, tokenizer.tokenize(dataset.corpus))  # type: ignore[attr-defined]
        texts.update(chunks.texts(dataset.corpus))
    return texts


def main() -> None:
    """Sweep, edit a document in the middle, sweep again."""
    dataset = first_documents(load_dataset(data("retrieval/scifact")), 100)
    changed = dataset.documents[50]
    half = len(changed.text) // 2
    text = changed.text[:half] + " This sentence was added by an editor." + changed.text[half:]
    documents = tuple(replace(d, text=text) if d.id == changed.id else d for d in dataset.documents)
    edited = replace(dataset, documents=documents)
    expected = chunk_texts(edited) - chunk_texts(dataset)
    with fresh_workspace("edit") as workspace:
        first = sweep(dataset, CONFIG, workspace=workspace).summary
        second = sweep(edited, CONFIG, workspace=workspace).summary
    print(f"100 documents: {first['embedded_texts']} texts embedded, {first['model_seconds']:.1f} s in the model")
    print(
        f"one of them edited: {second['embedded_texts']} texts embedded, {second['model_seconds']:.1f} s in the model"
    )
    passed = second["embedded_texts"] == len(expected)
    conclude(f"edit: {second['embedded_texts']} texts embedded, {len(expected)} are new", passed=passed)


if __name__ == "__main__":
    main()
