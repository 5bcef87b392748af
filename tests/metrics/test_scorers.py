import gc
import weakref

import numpy as np
import pytest

from ragtune.metrics import ContextScorer, RankingScorer, parse_metric
from ragtune.types import Scores
from tests.metrics.worlds import chunks, contexts, corpus, judgments, ranking

CORPUS = corpus(10, 10)
CHUNKS = chunks((0, 0, 10), (1, 0, 10))


def test_a_row_a_metric_in_their_order():
    scorer = RankingScorer(metrics=("MRR", "precision@2", "evidence_recall@1"))
    judged = judgments(2, (0, 0, 0, 10), (1, 0, 0, 10))
    scores = scorer.score(ranking([1, 0], [0]), CHUNKS, CORPUS, judged)
    assert scores.matrix.dtype == np.float64
    assert scores.matrix.tolist() == [[0.5, 1.0], [0.5, 0.5], [0.0, 1.0]]
    assert np.array_equal(Scores.from_arrays(scores.to_arrays()).matrix, scores.matrix)


def test_contexts():
    scorer = ContextScorer(metrics=("context_tokens", "span_recall"))
    scores = scorer.score(contexts(1, (0, 0, 0, 5), tokens=[3]), CORPUS, judgments(1, (0, 0, 0, 10)))
    assert scores.matrix.tolist() == [[3.0], [0.5]]


def test_metrics_are_part_of_the_key_and_their_order_too():
    keys = {
        RankingScorer(metrics=names).key("score") for names in [("MRR",), ("MRR@5",), ("MRR", "MAP"), ("MAP", "MRR")]
    }
    assert len(keys) == 4


@pytest.mark.parametrize("label", ["MAP", "evidence_MAP", "evidence_precision@3", "span_iou@2", "span_precision_omega"])
def test_scoring_again_with_other_judgments_or_chunks_forgets_the_first(label):
    scorer = RankingScorer(metrics=(label,))
    one, two = judgments(1, (0, 0, 0, 10)), judgments(1, (0, 1, 0, 10))
    other = chunks((0, 0, 5), (1, 0, 5))
    fresh = [
        scorer.score(ranking([0]), c, corpus(10, 10), judgments(1, row)).matrix.item()
        for row in [(0, 0, 0, 10), (0, 1, 0, 10)]
        for c in (chunks((0, 0, 10), (1, 0, 10)), chunks((0, 0, 5), (1, 0, 5)))
    ]
    kept = [scorer.score(ranking([0]), c, CORPUS, j).matrix.item() for j in (one, two) for c in (CHUNKS, other)]
    assert kept == fresh


def test_what_was_kept_goes_with_the_judgments():
    judged, cut = judgments(1, (0, 0, 0, 10)), chunks((0, 0, 10))
    RankingScorer(metrics=("evidence_MAP", "span_precision_omega")).score(ranking([0]), cut, CORPUS, judged)
    alive = [weakref.ref(judged), weakref.ref(cut)]
    del judged, cut
    gc.collect()
    assert [reference() for reference in alive] == [None, None]


def test_a_measure_of_contexts_cannot_score_a_ranking():
    with pytest.raises((TypeError, ValueError)):
        RankingScorer(metrics=(parse_metric("context_tokens"),)).score(
            ranking([0]), CHUNKS, CORPUS, judgments(1, (0, 0, 0, 1))
        )
