"""What mattered: effects put into scores by hand are found again, and noise is not."""

from __future__ import annotations

import builtins
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragtune.effects import effects, interactions, on_edge, ped_anova, what_mattered
from ragtune.effects._levels import Levels

N_QUERIES = 200
SIZES = (128, 256, 512)
ALPHAS = (0.2, 0.5, 0.8)


def grid(chunkers=None, embedders=("wordllama", "minilm"), retrievers=None, rerankers=("none", "mmr")):
    chunkers = chunkers or [{"sentence": {"size_tokens": size}} for size in SIZES]
    weighted = [{"hybrid": {"fusion": "weighted", "alpha": alpha}} for alpha in ALPHAS]
    retrievers = retrievers or ["bm25", "dense", "hybrid", *weighted]
    made = [
        {
            "chunker": c,
            "embedder": "none" if r == "bm25" else e,
            "retriever": r,
            "reranker": x,
            "context": "token-budget",
        }
        for c, e, r, x in itertools.product(chunkers, embedders, retrievers, rerankers)
    ]
    return [configuration for i, configuration in enumerate(made) if configuration not in made[:i]]


def size_of(configuration):
    chunker = configuration["chunker"]
    return 256 if chunker == "sentence" else chunker["sentence"]["size_tokens"]


def alpha_of(configuration):
    retriever = configuration["retriever"]
    return retriever["hybrid"].get("alpha", 0.5) if isinstance(retriever, dict) else None


def scored(configurations, value, noise=0.1, seed=0, n=N_QUERIES):
    """Scores of a base, each query's own, and noise: (n_configurations, n_queries)."""
    rng = np.random.default_rng(seed)
    base = np.array([value(configuration) for configuration in configurations])[:, None]
    return base + rng.normal(0, 0.3, n) + rng.normal(0, noise, (len(configurations), n))


def by_knob(found):
    return {effect.knob: effect for effect in found}


def test_additive_effects_are_recovered_and_the_rest_never_mattered():
    designs = grid()
    worth = {128: -0.02, 256: 0.0, 512: 0.04}
    scores = scored(
        designs, lambda c: worth[size_of(c)] + 0.1 * (alpha_of(c) or 0) - 0.03 * (c["retriever"] == "bm25"), noise=0.05
    )
    found = by_knob(effects(designs, scores))
    assert set(found) == {
        "chunker.sentence.size_tokens", "embedder", "retriever", "reranker",
        "retriever.hybrid.fusion", "retriever.hybrid.alpha",
    }  # fmt: skip
    size = found["chunker.sentence.size_tokens"]
    assert [level.value for level in size.levels] == list(SIZES)
    assert [level.effect for level in size.levels] == pytest.approx([-0.08 / 3, -0.02 / 3, 0.1 / 3], abs=0.004)
    assert (size.best, size.worst, size.method) == (512, 128, "paired")
    assert size.low < 0.06 < size.high and size.mattered
    alpha = found["retriever.hybrid.alpha"]
    assert alpha.size == pytest.approx(0.06, abs=0.01) and alpha.levels[0].configurations == 3 * 2 * 2
    assert not found["embedder"].mattered and not found["reranker"].mattered
    assert found["retriever"].worst == "bm25"


def test_paired_effects_are_mean_differences_of_complete_blocks():
    """Without noise and with interactions: the arithmetic is that of averages."""
    designs = grid()
    rng = np.random.default_rng(1)
    scores = rng.random((len(designs), 30))
    found = by_knob(effects(designs, scores))
    for knob, of in (("chunker.sentence.size_tokens", size_of), ("reranker", lambda c: c["reranker"])):
        groups = {}
        for i, configuration in enumerate(designs):
            # bm25 was run once for both embedders, and stands for both.
            groups.setdefault(of(configuration), []).extend([i] * (2 if configuration["embedder"] == "none" else 1))
        mean = {value: scores[some].mean() for value, some in groups.items()}
        centre = np.mean(list(mean.values()))
        for level in found[knob].levels:
            assert level.effect == pytest.approx(mean[level.value] - centre)


