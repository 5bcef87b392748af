"""Schemas are checked before anything reads them; what is refused is refused soon, and nothing is ever fetched."""

from __future__ import annotations

import os
import re
import time

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragtune.errors import InputError
from ragtune.tools import Tool, check_schema, is_recursive, resolve, validator
from ragtune.tools._files import parse_tree

STRING = {"type": "string"}


def of(**properties):
    return {"type": "object", "properties": properties}


def chain(n):
    return {f"d{i}": {"$ref": f"#/$defs/d{i + 1}"} for i in range(n)} | {f"d{n}": STRING}


def nested(n):
    schema = {}
    for _ in range(n):
        schema = {"items": schema}
    return of(x=schema)


def doubling(n):
    return {f"d{i}": of(a={"$ref": f"#/$defs/d{i + 1}"}, b={"$ref": f"#/$defs/d{i + 1}"}) for i in range(n)} | {
        f"d{n}": {}
    }


SELF = {"type": "object"}
SELF["properties"] = {"x": SELF}
REFUSED = {
    "no object": ({"type": "string"}, "must say `type: object`"),
    "no type": ({}, "must say `type: object`"),
    "no mapping": ([], "must be a mapping"),
    "address": (of(x={"$ref": "http://127.0.0.1:9/s.json"}), "is refused"),
    "file": (of(x={"$ref": "file:///etc/passwd"}), "is refused"),
    "path": (of(x={"$ref": "other.json#/a"}), "is refused"),
    "anchor": ({**of(x={"$ref": "#a"}), "$defs": {"d": {"$anchor": "a"}}}, "is refused"),
    "no text": (of(x={"$ref": 5}), "is refused"),
    "nothing": (of(x={"$ref": "#/$defs/d"}), "stands for nothing"),
    "no schema": (of(x={"$ref": "#/properties/y/enum"}, y={"enum": [1]}), "is no schema"),
    "dynamic": (of(x={"$dynamicRef": "#a"}), r"write \$ref"),
    "recursive": (of(x={"$recursiveRef": "#"}), r"write \$ref"),
    "id inside": (of(x={"$id": "http://example.org/x", "$ref": "#/a"}), "at the top"),
    "dialect": ({"type": "object", "$schema": "http://127.0.0.1:9/meta"}, "no dialect"),
    "circle of one": ({"type": "object", "$ref": "#"}, "in a circle"),
    "circle of two": ({**of(), "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}, "circle"),
    "circle by anyOf": ({**of(), "$defs": {"a": {"anyOf": [{"not": {"$ref": "#/$defs/a"}}]}}}, "in a circle"),
    "bomb": ({**of(x={"$ref": "#/$defs/d0"}), "$defs": doubling(50)}, "nested|values"),
    "flat bomb": ({**of(x={"$ref": "#/$defs/d0"}), "$defs": doubling(20)}, "values with what it refers to"),
    "long chain": ({**of(x={"$ref": "#/$defs/d0"}), "$defs": chain(9_000)}, "with its references"),
    "deep": (nested(10_000), "nested more than 64 deep"),
    "itself": (SELF, "nested more than 64 deep"),
    "wide": (of(**{f"p{i}": {} for i in range(30_000)}), "more than 20,000 values"),
    "enum": (of(x={"enum": list(range(6_000))}), "6,000 values; at most 5,000"),
    "huge enum": (of(x={"enum": list(range(3_000_000))}), "more than 20,000 values"),
    "long": ({**of(), "description": "x" * 2_000_000}, "characters"),
    "nan": (of(x={"default": float("nan")}), "no number that JSON knows"),
    "infinity": (of(x={"minimum": float("inf")}), "no number that JSON knows"),
    "digits": (of(x={"minimum": 10**5_000}), "400 digits"),
    "half a character": (of(x={"title": "\ud800"}), "half a character"),
    "half a key": (of(**{"\ud800": {}}), "half a character"),
    "key": ({"type": "object", "properties": {1: {}}}, "a key that is no text"),
    "python": (of(x={"default": {1, 2}}), "which JSON cannot hold"),
    "pattern": (of(x={"pattern": "(a+)+$"}), "for ever"),
    "property pattern": ({"type": "object", "patternProperties": {"^(a|a)*$": {}}}, "for ever"),
    "many patterns": (of(**{f"p{i}": {"pattern": f"^(a{i}?[b-z]?.?){{1,12}}$"} for i in range(3_000)}), "for ever|5,000"),
    "large patterns": (of(**{f"p{i}": {"pattern": f"a{i}" + "(ab?|cd?|.)?" * 24} for i in range(3_000)}), "ways|5,000"),
    "old list of items": (of(x={"items": [STRING]}), "prefixItems"),
    "old bound": (of(x={"exclusiveMinimum": True}), "draft 4"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_hostile_and_wrong_schemas_are_refused_soon(monkeypatch, name):
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("a connection was attempted"))
    schema, why = REFUSED[name]
    began = time.process_time()
    with pytest.raises(InputError, match=why):
        validator(schema)
    with pytest.raises(InputError, match=why):
        resolve(schema)
    assert time.process_time() - began < 2


def test_many_faults_are_bounded():
    schema = of(**{f"p{i}": {"type": 1} for i in range(5_000)})
    assert 100 <= len(check_schema(schema)) <= 101


def test_faults_stand_at_their_places():
    text = "type: object\nproperties:\n  a:\n    type: strin\n  b: {anyOf: []}\nrequired: [a, a]\n"
    tree = parse_tree(text, "f")
    assert [str(fault) for fault in check_schema(tree.plain(), tree, "s")] == [
        "f:6:1: s.required: names something twice",
        "f:4:5: s.properties.a.type: has no type 'strin'; did you mean 'string'? "
        "(array, boolean, integer, null, number, object, string)",
        "f:5:7: s.properties.b.anyOf: must not be empty: anyOf needs at least one schema",
    ]


TREE = {
    **of(root={"$ref": "#/$defs/node", "description": "The root."}, size={"$ref": "#/$defs/size", "minimum": 5}),
    "$defs": {
        "node": of(kids={"type": "array", "items": {"$ref": "#/$defs/node"}}),
        "size": {"type": "integer", "minimum": 1},
    },
}


def test_recursion_through_properties_is_allowed_and_told():
    assert check_schema(TREE) == []
    assert is_recursive(TREE)
    assert not is_recursive(of(a=STRING))
    by = validator(TREE)
    assert by.is_valid({"root": {"kids": [{"kids": []}]}})
    assert not by.is_valid({"root": {"kids": [{"kids": 1}]}})


def test_references_are_replaced_by_what_they_stand_for():
    schema = {
        **TREE,
        "properties": {"size": TREE["properties"]["size"], "name": {"$ref": "#/$defs/name", "title": "N"}},
    }
    schema["$defs"] = {"size": TREE["$defs"]["size"], "name": {"type": "string", "title": "M"}}
    both = {"minimum": 5, "allOf": [{"type": "integer", "minimum": 1}]}
    assert resolve(schema) == of(size=both, name={"type": "string", "title": "N"})
    kept = resolve(TREE)
    assert kept["properties"]["root"] == {**TREE["$defs"]["node"], "description": "The root."}
    assert kept["$defs"] == TREE["$defs"]
    assert check_schema(kept) == []


def test_nothing_is_fetched_for_an_identity(monkeypatch):
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("a connection was attempted"))
    schema = {"$schema": "http://json-schema.org/draft-07/schema#", "$id": "http://127.0.0.1:9/x", **TREE}
    assert validator(schema).is_valid({"root": {}})


VALUES = st.sampled_from([None, True, False, 0, 1, 1.0, -1, 2.5, "", "string", "object", "x"]) | st.sampled_from(
    [[], [1], ["a"], ["a", "a"], ["string", "null"], {}, {"a": 1}]
)
WORDS = re.findall(
    r"\S+",
    "type enum const title description default examples required properties patternProperties additionalProperties items"
    " prefixItems contains allOf anyOf oneOf not if then else dependentRequired dependentSchemas propertyNames minLength"
    " maxItems minimum exclusiveMaximum multipleOf uniqueItems format deprecated $comment $defs unevaluatedItems"
    " contentSchema definitions dependencies contentEncoding maxContains readOnly",
)
SCHEMAS = st.recursive(
    VALUES,
    lambda inner: st.dictionaries(st.sampled_from([*WORDS, "a"]), inner, max_size=4) | st.lists(inner, max_size=2),
    max_leaves=12,
)
REFS = ("#", "#/$defs/a", "#/properties/a", "#/properties/a/items", "http://x", "#a")
REFERRING = st.recursive(
    VALUES | st.sampled_from([{"$ref": ref} for ref in REFS]),
    lambda inner: st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(("items", "not", "$ref"), inner)
        | {word: st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2) for word in ("$defs", "properties")}
        | {word: st.lists(inner, max_size=2) for word in ("anyOf", "allOf")}
        | {"pattern": st.sampled_from(["a", "(a+)+", "["]), "type": st.just("object")},
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(WORDS), SCHEMAS, max_size=5))
@settings(max_examples=150)
def test_what_the_metaschema_says(drawn):
    """An independent judge: jsonschema, by the metaschema itself."""
    schema = {**drawn, "type": "object"}
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.SchemaError:
        assert check_schema(schema)
    else:
        assert check_schema(schema) == []


def never_crashes(schema):
    """Read, check, walk, resolve and use a schema: it goes well or is refused with reasons."""
    faults = check_schema(schema)
    if isinstance(schema, dict):
        assert all(isinstance(path, str) for path, _ in Tool(name="x", input_schema=schema).walk())
    if faults:
        with pytest.raises(InputError):
            resolve(schema)
        return
    assert check_schema(resolve(schema)) == []
    by, inlined = validator(schema), validator(resolve(schema))
    for value in ({}, {"a": {}}, {"a": {"a": [1, {"b": None}]}, "b": "x"}):
        assert by.is_valid(value) == inlined.is_valid(value)


@given(REFERRING)
@settings(max_examples=150)
def test_no_schema_crashes_anything(schema):
    never_crashes({"type": "object", **schema} if isinstance(schema, dict) else schema)


@pytest.mark.torture
@given(REFERRING | SCHEMAS)
@settings(max_examples=int(os.environ.get("RAGTUNE_EXAMPLES", "5000")))
def test_five_thousand_schemas_crash_nothing(schema):
    never_crashes({"type": "object", **schema} if isinstance(schema, dict) else schema)
