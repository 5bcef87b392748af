"""Where evidence was lost: per query and in all, why it did not reach the context, and what could be gained where."""

from ragtune.explaining._causes import CAUSES, MET
from ragtune.explaining._explain import Explanation, Loss, explain
from ragtune.explaining._failing import Failing, LikeGroup, TagGroup
from ragtune.explaining._headroom import Headroom, headroom
from ragtune.explaining._stories import Need, Standing, Story
from ragtune.explaining._tracing import Traced, data_steps, trace

__all__ = [
    "CAUSES",
    "MET",
    "Explanation",
    "Failing",
    "Headroom",
    "LikeGroup",
    "Loss",
    "Need",
    "Standing",
    "Story",
    "TagGroup",
    "Traced",
    "data_steps",
    "explain",
    "headroom",
    "trace",
]
