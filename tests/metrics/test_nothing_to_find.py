"""A query that the documents do not answer: nothing to find, nothing missed."""

import numpy as np
import pytest

from ragtune.metrics import Judged, evaluate, parse_metric
from tests.metrics.worlds import chunks, contexts, corpus, judgments, ranking

CORPUS, CHUNKS = corpus(10, 10, 10), chunks((0, 0, 10), (1, 0, 10), (2, 0, 10))
RANKED = ranking([1, 0], [0], [], [2, 0])
JUDGED = judgments(4, (0, 0, 0, 10), (3, 2, 0, 5))
ONLY = ranking([1, 0], [2, 0]), judgments(2, (0, 0, 0, 10), (1, 2, 0, 5))
RANK = ["nDCG@10", "nDCG", "recall@2", "MRR", "MAP@5", "success@1", "precision@3", "completeness@2", "span_recall@2",
        "span_precision@2", "span_iou@1", "span_precision_omega"]  # fmt: skip


@pytest.mark.parametrize("label", [*RANK, *[f"evidence_{name}" for name in RANK[:8]]])
def test_measures_of_a_ranking_are_1_and_those_of_others_do_not_move(label):
    metric = parse_metric(label)
    found = metric.score(Judged.of_ranking(RANKED, CHUNKS, CORPUS, JUDGED))
    alone = metric.score(Judged.of_ranking(ONLY[0], CHUNKS, CORPUS, ONLY[1]))
    assert found[[1, 2]].tolist() == [1, 1]
    assert found[[0, 3]].tolist() == alone.tolist()


@pytest.mark.parametrize("label", ["span_recall", "span_precision", "span_iou"])
def test_measures_of_a_context(label):
    packed = contexts(4, (0, 0, 0, 5), (1, 0, 0, 5), (3, 1, 0, 5), tokens=[3, 4, 0, 5])
    judged = Judged.of_contexts(packed, CORPUS, JUDGED)
    assert parse_metric(label).score(judged).tolist() == [1 if label == "span_precision" else 0.5, 1, 1, 0]
    assert parse_metric("context_tokens").score(judged).tolist() == [3, 4, 0, 5]


@pytest.mark.parametrize("label", RANK)
def test_where_no_query_has_anything_to_find(label):
    found = parse_metric(label).score(Judged.of_ranking(RANKED, CHUNKS, CORPUS, judgments(4)))
    assert np.array_equal(found, np.ones(4))


def test_a_run_is_scored_as_trec_does():
    assert evaluate({"q": {"d": 1.0}}, {"q": {"d": 0}}, ["recall@1"]) == {"recall@1": {"q": 0.0}}
