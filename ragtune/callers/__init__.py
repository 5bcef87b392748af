"""Callers decide which of the tools they are shown to call, and how."""

from __future__ import annotations

from typing import ClassVar

from ragtune.callers._recording import write_recording
from ragtune.component import Component

__all__ = ["Caller", "write_recording"]


class Caller(Component):
    """Base of the callers: a component of this kind has a verb `call` that returns `Replies`, one for each request.

    The parameters of the verb say what it rests on: `requests` (texts and offered tools), `toolset` (as edited),
    `shown` (which tools, in which order), `queries` (the texts alone), `query_ids` (of the cases, for what was recorded),
    with a knob `retriever` the `Ranking` it gives of all tools, and `memo`, whose `rows_or_none` is for models that may
    fail for some rows. Calls are named by the tool's id in `toolset`; an invented name stays as it was said, and is
    invalid.
    """

    kind: ClassVar[str] = "caller"
    verb: ClassVar[str] = "call"
