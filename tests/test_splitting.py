from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragtune.splitting import Split, split


def texts(n, start=0):
    return [f"question {i}" for i in range(start, start + n)]


def parted(questions, **knobs):
    return split(questions, questions, **knobs)


def test_a_query_added_later_moves_no_other():
    before, after = parted(texts(200)), parted(texts(230))
    np.testing.assert_array_equal(before.fold, after.fold[:200])


@given(st.permutations(list(range(70))))
def test_order_does_not_matter(order):
    questions = texts(70)
    whole = dict(zip(questions, parted(questions).fold.tolist(), strict=True))
    shuffled = [questions[i] for i in order]
    assert parted(shuffled).fold.tolist() == [whole[text] for text in shuffled]


def test_about_the_share_asked_for_is_kept_back_and_other_folds_are_even():
    found = parted(texts(3000))
    assert found.confirm.mean() == pytest.approx(0.3, abs=0.03)
    assert found.folds == 0
    counts = np.bincount(found.fold[~found.confirm])
    assert len(counts) == 5
    assert counts.min() > 0.8 * counts.max()


def test_another_seed_is_another_split():
    assert (parted(texts(200)).fold != parted(texts(200), seed=1).fold).any()


@pytest.mark.parametrize("n", [40, 100])
def test_texts_that_differ_in_case_or_spacing_stay_together(n):
    twice = [*texts(n), *[f"  QUESTION   {i}" for i in range(n)]]
    fold = split([str(i) for i in range(2 * n)], twice).fold
    np.testing.assert_array_equal(fold[:n], fold[n:])


def test_every_tag_has_its_share():
    tags = [("easy",)] * 1000 + [("hard", "long")] * 1000
    found = split(texts(2000), texts(2000), tags).confirm
    assert found[:1000].sum() == found[1000:].sum() == 300
    assert (
        split(texts(90), texts(90), [(str(i),) for i in range(90)]).confirm.sum() == 27
    )  # a tag each: the whole adds up


def test_small_sets_are_parted_into_even_folds_with_every_tag_in_each():
    found = split(texts(50), texts(50), [("a",)] * 25 + [("b",)] * 25)
    assert not found.confirm.any()
    assert found.folds == 5
    assert np.bincount(found.fold[:25]).tolist() == np.bincount(found.fold[25:]).tolist() == [5] * 5


def test_nothing_is_kept_back_when_nothing_should_be():
    assert not parted(texts(200), confirm=0.0).confirm.any()


def test_rounds_judge_every_query_once_by_others():
    (chosen, judged), *rest = parted(texts(100)).rounds()
    assert not rest
    assert not (chosen & judged).any()
    assert (chosen | judged).all()
    rounds = list(parted(texts(20)).rounds())
    assert np.sum([judge for _, judge in rounds], axis=0).tolist() == [1] * 20
    assert all(not (chosen & judged).any() for chosen, judged in rounds)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_tiny_sets_have_something_to_choose_by(n):
    assert all(chosen.any() and judged.any() for chosen, judged in parted(texts(n)).rounds())


def test_the_note_says_what_can_be_concluded():
    assert parted(texts(300)).note() == ""
    assert Split(np.array([-1] * 20 + [0] * 60)).note() == (
        "Only 20 queries are kept back to confirm. A difference is likely to show (power 80 %) from 0.6 standard "
        "deviations of it on."
    )
    assert "5-fold" in parted(texts(40)).note()
    assert "cannot be parted" in parted(texts(1)).note()
