"""What tests of callers share: tools, requests, and a chat caller at the test endpoint, run as the engine runs it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ragtune.callers.chat import Chat
from ragtune.engine.database import Database
from ragtune.engine.memo import Memo
from ragtune.engine.step import Step
from ragtune.tools import Replies, Requests, Shown, Tool, ToolSet

CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOLS = ToolSet(
    (
        Tool(name="weather.now", description="Weather now.", input_schema=CITY, id="weather"),
        Tool(name="weather_now", description="Weather by station.", input_schema=CITY, id="station"),
        Tool(name="mail", description="Send mail."),
    )
)


def requests(*texts: str) -> Requests:
    return Requests(texts, (None,) * len(texts))


def shown(*rows: list[int], width: int = 3) -> Shown:
    tool = np.full((len(rows), width), -1, dtype=np.int32)
    for i, row in enumerate(rows):
        tool[i, : len(row)] = row
    return Shown(tool, np.full(tool.shape, np.nan))


def chat(url: str, **knobs: Any) -> Chat:
    quick = {"backoff_s": 0.002, "max_retries": 8, "timeout_s": 5.0, "model": "m"}
    return Chat.model_validate({"base_url": url, **quick, **knobs})


class Asking:
    """A database of rows that outlives the memo of one run."""

    def __init__(self, folder: Path) -> None:
        self.database = Database(folder / "memo.sqlite")
        self.memo: Memo

    def __call__(self, caller: Chat, asked: Requests, seen: Shown, toolset: ToolSet = TOOLS) -> Replies:
        self.memo = Memo(self.database, Step(caller, "call").memo_scope, lambda *_: None)
        return caller.call(asked, seen, toolset, memo=self.memo)
