"""How alike tools are by their texts: by the vectors of the embedder that read them, or else by their words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ragtune.explaining._words import Words
from ragtune.toolpanels._judging import Judged, ids
from ragtune.tools import Fields, text_of
from ragtune.types import Floats

_FIELDS: Fields = ("name", "description", "parameters")


@dataclass(frozen=True, eq=False)
class Likeness:
    """(n_tools, n_tools) cosines of the original tools, as they read after the edits; `name` says of what."""

    name: str
    tools: tuple[str, ...]
    cosine: Floats

    def of(self, one: str, other: str) -> float | None:
        """How alike two tools are, None where one of them is nothing or gone."""
        if one not in self.tools or other not in self.tools:
            return None
        value = float(self.cosine[self.tools.index(one), self.tools.index(other)])
        return value if np.isfinite(value) else None

    def nearest(self, tool: str) -> tuple[str, float]:
        """The tool most like it, and how alike; "" and 0 where there is no other."""
        row = self.cosine[self.tools.index(tool)].copy()
        row[self.tools.index(tool)] = -np.inf
        best = int(row.argmax())
        return (self.tools[best], float(row[best])) if np.isfinite(row[best]) else ("", 0.0)


def likeness(judged: Judged, vectors: tuple[str, Floats] | None = None) -> Likeness:
    """Of all tools.

    Args:
        judged: The tools, as given and as edited.
        vectors: An embedder's name and its (n_tools, dim) unit vectors of the edited tools; words (TF-IDF) without them.
    """
    if vectors is not None:
        name, matrix = vectors
        wide = np.asarray(matrix, dtype=np.float64)
        cosine: Floats = wide @ wide.T
    else:
        name = "words"
        # A name is written in one word, but its parts are what it has in common with others.
        texts = [text_of(tool, _FIELDS).replace("_", " ").replace("-", " ") for tool in judged.toolset.tools]
        each = np.arange(len(texts))
        cosine = Words.of(texts).likeness(each, each)
    half = judged.of_originals(cosine)
    return Likeness(name, tuple(ids(judged.original)), judged.of_originals(half.T))