def test_a_knob_is_compared_where_all_else_is_equal():
    """The larger chunks were run with the better retriever alone: a plain mean would credit them with it."""
    designs = [
        {"chunker": {"sentence": {"size_tokens": size}}, "embedder": "none", "retriever": retriever, "reranker": "none"}
        for size, retriever in [(128, "bm25"), (256, "bm25"), (256, "tf-idf"), (512, "tf-idf")]
    ]
    value = {"bm25": 0.2, "tf-idf": 0.6}
    scores = np.array([[value[d["retriever"]] + size_of(d) / 10_000] * 10 for d in designs])
    found = by_knob(effects(designs, scores))
    size = found["chunker.sentence.size_tokens"]
    assert [level.effect for level in size.levels] == pytest.approx([-0.0171, -0.0043, 0.0213], abs=1e-4)
    assert found["retriever"].size == pytest.approx(0.4)


def test_without_equal_designs_an_additive_model_steps_in():
    rng = np.random.default_rng(0)
    designs = [
        {
            "chunker": {"sentence": {"size_tokens": int(rng.integers(100, 1000))}},
            "embedder": "wordllama",
            "retriever": {"hybrid": {"fusion": "weighted", "alpha": float(rng.random())}},
            "reranker": str(rng.choice(["none", "mmr"])),
        }
        for _ in range(120)
    ]
    scores = scored(designs, lambda c: 0.2 * alpha_of(c) - 0.05 * (c["reranker"] == "mmr"), noise=0.05)
    found = by_knob(effects(designs, scores))
    alpha, reranker = found["retriever.hybrid.alpha"], found["reranker"]
    assert {alpha.method, reranker.method} == {"model"} and len(alpha.levels) == 4
    assert [level.effect for level in alpha.levels] == sorted(level.effect for level in alpha.levels)
    assert alpha.size == pytest.approx(0.15, abs=0.03) and alpha.edge is None
    assert reranker.best == "none" and reranker.size == pytest.approx(0.05, abs=0.02) and reranker.mattered


def test_noise_matters_in_five_of_a_hundred():
    designs = grid(retrievers=["dense", {"hybrid": {"fusion": "weighted", "alpha": 0.5}}, "rocchio"])
    runs = [effects(designs, scored(designs, lambda c: 0.5, seed=seed, n=40)) for seed in range(100)]
    wrong = sum(effect.mattered for found in runs for effect in found)
    assert wrong <= 31  # of 400; more in one run of a hundred, were it five of a hundred


def test_differences_below_the_noise_floor_do_not_matter():
    designs = grid()
    scores = scored(designs, lambda c: 0.02 * (c["reranker"] == "mmr"), noise=0.01)
    assert by_knob(effects(designs, scores))["reranker"].mattered
    assert not by_knob(effects(designs, scores, noise=0.03))["reranker"].mattered


@pytest.mark.parametrize(
    "value, direction, rising",
    [
        (lambda c: size_of(c) / 1000, "higher", True),
        (lambda c: -size_of(c) / 1000, "lower", True),
        (lambda c: -abs(size_of(c) - 256) / 1000, None, None),
    ],
)
def test_edges_of_the_grid(value, direction, rising):
    effect = by_knob(effects(grid(), scored(grid(), value)))["chunker.sentence.size_tokens"]
    assert (effect.edge.direction if effect.edge else None) == direction
    assert effect.edge is None or effect.edge.rising == rising


def test_an_end_that_nothing_lies_beyond_is_no_edge():
    """alpha is at most 1, and overlap at least 0."""
    designs = grid(retrievers=[{"hybrid": {"fusion": "weighted", "alpha": alpha}} for alpha in (0.5, 0.8, 1.0)])
    found = by_knob(effects(designs, scored(designs, alpha_of)))["retriever.hybrid.alpha"]
    assert found.best == 1.0 and found.edge is None
    overlaps = [{"sentence": {"size_tokens": 256, "overlap_tokens": n}} for n in (0, 32, 64)]
    assert on_edge({"chunker": overlaps[0]}, [{"chunker": c} for c in overlaps]) == []
    assert on_edge({"chunker": overlaps[2]}, [{"chunker": c} for c in overlaps]) == [
        ("chunker.sentence.overlap_tokens", "higher")
    ]
    assert on_edge({"chunker": overlaps[1]}, [{"chunker": c} for c in overlaps]) == []


