"""What each component made of the awkward corpus when its version was given: (version, digest)."""

GOLDEN: dict[tuple[str, str], tuple[int, str]] = {
    ("tokenizer", "cl100k"): (1, "e33f69b04fb0945d"),
    ("chunker", "sentence"): (1, "b986895140e5fc1a"),
    ("chunker", "token-window"): (1, "5d265c603122c5dd"),
    ("chunker", "whole-document"): (1, "db7a2073b29dd95d"),
    ("retriever", "bm25"): (1, "344762e1ddbf49f4"),
    ("retriever", "dense"): (1, "da96fa1bd7d86da5"),
    ("retriever", "hybrid"): (1, "44650d7823413b1a"),
    ("context", "token-budget"): (1, "dfcf8629dcd72cc5"),
}
