"""Examples are chosen by hand-worked likeness, and never for their own part."""

from __future__ import annotations

import numpy as np
import pytest

from ragtune.answers import Example, Examples
from ragtune.fewshots.diverse import Diverse
from ragtune.fewshots.fixed import Fixed
from ragtune.fewshots.nearest import Nearest
from ragtune.fewshots.none import NoExamples
from ragtune.fewshots.random import Random
from ragtune.types import Folds, Queries, Vectors

EXAMPLES = Examples(tuple(Example(f"q{i}", f"a{i}", part) for i, part in enumerate([0, 0, 1, 1])))
QUERIES = Queries(("x", "y"))
FOLDS = Folds(np.array([0, -1]))
EAST, NORTH, BETWEEN = [1.0, 0.0], [0.0, 1.0], [0.6, 0.8]
ASKED = Vectors(np.array([EAST, EAST], dtype=np.float32))
KNOWN = Vectors(np.array([EAST, EAST, NORTH, BETWEEN], dtype=np.float32))


def test_none_is_empty():
    assert NoExamples().choose(QUERIES).example.shape == (2, 0)


def test_fixed_takes_the_first_of_other_parts():
    assert Fixed(k=3).choose(QUERIES, EXAMPLES, FOLDS).example.tolist() == [[2, 3, -1], [0, 1, 2]]


def test_nearest_puts_the_likest_last():
    assert Nearest(k=2).choose(ASKED, KNOWN, EXAMPLES, FOLDS).example.tolist() == [[2, 3], [1, 0]]


def test_diverse_prefers_what_is_unlike_the_chosen():
    # Query 1 may have all: first 0 (cosine 1); then 1 is worth .5 * 1 - .5 * 1 = 0, 2 is 0 - 0, 3 is .3 - .3: the first wins.
    assert Diverse(k=2, weight=0.5).choose(ASKED, KNOWN, EXAMPLES, FOLDS).example[1].tolist() == [1, 0]
    # With likeness to the chosen counting more, the one at a right angle comes second.
    assert Diverse(k=2, weight=0.4).choose(ASKED, KNOWN, EXAMPLES, FOLDS).example[1].tolist() == [2, 0]
    assert Diverse(k=2, weight=1.0).choose(ASKED, KNOWN, EXAMPLES, FOLDS).example[1].tolist() == [1, 0]


def test_random_falls_by_the_text_and_the_seed():
    alone = Random(k=4).choose(Queries(("y",)), EXAMPLES, Folds(np.array([-1])))
    both = Random(k=4).choose(QUERIES, EXAMPLES, FOLDS)
    assert both.example[1].tolist() == alone.example[0].tolist()
    draws = {
        tuple(Random(k=4, seed=s).choose(Queries(("y",)), EXAMPLES, Folds(np.array([-1]))).of(0)) for s in range(20)
    }
    assert len(draws) > 5 and all(sorted(draw) == [0, 1, 2, 3] for draw in draws)


@pytest.mark.parametrize("k", [1, 5])
def test_there_may_be_nothing_to_choose_from(k):
    nothing = Examples(())
    assert (Fixed(k=k).choose(QUERIES, nothing, FOLDS).example == -1).all()
    empty = Vectors(np.zeros((0, 2), dtype=np.float32))
    assert (Nearest(k=k).choose(ASKED, empty, nothing, FOLDS).example == -1).all()
    assert (Diverse(k=k).choose(ASKED, empty, nothing, FOLDS).example == -1).all()
