"""Targets, costs and profiles: what is written is what is meant, and every fault is told."""

from __future__ import annotations

import pytest

from ragtune.config import load_config
from ragtune.errors import ConfigError
from ragtune.objectives import COSTS, PROFILES, Target


@pytest.mark.parametrize(
    "text, at_least, bound", [(">= 0.85", True, 0.85), ("<=50", False, 50.0), (" > 1e-3 ", True, 0.001)]
)
def test_a_target_is_a_bound(text, at_least, bound):
    assert Target.parse("m", text) == Target("m", at_least, bound)


@pytest.mark.parametrize("text", ["0.85", "= 3", ">= lots", "", ">= 1 %"])
def test_other_spellings_are_refused(text):
    with pytest.raises(ValueError, match=r"is written as '>= 0\.85' or '<= 50'"):
        Target.parse("m", text)


def test_profiles_only_preset_what_is_not_given():
    config = load_config({"profile": "realtime", "targets": {"latency_p95_ms": "<= 20"}, "prefer": "usd_per_1k"})
    assert config.objectives.targets == (Target("latency_p95_ms", False, 20.0),)
    assert config.objectives.prefer == ("usd_per_1k", "latency_p95_ms", "latency_p50_ms", "context_tokens")
    for profile in PROFILES.values():
        assert {*profile.prefer, *profile.targets} <= set(COSTS)


def test_a_metric_that_only_a_target_names_is_measured_and_the_configuration_parses_back():
    config = load_config({"targets": {"recall@7": ">= 0.85"}, "split": {"confirm": 0.2, "seed": 5}})
    assert "recall@7" in [metric.label for metric in config.metrics]
    assert load_config(config.resolved()).resolved() == config.resolved()


def test_every_fault_is_told():
    with pytest.raises(ConfigError) as caught:
        load_config(
            {
                "profile": "reltime",
                "targets": {"recal@5": ">= 0.5", "nDCG@10": 0.5},
                "prefer": ["latency"],
                "split": {"confirm": 1.5, "seed": -1, "sede": 0},
            }
        )
    told = str(caught.value)
    for words in (
        "no profile 'reltime'; did you mean 'realtime'?", "no metric 'recal@5'", "nDCG@10: a target is written as",
        "no cost 'latency'; did you mean 'latency_p50_ms'?", "confirm is the share of queries", "seed is a whole number",
        "split has no key 'sede'; did you mean 'seed'?",
    ):  # fmt: skip
        assert words in told


def test_a_metric_with_lists_of_knobs_means_each_of_them():
    config = load_config({"metrics": ["nDCG@10", {"sentence_support": {"embedder": ["wordllama", "minilm"]}}]})
    assert [metric.label for metric in config.metrics][:3] == [
        "nDCG@10", "sentence_support", "sentence_support(embedder=minilm)",
    ]  # fmt: skip
    with pytest.raises(ConfigError, match="names several measures where one is expected"):
        load_config({"maximize": "ndcg(k=[5, 10])"})
