"""All views on what mattered, together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ragtune.effects._estimates import Effect, effects
from ragtune.effects._interactions import Interaction, interactions
from ragtune.effects._ped_anova import ped_anova
from ragtune.errors import MissingModelError
from ragtune.types import Floats


@dataclass(frozen=True)
class Mattered:
    """Effects, the largest first; large interactions; and PED-ANOVA's shares, or in `left_out` why there are none."""

    effects: tuple[Effect, ...]
    interactions: tuple[Interaction, ...]
    ped_anova: Mapping[str, float]
    left_out: str

    @property
    def never(self) -> tuple[str, ...]:
        """Knobs whose effect cannot be told from nothing."""
        return tuple(effect.knob for effect in self.effects if not effect.mattered)

    @property
    def edges(self) -> tuple[Effect, ...]:
        """Effects of knobs that are best at the end of what was swept."""
        return tuple(effect for effect in self.effects if effect.edge)

    def as_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "effects": [
                {
                    **asdict(e),
                    "mattered": e.mattered,
                    "edge": {**asdict(e.edge), "rising": e.edge.rising} if e.edge else None,
                }
                for e in self.effects
            ],
            "interactions": [asdict(told) for told in self.interactions],
            "ped_anova": dict(self.ped_anova),
            "left_out": self.left_out,
            "never_mattered": list(self.never),
        }


def what_mattered(
    configurations: Sequence[Mapping[str, Any]], scores: Floats, seed: int = 0, *, noise: float = 0.0
) -> Mattered:
    """All views on what mattered. The arguments are those of `effects`; rows with a missing score are left out."""
    complete = np.flatnonzero(~np.isnan(scores).any(axis=1))
    configurations, scores = [configurations[i] for i in complete.tolist()], scores[complete]
    shares: dict[str, float] = {}
    left_out = ""
    try:
        shares = ped_anova(configurations, scores)
    except (MissingModelError, ValueError) as error:
        left_out = str(error)
    return Mattered(
        tuple(effects(configurations, scores, seed, noise=noise)),
        tuple(interactions(configurations, scores, seed, noise=noise)),
        shares,
        left_out,
    )
