"""Selectors choose which tools a request is shown, and in which order."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import Component


class Selector(Component):
    """Base of the selectors: a component of this kind has a verb `select` that returns `Shown`."""

    kind: ClassVar[str] = "selector"
    verb: ClassVar[str] = "select"
