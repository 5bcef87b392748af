"""The JSON schema says what the reader of configurations says."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from ragtune.config import load_config
from ragtune.errors import ConfigError
from ragtune.schema import json_schema

ROOT = Path(__file__).parent.parent
FILES = [*(ROOT / "configs").glob("*.yaml"), ROOT / "ragtune" / "scaffold" / "ragtune.yaml"]


@cache
def schema():
    """Not while tests are collected: it takes a second."""
    return json_schema()


def valid(config) -> bool:
    return jsonschema.Draft202012Validator(schema()).is_valid(config)


def test_the_committed_copy_is_up_to_date():
    jsonschema.Draft202012Validator.check_schema(schema())
    committed = json.loads((ROOT / "docs" / "ragtune.schema.json").read_text(encoding="utf-8"))
    assert committed == json.loads(json.dumps(schema())), "run: ragtune schema > docs/ragtune.schema.json"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_what_comes_along_is_right_by_both(path):
    load_config(path)
    jsonschema.Draft202012Validator(schema()).validate(YAML(typ="safe").load(path))


@pytest.mark.parametrize(
    "config",
    [
        {"space": {"chunker": "sentense"}},
        {"space": {"chunker": {"sentence": {"size": 1}}}},
        {"space": {"chunker": {"sentence": {"size_tokens": [1, -1]}}}},
        {"space": {"retriever": {"hybrid": {"fusion": "wieghted"}}}},
        {"space": {"retriever": {"bm25": {}, "dense": {}}}},
        {"spaec": {}},
        {"metrics": ["nDGC@10"]},
        {"metrics": ["recall@0"]},
        {"name": "a/b"},
    ],
)
def test_wrong_by_both(config):
    assert not valid(config)
    with pytest.raises(ConfigError):
        load_config(config)


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"space": {"chunker": ["sentence(size_tokens=3)", {"token-window": None}], "reranker": None}},
        {
            "space": {
                "retriever": {
                    "hybrid": {"retrievers": [["bm25", "dense"], ["dense", {"bm25": {"k1": [1, 2]}}]], "alpha": [0, 1]}
                }
            }
        },
        {"space": {"context": {"token-budget": {"top_k": [None, 3]}}}},
        {"metrics": "ndcg@3", "maximize": "evidence_RECALL@5", "dataset": {"beir": {"path": "x", "split": "dev"}}},
    ],
)
def test_right_by_both(config):
    load_config(config)
    assert valid(config)
