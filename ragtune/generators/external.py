"""Answers that another system gave: what runs in production, scored beside what could."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar

from ragtune.answers import Answer, Answers
from ragtune.component import Affects, register, work
from ragtune.files import content
from ragtune.generators import Generator
from ragtune.generators._recorded import WHAT, read_recording
from ragtune.generators._refusals import refuses
from ragtune.types import Names, Queries


@register
class External(Generator):
    """Answers from a JSONL or CSV file: `id` or `query`, `answer`, and `contexts` (texts) where they are known.

    An answer is judged by its own contexts where the file gives them, and by the packed context otherwise. Optional are
    `refused`, `input_tokens`, `output_tokens`, `cached_tokens`, `seconds` and `first_token_seconds`. A query that the file
    does not have is listed as failed. The content of the file is part of the key; a relative `path` counts from the working
    directory. How long a request takes is only known where the file says so.
    Source: ragtune
    """

    recorded: ClassVar[bool] = True
    """Latencies of what rests on this are unknown."""

    path: Annotated[Path, Affects()]

    def key(self, verb: str) -> str:
        """With the content of the file."""
        return super().key(verb) + content(self.path, WHAT)

    @work(keep="file", online=False)
    def generate(self, queries: Queries, query_ids: Names) -> Answers:
        """An answer for each query."""
        recording = read_recording(self.path)
        rows = [recording.find(id, query, None) for id, query in zip(query_ids.names, queries.texts, strict=True)]
        missing = Answer(failed=f"{self.path.name} has no answer to this query")
        return Answers(tuple(row.read(refuses) if row else missing for row in rows))
