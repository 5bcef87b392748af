"""Configurations of tools: axes and chains of edits, faults with their places, and what belongs to which pipeline."""

from __future__ import annotations

import time

import pytest

from ragtune.component import parse
from ragtune.config import load_config
from ragtune.errors import ConfigError
from ragtune.pipelines.pipeline import RAG, TOOLS


def chains(edits) -> list[str]:
    """What an axis comes to, a text a chain."""
    config = load_config({"tools": "x", "space": {"edits": edits}})
    return [" + ".join(map(str, chain)) or "none" for chain in config.space["edits"]]


def faults(tmp_path, text, overrides=()):
    path = tmp_path / "c.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(path, overrides)
    return [str(fault).replace(f"{tmp_path}/", "") for fault in caught.value.faults]


@pytest.mark.parametrize(
    "edits, expected",
    [
        (None, ["none"]),
        ("none", ["none"]),
        ([], ["none"]),
        ("flatten", ["flatten"]),
        (["flatten"], ["flatten"]),
        (["flatten", "first-sentence"], ["flatten + first-sentence"]),
        ([["none", "flatten"]], ["none", "flatten"]),
        ([["none", "flatten"], "first-sentence"], ["first-sentence", "flatten + first-sentence"]),
        (
            [["none", "flatten"], ["none", "first-sentence"]],
            ["none", "first-sentence", "flatten", "flatten + first-sentence"],
        ),
        ([["none", ["first-sentence", "flatten"]]], ["none", "first-sentence + flatten"]),
        ([[["none", "flatten"]]], ["flatten"]),
        ([["none", "none"], ["none"]], ["none"]),
        ([{"truncate": {"max_characters": [10, 20]}}], ["truncate(max_characters=10)", "truncate(max_characters=20)"]),
        (
            [[["flatten", {"truncate": {"max_characters": [10, 20]}}]]],
            ["flatten + truncate(max_characters=10)", "flatten + truncate(max_characters=20)"],
        ),
        ({"first-sentence": {"parameters": [False, True]}}, ["first-sentence", "first-sentence(parameters=true)"]),
    ],
    ids=str,
)
def test_a_list_of_axes_each_a_list_of_alternatives_each_maybe_a_chain(edits, expected):
    assert chains(edits) == expected


def test_a_knob_that_is_a_list_stays_one():
    config = load_config({"tools": "x", "space": {"edits": [[{"hide": {"ids": ["a", "b"]}}, "none"]]}})
    assert config.space["edits"] == ((parse("edit", {"hide": {"ids": ["a", "b"]}}),), ())
    selector = load_config({"tools": "x", "space": {"selector": {"always-on": {"always": ["a", "b"], "k": [1, 2]}}}})
    assert [s.always for s in selector.space["selector"]] == [("a", "b")] * 2


SPACES = [
    {},
    {"edits": [["none", ["flatten", {"hide": {"ids": ["a"], "patterns": ["x*", "[yz]"]}}]], "strip-markdown"]},
    {"edits": [["none", {"add-examples": {"k": [1, 3]}}]], "embedder": ["none", "wordllama"]},
    {"selector": ["all", {"retrieved": {"k": [1, 5], "retriever": ["bm25", {"hybrid": {"rrf_k": [30, 90]}}]}}]},
    {"selector": {"always-on": {"always": ["a", "b"]}}, "caller": {"similarity": {"fields": ["name", "title"]}}},
    {"caller": [{"similarity": {"threshold": [0.1, 0.2]}}, {"replay": {"path": "r.jsonl"}}]},
]


@pytest.mark.parametrize("space", SPACES, ids=str)
@pytest.mark.parametrize("rest", [{}, {"cases": "c.jsonl", "split": {"confirm": 0.5, "pool": 0.4, "seed": 3}}], ids=str)
def test_what_was_read_parses_back_to_an_equal_configuration(space, rest):
    config = load_config({"tools": "x", "space": space, **rest})
    again = load_config(config.resolved())
    assert again.resolved() == config.resolved()
    assert list(again.configurations()) == list(config.configurations())
    assert again == config or not config.learns, "a pool that nothing learns from is not spelled out"


def test_a_baseline_may_be_a_chain():
    config = load_config({"tools": "x", "baseline": {"edits": ["flatten", "first-sentence"], "selector": "all"}})
    assert [str(edit) for edit in config.baseline.edits] == ["flatten", "first-sentence"]
    assert load_config(config.resolved()).baseline == config.baseline
    assert load_config({"tools": "x"}).baseline.edits == (), "as they are given"


