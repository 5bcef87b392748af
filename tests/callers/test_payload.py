"""Names that the protocol takes, all different; schemas that strict mode takes, and the way back."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ragtune.callers._payload import Payload, sent_names
from ragtune.callers._strict import strict_schema, without_nulls
from ragtune.tools import Tool

NAMES = st.lists(st.text("ab._-é天 ", min_size=1, max_size=4) | st.sampled_from(["x" * 64, "x" * 70]), max_size=12)


@settings(max_examples=50)
@given(NAMES)
def test_names_are_taken_and_all_different_and_those_that_fit_stay(names):
    tools = [Tool(name=name, id=str(i)) for i, name in enumerate(names)]
    sent = sent_names(tools)
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name) for name in sent)
    assert len(set(sent)) == len(names)
    for name in {name for name in names if re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name)}:
        assert sent[names.index(name)] == name
    payload = Payload.of(tools)
    assert [payload.call(name, "{}").tool for name in sent] == [tool.id for tool in tools]


LEAF = st.sampled_from(
    [
        {"type": "string"},
        {"type": ["integer", "null"]},
        {"enum": ["a", "b"], "type": "string"},
        {"enum": [1, None]},
        {"const": 3},
        {"anyOf": [{"type": "string"}, {"type": "number"}]},
        {"type": "array", "items": {"type": "string", "minLength": 1}},
    ]
)


def objects(inner):
    properties = st.dictionaries(st.sampled_from("pqrs"), inner, min_size=1, max_size=3)
    return properties.flatmap(
        lambda p: st.sets(st.sampled_from(sorted(p))).map(
            lambda required: {"type": "object", "properties": p, "required": sorted(required)}
        )
    )


SCHEMAS = objects(
    st.recursive(LEAF, lambda s: objects(s) | s.map(lambda i: {"type": "array", "items": i}), max_leaves=6)
)


def value(schema, data):
    """Something that the original schema takes, with what may be left out left out now and then."""
    if "properties" in schema:
        left = [n for n in schema["properties"] if n in schema["required"] or data.draw(st.booleans())]
        return {name: value(schema["properties"][name], data) for name in left}
    if "items" in schema:
        return [value(schema["items"], data) for _ in range(data.draw(st.integers(0, 2)))] or ["x"]
    for word in ("enum", "anyOf"):
        if word in schema:
            chosen = data.draw(st.sampled_from(schema[word]))
            return value(chosen, data) if word == "anyOf" else chosen
    if "const" in schema:
        return schema["const"]
    return {"string": "x", "number": 1.5}.get(str(schema["type"]))


def filled(value, schema):
    """As a strict model has to write it: null for what is left out."""
    if "properties" in schema:
        return {n: filled(value[n], inner) if n in value else None for n, inner in schema["properties"].items()}
    return [filled(v, schema["items"]) for v in value] if "items" in schema and isinstance(value, list) else value


@settings(max_examples=50)
@given(SCHEMAS, st.data())
def test_what_a_strict_model_writes_comes_back_as_the_original_takes_it(schema, data):
    strict = strict_schema(schema)
    assert strict is not None
    meant = value(schema, data)
    written = filled(meant, schema)
    if Draft202012Validator(schema).is_valid(meant):
        Draft202012Validator(strict).validate(written)
        back = without_nulls(written, schema)
        Draft202012Validator(schema).validate(back)
        assert filled(back, schema) == written


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"a": {"type": "object"}}},
        {"properties": {"a": {}}},
        {"properties": {"a": {"type": "array"}}},
        {"properties": {"a": {"allOf": [{"type": "string"}]}}},
        {"properties": {"a": {"type": "object", "properties": {}}}},
        {"properties": {}, "additionalProperties": True},
        {"properties": {"a": True}},
        {"oneOf": []},
    ],
)
def test_what_strict_mode_cannot_say_is_not_said(schema):
    assert strict_schema(schema) is None


def test_a_tool_without_parameters_is_strict_and_definitions_are_closed_too():
    closed = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    assert strict_schema({}) == closed
    node = {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}}
    found = strict_schema(
        {"properties": {"list": {"$ref": "#/$defs/node"}}, "required": ["list"], "$defs": {"node": node}}
    )
    optional = {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]}
    assert found["$defs"]["node"] == {**closed, "properties": {"next": optional}, "required": ["next"]}
    assert found["properties"] == {"list": {"$ref": "#/$defs/node"}}
