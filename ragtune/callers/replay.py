"""Replies that were recorded: a sweep is scored again, and tests run, without a model."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from ragtune.callers import Caller
from ragtune.callers._payload import NOT_SHOWN, sent_names
from ragtune.callers._recorded import WHAT, Recorded, Said, read_recording
from ragtune.callers._recording import digest_of
from ragtune.component import Affects, register, work
from ragtune.files import content
from ragtune.tools import Call, Replies, Reply, Requests, Shown, Tool, ToolSet, read_arguments
from ragtune.types import Names

_log = logging.getLogger(__name__)


@register
class Replay(Caller):
    """Replies from a JSONL file: `{id or query, calls: [{tool, arguments}]}` a line, as every run's recording is.

    A `tool` is an id, or the name that was shown. OpenAI's chat completions (with `custom_id`, `case_id` or `query` beside
    their own keys), batch output files and BFCL's result files of function-calling mode are read too. A line that says
    which tools were shown (`shown`, a digest) answers for these alone, unless `tools` is `any`. A case that the file does
    not have is listed as failed. The content of the file is part of the key; a relative `path` counts from the working
    directory. Seconds and tokens are the recorded ones; how long a request takes now is not known.
    Source: ragtune
    """

    recorded: ClassVar[bool] = True
    """Latencies of what rests on this are unknown."""

    path: Annotated[Path, Affects()]
    tools: Literal["same", "any"] = "same"

    def key(self, verb: str) -> str:
        """With the content of the file."""
        return super().key(verb) + content(self.path, WHAT)

    @work(keep="file", online=False)
    def call(self, requests: Requests, shown: Shown, toolset: ToolSet, query_ids: Names) -> Replies:
        """One reply a request."""
        recording = read_recording(self.path)
        views: dict[tuple[int, ...], _View] = {}
        replies = []
        for i, (id, query) in enumerate(zip(query_ids.names, requests.texts, strict=True)):
            places = tuple(shown.of(i))
            if places not in views:
                views[places] = _View([toolset.tools[place] for place in places])
            view = views[places]
            row = recording.find(id, query, view.digest if self.tools == "same" else None)
            replies.append(Reply(failed=row) if isinstance(row, str) else _reply(row, view))
        missing = Counter(reply.failed for reply in replies if reply.failed)
        if missing:
            told = "; ".join(f"{count:,} {why[:80]}" for why, count in missing.most_common(3))
            _log.warning(f"{self.path}: {missing.total():,} of {len(replies):,} cases have no reply ({told})")
        return Replies(tuple(replies))


class _View:
    """What a request was shown, under all names by which a recording may know it."""

    def __init__(self, tools: Sequence[Tool]) -> None:
        self.digest = digest_of(tools)
        self.ids = {tool.id for tool in tools}
        names = Counter(tool.name for tool in tools)
        self.by_name = {tool.name: tool.id for tool in tools if names[tool.name] == 1}
        self.by_sent_name = dict(zip(sent_names(tools), (tool.id for tool in tools), strict=True))

    def id_of(self, name: str, named: str) -> str | None:
        """The tool that a name means; None for one that was not shown."""
        if named == "id" and name in self.ids:
            return name
        return self.by_sent_name.get(name) or self.by_name.get(name) or (name if name in self.ids else None)


def _reply(row: Recorded, view: _View) -> Reply:
    return Reply(
        calls=tuple(_call(said, view, row.named) for said in row.calls),
        failed=row.failed,
        confidence=row.confidence,
        input_tokens=row.input_tokens,
        output_tokens=row.output_tokens,
        cached_tokens=row.cached_tokens,
        seconds=row.seconds,
    )


def _call(said: Said, view: _View, named: str) -> Call:
    if said.invalid:
        arguments = said.arguments if isinstance(said.arguments, dict) else {}
        return Call(tool=said.tool, arguments=arguments, invalid=said.invalid)
    given, wrong = read_arguments(said.arguments) if isinstance(said.arguments, str) else (said.arguments, "")
    id = view.id_of(said.tool, named)
    return Call(tool=id or said.tool, arguments=given, invalid=wrong if id is not None else NOT_SHOWN)
