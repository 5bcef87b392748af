"""Any call of an original can be said on the edited tools, and comes back as it was: for chains of edits in any order.

The way there is written here a second time, from what the edits say they do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ragtune.tools import Call, Tool, ToolSet
from tests.edits.made import obj, then, tool, valid

SNAKE = {"userId": "user_id", "FullName": "full_name", "zip": "zip", "x": "x", "mode": "mode", "which": "which"}
LEAVES = [{"type": "string"}, {"type": "integer"}, {"enum": ["a", "b"]}, {"type": "array", "items": obj({"x": {}})}]
VALUES: dict[str, list[Any]] = {"string": ["", "é"], "integer": [0, 7], "array": [[], [{"x": 1}]]}
There = Callable[[ToolSet, ToolSet, str, dict[str, Any]], tuple[str, dict[str, Any]]]


def objects(inner: Any) -> Any:
    names = st.lists(st.sampled_from(["userId", "FullName", "zip", "x"]), min_size=1, max_size=3, unique=True)
    parts = names.flatmap(lambda keys: st.fixed_dictionaries(dict.fromkeys(keys, inner)))
    closed = st.sampled_from([{}, {"additionalProperties": False}])
    return parts.flatmap(
        lambda p: st.builds(
            lambda required, more: obj(p, tuple(required), **more),
            st.lists(st.sampled_from(sorted(p)), unique=True),
            closed,
        )
    )


ROOTS = objects(st.recursive(st.sampled_from(LEAVES), objects, max_leaves=4))


@st.composite
def calls(draw: Any, schema: dict[str, Any]) -> Any:
    if "enum" in schema:
        return draw(st.sampled_from(schema["enum"]))
    if schema["type"] != "object":
        return draw(st.sampled_from(VALUES[schema["type"]]))
    given = {}
    for name, inner in schema["properties"].items():
        if name in schema["required"] or draw(st.booleans()):
            given[name] = draw(calls(inner))
    return given


@st.composite
def toolsets(draw: Any) -> ToolSet:
    tools = []
    for name, text in (("readUser", "Reads one user"), ("writeUser", "Writes one user"), ("other", "Something else")):
        root = draw(ROOTS)
        if draw(st.booleans()):
            root["properties"]["mode"] = {"type": "string", "enum": ["fast", "slow"]}
            root["required"] = [*root["required"], *(["mode"] if draw(st.booleans()) else [])]
        tools.append(Tool(name=name, description=text, input_schema=root))
    return ToolSet(tuple(tools))


def renamed(before: ToolSet, after: ToolSet, id: str, args: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return id, {"_".join(SNAKE[part] for part in name.split("_")): value for name, value in args.items()}


def flat(before: ToolSet, after: ToolSet, id: str, args: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    shown = after.tools[after.place[id]].parameters
    found: dict[str, Any] = {}

    def lift(inner: dict[str, Any], path: tuple[str, ...]) -> None:
        for name, value in inner.items():
            if "_".join((*path, name)) in shown:
                found["_".join((*path, name))] = value
            else:
                lift(value, (*path, name))

    lift(args, ())
    return id, found


def split(before: ToolSet, after: ToolSet, id: str, args: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    if f"{id}#{args.get('mode')}" in after.place:
        return f"{id}#{args['mode']}", {name: value for name, value in args.items() if name != "mode"}
    return id, args


def merged(before: ToolSet, after: ToolSet, id: str, args: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    if id in after.place:
        return id, args
    (found,) = [t.id for t in after.tools if id in t.id.split("+")]
    return found, {"which": before.tools[before.place[id]].name, **args}


EDITS: dict[str, There] = {
    "rename(parameters=true)": renamed,
    "flatten": flat,
    "split-by-enum": split,
    "merge-near-duplicates(min_similarity=0.3)": merged,
    "namespace": lambda before, after, id, args: (id, args),
}


@settings(max_examples=10, deadline=None)
@given(st.data())
def test_every_call_comes_back(data):
    toolset = data.draw(toolsets())
    stages = data.draw(st.permutations(sorted(EDITS)))
    sets = [toolset]
    for spec in stages:
        sets.append(then(spec, sets[-1]))
    for original in toolset.tools:
        call = data.draw(calls(original.input_schema))
        assert valid(original.input_schema, call)
        id, args = original.id, call
        for spec, before, after in zip(stages, sets, sets[1:], strict=False):
            id, args = EDITS[spec](before, after, id, args)
            assert valid(after.tools[after.place[id]].input_schema, args), (spec, args)
        assert sets[-1].original_call(id, args) == Call(tool=original.id, arguments=call)
        assert original.id in sets[-1].originals(id)


@settings(max_examples=25, deadline=None)
@given(ROOTS, st.data())
def test_flattening_says_no_more_than_the_original(root, data):
    """A call that is right on the flat tool is right on the original one, too."""
    done = then("flatten", ToolSet((tool("t").model_copy(update={"input_schema": root}),)))
    shown = done.tools[0].input_schema
    names = data.draw(st.sets(st.sampled_from(sorted(shown["properties"]))))
    args = {name: data.draw(st.sampled_from(["", 0, "a", [], {}])) for name in sorted(names)}
    if valid(shown, args):
        call = done.original_call("t", args)
        assert not call.invalid and valid(root, call.arguments)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "object", "a", "#/$defs/a", "#/properties/a", "é"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from([
        "type", "properties", "required", "items", "anyOf", "$ref", "$defs", "enum", "a", "description", "const", "default",
        "additionalProperties", "dependentRequired",
    ]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.sampled_from(["type", "properties", "required", "$defs", "dependentRequired"]), JSON))
def test_no_edit_falls_over_a_schema_that_is_none(schema):
    """Not every tool file was checked by somebody: what is no schema stays as it was, or is left to the linter."""
    from ragtune.component import find, words
    from ragtune.tools import Cases

    tools = ToolSet(
        (Tool(name="one", description="Same", input_schema=schema), tool("two", {"a": {}}, description="Same"))
    )
    for word in words("edit"):
        if word != "describe-from":
            cls = find("edit", word)
            knobs = {"parameters": True} if word == "rename" else {}
            edit = cls.model_validate(knobs)
            done = edit.apply(tools, Cases(())) if word == "add-examples" else edit.apply(tools)
            assert set(done.place) or word == "hide"
