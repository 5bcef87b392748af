"""How much the model is given to read."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from ragtune.component import register
from ragtune.metrics import Judged, Level, Metric
from ragtune.types import Floats


@register
class ContextTokens(Metric):
    """Tokens of the packed context, counted by the context's own tokenizer; from 0 up, fewer is better."""

    better: ClassVar[Literal["higher", "lower"]] = "lower"

    @property
    def level(self) -> Level:
        """It is of the context."""
        return "context"

    def score(self, judged: Judged) -> Floats:
        """(n_queries,) float64."""
        return judged.contexts.tokens.astype(np.float64)
