"""Other wordings for tools that are confused with each other, each held to a gain on cases that it was not made from."""

from __future__ import annotations

from ragtune.suggesting._endpoint import Writer
from ragtune.suggesting._searching import suggest_wordings
from ragtune.suggesting._terms import Term, distinguishing
from ragtune.suggesting._values import Candidate, Held, Suggestion
from ragtune.suggesting._writing import overlay, write_overlay

__all__ = [
    "Candidate",
    "Held",
    "Suggestion",
    "Term",
    "Writer",
    "distinguishing",
    "overlay",
    "suggest_wordings",
    "write_overlay",
]
