"""What mattered: the effect of each knob, interactions, and what the best designs have in common."""

from ragtune.effects._estimates import Edge, Effect, Level, effects, on_edge
from ragtune.effects._factors import Factors
from ragtune.effects._interactions import Interaction, interactions
from ragtune.effects._mattered import Mattered, what_mattered
from ragtune.effects._ped_anova import ped_anova

__all__ = [
    "Edge",
    "Effect",
    "Factors",
    "Interaction",
    "Level",
    "Mattered",
    "effects",
    "interactions",
    "on_edge",
    "ped_anova",
    "what_mattered",
]
