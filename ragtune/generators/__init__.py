"""Generators answer a query from the context that was packed for it."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import Component
from ragtune.generators._recording import write_recording

__all__ = ["Generator", "write_recording"]


class Generator(Component):
    """Base of the generators: a component of this kind has a verb `generate` that returns `Answers`, one a query.

    The parameters of the verb say what it rests on: `prompts` (what a chat model is asked), or `frames` (what a prompt
    says beyond its wording: order of passages, citations, refusal, examples), `queries`, `contexts`, `corpus`,
    `query_ids` (for what was recorded), `query_vectors` and `embedder`, and `memo`, whose `rows_or_none` is for models that
    may fail for some rows.
    """

    kind: ClassVar[str] = "generator"
    verb: ClassVar[str] = "generate"
