"""The tools' own examples as cases."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ragtune.component import register
from ragtune.tools import ToolSet
from ragtune.toolsimulators import Draft, ToolSimulator


@register
class Examples(ToolSimulator):
    """Each example of a tool is a request for it, with the arguments that the example names.

    A design that shows or indexes the examples knows the answers to these cases: judge it by others.

    Source: ragtune.
    """

    def drafts(self, tools: ToolSet, rng: np.random.Generator) -> Iterator[Draft]:
        """All examples, in order."""
        for tool in tools.tools:
            for example in tool.examples:
                yield Draft(example.query, tool.id, example.arguments)