def test_only_a_space_that_learns_from_cases_keeps_a_pool():
    assert load_config({"tools": "x", "space": {"edits": [["none", "add-examples"]]}}).learns
    assert load_config({"tools": "x", "baseline": {"edits": ["add-examples"]}}).learns
    assert not load_config({"tools": "x", "space": {"edits": [["none", "flatten"]]}}).learns
    assert not load_config({}).learns


def test_a_key_tools_makes_it_a_configuration_of_tools():
    assert load_config({"tools": "x"}).pipeline is TOOLS and load_config({"dataset": "x"}).pipeline is RAG
    assert load_config({"tools": "x"}).dataset == {"tools": "x"}


def test_every_fault_at_once_each_with_its_place(tmp_path):
    text = """\
tools: [x]
space:
  chunker: sentence
  edit: flatten
  edits:
    - [none, first-sentense]
    - [none, [flaten, {truncate: {max_characters: -1}}]]
    - []
  selector:
    - retrieved: {top_k: 3}
    - {retrieved: {order: shufled}}
  caller: {similarity: {retriever: bm52}}
metrics: [selection_acuracy, nDCG@5]
split: {pool: 2}
"""
    told = faults(tmp_path, text)
    for line in [
        "c.yaml:1:8: tools is the path of a tool file or folder",
        "c.yaml:3:3: space has no slot 'chunker' (edits, embedder, selector, caller) (it is one of the pipeline rag)",
        "c.yaml:4:3: space has no slot 'edit'; did you mean 'edits'?",
        "c.yaml:6:14: there is no edit 'first-sentense'; did you mean 'first-sentence'?",
        "c.yaml:7:15: there is no edit 'flaten'; did you mean 'flatten'?",
        "c.yaml:7:51: edit truncate, max_characters:",
        "c.yaml:8:7: an axis of edits names nothing; leave it out, or write none",
        "c.yaml:10:19: selector retrieved has no knob 'top_k'",
        "c.yaml:11:27: selector retrieved, order: 'shufled' is not one of its values; did you mean 'shuffled'?",
        "there is no retriever 'bm52'; did you mean 'bm25'?",
        "did you mean 'selection_accuracy'?",
        "pool is the share of each tool's cases",
    ]:
        assert any(line in fault for fault in told), (line, told)
    assert len(told) == 12


def test_slots_of_tools_in_a_configuration_of_retrieval_are_told(tmp_path):
    told = faults(tmp_path, "dataset: x\nspace: {selector: all}\ncases: c.jsonl\n")
    assert len(told) == 2
    assert told[0].startswith("c.yaml:2:9: space has no slot 'selector'") and "pipeline tools" in told[0]
    assert told[1] == "c.yaml:3:1: cases belong to tools; name the tool file or folder under 'tools'"


def test_a_dataset_beside_tools_and_two_baselines_are_told(tmp_path):
    told = faults(tmp_path, "tools: t\ndataset: d\nbaseline: {edits: [[none, flatten]]}\n")
    assert told == [
        "c.yaml:2:1: a configuration names a dataset or tools, not both",
        "c.yaml:3:19: a baseline is one configuration; here are 2 edits",
    ]


@pytest.mark.parametrize("depth", [1, 2])
def test_a_space_too_large_to_count_out_is_refused_at_once(depth, tmp_path):
    axis = "[" + ", ".join(f"{{truncate: {{max_characters: {n}}}}}" for n in range(1, 11)) + "]"
    if depth == 1:
        edits = "[" + ", ".join([axis] * 12) + "]"
    else:
        edits = "[[[" + ", ".join([f"{{truncate: {{max_characters: {list(range(1, 11))}}}}}"] * 12) + "]]]"
    began = time.perf_counter()
    told = faults(tmp_path, f"tools: t\nspace: {{edits: {edits}}}\n")
    assert time.perf_counter() - began < 2
    assert told[0].endswith("there are 1,000,000,000,000 chains of edits; at most 200,000")


def test_an_override_reaches_edits():
    config = load_config({"tools": "x"}, ["space.edits=[[none, flatten]]", "split.pool=0.5"])
    assert len(config.space["edits"]) == 2 and config.split.pool == 0.5
