from math import log2

import pytest

from tests.metrics.worlds import WHOLE, chunks, corpus, judgments, of_ranking, ranking

CORPUS = corpus(10, 10, 10, 10)
# chunks 0 and 1 are of d0, 2 and 3 of d1, 4 of d2, 5 of d3
CHUNKS = chunks((0, 0, 5), (0, 5, 10), (1, 0, 5), (1, 5, 10), (2, 0, 10), (3, 0, 10))
# d1 has grade 2 (the greater of two), d2 grade 1, d3 grade 1
JUDGED = judgments(1, (0, 1, 0, 3, 1), (0, 1, 6, 8, 2), (0, 2, WHOLE, WHOLE, 1), (0, 3, 0, 1, 1))
# chunks of d0 d0 d1 d1 d2: documents d0 d1 d2, so d1 stands at 2 and d2 at 3
RANKED = ranking([1, 0, 3, 2, 4])

IDEAL_3 = 2 / log2(2) + 1 / log2(3) + 1 / log2(4)


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("nDCG@1", 0.0),
        ("nDCG@2", (2 / log2(3)) / (2 / log2(2) + 1 / log2(3))),
        ("nDCG@10", (2 / log2(3) + 1 / log2(4)) / IDEAL_3),
        ("nDCG", (2 / log2(3) + 1 / log2(4)) / IDEAL_3),
        ("recall@1", 0.0),
        ("recall@2", 1 / 3),
        ("recall@100", 2 / 3),
        ("recall", 2 / 3),
        ("precision@2", 1 / 2),
        ("precision@10", 2 / 10),  # three documents were found, and k still divides
        ("MRR@1", 0.0),
        ("MRR@2", 1 / 2),
        ("MRR", 1 / 2),
        ("MAP@2", (1 / 2) / 3),
        ("MAP@100", (1 / 2 + 2 / 3) / 3),
        ("MAP", (1 / 2 + 2 / 3) / 3),
        ("success@1", 0.0),
        ("success@2", 1.0),
    ],
)
def test_value(label, value):
    assert of_ranking(label, RANKED, CHUNKS, CORPUS, JUDGED) == pytest.approx([value], abs=1e-12)


def test_later_chunks_of_a_document_are_dropped_and_ranks_close_up():
    judged = judgments(1, (0, 2, WHOLE, WHOLE))
    assert of_ranking("MRR", ranking([0, 1, 2, 3, 4]), CHUNKS, CORPUS, judged) == [1 / 3]


def test_each_query_is_scored_by_itself_whatever_order_its_evidence_comes_in():
    judged = judgments(3, (2, 0, WHOLE, WHOLE), (0, 1, WHOLE, WHOLE), (1, 0, WHOLE, WHOLE), (0, 0, WHOLE, WHOLE))
    ranked = ranking([0, 2], [5, 0], [5])
    assert of_ranking("recall@1", ranked, CHUNKS, CORPUS, judged) == [0.5, 0.0, 0.0]
    assert of_ranking("MRR", ranked, CHUNKS, CORPUS, judged) == [1.0, 0.5, 0.0]


@pytest.mark.parametrize("label", ["nDCG@5", "recall", "precision@5", "MRR", "MAP", "success@5"])
@pytest.mark.parametrize("prefix", ["", "evidence_"])
def test_nothing_found_scores_0(label, prefix):
    judged = judgments(2, (0, 1, 0, 3), (1, 2, WHOLE, WHOLE))
    assert of_ranking(prefix + label, ranking([], [-1]), CHUNKS, CORPUS, judged) == [0.0, 0.0]
