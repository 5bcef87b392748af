"""Listwise reranking: windows by hand, answers of any kind, and each prompt asked once."""

from __future__ import annotations

import re
from contextlib import closing

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ragtune.engine.database import Database
from ragtune.engine.memo import Memo
from ragtune.rerankers.llm_listwise import LlmListwise, permutation, windows
from ragtune.types import Chunks, Queries, Ranking
from tests.contracts.run import Unkept
from tests.endpoint_server import EndpointServer, mixed
from tests.texts import corpus

PASSAGE = re.compile(r"<passage-\w+ id=\[(\d+)\]>\n(.*?)\n</passage-", re.DOTALL)
WORTH = [3, 9, 1, 7, 5, 8, 2]
"""What each document is worth; document i says `worth WORTH[i]`."""


def by_worth(messages):
    """A model that knows: the passages of its window by falling worth, or rising when the query asks for that."""
    text = messages[-1]["content"]
    found = [(int(re.search(r"\d+", passage).group()), number) for number, passage in PASSAGE.findall(text)]
    assert found
    down = "Search query: most" in text
    return " > ".join(f"[{number}]" for _, number in sorted(found, reverse=down))


@pytest.fixture
def server():
    with EndpointServer(reply=by_worth) as server:
        yield server


def world(*rows, width=None):
    texts = corpus(*(f"worth {w}" for w in WORTH))
    n = len(WORTH)
    chunks = Chunks(np.arange(n), np.zeros(n, int), np.array([7] * n))
    depth = width or max(map(len, rows))
    chunk = np.full((len(rows), depth), -1, dtype=np.int32)
    for i, row in enumerate(rows):
        chunk[i, : len(row)] = row
    return Ranking(chunk, np.where(chunk >= 0, -np.arange(depth, dtype=float), -np.inf)), chunks, texts


def rerank(server, rows, queries, memo=None, width=None, **knobs):
    component = LlmListwise(**{"base_url": server.url, "model": "m", "backoff_s": 0.002, **knobs})
    ranking, chunks, texts = world(*rows, width=width)
    order = component.order(
        component.candidates(ranking), chunks, texts, Queries(tuple(queries)), memo=memo or Unkept()
    )
    return component.rerank(ranking, order)


def test_one_window_orders_all_and_the_rest_stays(server):
    found = rerank(server, [[0, 1, 2, 3, 4], [6, 5]], ["most", "least"], width=6)
    assert found.chunk.tolist() == [[1, 3, 4, 0, 2, -1], [6, 5, -1, -1, -1, -1]]  # 9 7 5 3 1; 2 8
    assert found.chunk.dtype == np.int32
    assert found.score[1].tolist() == [1, 1 / 2, *[-np.inf] * 4]
    found = rerank(server, [[2, 0, 4, 3, 1]], ["most"], window=2, stride=1)
    assert found.chunk[0, 0] == 1


def test_a_good_passage_rises_from_the_bottom_through_overlapping_windows(server):
    """Worths 3 1 5 2 9, windows of 3 in steps of 2: [2:5] gives 9 5 2, then [0:3] of 3 1 9 gives 9 3 1."""
    found = rerank(server, [[0, 2, 4, 6, 1]], ["most"], window=3, stride=2)
    assert found.chunk.tolist() == [[1, 0, 2, 4, 6]]
    assert len(server.requests) == 2


def test_only_the_best_depth_are_shown_and_the_others_keep_their_places(server):
    found = rerank(server, [[0, 2, 4, 6, 1]], ["most"], depth=3)
    assert found.chunk.tolist() == [[4, 0, 2, 6, 1]]
    assert found.score.tolist() == [[1, 1 / 2, 1 / 3, 1 / 4, 1 / 5]]
    prompt = server.requests[0][1]["messages"][-1]["content"]
    assert [text for _, text in PASSAGE.findall(prompt)] == ["worth 3", "worth 1", "worth 5"]
    assert server.requests[0][1]["temperature"] == 0


def test_windows_run_from_the_bottom_and_always_reach_the_top():
    assert windows(100, 20, 10) == [(s, s + 20) for s in range(80, -1, -10)]
    assert windows(25, 20, 10) == [(5, 25), (0, 20)]
    assert windows(5, 20, 10) == [(0, 5)]
    assert windows(20, 20, 20) == [(0, 20)]
    assert windows(1, 20, 10) == windows(0, 20, 10) == []


@given(st.integers(0, 60), st.integers(2, 25), st.integers(1, 25))
def test_windows_leave_nothing_out(count, window, stride):
    found = windows(count, window, min(stride, window))
    assert {i for start, end in found for i in range(start, end)} == (set(range(count)) if count > 1 else set())
    assert all(end - start == min(window, count) for start, end in found)


@pytest.mark.parametrize(
    "answer, order",
    [
        ("[2] > [1] > [3]", [1, 0, 2]),
        ("2, 3, 1", [1, 2, 0]),
        ("[3] > [3] > [9] > [0] > [1]", [2, 0, 1]),
        ("Of 3 passages, the best is [2].", [1, 0, 2]),
        ("<think>[1] > [2] > [3]</think>\n[3] > [2] > [1]", [2, 1, 0]),
        ("I cannot do that.", [0, 1, 2]),
        ("[99999999999999999999] [٣]", [0, 1, 2]),
        ("", [0, 1, 2]),
    ],
)
def test_answers_of_any_kind_are_permutations(answer, order):
    assert permutation(answer, 3) == order


@given(st.text("[]0123456789 >x٣", max_size=40), st.integers(0, 30))
def test_every_answer_is_a_permutation(answer, count):
    assert sorted(permutation(answer, count)) == list(range(count))


def test_junk_leaves_the_order_and_passages_cannot_speak_for_the_prompt(server):
    server.reply = lambda messages: "As a language model, no."
    assert rerank(server, [[0, 1, 2]], ["most {passages} {n}"]).chunk.tolist() == [[0, 1, 2]]
    prompt = server.requests[0][1]["messages"][-1]["content"]
    assert "Search query: most {passages} {n}\n" in prompt


def test_queries_share_a_round_and_a_prompt_is_asked_once_ever(server, tmp_path):
    server.faults = mixed(0.3)
    rows, queries = [[0, 2, 4, 6, 1], [1, 3], [5], []], ["most", "least", "most", "most"]
    with closing(Database(tmp_path / "memo.sqlite")) as database:
        results = []
        knobs = {"window": 3, "stride": 2, "max_retries": 20, "timeout_s": 1}
        for _ in range(2):
            memo = Memo(database, "scope", lambda *_: None)
            results.append(rerank(server, rows, queries, memo, **knobs).chunk.tolist())
    # Worths of the second: 9 7, asked for the least first.
    assert results[0] == results[1] == [[1, 0, 2, 4, 6], [3, 1, -1, -1, -1], [5, -1, -1, -1, -1], [-1] * 5]
    assert set(server.asked.values()) == {1} and server.asked.total() == 3


def test_passages_are_cut_and_a_stride_over_the_window_is_refused(server):
    server.reply = lambda messages: "[1]"
    rerank(server, [[0, 1]], ["most"], passage_characters=5)
    assert [text for _, text in PASSAGE.findall(server.requests[0][1]["messages"][-1]["content"])] == ["worth"] * 2
    with pytest.raises(ValidationError, match="stride 5 is more than window 4: passages between are never ranked"):
        LlmListwise(model="m", window=4, stride=5)
