"""Answers that were recorded: a sweep is scored again, and tests run, without a model."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from ragtune.answers import Answer, Answers, Prompts
from ragtune.component import Affects, register, work
from ragtune.files import content
from ragtune.generators import Generator
from ragtune.generators._recorded import WHAT, read_recording
from ragtune.generators._recording import digest_of
from ragtune.generators._refusals import refuses
from ragtune.types import Names, Queries


@register
class Replay(Generator):
    """Answers from a JSONL file: `{id or query, answer}` a line, as `ragtune.generators.write_recording` writes it.

    A line that says what was asked (`prompt`, a digest) answers for that alone, unless `prompts` is `any`. A query that
    the file does not have is listed as failed. The content of the file is part of the key; a relative `path` counts from
    the working directory. Seconds and tokens are the recorded ones; how long a request takes now is not known.
    Source: ragtune
    """

    recorded: ClassVar[bool] = True
    """Latencies of what rests on this are unknown."""

    path: Annotated[Path, Affects()]
    prompts: Literal["same", "any"] = "same"

    def key(self, verb: str) -> str:
        """With the content of the file."""
        return super().key(verb) + content(self.path, WHAT)

    @work(keep="file", online=False)
    def generate(self, queries: Queries, query_ids: Names, prompts: Prompts) -> Answers:
        """An answer for each query."""
        recording = read_recording(self.path)
        answers = []
        for id, query, prompt in zip(query_ids.names, queries.texts, prompts.prompts, strict=True):
            row = recording.find(id, query, digest_of(prompt) if self.prompts == "same" else None)
            missing = Answer(failed=f"{self.path.name} has no answer to this query with this prompt")
            answers.append(row.read(partial(refuses, refusal=prompt.frame.refusal)) if row else missing)
        return Answers(tuple(answers))
