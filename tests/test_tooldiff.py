"""Changes of tools: each kind by hand, and no call that was right is refused where nothing is said to break."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ragtune.tooldiff import diff_sets, diff_tools
from ragtune.tools import Tool, ToolSet


def tool(properties=None, required=(), **fields):
    schema = {"type": "object", "properties": properties or {}, "required": list(required)}
    return Tool(name="t", input_schema=schema, **fields)


KINDS = [
    (tool({"a": {"type": "string"}}), tool(), "parameter-removed", "breaking"),
    (tool(), tool({"a": {}}, ["a"]), "required-parameter-added", "breaking"),
    (tool(), tool({"a": {}}), "parameter-added", "compatible"),
    (tool({"a": {}}), tool({"a": {}}, ["a"]), "parameter-required", "breaking"),
    (tool({"a": {}}, ["a"]), tool({"a": {}}), "parameter-optional", "compatible"),
    (tool({"a": {"type": "number"}}), tool({"a": {"type": "integer"}}), "type-narrower", "breaking"),
    (tool({"a": {"type": "integer"}}), tool({"a": {"type": "number"}}), "type-wider", "compatible"),
    (tool({"a": {"type": "string"}}), tool({"a": {"type": "integer"}}), "type-changed", "breaking"),
    (tool({"a": {"enum": [1, 2]}}), tool({"a": {"enum": [1.0]}}), "enum-narrowed", "breaking"),
    (tool({"a": {"enum": [1]}}), tool({"a": {"enum": [1, True]}}), "enum-widened", "compatible"),
    (tool({"a": {}}), tool({"a": {"enum": [1]}}), "enum-added", "breaking"),
    (tool({"a": {"maxLength": 9}}), tool({"a": {"maxLength": 5}}), "bound-tightened", "breaking"),
    (tool({"a": {"minimum": 3}}), tool({"a": {"minimum": 1}}), "bound-loosened", "compatible"),
    (tool({"a": {"pattern": "a"}}), tool({"a": {"pattern": "b"}}), "bound-changed", "breaking"),
    (tool({"a": {"default": 1}}), tool({"a": {"default": 2}}), "default-changed", "breaking"),
    (tool({"a": {"description": "x"}}), tool({"a": {"description": "y"}}), "description-changed", "wording"),
    (tool(description="x"), tool(description="y"), "description-changed", "wording"),
    (tool(annotations={"readOnlyHint": True}), tool(), "annotation-changed", "breaking"),
    (tool(), tool(annotations={"destructiveHint": False}), "annotation-changed", "compatible"),
    (Tool(name="a", id="t"), Tool(name="b", id="t"), "tool-renamed", "breaking"),
]


@pytest.mark.parametrize(("before", "after", "kind", "level"), KINDS)
def test_a_change_has_its_kind_and_level(before, after, kind, level):
    (found,) = diff_tools(before, after)
    assert (found.kind, found.level) == (kind, level)


def test_results_count_the_other_way_round():
    before, after = (
        tool(output_schema={"type": "object", "properties": {"a": {"enum": values}}}) for values in (["x"], ["x", "y"])
    )
    assert [c.level for c in diff_tools(before, after)] == ["breaking"]
    assert [c.level for c in diff_tools(after, before)] == ["compatible"]


def test_references_are_followed_and_circles_end():
    def made(kind):
        node = {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}, "value": {"type": kind}}}
        return Tool(
            name="t",
            input_schema={"type": "object", "properties": {"n": {"$ref": "#/$defs/node"}}, "$defs": {"node": node}},
        )

    assert [(c.place, c.kind) for c in diff_tools(made("number"), made("integer"))] == [("n.value", "type-narrower")]


def test_a_version_goes_up_by_the_worst_change():
    a, b = ToolSet((tool(),)), ToolSet((tool(), Tool(name="u")))
    assert [diff_sets(*pair).semver for pair in ((a, a), (a, b), (b, a))] == ["none", "minor", "major"]
    assert diff_sets(a, ToolSet((tool(description="x"),))).semver == "patch"


_values = st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from(["", "a", "bb", 1.5]))
_leaf = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["string", "integer", "number", "boolean", ["string", "null"]]),
        "enum": st.lists(_values, min_size=1, max_size=3),
        "minimum": st.integers(-3, 3),
        "maxLength": st.integers(0, 2),
        "multipleOf": st.integers(1, 3),
    },
)


@st.composite
def _schemas(draw):
    properties = draw(st.dictionaries(st.sampled_from("ab"), _leaf, max_size=2))
    needed = draw(st.lists(st.sampled_from("ab"), unique=True))
    return {"type": "object", "properties": properties, "required": needed, "additionalProperties": False}


@settings(max_examples=150, deadline=None)
@given(_schemas(), _schemas(), st.lists(st.dictionaries(st.sampled_from("ab"), _values), min_size=5, max_size=20))
def test_where_nothing_breaks_every_call_that_was_right_still_is(before, after, calls):
    changes = diff_tools(Tool(name="t", input_schema=before), Tool(name="t", input_schema=after))
    if all(change.level != "breaking" for change in changes):
        old, new = Draft202012Validator(before), Draft202012Validator(after)
        assert all(new.is_valid(call) for call in calls if old.is_valid(call))
