"""Every format: what is written and read again is what it was, but for what is named as lost."""

from __future__ import annotations

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragtune.component import parse
from ragtune.toolformats._exporting import export
from ragtune.tools import Tool, check_schema
from tests.toolformats.hand_made import NAMESAKE, TOOLS, WEATHER, silent

FORMATS = [
    "ragtune",
    "mcp",
    "openai-chat",
    "openai-chat(strict=true)",
    "openai-responses",
    "openai-responses(strict=true)",
    "anthropic",
    "anthropic(strict=true)",
    "anthropic(input_examples=true)",
    "gemini",
    "gemini(json_schema=true)",
    "openapi",
]
WITH_OBJECTS = [*FORMATS, "llama-index", "python"]


def again(form, payload, folder):
    """The tools of a payload; Python is read from a file."""
    if form.name != "python":
        return form.read(payload).tools
    file = Path(folder) / "stubs.py"
    file.write_text(payload, encoding="utf-8")
    return form.read(str(file)).tools


@pytest.mark.parametrize("spec", WITH_OBJECTS)
def test_nothing_is_lost_silently(spec, tmp_path):
    form = parse("toolformat", spec)
    found = export(TOOLS, form)
    back = again(form, found.payload, tmp_path)
    assert silent(TOOLS, back, found.losses) == []
    assert not found.breaches
    assert len(found.names) == len(TOOLS)
    if spec in FORMATS:
        assert form.read(json.loads(json.dumps(found.payload))).tools == back
        assert type(form).recognises(found.payload)


def test_our_own_format_loses_nothing():
    form = parse("toolformat", "ragtune")
    payload, losses = form.write(TOOLS)
    assert losses == []
    assert form.read(payload).tools == tuple(TOOLS)


def test_every_field_that_a_format_has_no_place_for_is_named():
    _, losses = parse("toolformat", "openai-chat").write([WEATHER])
    assert [loss.place for loss in losses] == [
        "title", "output_schema", "annotations", "examples", "when_not_to_use", "tags", "index_text", "server",
    ]  # fmt: skip


SIMPLE = st.sampled_from([{"type": kind} for kind in ("string", "integer", "number", "boolean", "null")])
KEYS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=8)
WORDS = st.dictionaries(
    st.sampled_from(["description", "default", "minimum", "enum", "const", "title", "format", "examples", "deprecated"]),
    st.integers(0, 9),
    max_size=3,
).map(
    lambda words: {
        word: [value, "a"] if word in ("enum", "examples") else value > 4 if word == "deprecated" else
        value if word in ("default", "minimum", "const") else str(value)
        for word, value in words.items()
    }
)  # fmt: skip


@st.composite
def _objects(draw, inner):
    properties = draw(st.dictionaries(KEYS, inner, max_size=3))
    words = {
        "required": draw(st.sampled_from([None, list(properties)])),
        "additionalProperties": draw(st.sampled_from([None, True, False])),
    }
    return {"type": "object", "properties": properties, **{w: v for w, v in words.items() if v is not None}}


def _grown(inner):
    some = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        st.builds(lambda items: {"type": "array", "items": items}, inner),
        st.builds(lambda word, parts: {word: parts}, st.sampled_from(["anyOf", "oneOf", "allOf"]), some),
        _objects(inner),
    )


SCHEMAS = st.recursive(st.builds(lambda a, b: {**a, **b}, SIMPLE, WORDS), _grown, max_leaves=6)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(KEYS, SCHEMAS, max_size=4), KEYS, KEYS)
def test_nothing_is_lost_silently_whatever_the_schema(properties, name, other):
    schema = {"type": "object", "properties": properties}
    assert check_schema(schema) == []
    tools = [Tool(name=name, description="x", input_schema=schema), Tool(name=other, id=f"{name}2", description="y")]
    for spec in [*FORMATS, "python"]:
        form = parse("toolformat", spec)
        found = export(tools, form)
        with TemporaryDirectory() as folder:
            assert silent(tools, again(form, found.payload, folder), found.losses) == [], spec
        assert not found.breaches, spec
        assert len(found.names) == 2


def test_the_way_of_a_name_is_the_same_every_time_and_no_two_meet():
    names = export([WEATHER, NAMESAKE], parse("toolformat", "anthropic")).names
    assert names["get_weather"] == "get_weather"
    (other,) = set(names) - {"get_weather"}
    assert names[other] == "other/get_weather"
    assert other.startswith("get_weather_")


DATA = Path(os.environ.get("RAGTUNE_DATA", "/nowhere")) / "tools"


def _without_words_of_bfcl(value):
    if isinstance(value, dict):
        return {key: _without_words_of_bfcl(inner) for key, inner in value.items() if key != "x-original-type"}
    return [_without_words_of_bfcl(inner) for inner in value] if isinstance(value, list) else value


def _real(folder):
    rows = [json.loads(line) for line in (DATA / folder / "tools.jsonl").read_text(encoding="utf-8").splitlines()]
    keys = {
        "id": "tool_id",
        "name": "name",
        "description": "description",
        "server": "server",
        "annotations": "annotations",
    }
    specs = [{ours: row[theirs] for ours, theirs in keys.items() if row.get(theirs)} for row in rows]
    for spec, row in zip(specs, rows, strict=True):
        spec["input_schema"] = _without_words_of_bfcl(row["parameters"])
    return parse("toolformat", "ragtune").read({"tools": specs}).tools


@pytest.mark.skipif(not DATA.is_dir(), reason="RAGTUNE_DATA names no folder with tools")
@pytest.mark.parametrize(
    "folder, count, every",
    [("livemcpbench", 527, 1), ("bfcl", 2674, 9), pytest.param("bfcl", 2674, 1, marks=pytest.mark.torture)],
)
def test_all_real_tools_through_every_format(folder, count, every, tmp_path):
    tools = _real(folder)
    assert len(tools) == count
    tools = tools[::every]
    for spec in WITH_OBJECTS:
        form = parse("toolformat", spec)
        found = export(tools, form)
        assert silent(tools, again(form, found.payload, tmp_path), found.losses) == [], spec
        assert {breach.rule for breach in found.breaches if "tools are more than" not in breach.rule} == set(), spec
