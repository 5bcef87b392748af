"""Tools: what an agent is shown, the calls it makes, and the cases that say which are right."""

from __future__ import annotations

from ragtune.tools._adapters import Adapter, Choice, Move, Put
from ragtune.tools._calls import Accept, Call, Case, ExpectedCall
from ragtune.tools._tool import Example, Tool
from ragtune.tools._toolset import ToolSet
from ragtune.tools._values import Cases, Replies, Reply, Requests, Shown

__all__ = [
    "Accept",
    "Adapter",
    "Call",
    "Case",
    "Cases",
    "Choice",
    "Example",
    "ExpectedCall",
    "Move",
    "Put",
    "Replies",
    "Reply",
    "Requests",
    "Shown",
    "Tool",
    "ToolSet",
]
