"""Fixes: comments stay, nothing else moves, twice is once, and no rule finds more than before."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragtune.linting import choose, lint_set, rules
from ragtune.linting._fixing import fixed_text
from ragtune.tools import Tool, ToolSet

ALL = rules()

LAYOUTS = {
    "offset": 'tools:\n  - name: a  # one\n    description: "x  "\n',
    "flush": "tools:\n- name: a\n  # why\n  description: 'x  '\n",
    "four": 'tools:\n    -   name: a\n        description: "x  "\n',
    "single": '---\n# a tool\nname: a\ndescription: "x  "\ninput_schema: {type: object, properties: {}}\n',
    "list": '- {name: a, description: "x  "}\n- name: b\n  description: "y"\n',
    "documents": 'name: a\ndescription: "x  "\n---\nname: b\ndescription: "y"\n',
}


@pytest.mark.parametrize("text", LAYOUTS.values(), ids=LAYOUTS)
def test_yaml_keeps_its_layout(text):
    expected = text.replace('"x  "', '"x"').replace("'x  '", "'x'")
    assert fixed_text(text, ".yaml", ALL) == expected
    assert fixed_text(text.replace("\n", "\r\n"), ".yaml", ALL) == expected.replace("\n", "\r\n")


@pytest.mark.parametrize("indent, separators", [(None, None), (None, (",", ":")), (2, None), (4, None), ("\t", None)])
def test_json_keeps_its_layout(indent, separators):
    def write(text):
        return json.dumps({"tools": [{"name": "a", "description": text}]}, indent=indent, separators=separators) + "\n"

    assert fixed_text(write("x \u200b"), ".json", ALL) == write("x")


def test_json_lines_change_line_by_line():
    text = '{"name":"a", "description":"x "}\n\n{"name":   "b"}\n'
    assert fixed_text(text, ".jsonl", ALL).splitlines()[1:] == ["", '{"name":   "b"}']


def test_a_block_text_stays_a_block_text():
    text = "name: a\ndescription: |\n  one   \n\n\n\n  two\n# end\ntags: [x]\n"
    assert fixed_text(text, ".yaml", ALL) == "name: a\ndescription: |\n  one\n\n  two\n# end\ntags: [x]\n"


def test_a_type_is_written_only_where_nothing_else_is_possible():
    properties = {
        "a": {"enum": ["x", "y"]}, "b": {"enum": [1, 2.5]}, "c": {"enum": ["x", None]}, "d": {"const": True},
        "e": {"properties": {}}, "f": {"items": {"type": "string"}}, "g": {"default": 3}, "h": {"description": "?"},
        "i": {"enum": ["x"], "anyOf": [{}]}, "j": {"properties": {}, "default": "x"},
    }  # fmt: skip
    text = json.dumps({"name": "a", "input_schema": {"properties": properties}})
    fixed = json.loads(fixed_text(text, ".json", ALL))["input_schema"]["properties"]
    types = {name: schema.get("type") for name, schema in fixed.items()}
    assert types == {
        "a": "string", "b": "number", "c": ["string", "null"], "d": "boolean", "e": "object", "f": "array",
        "g": None, "h": None, "i": None, "j": None,
    }  # fmt: skip


def test_what_calls_depend_on_is_not_changed():
    spec = {
        "name": "a\u200b",
        "input_schema": {"properties": {"p\u200b": {"enum": ["x\u200b "], "type": "string", "default": "x\u200b "}}},
    }
    assert fixed_text(json.dumps(spec), ".json", ALL) == json.dumps(spec)


TEXTS = st.text(alphabet=st.sampled_from("ab  \n\t\"'#:-`,\u200b\u200d\u202eé"), max_size=20)
SCALARS = st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-2, 2) | TEXTS
KEYWORDS = st.sampled_from(
    ["type", "description", "properties", "required", "items", "enum", "anyOf", "$ref", "minimum", "nullable", "$defs"]
)
TYPES = st.sampled_from(["string", "integer", "number", "object", "array", "boolean", "null"])
NAMES = st.sampled_from(["a", "b", "type", "x y"])


def schema_of(inner):
    likely = st.fixed_dictionaries(
        {},
        optional={
            "type": TYPES | st.lists(TYPES, max_size=2), "description": TEXTS, "enum": st.lists(SCALARS, max_size=3),
            "properties": st.dictionaries(NAMES, inner, max_size=3), "required": st.lists(NAMES, max_size=3), "items": inner,
            "default": SCALARS, "const": SCALARS, "anyOf": st.lists(inner, max_size=2), "$ref": st.just("#/properties/a"),
            "additionalProperties": st.booleans() | inner,
        },
    )  # fmt: skip
    return likely | st.dictionaries(KEYWORDS, inner | st.lists(inner, max_size=2), max_size=3)


ANYTHING = st.recursive(SCALARS, schema_of, max_leaves=6)
TOOLS = st.fixed_dictionaries(
    {"name": st.sampled_from(["a", "getB", "get_b"])},
    optional={
        "description": TEXTS,
        "input_schema": schema_of(ANYTHING),
        "output_schema": schema_of(ANYTHING),
        "examples": st.lists(st.fixed_dictionaries({"query": TEXTS}), max_size=2),
    },
)


def counts(specs):
    toolset = ToolSet(tuple(Tool.model_validate({**spec, "id": str(i)}) for i, spec in enumerate(specs)))
    return Counter(problem.code for problem in lint_set(toolset, ALL).problems)


@settings(max_examples=150)
@given(st.lists(TOOLS, min_size=1, max_size=3))
def test_fixing_twice_is_once_and_no_rule_finds_more(specs):
    text = json.dumps(specs)
    once = fixed_text(text, ".json", ALL)
    assert fixed_text(once, ".json", ALL) == once
    before, after = counts(specs), counts(json.loads(once))
    assert all(after[code] <= before[code] for code in after)
    assert after["RT105"] == after["RT208"] == 0


@settings(max_examples=30)
@given(st.lists(TOOLS, min_size=1, max_size=2))
def test_yaml_is_fixed_as_json_is(specs):
    import io

    from ruamel.yaml import YAML

    from ragtune.tools._files import parse_tree

    out = io.StringIO()
    YAML(typ="rt", pure=True).dump(specs, out)
    try:
        written = parse_tree(out.getvalue(), "", ".yaml").plain()
    except Exception:
        return  # half of what can be written cannot be read back, and is refused before
    fixed = parse_tree(fixed_text(out.getvalue(), ".yaml", ALL), "", ".yaml").plain()
    assert fixed == json.loads(fixed_text(json.dumps(written), ".json", ALL))


def test_rules_that_cannot_fix_change_nothing():
    text = LAYOUTS["offset"]
    assert fixed_text(text, ".yaml", choose(["RT101", "RT206"])) == text
