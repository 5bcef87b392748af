"""Callers decide which of the tools they are shown to call, and how."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import Component


class Caller(Component):
    """Base of the callers: a component of this kind has a verb `call` that returns `Replies`, one for each request.

    The parameters of the verb say what it rests on: `requests` (texts and offered tools), `toolset` (as edited),
    `shown` (which tools, in which order), `queries` (the texts alone), and with a knob `retriever` the `Ranking` it
    gives of all tools.
    """

    kind: ClassVar[str] = "caller"
    verb: ClassVar[str] = "call"
