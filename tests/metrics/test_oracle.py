"""Rank measures against ir_measures, which asks trec_eval's own code (pytrec_eval)."""

import ir_measures
import numpy as np
import pytest

from ragtune.errors import InputError
from ragtune.metrics import evaluate

CUTOFFS = (1, 3, 5, 10, 100)
NAMES = {
    **{f"nDCG@{k}": f"nDCG@{k}" for k in CUTOFFS},
    **{f"recall@{k}": f"R@{k}" for k in CUTOFFS},
    **{f"precision@{k}": f"P@{k}" for k in CUTOFFS},
    **{f"MAP@{k}": f"AP@{k}" for k in CUTOFFS},
    **{f"success@{k}": f"Success@{k}" for k in CUTOFFS},
    "nDCG": "nDCG",
    "MAP": "AP",
    "MRR": "RR",
}


def random_case(seed):
    """Some 20 queries over 40 documents: scores with many ties, grades -1 to 3, queries and documents missing."""
    rng = np.random.default_rng(seed)
    documents = np.array([f"d{i}" for i in range(36)] + ["é", "Z", "日本", "d01"])
    run, qrels = {}, {}
    for q in range(20):
        judged = rng.choice(documents, rng.integers(1, 12), replace=False)
        qrels[f"q{q}"] = {str(d): int(rng.integers(-1, 4)) for d in judged}
        qrels[f"q{q}"][str(judged[0])] = int(rng.integers(1, 4))
        if rng.random() > 0.1:
            found = rng.choice(documents, rng.integers(1, 40), replace=False)
            run[f"q{q}"] = {str(d): float(rng.integers(0, 6)) / 4 for d in found}
    run["unjudged"] = {"d1": 1.0}
    return run, qrels


def oracle(run, qrels, names):
    measures = [ir_measures.parse_measure(name) for name in names]
    found = {name: {} for name in names}
    for metric in ir_measures.pytrec_eval.iter_calc(measures, qrels, run):
        found[str(metric.measure)][metric.query_id] = metric.value
    return found


@pytest.mark.parametrize("seed", range(20))
def test_equal_to_ir_measures(seed):
    for part in range(10):
        run, qrels = random_case(10 * seed + part)
        ours, theirs = evaluate(run, qrels, list(NAMES)), oracle(run, qrels, NAMES.values())
        for name, their_name in NAMES.items():
            assert ours[name] == pytest.approx(theirs[their_name], abs=1e-9), name


@pytest.mark.parametrize("k", [1, 2, 5, 10])
def test_mrr_with_a_cutoff(k):
    # ir_measures takes RR@k from MS MARCO's script, which leaves ties in the run's own order. trec_eval has no cutoff for
    # recip_rank, so it is given runs that end at rank k by its own order: falling score, then falling id.
    for seed in range(200):
        run, qrels = random_case(seed)
        by_rank = {q: sorted(row.items(), key=lambda item: (item[1], item[0]), reverse=True) for q, row in run.items()}
        cut = {q: dict(row[:k]) for q, row in by_rank.items()}
        theirs = oracle(cut, qrels, ["RR"])["RR"]
        assert evaluate(run, qrels, [f"MRR@{k}"])[f"MRR@{k}"] == pytest.approx(theirs, abs=1e-9)


def test_ties_go_to_the_greater_id():
    assert evaluate({"q": {"a": 1.0, "b": 1.0}}, {"q": {"a": 1}}, ["MRR"]) == {"MRR": {"q": 0.5}}
    assert evaluate({"q": {"a": 1.0, "b": 1.0}}, {"q": {"b": 1}}, ["MRR"]) == {"MRR": {"q": 1.0}}


def test_a_query_that_the_run_lacks_scores_0_and_one_without_judgments_is_left_out():
    assert evaluate({"x": {"a": 1.0}}, {"q": {"a": 1}}, ["nDCG@10"]) == {"nDCG@10": {"q": 0.0}}
    assert evaluate({}, {"q": {"a": 1}}, ["nDCG@10"]) == {"nDCG@10": {"q": 0.0}}


def test_measures_of_contexts_are_refused():
    with pytest.raises(InputError, match="span_recall"):
        evaluate({"q": {"a": 1.0}}, {"q": {"a": 1}}, ["span_recall"])


def test_scores_that_are_equal_in_32_bits_are_ties():
    run, qrels = {"q": {"a": 1.00000001, "z": 1.0}}, {"q": {"a": 1}}
    assert evaluate(run, qrels, ["MRR"])["MRR"] == oracle(run, qrels, ["RR"])["RR"]
