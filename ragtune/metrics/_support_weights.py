"""What `support` has learnt: written by `python -m benchmarks._support_weights`.

From the human labels of 1,698 claims of AttributionBench (Li et al. 2024; AttributedQA, ExpertQA, LFQA, Stanford-GenSearch).
"""

from __future__ import annotations

WEIGHTS = {
    "information": 0.155,
    "window": 0.206,
    "best_sentence": 0.245,
    "bigrams": 0.199,
    "numbers": 0.194,
}
"""Of the features, in their order; they add up to 1."""
MIDDLE = 0.5736
"""The weighted mean at which a claim is as often supported as not."""
STEEPNESS = 4.950
"""Of the logistic curve there."""