def test_interactions_where_two_slots_do_not_add_up():
    designs = grid(retrievers=["dense", "hybrid"])
    plain = scored(designs, lambda c: 0.1 * (c["retriever"] == "hybrid") + 0.05 * (c["reranker"] == "mmr"), noise=0.05)
    assert interactions(designs, plain) == []
    both = scored(designs, lambda c: 0.1 * (c["retriever"] == "hybrid" and c["reranker"] == "mmr"), noise=0.05)
    (found,) = interactions(designs, both)
    assert found.slots == ("retriever", "reranker")
    assert abs(found.extra) == pytest.approx(0.025, abs=0.005)
    crossed = scored(designs, lambda c: 0.1 * ((c["retriever"] == "hybrid") == (c["reranker"] == "mmr")), noise=0.05)
    assert interactions(designs, crossed)[0].turns


def test_the_baseline_outside_the_grid_neither_sways_nor_spoils():
    designs = [
        {
            "chunker": "whole-document",
            "embedder": "wordllama",
            "retriever": "dense",
            "reranker": "none",
            "context": "top-k",
        },
        *grid(),
    ]
    scores = scored(
        designs, lambda c: 0.5 * (c["chunker"] == "whole-document") + size_of(c) / 5000 if c != designs[0] else 1.0
    )
    found = by_knob(effects(designs, scores))
    assert "chunker" not in found and "context" not in found
    assert found["chunker.sentence.size_tokens"].size == pytest.approx(384 / 5000, abs=0.01)


def test_equal_seeds_equal_intervals_and_order_does_not_count():
    designs = grid()
    scores = scored(designs, size_of)
    assert effects(designs, scores, 3) == effects(designs, scores, 3)
    order = np.random.default_rng(0).permutation(len(designs))
    shuffled = by_knob(effects([designs[i] for i in order], scores[order], 3))
    for knob, effect in by_knob(effects(designs, scores, 3)).items():
        assert shuffled[knob].size == pytest.approx(effect.size)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_levels_partition_the_values(values):
    levels = Levels.among(values)
    assert (levels.of >= 0).all() and (levels.of < len(levels.names)).all()
    if levels.numeric:
        assert [levels.names[i] for i in levels.of] == values
    else:
        order = levels.of[np.argsort(values, kind="stable")]
        assert (np.diff(order) >= 0).all()


def test_ped_anova_agrees_on_what_matters_most():
    pytest.importorskip("optuna")
    designs = grid()
    scores = scored(designs, lambda c: size_of(c) / 1000, noise=0.05)
    shares = ped_anova(designs, scores)
    assert next(iter(shares)) == "chunker.sentence.size_tokens" and sum(shares.values()) == pytest.approx(1)
    told = what_mattered(designs, scores)
    assert told.ped_anova == shares and not told.left_out and "reranker" in told.never
    assert [effect.knob for effect in told.edges][:1] == ["chunker.sentence.size_tokens"]
    assert told.as_json()["effects"][0]["edge"]["rising"] is True


def test_without_optuna_the_view_is_left_out_and_said(monkeypatch):
    real = builtins.__import__

    def missing(name, *arguments, **named):
        if name.startswith("optuna"):
            raise ImportError(name)
        return real(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", missing)
    told = what_mattered(grid(), scored(grid(), size_of))
    assert told.ped_anova == {} and "pip install 'ragtune[importance]'" in told.left_out and told.effects


def test_too_few_designs_and_missing_scores():
    designs = grid()
    scores = scored(designs, size_of)
    scores[0, 3] = np.nan
    few = what_mattered(designs[:10], scores[:10])
    assert "at least 20" in few.left_out and all(np.isfinite(effect.size) for effect in few.effects)
    assert effects(designs[:1], scores[1:2]) == [] == interactions(designs[:1], scores[1:2])
