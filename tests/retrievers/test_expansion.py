"""Query expansion by an endpoint: what is asked, what is searched with, and how rankings are folded."""

from __future__ import annotations

from contextlib import closing

import numpy as np
import pytest
from pydantic import ValidationError

from ragtune.component import parse
from ragtune.engine.database import Database
from ragtune.engine.memo import Memo
from ragtune.retrievers._expansion import fill
from ragtune.retrievers.hyde import Hyde
from ragtune.retrievers.multi_query import MultiQuery, reworded
from ragtune.types import Queries, Ranking
from tests.contracts.run import Unkept
from tests.endpoint_server import EndpointServer

QUERIES = Queries(("why do cats purr", "do dogs dream"))


@pytest.fixture
def server():
    with EndpointServer(reply=lambda messages: f"About {messages[-1]['content']}") as server:
        yield server


def hyde(server, **knobs):
    return Hyde(**{"base_url": server.url, "model": "m", "prompt": "{query}!", **knobs})


def ranking(*rows):
    chunk = np.array(rows, dtype=np.int32)
    return Ranking(chunk, np.where(chunk >= 0, -np.arange(chunk.shape[1], dtype=float), -np.inf))


def test_hyde_searches_with_query_and_passages(server):
    def texts(**knobs):
        return hyde(server, **knobs).retriever_queries(QUERIES, memo=Unkept()).texts

    assert texts() == (
        "why do cats purr\nAbout why do cats purr!",
        "do dogs dream\nAbout do dogs dream!",
    )
    assert texts(query_repeats=0) == ("About why do cats purr!", "About do dogs dream!")
    assert texts(passages=2, temperature=0.7, query_repeats=2)[1] == "\n".join(
        ["do dogs dream"] * 2 + ["About do dogs dream!"] * 2
    )
    assert server.requests[-1][1]["temperature"] == 0.7
    server.reply = lambda _: "<think>hm</think>"
    assert texts(query_repeats=0) == QUERIES.texts


def test_hyde_asks_for_each_draw_once_ever(server, tmp_path):
    with closing(Database(tmp_path / "memo.sqlite")) as database:
        for _ in range(2):
            component = hyde(server, passages=3, temperature=1.0)
            memo = Memo(database, component.key("retriever_queries"), lambda *_: None)
            component.retriever_queries(QUERIES, memo=memo)
    assert len(server.requests) == 6


def test_hyde_returns_what_its_retriever_found_to_its_depth(server):
    found = ranking([3, 1, 2], [0, -1, -1])
    assert hyde(server).rank(found).chunk.shape == (2, 100)
    assert hyde(server, depth=2).rank(found).chunk.tolist() == [[3, 1], [0, -1]]
    assert hyde(server, depth=4).rank(found).chunk.tolist() == [[3, 1, 2, -1], [0, -1, -1, -1]]
    assert hyde(server, depth=4).rank(found).score[1].tolist() == [0, *[-np.inf] * 3]


def test_depth_and_fusion_do_not_ask_again():
    for word, other in (
        ("hyde", {"depth": 50}),
        ("multi-query", {"depth": 50, "rrf_k": 10}),
        ("hyde", {"retriever": "bm25"}),
    ):
        plain, changed = (parse("retriever", {word: {"model": "m", **knobs}}) for knobs in ({}, other))
        assert plain.key("retriever_queries") == changed.key("retriever_queries")
        assert parse("retriever", str(changed)) == changed
    assert Hyde(model="m").key("retriever_queries") != Hyde(model="m", passages=2, temperature=1).key(
        "retriever_queries"
    )


def test_what_cannot_work_is_refused():
    with pytest.raises(ValidationError, match=r"passages 4 would all be the same at temperature 0; try 0\.7"):
        Hyde(model="m", passages=4)
    for cls in (Hyde, MultiQuery):
        with pytest.raises(ValidationError, match=r"has no \{query\}: the place where the query goes"):
            cls(model="m", prompt="Reword.")


def test_what_a_query_holds_is_no_place():
    assert fill("{n} of {query}", "{n} {query} {x}", n=3) == "3 of {n} {query} {x}"


def test_multi_query_searches_with_every_wording(server):
    server.reply = lambda messages: (
        "Here are some:\n1. cat purring\n2) purr reason\n- why do cats purr\n\n* cat purring\nmore"
    )
    component = MultiQuery(base_url=server.url, model="m", paraphrases=3)
    found = component.retriever_queries(QUERIES, memo=Unkept()).texts
    assert found[:4] == ("why do cats purr", "cat purring", "purr reason", "more")
    assert found[4] == "do dogs dream" and len(found) == 8
    assert "Write 3 different wordings" in server.requests[0][1]["messages"][-1]["content"]


@pytest.mark.parametrize(
    "answer, expected",
    [
        ('"a b"\n“c d”', ("q", "a b", "c d")),
        ("```\na\nb\nc\n```", ("q", "a", "b")),
        ("3.5 mm jacks\n2024 results", ("q", "3.5 mm jacks", "2024 results")),
        ("<think>\nx\n</think>\na", ("q", "a", "q")),
        ("q\nq", ("q", "q", "q")),
    ],
)
def test_completions_are_read_a_line_each(answer, expected):
    assert reworded("q", answer, 2) == expected


def test_rankings_of_the_wordings_are_fused_by_reciprocal_ranks():
    component = MultiQuery(model="m", paraphrases=1, rrf_k=1, depth=4)
    found = component.rank(ranking([5, 2, -1], [2, 7, 5], [1, -1, -1], [-1, -1, -1]), Queries(("a", "b")))
    # 5: 1/2 + 1/4; 2: 1/3 + 1/2; 7: 1/3
    assert found.chunk.tolist() == [[2, 5, 7, -1], [1, -1, -1, -1]]
    assert found.score[0, :3] == pytest.approx([5 / 6, 3 / 4, 1 / 3])
    assert component.rank(ranking([4], [9]), Queries(("a",))).chunk.tolist() == [[4, 9, -1, -1]]  # a tie: rising
    empty = Ranking(np.zeros((0, 3), np.int32), np.zeros((0, 3)))
    assert component.rank(empty, Queries(())).chunk.shape == (0, 4)
