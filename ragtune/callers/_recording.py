"""Replies on disk, one JSON object a line, so that what a run found can be replayed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ragtune.component import digest
from ragtune.files import write_atomically
from ragtune.tools import Replies, Reply, Requests, Shown, Tool, ToolSet


def write_recording(
    path: Path,
    replies: Replies,
    requests: Requests,
    *,
    ids: Sequence[str] | None = None,
    shown: Shown | None = None,
    toolset: ToolSet | None = None,
) -> None:
    """Write what was replied, whole or not at all; `replay` gives equal replies for equal requests.

    With `ids` a row is known by its case as well as by its text; with `shown` and `toolset` (both, or neither) also by the
    tools that were shown, so that one file may hold the replies of many configurations, one after another, and none is
    taken for another's.
    """
    lines = []
    for i, reply in enumerate(replies.replies):
        row: dict[str, Any] = {"id": ids[i]} if ids is not None else {}
        row["query"] = requests.texts[i]
        if shown is not None and toolset is not None:
            row["shown"] = digest_of([toolset.tools[place] for place in shown.of(i)])
        lines.append(_line({**row, **_plain(reply)}))
    write_atomically(path, "".join(lines).encode())


def digest_of(tools: Sequence[Tool]) -> str:
    """Of the tools shown with a request, in their order."""
    return digest(json.dumps([tool.spec() for tool in tools], sort_keys=True))[:16]


def _plain(reply: Reply) -> dict[str, Any]:
    given = {name: value for name, value in asdict(reply).items() if value not in (None, "", ())}
    if not reply.failed:
        given["calls"] = [call.model_dump(exclude_defaults=True) for call in reply.calls]
    return given


def _line(row: dict[str, Any]) -> str:
    """Readable in any language; a text that is no Unicode (half a character) is escaped."""
    text = json.dumps(row, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        text = json.dumps(row)
    return text + "\n"
