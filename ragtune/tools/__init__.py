"""Tools: what an agent is shown, the calls it makes, and the cases that say which are right."""

from __future__ import annotations

from ragtune.tools._adapters import Adapter, Choice, Move, Put
from ragtune.tools._arguments import read_arguments, wrong_arguments
from ragtune.tools._calls import Accept, Call, Case, ExpectedCall
from ragtune.tools._files import load_tools, read_tree
from ragtune.tools._reading import Fields, ReadsTools, text_of
from ragtune.tools._schemas import check_schema, is_recursive, resolve, validator
from ragtune.tools._tool import Example, Tool
from ragtune.tools._toolset import ToolSet
from ragtune.tools._values import Cases, Replies, Reply, Requests, Shown
from ragtune.tools._writing import save_tools, write_atomically, write_tool

__all__ = [
    "Accept",
    "Adapter",
    "Call",
    "Case",
    "Cases",
    "Choice",
    "Example",
    "ExpectedCall",
    "Fields",
    "Move",
    "Put",
    "ReadsTools",
    "Replies",
    "Reply",
    "Requests",
    "Shown",
    "Tool",
    "ToolSet",
    "check_schema",
    "is_recursive",
    "load_tools",
    "read_arguments",
    "read_tree",
    "resolve",
    "save_tools",
    "text_of",
    "validator",
    "write_atomically",
    "write_tool",
    "wrong_arguments",
]
