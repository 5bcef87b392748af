"""Approximate search: against exact search, and what it is told to lose."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from ragtune import sweep
from ragtune.cli._leaderboard import leaderboard
from ragtune.component import parse
from ragtune.config import load_config
from ragtune.metrics import parse_metric
from ragtune.metrics._search import JudgedSearch
from ragtune.retrievers._approximate import exactly
from ragtune.retrievers._codes import codes_of, encode, likeness
from ragtune.retrievers.ann import Ann
from ragtune.retrievers.dense import Dense
from ragtune.types import Ranking, Vectors


def vectors(n, seed, dim=32):
    """Around 40 centres, as texts are around subjects."""
    centres = np.random.default_rng(5).standard_normal((40, dim))
    rng = np.random.default_rng(seed)
    found = centres[rng.integers(0, 40, n)] + 0.6 * rng.standard_normal((n, dim))
    return Vectors((found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32))


HELD, ASKED = vectors(3_000, 0), vectors(50, 1)


def search(ann, held=HELD, asked=ASKED):
    codes = ann.codes(held)
    return ann.rank(ann.graph(codes), held, asked)


def share(ann):
    exact = Dense(depth=ann.depth).rank(HELD, ASKED)
    return parse_metric("exact_overlap@10").compare(JudgedSearch(search(ann), exact)).mean()


def test_a_wide_walk_finds_what_exact_search_finds_with_the_same_scores():
    found, exact = search(Ann(ef_search=2_000, depth=20)), Dense(depth=20).rank(HELD, ASKED)
    assert np.array_equal(found.chunk, exact.chunk) and np.array_equal(found.score, exact.score)


def test_every_knob_moves_the_loss_as_it_should():
    narrow = share(Ann(depth=10, m=2, ef_construction=4, ef_search=10))
    assert narrow < share(Ann(depth=10, m=2, ef_construction=4, ef_search=200)) <= 1
    assert narrow < share(Ann(depth=10, m=16, ef_construction=4, ef_search=10))
    assert share(Ann(depth=10, m=4, ef_construction=4)) < share(Ann(depth=10, m=4, ef_construction=200))
    wide = {"depth": 10, "ef_search": 1_000}
    bits = [share(Ann(quantization="binary", rescore=n, **wide)) for n in (0, 1, 4, 16)]
    assert bits == sorted(bits) and bits[0] < bits[2] < bits[3]
    assert bits[0] < share(Ann(quantization="int8", rescore=0, **wide)) < 1
    assert share(Ann(quantization="int8", rescore=4, **wide)) > 0.99


def test_a_graph_is_the_same_bits_each_time():
    ann = Ann()
    graphs = [ann.graph(ann.codes(HELD)).data for _ in range(2)]
    assert np.array_equal(*graphs)


@pytest.mark.parametrize("quantization", ["none", "int8", "binary"])
def test_one_query_finds_what_it_finds_among_many_and_threads_may_share_a_graph(quantization):
    ann = Ann(quantization=quantization, depth=15)
    codes = ann.codes(HELD)
    graph = ann.graph(codes)
    together = ann.rank(graph, HELD, ASKED)
    with ThreadPoolExecutor(4) as pool:
        ones = list(pool.map(lambda i: ann.rank(graph, HELD, Vectors(ASKED.matrix[i : i + 1])), range(50)))
    for i, one in enumerate(ones):
        assert np.array_equal(one.chunk[0], together.chunk[i]) and np.array_equal(one.score[0], together.score[i])


def test_codes_by_hand():
    matrix = np.array([[0.6, -0.8], [1.0, 0.0], [0.0, 1.0]], dtype=np.float32)
    bits = codes_of(matrix, "binary")
    assert bits.code.tolist() == [[128], [128], [64]]  # 10, 10, 01
    assert likeness(bits.code[0], bits.code, "binary", bits.scale) == pytest.approx([1, 1, -1])
    whole = codes_of(matrix, "int8")
    clip = np.quantile(np.abs(matrix), 0.99)
    assert whole.code[0].tolist() == [round(0.6 / clip * 127), round(-0.8 / clip * 127)]
    assert encode(matrix * 9, "int8", whole.scale).max() == 127
    assert likeness(whole.code[1], whole.code, "int8", whole.scale) == pytest.approx([0.6, 1, 0], abs=0.02)


def test_what_a_knob_cannot_change_is_no_other_design():
    assert Ann(rescore=3).key("rank") == Ann().key("rank")
    assert Ann(ef_search=10).key("rank") == Ann(ef_search=99).key("rank")
    assert Ann(ef_search=10, depth=5).key("rank") != Ann(ef_search=99, depth=5).key("rank")
    assert Ann(ef_search=500).key("graph") == Ann().key("graph") != Ann(m=8).key("graph")
    assert str(Ann(ef_search=10)) == "ann" and Ann(ef_search=101).spec() == {"ann": {"ef_search": 101}}


def test_exact_search_takes_its_place_wherever_it_stands():
    assert exactly(Ann(depth=7)) == Dense(depth=7)
    hybrid = parse("retriever", "hybrid(retrievers=[bm25, ann(m=8)], fusion=weighted)")
    assert exactly(hybrid) == parse("retriever", "hybrid(fusion=weighted)")
    bm25 = parse("retriever", "bm25")
    assert exactly(bm25) is bm25


def test_overlap_by_hand():
    exact = Ranking(np.array([[3, 1, 2], [5, -1, -1], [-1, -1, -1]], dtype=np.int32), np.zeros((3, 3)))
    found = Ranking(np.array([[1, 9, 3], [5, -1, -1], [-1, -1, -1]], dtype=np.int32), np.zeros((3, 3)))
    assert parse_metric("exact_overlap@2").compare(JudgedSearch(found, exact)).tolist() == [0.5, 1, 1]
    assert parse_metric("exact_overlap@3").compare(JudgedSearch(found, exact)).tolist() == [2 / 3, 1, 1]


def test_the_loss_is_measured_where_there_may_be_one():
    def labels(retriever, **more):
        return [m.label for m in load_config({"space": {"retriever": retriever}, **more}).metrics]

    assert "exact_overlap@10" in labels(["dense", "ann"])
    assert "exact_overlap@10" in labels("hybrid(retrievers=[bm25, ann])", metrics=["nDCG@10"])
    assert "exact_overlap@10" not in labels(["dense", "bm25"])
    named = labels("ann", targets={"exact_overlap@5": ">= 0.9"})
    assert "exact_overlap@5" in named and "exact_overlap@10" not in named


def test_a_sweep_scores_it(tmp_path):
    config = {
        "space": {
            "embedder": "wordllama",
            "chunker": "token-window(size_tokens=64)",
            "retriever": ["dense", "ann(m=4, ef_construction=8, ef_search=10, depth=10)", "bm25"],
        },
        "baseline": {"retriever": "dense", "chunker": "token-window(size_tokens=64)"},
        "metrics": ["nDCG@10"],
    }
    study = sweep("python-stdlib", config, workspace=tmp_path)
    lines = list(leaderboard(study, study.leaderboard(), "nDCG@10"))
    assert "overlap@10" in lines[1] and "1.0000" in lines[2]
    means = {
        entry["slots"]["retriever"] if isinstance(entry["slots"]["retriever"], str) else "ann": mean
        for entry, mean in zip(
            study.record["configurations"], study.scores.of("exact_overlap@10").mean(axis=1), strict=True
        )
    }
    assert means["dense"] == means["bm25"] == 1 and 0.2 < means["ann"] < 1


@pytest.mark.parametrize("quantization", ["none", "int8"])
@pytest.mark.parametrize("depth", [5, 20, 100])
@pytest.mark.parametrize("ef_search", [5, 20, 64, 150])
def test_what_is_spelt_is_the_same_design(ef_search, depth, quantization):
    made = parse("retriever", {"ann": {"depth": depth, "ef_search": ef_search, "quantization": quantization}})
    assert parse("retriever", made.spec()).key("rank") == made.key("rank")
