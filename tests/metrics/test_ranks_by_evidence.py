from math import log2

import pytest

from tests.metrics.worlds import WHOLE, chunks, corpus, judgments, of_ranking, ranking

CORPUS = corpus(100, 100)
# d0 in tens: chunk i is [10 i, 10 i + 10); d1 in halves: chunks 10 and 11
CHUNKS = chunks(*[(0, 10 * i, 10 * i + 10) for i in range(10)], (1, 0, 50), (1, 50, 100))


def score(label, ranked, *evidence):
    (value,) = of_ranking(label, ranking(ranked), CHUNKS, CORPUS, judgments(1, *evidence))
    return value


@pytest.mark.parametrize(
    ("start", "end", "relevant"),
    [
        (15, 20, True),  # lies inside
        (15, 25, True),  # 5 shared of 10 and 10: exactly half
        (16, 26, False),  # 4 shared of 10 and 10
        (16, 23, True),  # 4 shared of 7
        (17, 24, False),  # 3 shared of 7
        (0, 100, True),  # the chunk is the shorter one and lies inside
        (20, 30, False),  # touches
        (12, 12, False),  # is empty
    ],
)
def test_a_chunk_is_relevant_that_shares_half_of_the_shorter(start, end, relevant):
    assert score("evidence_success@1", [1], (0, 0, start, end)) == relevant


def test_a_chunk_is_relevant_to_the_whole_document_it_lies_in():
    assert score("evidence_MRR", [3, 11, 10], (0, 1, WHOLE, WHOLE)) == 1 / 2
    assert score("evidence_precision@3", [3, 11, 10], (0, 1, WHOLE, WHOLE)) == 2 / 3


# three needs: at chunk 1; at chunk 4 or 5 (alternatives); at chunk 8
NEEDS = [(0, 0, 10, 20, 1, 0), (0, 0, 40, 50, 1, 1), (0, 0, 50, 60, 1, 1), (0, 0, 80, 90, 1, 2)]
# ranks: 1 nothing, 2 the second need, 3 nothing new (its alternative), 4 the first need
RANKED = [0, 5, 4, 1]


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("evidence_recall@1", 0.0),
        ("evidence_recall@2", 1 / 3),
        ("evidence_recall@3", 1 / 3),
        ("evidence_recall@4", 2 / 3),
        ("evidence_recall", 2 / 3),
        ("evidence_success@1", 0.0),
        ("evidence_success@2", 1.0),
        ("evidence_MRR@10", 1 / 2),
        ("evidence_precision@4", 3 / 4),  # chunks 5, 4 and 1 are relevant to some piece
        ("evidence_precision@10", 3 / 10),
        ("evidence_nDCG@10", (1 / log2(3) + 1 / log2(5)) / (1 + 1 / log2(3) + 1 / log2(4))),
        ("evidence_nDCG@2", (1 / log2(3)) / (1 + 1 / log2(3))),
        ("evidence_MAP", (1 / 2 + 2 / 4) / 3),
    ],
)
def test_value(label, value):
    assert score(label, RANKED, *NEEDS) == pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize("label", ["evidence_nDCG@10", "evidence_MAP", "evidence_recall@1"])
def test_a_chunk_that_meets_two_needs_at_once_gives_no_more_than_1(label):
    # nDCG would be 2 / (1 + 1 / log2(3)) > 1, and precision at rank 1 would be 2 / 1
    assert score(label, [1], (0, 0, 11, 13), (0, 0, 15, 17)) == 1.0


def test_a_need_may_be_met_by_a_span_or_by_a_whole_document():
    either = [(0, 0, 10, 20, 1, 0), (0, 1, WHOLE, WHOLE, 1, 0)]
    assert score("evidence_MRR", [0, 10, 1], *either) == 1 / 2
    assert score("evidence_recall@2", [0, 10, 1], *either) == 1.0
    assert score("evidence_precision@3", [0, 10, 1], *either) == 2 / 3


def test_needs_of_equal_number_in_two_queries_are_two():
    judged = judgments(2, (0, 0, 10, 20, 1, 7), (1, 0, 30, 40, 1, 7))
    assert of_ranking("evidence_MRR", ranking([1, 3], [1, 3]), CHUNKS, CORPUS, judged) == [1.0, 0.5]


def test_chunks_inside_chunks():
    nested = chunks((0, 0, 100), (0, 0, 10), (0, 50, 60), (1, 0, 100))
    judged = judgments(1, (0, 0, 52, 58))
    for ranked, expected in [([1, 0], 1 / 2), ([1, 3, 2], 1 / 3)]:
        assert of_ranking("evidence_MRR", ranking(ranked), nested, CORPUS, judged) == [expected]
