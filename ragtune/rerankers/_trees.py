"""LightGBM's LambdaRank, kept as text."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ragtune.errors import MissingModelError
from ragtune.types import Floats, Ints

if TYPE_CHECKING:
    from lightgbm import Booster

HIGHEST_GRADE = 30
"""Grades above it count as much."""


def learn(matrix: NDArray[np.float32], grade: Ints, sizes: list[int], **knobs: Any) -> str:
    """A model of the rows' grades, as text; the rows lie query by query, `sizes` rows each.

    One thread and fixed seeds: equal rows give equal models.
    """
    lightgbm = _lightgbm()
    settings = {
        "objective": "lambdarank",
        "label_gain": list(range(HIGHEST_GRADE + 1)),  # the grade itself, as in our nDCG
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbosity": -1,
        **knobs,
    }
    trees = settings.pop("trees")
    data = lightgbm.Dataset(
        matrix.astype(np.float64),
        np.minimum(grade, HIGHEST_GRADE),
        group=sizes,
        params={"feature_pre_filter": False, "verbosity": -1},
    )
    return str(lightgbm.train(settings, data, num_boost_round=trees).model_to_string())


def predict(model: str, matrix: NDArray[np.float32]) -> Floats:
    """(n_rows,) scores."""
    scores = _booster(model).predict(matrix.astype(np.float64), num_threads=1)
    return np.asarray(scores, dtype=np.float64)


@lru_cache(maxsize=16)
def _booster(model: str) -> Booster:
    booster: Booster = _lightgbm().Booster(model_str=model)
    return booster


def _lightgbm() -> Any:
    try:
        import lightgbm
    except ImportError:
        raise MissingModelError("reranker ltr needs LightGBM: pip install 'ragtune[ltr]'") from None
    return lightgbm
