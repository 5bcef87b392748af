"""Intersection over union of retrieved text and evidence."""

from __future__ import annotations

from ragtune.component import register
from ragtune.metrics import Judged, SpanMetric, share
from ragtune.types import Floats


@register
class SpanIou(SpanMetric):
    """Characters of evidence retrieved / (characters retrieved + characters of evidence still missing); 0 to 1.

    Without alternatives that is intersection / (evidence + retrieved - intersection). Of alternatives, all are evidence
    when retrieved, and only those that count as needed can be missing. Text that several chunks share is counted for
    each below the line, as in Chroma's code.
    """

    def score(self, judged: Judged) -> Floats:
        """(n_queries,) float64."""
        text = judged.text(self.k)
        return share(text.relevant, text.retrieved + (text.needed - text.met))
