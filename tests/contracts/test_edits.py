"""What every edit must hold to, on tools that are awkward on purpose."""

from __future__ import annotations

import copy
import inspect
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from ragtune.component import digest, find, parse, words
from ragtune.edits import Edit
from ragtune.tools import Cases, ToolSet
from tests.contracts.awkward_tools import POOL, TOOLSET
from tests.contracts.golden_edits import GOLDEN_EDITS

WORDING = {"path": str(Path(__file__).with_name("wording.yaml"))}
KNOBS = {
    "describe-from": [WORDING],
    "rename": [{}, {"parameters": True, "style": "camel"}],
    "flatten": [{}, {"empty": "drop"}],
    "merge-near-duplicates": [{}, {"min_similarity": 0.1}],
    "hide": [{}, {"tags": ["a"], "patterns": ["*.b-?"]}],
    "add-examples": [{"source": "both"}, {"into": "description", "choose": "diverse"}, {"choose": "random"}],
    "first-sentence": [{"parameters": True}],
    "truncate": [{"max_characters": 20, "parameters": True}],
    "inline-enums": [{}, {"where": "description"}],
    "add-parameter-text": [{"what": "texts"}, {"into": "index", "what": "names"}],
}
"""Knobs with which an edit does something here."""
ALL = [(word, knobs) for word in words("edit") for knobs in KNOBS.get(word, [{}])]
IDS = [f"{word}-{i}" for i, (word, _) in enumerate(ALL)]


def run(edit: Edit, toolset: ToolSet, pool: Cases) -> ToolSet:
    takes = inspect.signature(edit.apply).parameters
    return edit.apply(**{name: value for name, value in (("toolset", toolset), ("pool", pool)) if name in takes})


def made(word, knobs) -> Edit:
    return find("edit", word).model_validate(knobs)


def edit_digest(word: str) -> str:
    """Of all that an edit makes of the awkward tools, adapters included."""
    done = [run(made(word, knobs), TOOLSET, POOL).to_arrays()["jsonl"].tobytes() for knobs in KNOBS.get(word, [{}])]
    return digest(*done)[:16]


@pytest.mark.parametrize("word, knobs", ALL, ids=IDS)
def test_it_makes_tools_of_tools_and_changes_none(word, knobs):
    before = copy.deepcopy(TOOLSET.spec())
    done = run(made(word, knobs), TOOLSET, POOL)
    assert TOOLSET.spec() == before
    assert len(done.place) == len(done), "ids are unique"
    assert len({tool.name for tool in done.tools}) == len(done), "names stay unique"
    for tool in done.tools:
        Draft202012Validator.check_schema(tool.input_schema)
        assert set(tool.required) <= set(tool.parameters)
    known = {name for tool in done.tools for name in done.originals(tool.id)}
    assert known <= set(TOOLSET.place) and (known == set(TOOLSET.place) or word == "hide")
    assert set(done.adapters) <= set(done.place)
    back = ToolSet.from_arrays(done.to_arrays())
    assert (back.tools, back.adapters) == (done.tools, done.adapters)


@pytest.mark.parametrize("word, knobs", ALL, ids=IDS)
def test_it_does_the_same_each_time_and_by_its_name(word, knobs):
    edit = made(word, knobs)
    again = parse("edit", json.loads(json.dumps(edit.spec())))
    assert again == edit == parse("edit", str(edit)) and again.key("apply") == edit.key("apply")
    one, other = (run(each, TOOLSET, POOL) for each in (edit, again))
    assert (one.tools, one.adapters) == (other.tools, other.adapters)


@pytest.mark.parametrize("word, knobs", ALL, ids=IDS)
def test_nothing_comes_of_nothing(word, knobs):
    edit = made(word, {**knobs, "unknown": "skip"} if "path" in knobs else knobs)
    assert run(edit, ToolSet(()), Cases(())).tools == ()


@pytest.mark.parametrize("word", words("edit"))
def test_the_output_is_golden(word):
    """When this fails because the output was meant to move: raise the edit's version, and its line in golden_edits.py."""
    found = find("edit", word).version, edit_digest(word)
    assert found == GOLDEN_EDITS.get(word), "python -m tests.contracts.gild prints the lines anew"


def test_all_edits_are_golden():
    assert set(GOLDEN_EDITS) == set(words("edit"))
