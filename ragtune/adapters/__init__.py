"""A tuned retriever as the retriever of a framework: one framework a file, imported by who uses it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ragtune.bundling import Passage


def passage_id(passage: Passage) -> str:
    """The id of a chunk: `{document}:{start}-{end}`, in code points of the document."""
    return f"{passage.document}:{passage.start}-{passage.end}"


def passage_metadata(passage: Passage) -> dict[str, Any]:
    """The document's own metadata, and where the passage is from; what ragtune says wins where names are equal."""
    scores: Mapping[str, float] = {f"{stage}_score": score for stage, score in passage.scores.items()}
    place = {"document_id": passage.document, "title": passage.title, "start": passage.start, "end": passage.end}
    return {**passage.metadata, **place, **scores}
