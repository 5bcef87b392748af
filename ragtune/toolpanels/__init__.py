"""What a study of tools tells beyond its scores: where cases are lost, which tools are taken for which, and when to abstain.

Everything is worked out from what the workspace keeps of a configuration; no model is asked.
"""

from __future__ import annotations

from ragtune.toolpanels._abstention import Abstention, Threshold, abstention
from ragtune.toolpanels._confusion import NOTHING, Confusion, Pair, Rival, confusion, matrix, worst_tools
from ragtune.toolpanels._explaining import ShownTool, ToolExplanation, ToolStory, explain_tools, story_json
from ragtune.toolpanels._judging import ARGUMENT_KINDS, Judged
from ragtune.toolpanels._likeness import Likeness, likeness
from ragtune.toolpanels._outcomes import OUTCOMES, RIGHT, Fall, Waterfall, outcome, outcomes, waterfall
from ragtune.toolpanels._pool_size import PoolSize, pool_sizes
from ragtune.toolpanels._proxy import Proxy, Signal, proxy
from ragtune.toolpanels._resampling import Figure, auc
from ragtune.toolpanels._taxonomy import KINDS, KindRow, taxonomy
from ragtune.toolpanels._tracing import TracedTools, trace_tools, wired_tools

__all__ = [
    "ARGUMENT_KINDS",
    "KINDS",
    "NOTHING",
    "OUTCOMES",
    "RIGHT",
    "Abstention",
    "Confusion",
    "Fall",
    "Figure",
    "Judged",
    "KindRow",
    "Likeness",
    "Pair",
    "PoolSize",
    "Proxy",
    "Rival",
    "ShownTool",
    "Signal",
    "Threshold",
    "ToolExplanation",
    "ToolStory",
    "TracedTools",
    "Waterfall",
    "abstention",
    "auc",
    "confusion",
    "explain_tools",
    "likeness",
    "matrix",
    "outcome",
    "outcomes",
    "pool_sizes",
    "proxy",
    "story_json",
    "taxonomy",
    "trace_tools",
    "waterfall",
    "wired_tools",
    "worst_tools",
]
