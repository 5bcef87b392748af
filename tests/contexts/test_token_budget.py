"""Packing: by hand, and against a slow packer that counts token by token."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ragtune.contexts.token_budget import TokenBudget
from ragtune.types import Chunks, Ranking, Tokens
from tests.texts import corpus

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def pack(context, texts, spans, ranked):
    """One character is one token here. `spans` are (document, start, end); returns texts in order, and token counts."""
    documents = corpus(*texts)
    columns = np.array(spans, dtype=np.int64).reshape(-1, 3).T
    chunks = Chunks(*columns)
    chunk = np.array(ranked, dtype=np.int32).reshape(len(ranked), -1)
    tokens = Tokens(np.arange(documents.offsets[-1]))
    ranking = Ranking(chunk, -np.cumsum(np.ones(chunk.shape), axis=1))
    found = context.pack(ranking, chunks, tokens, context.places(chunks, documents, tokens))
    rows = zip(found.query, found.document, found.start, found.end, strict=True)
    packed = [[] for _ in ranked]
    for query, document, start, end in rows:
        packed[query].append(texts[document][start:end])
    return packed, found.tokens.tolist()


def test_takes_chunks_by_rank_and_cuts_the_last_at_the_budget():
    spans = [(0, 0, 4), (0, 10, 14), (0, 20, 24)]
    assert pack(TokenBudget(budget_tokens=6), [LETTERS], spans, [[2, 0, 1]]) == ([["uvwx", "ab"]], [6])
    assert pack(TokenBudget(budget_tokens=6, overflow="stop"), [LETTERS], spans, [[2, 0, 1]]) == ([["uvwx"]], [4])
    assert pack(TokenBudget(budget_tokens=99, top_k=2), [LETTERS], spans, [[2, 0, 1]]) == ([["uvwx", "abcd"]], [8])


def test_text_that_chunks_share_is_counted_once_and_neighbours_are_merged():
    spans = [(0, 0, 6), (0, 4, 10), (0, 10, 12)]
    assert pack(TokenBudget(budget_tokens=10), [LETTERS], spans, [[0, 1, 2]]) == ([["abcdefghij"]], [10])
    assert pack(TokenBudget(budget_tokens=11), [LETTERS], spans, [[0, 1, 2]]) == ([["abcdefghijk"]], [11])


def test_document_order_keeps_the_best_document_first():
    spans = [(0, 0, 2), (0, 8, 10), (1, 0, 3)]
    texts = [LETTERS, "XYZ"]
    assert pack(TokenBudget(order="rank"), texts, spans, [[1, 2, 0]])[0] == [["ij", "XYZ", "ab"]]
    assert pack(TokenBudget(order="document"), texts, spans, [[1, 2, 0]])[0] == [["ab", "ij", "XYZ"]]


def test_a_query_that_found_nothing_gets_nothing():
    assert pack(TokenBudget(), [LETTERS], [(0, 0, 4)], [[-1], [0]]) == ([[], ["abcd"]], [0, 4])
    assert pack(TokenBudget(), [LETTERS], [], [[-1]]) == ([[]], [0])


def slowly(budget, overflow, spans, ranked):
    """The tokens of the context, one at a time."""
    taken: list[tuple[int, int]] = []
    for i in ranked:
        if i < 0:
            break
        document, start, end = spans[i]
        new = [(document, t) for t in range(start, end) if (document, t) not in taken]
        if len(new) > budget - len(taken):
            return taken + (new[: budget - len(taken)] if overflow == "cut" else [])
        taken += new
    return taken


span = st.tuples(st.integers(0, 1), st.integers(0, 24), st.integers(1, 12)).map(
    lambda s: (s[0], s[1], min(26, s[1] + s[2]))
)


@settings(max_examples=300, deadline=None)
@given(
    st.sets(span, min_size=1, max_size=8),
    st.integers(1, 40),
    st.sampled_from(["cut", "stop"]),
    st.randoms(use_true_random=False),
)
def test_agrees_with_counting_token_by_token(spans, budget, overflow, random):
    spans = sorted(spans)
    ranked = [random.sample(range(len(spans)), len(spans)) for _ in range(3)]
    texts = [LETTERS, LETTERS.upper()]
    packed, tokens = pack(TokenBudget(budget_tokens=budget, overflow=overflow), texts, spans, ranked)
    for row, got, count in zip(ranked, packed, tokens, strict=True):
        expected = sorted(texts[d][t] for d, t in slowly(budget, overflow, spans, row))
        assert sorted("".join(got)) == expected
        assert count == len(expected)
