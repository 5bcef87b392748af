"""A second view on what mattered: PED-ANOVA, which asks what the best designs have in common."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ragtune.effects._factors import Factors
from ragtune.errors import MissingModelError
from ragtune.types import Floats

LEAST = 20
"""Fewer configurations than this leave too few at the top to look at."""
TOP = 0.1


def ped_anova(configurations: Sequence[Mapping[str, Any]], scores: Floats) -> dict[str, float]:
    """Knob -> share of the importance for being among the best tenth of the configurations (at least ten); sums to 1.

    PED-ANOVA (Watanabe et al. 2023, https://arxiv.org/abs/2304.10255) by optuna compares how each knob is distributed
    among the best and among all. Unlike the paired effects, it says nothing of direction or size, and knows no noise.

    Raises:
        MissingModelError: optuna is not installed.
        ValueError: there are fewer configurations than `LEAST`.
    """
    if len(configurations) < LEAST:
        raise ValueError(f"PED-ANOVA needs at least {LEAST} configurations; here are {len(configurations)}")
    try:
        import optuna
        from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
    except ImportError:
        told = "the view by PED-ANOVA needs optuna: pip install 'ragtune[importance]'"
        raise MissingModelError(told) from None
    factors = Factors.of(configurations)
    distributions = {knob: _distribution(knob, factors, optuna.distributions) for knob in factors.varying}
    means = scores.mean(axis=1).tolist()
    top = max(TOP, min(1.0, 10 / len(means)))
    verbosity = optuna.logging.get_verbosity()
    try:
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            study = optuna.create_study(direction="maximize")
            for row, value in zip(factors.rows, means, strict=True):
                own = {knob: _value(row[knob], distributions[knob]) for knob in distributions if knob in row}
                held = {knob: distributions[knob] for knob in own}
                study.add_trial(optuna.trial.create_trial(params=own, distributions=held, value=value))
            evaluator = PedAnovaImportanceEvaluator(target_quantile=top)
            found = get_param_importances(study, evaluator=evaluator)
    finally:
        optuna.logging.set_verbosity(verbosity)
    finite = {knob: float(value) for knob, value in found.items() if np.isfinite(value)}
    return dict(sorted(finite.items(), key=lambda item: (-item[1], item[0])))


def _distribution(knob: str, factors: Factors, kinds: Any) -> Any:
    values = [row[knob] for row in factors.rows if knob in row]
    if all(isinstance(value, int) for value in values):
        return kinds.IntDistribution(min(values), max(values))
    if all(isinstance(value, int | float) for value in values):
        return kinds.FloatDistribution(min(values), max(values))
    return kinds.CategoricalDistribution(sorted({str(value) for value in values}))


def _value(value: Any, distribution: Any) -> Any:
    return str(value) if hasattr(distribution, "choices") else value
