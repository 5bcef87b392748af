"""Answers on disk, one JSON object a line, so that what a run found can be replayed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ragtune.answers import Answers, Prompt, Prompts
from ragtune.component import digest
from ragtune.files import write_atomically
from ragtune.types import Queries


def write_recording(
    path: Path, answers: Answers, queries: Queries, *, ids: Sequence[str] | None = None, prompts: Prompts | None = None
) -> None:
    """Write what was answered, whole or not at all; `replay` gives equal answers for equal prompts.

    With `ids` a row is known by its query's id as well as by its text; with `prompts` also by what was asked, so that one
    file may hold the answers of many configurations, one after another, and none is taken for another's.
    """
    lines = []
    for i, (answer, query) in enumerate(zip(answers.answers, queries.texts, strict=True)):
        row: dict[str, Any] = {"id": ids[i]} if ids is not None else {}
        row["query"] = query
        if prompts is not None:
            row["prompt"] = digest_of(prompts.prompts[i])
        told = {name: value for name, value in asdict(answer).items() if value not in (None, "", ())}
        row.update({{"text": "answer", "passages": "contexts"}.get(name, name): v for name, v in told.items()})
        if not answer.failed:
            row.setdefault("answer", "")
        lines.append(json.dumps(row) + "\n")
    write_atomically(path, "".join(lines).encode())


def digest_of(prompt: Prompt) -> str:
    """Of all that was asked."""
    return digest(json.dumps([prompt.messages, prompt.output, prompt.schema], sort_keys=True))[:16]
