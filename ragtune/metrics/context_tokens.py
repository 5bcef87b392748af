"""What a context costs."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from ragtune.component import register
from ragtune.metrics._judged import Judged
from ragtune.metrics._metric import Level, Metric
from ragtune.types import Floats


@register
class ContextTokens(Metric):
    """Tokens of the packed context, by the tokenizer of the context slot."""

    takes_cutoff: ClassVar[bool] = False
    symbol: ClassVar[str] = "context_tokens"
    better: ClassVar[Literal["higher", "lower"]] = "lower"

    @property
    def level(self) -> Level:
        """The packed context."""
        return "context"

    def score(self, judged: Judged) -> Floats:
        """(n_queries,) float64."""
        return judged.contexts.tokens.astype(np.float64)
