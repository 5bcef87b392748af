"""Configuration files: every fault in one go, each with its place and what to do; nothing that does harm is read."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from ragtune.component import parse
from ragtune.config import load_config
from ragtune.errors import ConfigError

ROOT = Path(__file__).parent.parent


def write(tmp_path, text):
    path = tmp_path / "c.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def faults(tmp_path, text, overrides=()):
    with pytest.raises(ConfigError) as caught:
        load_config(write(tmp_path, text), overrides)
    return [str(fault).replace(str(tmp_path) + "/", "") for fault in caught.value.faults]


def test_every_fault_at_once_each_with_its_place(tmp_path):
    text = """\
nmae: x
space:
  chunker:
    - sentense: {size_tokens: 128}
    - sentence: {size: 128}
    - token-window: {size_tokens: [100, -5], overlap_tokens: 200}
  embeder: minilm
  retriever:
    - hybrid: {fusion: wieghted, alpha: 2}
metrics: [nDGC@10, recall@0]
maximize: [MRR]
baseline: {retriever: [bm25, dense]}
"""
    found = faults(tmp_path, text)
    expected = [
        ("c.yaml:1:1: ", "there is no key 'nmae'; did you mean 'name'?"),
        ("c.yaml:4:7: ", "there is no chunker 'sentense'; did you mean 'sentence'?"),
        ("c.yaml:5:18: ", "chunker sentence has no knob 'size'; did you mean 'size_tokens'?"),
        ("c.yaml:6:35: ", "chunker token-window, size_tokens: Input should be greater than 0"),
        ("c.yaml:7:3: ", "space has no slot 'embeder'; did you mean 'embedder'?"),
        ("c.yaml:9:24: ", "hybrid, fusion: 'wieghted' is not one of its values; did you mean 'weighted'?"),
        ("c.yaml:9:41: ", "hybrid, alpha: Input should be less than or equal to 1"),
        ("c.yaml:10:11: ", "there is no metric 'nDGC@10'"),
        ("c.yaml:10:20: ", "recall@0"),
        ("c.yaml:12:23: ", "a baseline is one configuration; here are 2 retrievers"),
    ]
    for place, message in expected:
        assert any(place in fault and message in fault for fault in found), (place, message, found)
    assert any("overlap_tokens (200) must be less than size_tokens (100)" in fault for fault in found)


@pytest.mark.parametrize(
    "text, message",
    [
        ("a: [1, 2", "c.yaml:1:9: is not valid YAML"),
        ("name: x\nname: y\n", "c.yaml:2:1: is not valid YAML: found duplicate key"),
        ("name: !!python/object/apply:os.system [ls]\n", "tags are not allowed"),
        ("space: !include other.yaml\n", "tags are not allowed"),
        ("a: &a [*a]\nspace: *a\n", "contains itself"),
        ("- a\n- b\n", "a configuration is a mapping"),
        ("", "a configuration is a mapping"),
        ("name: 2020-01-01\n", "put it in quotes"),
        ("dataset: [a]\n", "c.yaml:1:10: dataset is a path"),
        ("space: {chunker: {sentence: {size_tokens: []}}}\n", "c.yaml:1:43: an empty list names no value"),
        ("space: {chunker: []}\n", "c.yaml:1:18: chunker names nothing"),
        ("space: {chunker: 'sentence(size_tokens=)'}\n", "c.yaml:1:18: cannot read"),
        ("name: a/b\n", "name is a short text without '/'"),
    ],
)
def test_refused(tmp_path, text, message):
    assert any(message in fault for fault in faults(tmp_path, text)), faults(tmp_path, text)


def test_bombs_are_refused_at_once(tmp_path):
    billion = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join([f'*{chr(97 + i)}'] * 9)}]\n" for i in range(12)
    )
    product = "space:\n  retriever:\n    bm25:\n" + "".join(
        f"      {k}: {[i / 1000 for i in range(1000)]}\n" for k in ("k1", "b")
    )
    slots = "space:\n" + "".join(
        f"  {s}: [{', '.join([w] * 900)}]\n" for s, w in (("chunker", "sentence"), ("retriever", "bm25"))
    )
    for text, message in [
        (billion, "expands to"),
        ("a: " + "[" * 5000, "nested"),
        ("a: " + "[" * 5000 + "]" * 5000, "nested"),
        ("a: " + "x" * 300_000, "bytes are too many"),
        (product, "1,000,000 alternatives"),
        (slots, "combinations; at most"),
    ]:
        began = time.process_time()
        assert any(message in fault for fault in faults(tmp_path, text)), message
        assert time.process_time() - began < 5, message


def test_not_utf8_and_not_there(tmp_path):
    (tmp_path / "c.yaml").write_bytes(b"name: \xff\n")
    for path, message in (
        (tmp_path / "c.yaml", "is not UTF-8: byte 6"),
        (tmp_path / "no.yaml", "cannot be read: No such file"),
    ):
        with pytest.raises(ConfigError, match=message):
            load_config(path)


def test_a_list_where_one_value_is_expected_means_each_of_these():
    config = load_config({"space": {"retriever": {"hybrid": {"alpha": [0.1, 0.2], "fusion": ["rrf", "weighted"]}}}})
    assert len(config.space["retriever"]) == 4
    nested = {"space": {"retriever": {"hybrid": {"retrievers": [{"bm25": {"k1": [1.0, 2.0]}}, "dense"]}}}}
    assert [str(r) for r in load_config(nested).space["retriever"]] == [
        "hybrid(retrievers=[bm25(k1=1.0), dense])",
        "hybrid(retrievers=[bm25(k1=2.0), dense])",
    ]
    lists = {"space": {"retriever": {"hybrid": {"retrievers": [["bm25", "dense"], ["dense", "bm25"]]}}}}
    assert len(load_config(lists).space["retriever"]) == 2


def test_what_is_left_out_is_llama_index(tmp_path):
    config = load_config({})
    assert str(config.baseline.chunker) == "sentence(size_tokens=1024, overlap_tokens=200)"
    assert str(config.baseline.retriever) == "dense"
    assert next(config.configurations()) == config.baseline


def test_overrides(tmp_path):
    path = write(tmp_path, "space: {embedder: minilm}\n")
    config = load_config(
        path, ["space.embedder=[wordllama, minilm]", "space.context.token-budget.budget_tokens=500", "maximize=MRR@10"]
    )
    assert [str(e) for e in config.space["embedder"]] == ["wordllama", "minilm"]
    assert str(config.space["context"][0]) == "token-budget(budget_tokens=500)"
    assert config.maximize.label == "MRR@10"
    assert faults(tmp_path, "{}", ["space.embedder=minlm"])[0].startswith(
        "--set space.embedder=minlm: there is no embedder 'minlm'"
    )
    assert "is written a.b=value" in faults(tmp_path, "{}", ["space"])[0]


def test_resolved_parses_back(tmp_path):
    config = load_config(ROOT / "configs" / "quickstart.yaml")
    again = load_config(config.resolved())
    assert again.resolved() == config.resolved()
    assert list(again.configurations()) == list(config.configurations())


@pytest.mark.parametrize("path", sorted((ROOT / "configs").glob("*.yaml")), ids=lambda p: p.name)
def test_the_configurations_that_come_along_are_right(path):
    config = load_config(path)
    for slot, components in config.space.items():
        for part in filter(None, components):
            for component in part if isinstance(part, tuple) else (part,):
                assert parse(slot.removesuffix("s"), str(component)) == component


def test_a_slot_may_be_empty():
    config = load_config(
        {"space": {"embedder": ["none", "minilm"], "reranker": None}, "baseline": {"embedder": "none"}}
    )
    assert config.space["embedder"][0] is None and str(config.space["reranker"][0]) == "none"
    assert config.baseline.spec()["embedder"] == "none"
