"""Contexts turn a ranking of chunks into what the language model is given."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import Component


class Context(Component):
    """Base of the contexts: a component of this kind has a verb `pack` that returns `Contexts`."""

    kind: ClassVar[str] = "context"
    verb: ClassVar[str] = "pack"
