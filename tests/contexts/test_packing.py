"""Which chunks are read, how far around them, and in what order they are put down."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragtune.contexts._packing import _occurrence
from ragtune.contexts.compressed import Compressed
from ragtune.contexts.token_budget import TokenBudget
from ragtune.contexts.top_k import TopK
from ragtune.types import Chunks, Ranking, Tokens
from tests.contexts.test_token_budget import LETTERS, pack
from tests.texts import corpus

PAIRS = [(0, i, i + 2) for i in range(0, 20, 4)]  # ab, ef, ij, mn, qr


def test_top_k_takes_whole_chunks():
    assert pack(TopK(k=2), [LETTERS], PAIRS, [[3, 0, 1], [4, -1, -1]]) == ([["mn", "ab"], ["qr"]], [4, 2])


@pytest.mark.parametrize(
    "order, expected",
    [
        ("rank", ["qr", "ab", "mn", "ef", "ij"]),
        ("reverse", ["ij", "ef", "mn", "ab", "qr"]),
        ("document", ["ab", "ef", "ij", "mn", "qr"]),
        ("lost-in-the-middle", ["qr", "mn", "ij", "ef", "ab"]),  # ranks 1 3 5 4 2
    ],
)
def test_orders(order, expected):
    assert pack(TopK(k=5, order=order), [LETTERS], PAIRS, [[4, 0, 3, 1, 2]])[0] == [expected]


def test_thresholds_leave_out_low_scores():
    ranked = [[2, 1, 0], [2, 1, 0]]  # pack() scores them -1, -2, -3
    assert pack(TopK(threshold=-2), [LETTERS], PAIRS, ranked)[0] == [["ij", "ef"]] * 2
    chunks, ranking = Chunks(*np.array(PAIRS).T), Ranking(np.array([[2, 1, 0]]), np.array([[10.0, 5.0, 4.9]]))
    assert TopK(relative_threshold=0.5)._chosen(ranking, chunks).tolist() == [[2, 1, -1]]


def test_per_document_makes_room_for_others():
    spans = [(0, 0, 2), (0, 4, 6), (1, 0, 2), (1, 4, 6)]
    packed, _ = pack(TopK(k=2, per_document=1), [LETTERS, LETTERS.upper()], spans, [[0, 1, 2, 3]])
    assert packed == [["ab", "AB"]]


@given(st.lists(st.lists(st.integers(0, 3), min_size=6, max_size=6), min_size=1, max_size=4))
def test_occurrence_counts_those_before(rows):
    expected = [[row[:i].count(value) for i, value in enumerate(row)] for row in rows]
    assert _occurrence(np.array(rows)).tolist() == expected


def test_neighbours_are_read_along_and_stay_in_the_document():
    texts = [LETTERS, LETTERS.upper()]
    spans = [*PAIRS, (1, 0, 2)]
    assert pack(TopK(neighbours=1), texts, spans, [[2]])[0] == [["efghijklmn"]]
    assert pack(TopK(neighbours=1), texts, spans, [[4]])[0] == [["mnopqr"]]
    assert pack(TokenBudget(neighbours=1, budget_tokens=5), texts, spans, [[2]]) == ([["efghi"]], [5])


def wide(needed, among, ranked):
    """Leaves ab, ef, ij read wide as [0, 12), mn and qr as [12, 20)."""
    chunks = Chunks(*np.array(PAIRS).T).widened(
        np.array([0, 0, 0, 12, 12]), np.array([12, 12, 12, 20, 20]), needed=np.array(needed), among=among
    )
    documents = corpus(LETTERS)
    tokens = Tokens(np.arange(26))
    context = TopK(k=5)
    chunk = np.array([ranked])
    found = context.pack(Ranking(chunk, -np.arange(chunk.size)[None].astype(float)), chunks, tokens,
                         context.places(chunks, documents, tokens))  # fmt: skip
    return [LETTERS[s:e] for s, e in zip(found.start, found.end, strict=True)]


def test_small_to_find_wide_to_read():
    assert wide([1] * 5, 0, [3]) == ["mnopqrst"]
    assert wide([1] * 5, 0, [0, 1, 4]) == ["abcdefghijklmnopqrst"]  # the two wide spans touch


def test_leaves_become_their_parent_when_enough_of_them_are_found():
    assert wide([2] * 5, 0, [1]) == ["ef"]
    assert wide([2] * 5, 0, [1, 4, 0]) == ["abcdefghijkl", "qr"]
    assert wide([2] * 5, 2, [1, 4, 0]) == ["ef", "qr", "ab"]  # only one of them is among the first two


def test_compression_keeps_the_sentences_that_the_retriever_finds():
    chunks, sentences = Chunks(*np.array([(0, 0, 12), (0, 12, 20)]).T), Chunks(*np.array(PAIRS).T)
    ranking = Ranking(np.array([[0, 1], [1, -1]]), np.zeros((2, 2)))
    found = Ranking(np.array([[4, 2, 0], [0, 3, -1]]), np.array([[3.0, 2.0, 1.0], [2.0, 1.0, -np.inf]]))
    kept = Compressed(top_k=1).context_ranking(ranking, chunks, sentences, found)
    assert kept.chunk.tolist() == [[2, 0, -1], [3, -1, -1]]
    assert kept.score.tolist() == [[2.0, 1.0, -np.inf], [1.0, -np.inf, -np.inf]]
