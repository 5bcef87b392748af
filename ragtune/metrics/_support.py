"""The blend of features that stands behind `support` and the measures of citations."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ragtune.metrics._support_features import reader
from ragtune.metrics._support_weights import MIDDLE, STEEPNESS, WEIGHTS


def blend(features: Sequence[float]) -> float:
    """From 0 to 1: the weighted mean of the features, on a logistic curve that was fitted to labels."""
    mean = sum(weight * value for weight, value in zip(WEIGHTS.values(), features, strict=True))
    return 1 / (1 + math.exp(-STEEPNESS * (mean - MIDDLE)))


def support_of(text: str, passages: Sequence[str]) -> float:
    """How well passages support a text, 0 to 1; 0 where either says nothing."""
    features = reader().features(text, tuple(passages))
    return blend(features) if any(features) else 0.0
