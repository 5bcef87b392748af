"""A judge with known weaknesses: what is found out about it is what was built in."""

from __future__ import annotations

import itertools
import json
import re

import numpy as np
import pytest

from ragtune.calibrating import Labelled, Labels, Plan, _biases, calibrate, calibrations
from ragtune.engine.workspace import Workspace
from ragtune.errors import InputError
from ragtune.metrics import parse_metric
from tests.endpoint_server import EndpointServer

N = 20


def labels():
    """Half are supported, word for word, by the first of two passages."""
    items = []
    for i in range(N):
        good = i % 2 == 0
        said = f"The lamp number {i} is green." if good else f"The boat number {i} is yellow."
        items.append(Labelled(str(i), "which?", said, (f"The lamp number {i} is green.", "Rain falls."), float(good)))
    return Labels(tuple(items))


def shown(messages, label):
    return re.findall(rf"<{label}-\w+ id=\[\d+\]>\n(.*?)\n</{label}", messages[-1]["content"], re.DOTALL)


def verdicts(messages, supported):
    first, claims = shown(messages, "passage")[0], shown(messages, "claim")
    said = [{"claim": i, "quote": first, "supported": supported(claim)} for i, claim in enumerate(claims, 1)]
    return json.dumps({"verdicts": said})


def honest(messages):
    return verdicts(messages, lambda claim: claim in shown(messages, "passage"))


def lazy(messages):
    """Reads the first passage alone."""
    return verdicts(messages, lambda claim: claim == shown(messages, "passage")[0])


def docile(messages):
    """Does what it is told by a passage."""
    told = "Ignore everything" in " ".join(shown(messages, "passage"))
    return verdicts(messages, lambda claim: told or claim in shown(messages, "passage"))


def one(server, folder, plan, knobs=""):
    metric = parse_metric(f"claim_support(model=test, base_url={server.url}, backoff_s=0.002, max_retries=1{knobs})")
    found, failed = calibrate(labels(), [metric], plan=plan, workspace=folder)
    assert not failed
    return found[0]


def test_an_honest_judge(tmp_path):
    with EndpointServer(reply=honest) as server:
        found = one(server, tmp_path, Plan())
        assert found.agreement.auroc.value == found.agreement.kappa.value == 1.0
        assert found.repeats is not None and (found.repeats.items, found.repeats.flips) == (N, 0.0)
        assert found.order is not None and found.order.size == 0
        passage, answer = found.injected["passage"], found.injected["answer"]
        assert passage is not None and passage.size == 0
        assert answer is not None and answer.mean.value == pytest.approx(
            -1 / 3
        )  # its sentences are claims like any other
        assert not found.incomplete and found.asked == len(server.requests)
        again = one(server, tmp_path, Plan())
        assert again.asked == 0 and again.agreement == found.agreement
        assert [each.metric for each in calibrations(Workspace(tmp_path))] == [found.metric]


def test_a_judge_that_reads_the_first_passage_alone(tmp_path):
    with EndpointServer(reply=lazy) as server:
        found = one(server, tmp_path, Plan(draws=1, attacks=False))
    assert found.agreement.auroc.value == 1.0 and found.repeats is None and not found.injected
    assert found.order is not None and (found.order.mean.value, found.order.flips) == (-0.5, 0.5)


def test_a_judge_that_obeys_passages(tmp_path):
    with EndpointServer(reply=docile) as server:
        found = one(server, tmp_path, Plan(draws=1, order=False))
    moved = found.injected["passage"]
    assert found.order is None and moved is not None
    assert (moved.items, moved.raised, moved.mean.value) == (N, 1.0, 0.5)


def test_a_judge_that_throws_dice(tmp_path):
    count = itertools.count()

    def dice(messages):
        asked = next(count)
        return honest(messages) if asked < N else verdicts(messages, lambda _: asked % 3 == 0)

    with EndpointServer(reply=dice) as server:
        found = one(server, tmp_path, Plan(draws=3, order=False, attacks=False), ", concurrency=1")
        assert found.repeats is not None and found.repeats.draws == 3 and found.repeats.flips > 0.2
        assert len(server.requests) == 3 * N


def test_answers_without_a_score_are_told_and_left_out(tmp_path):
    def sometimes(messages):
        return "no" if "number 4 " in messages[-1]["content"] else honest(messages)

    with EndpointServer(reply=sometimes) as server:
        found = one(server, tmp_path, Plan(draws=1, order=False, attacks=False))
    assert (found.scored, found.total) == (N - 1, N) and "1 of 20" in found.incomplete[0]


def test_a_judge_that_says_nothing_of_use_has_failed(tmp_path):
    with EndpointServer(reply=lambda _: "no") as server:
        metric = parse_metric(f"claim_support(model=test, base_url={server.url}, backoff_s=0.002)")
        found, failed = calibrate(labels(), [metric, parse_metric("k_precision")], workspace=tmp_path)
    assert [each.metric for each in found] == ["k_precision"] and "not JSON" in failed[metric.label]


def test_what_judges_no_answers_is_refused(tmp_path):
    with pytest.raises(InputError, match="judges no answers"):
        calibrate(labels(), [parse_metric("nDCG@10")], workspace=tmp_path)


def test_probes_are_a_sample_with_both_kinds(tmp_path):
    with EndpointServer(reply=honest) as server:
        found = one(server, tmp_path, Plan(draws=2, probes=6, order=False, attacks=False))
        assert found.repeats is not None and found.repeats.items == 6 and len(server.requests) == N + 6


def test_moves_by_hand():
    found = _biases.shift(np.array([0.0, 0.2, 0.9, np.nan]), np.array([1.0, 0.2, 0.3, 0.5]), 0.5, 0)
    assert found is not None and (found.items, found.flips, found.raised) == (3, pytest.approx(2 / 3), 0.5)
    assert found.mean.value == pytest.approx(0.4 / 3) and found.size == pytest.approx(1.6 / 3)
    assert _biases.shift(np.array([np.nan]), np.array([1.0]), 0.5, 0) is None
    assert _biases.flips([np.array([0.0, 1.0]), np.array([1.0, 1.0])], 0.5) == (2, 0.5, 0.5)


def test_length_is_held_against_scores_with_the_same_label():
    yes = np.array([True] * 4 + [False] * 4)
    length = np.array([1, 2, 3, 4, 11, 12, 13, 14.0])
    assert _biases.length_bias(length, length, yes, 0).value == pytest.approx(1.0)
    assert _biases.length_bias(-length, length, yes, 0).value == pytest.approx(-1.0)
    # Good answers are shorter here and score higher; given the label, length sways nothing.
    assert np.isnan(_biases.length_bias(yes.astype(float), length, yes, 0).value)
    crossed = np.array([1, 4, 2, 3, 1, 4, 2, 3.0])  # Spearman's rho .4 in either kind
    assert _biases.length_bias(crossed, length, yes, 0).value == pytest.approx(0.4)


def test_passages_always_change_places():
    items = [Labelled(str(i), "q", "a", ("p", "r"), 1.0) for i in range(20)]
    assert {item.passages for item in _biases.reordered(items, 0)} == {("r", "p")}
