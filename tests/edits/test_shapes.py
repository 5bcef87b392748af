"""Edits of names and shape: what is shown, and that each hand-made call finds its way back."""

from __future__ import annotations

import pytest

from ragtune.edits._names import styled, words
from ragtune.errors import InputError
from ragtune.tools import Call, Example
from tests.edits.made import NUMBER, STRING, edit, obj, then, tool, valid


@pytest.mark.parametrize("name, parts", [
    ("getHTTPResponse2", "get http response2"), ("get_http_response2", "get http response2"), ("a.b-c d", "a b c d"),
    ("größeÄndern", "größe ändern"), ("搜索", "搜索"), ("__", ""), ("v2Items", "v2 items"), ("ID", "id"),
])  # fmt: skip
def test_words_of_names(name, parts):
    assert " ".join(words(name)) == parts


def test_styles():
    found = [styled("getHTTPUser_id", style) for style in ("keep", "snake", "camel", "pascal", "kebab")]
    assert found == ["getHTTPUser_id", "get_http_user_id", "getHttpUserId", "GetHttpUserId", "get-http-user-id"]
    assert styled("__", "snake") == "__"


USER = tool(
    "getUser", {"userId": STRING, "user_id": NUMBER, "Full-Name": STRING}, ("userId",),
    root={"dependentRequired": {"Full-Name": ["userId"]}}, examples=(Example(query="q", arguments={"userId": "a"}),),
)  # fmt: skip


def test_rename_by_style():
    done = edit("rename(parameters=true)", USER, tool("get_user"), tool("get-user"))
    assert [(t.id, t.name) for t in done.tools] == [
        ("getUser", "get_user_2"), ("get_user", "get_user"), ("get-user", "get_user_3"),
    ]  # fmt: skip
    user = done.tools[0]
    assert list(user.parameters) == ["user_id_2", "user_id", "full_name"] and user.required == ("user_id_2",)
    assert user.input_schema["dependentRequired"] == {"full_name": ["user_id_2"]}
    assert user.examples[0].arguments == {"user_id_2": "a"}
    assert done.original_call("getUser", {"user_id_2": "a", "user_id": 1, "full_name": "b"}) == Call(
        tool="getUser", arguments={"userId": "a", "user_id": 1, "Full-Name": "b"}
    )
    assert done.original_call("get-user", {}) == Call(tool="get-user")
    assert edit("rename", USER).tools[0].parameters == USER.parameters


def test_rename_leaves_parameters_with_rules_of_their_own():
    tied = tool("t", {"userId": STRING, "b": {"$ref": "#/properties/userId"}})
    ruled = tool("u", {"userId": STRING}, root={"anyOf": [{"required": ["userId"]}, {}]})
    assert edit("rename(parameters=true)", tied, ruled).tools == (tied, ruled)


def test_rename_from_a_file(tmp_path):
    path = tmp_path / "names.yaml"
    path.write_text("getUser: {name: whois, parameters: {userId: user_id, user_id: number}}\n")
    done = edit({"rename": {"path": str(path)}}, USER, tool("getOther", {"anId": STRING}))
    assert [t.name for t in done.tools] == ["whois", "get_other"]
    assert list(done.tools[0].parameters) == ["user_id", "number", "Full-Name"]
    assert done.original_call("getUser", {"user_id": "a", "number": 1}).arguments == {"userId": "a", "user_id": 1}
    path.write_text("getUser: {name: other, parameters: {userId: user_id}}\n")
    with pytest.raises(InputError) as caught:
        edit({"rename": {"path": str(path), "style": "keep"}}, USER, tool("other"))
    assert [fault.message for fault in caught.value.faults] == [
        "another tool is named 'other' too", "another parameter of 'getUser' is named 'user_id' too",
    ]  # fmt: skip


def test_namespace():
    a, b = (tool("find", id=id, server=server) for id, server in (("1", "git hub"), ("2", "git-hub")))
    done = edit("namespace", a, b, tool("find"), tool("git_hub__x", server="git hub"))
    assert [t.name for t in done.tools] == ["git_hub__find", "git_hub__find_2", "find", "git_hub__x"]
    assert then("namespace", done).tools == done.tools and done.originals("2") == ("2",)
    assert edit("namespace(separator=.)", a).tools[0].name == "git_hub.find"


ADDRESS = obj(
    {"city": {**STRING, "description": "Its city."}, "geo": obj({"x": NUMBER, "y": NUMBER}, ("x",))}, ("city",)
)
SEND = tool(
    "send",
    {"to": {**ADDRESS, "description": "Where to."}, "from": ADDRESS, "note": STRING, "opts": obj({"fast": {}}),
     "must": obj({"a": {}})},
    ("to", "must"),
    examples=(Example(query="q", arguments={"to": {"city": "Rome", "geo": {"x": 1}}, "must": {}}),),
)  # fmt: skip


def test_flatten_lifts_what_can_be_told_apart():
    done = edit("flatten", SEND)
    (flat,) = done.tools
    assert list(flat.parameters) == [
        "to_city", "to_geo_x", "to_geo_y", "from_city", "from_geo_x", "from_geo_y", "note", "opts", "must_a",
    ]  # fmt: skip
    assert flat.required == ("to_city",)
    assert flat.parameters["to_city"] == {**STRING, "description": "Where to: Its city."}
    assert flat.input_schema["dependentRequired"] == {
        "to_geo_y": ["to_geo_x"], "from_geo_x": ["from_city"], "from_geo_y": ["from_city", "from_geo_x"],
    }  # fmt: skip
    assert flat.examples[0].arguments == {"to_city": "Rome", "to_geo_x": 1}
    given = {"to_city": "Rome", "from_city": "Bonn", "from_geo_x": 2, "note": "n", "opts": {}}
    assert valid(flat.input_schema, given)
    assert done.original_call("send", given) == Call(tool="send", arguments={
        "to": {"city": "Rome"}, "from": {"city": "Bonn", "geo": {"x": 2}}, "note": "n", "opts": {}, "must": {},
    })  # fmt: skip
    assert done.original_call("send", {"to_city": "R", "must_a": 1}).arguments == {
        "to": {"city": "R"},
        "must": {"a": 1},
    }
    assert not valid(flat.input_schema, {"to_city": "Rome", "from_geo_x": 2})


def test_flatten_may_take_an_empty_object_for_none():
    done = edit("flatten(empty=drop, depth=1, separator=.)", SEND)
    assert list(done.tools[0].parameters) == [
        "to.city",
        "to.geo",
        "from.city",
        "from.geo",
        "note",
        "opts.fast",
        "must.a",
    ]
    assert done.original_call("send", {"to.city": "R"}).arguments == {"to": {"city": "R"}, "must": {}}
    assert done.original_call("send", {"to.city": "R", "opts.fast": 1}).arguments["opts"] == {"fast": 1}


def test_flatten_keeps_names_apart():
    odd = tool("t", {"a": obj({"b": {}, "b_c": {}}, ("b",)), "a_b": {}, "a__b": {}, "a_b_c": {}}, ("a",))
    done = edit("flatten", odd)
    assert list(done.tools[0].parameters) == ["a___b", "a__b_c", "a_b", "a__b", "a_b_c"]
    assert done.original_call("t", {"a___b": 1, "a_b": 2, "a__b": 3, "a__b_c": 4, "a_b_c": 5}).arguments == {
        "a": {"b": 1, "b_c": 4}, "a_b": 2, "a__b": 3, "a_b_c": 5,
    }  # fmt: skip


def test_flatten_leaves_maps_lists_alternatives_and_circles():
    root = {"$defs": {"Node": obj({"value": STRING, "next": {"$ref": "#/$defs/Node"}}, ("value", "next"))}}
    tools = [
        tool("map", {"a": {"type": "object", "additionalProperties": STRING}}, ("a",)),
        tool("open", {"a": obj({"b": {}}, ("b",), additionalProperties=True)}, ("a",)),
        tool("list", {"a": {"type": "array", "items": obj({"b": {}}, ("b",))}}, ("a",)),
        tool("null", {"a": {"anyOf": [obj({"b": {}}, ("b",)), {"type": "null"}]}}, ("a",)),
        tool("lost", {"a": {"$ref": "#/$defs/None"}}, ("a",)),
        tool("rule", {"a": obj({"b": {}}, ("b",)), "c": {}}, ("a",), root={"dependentRequired": {"c": ["a"]}}),
        tool("wide", {"a": obj({f"p{i}": {} for i in range(257)}, ("p1",))}, ("a",)),
    ]
    done = edit("flatten", *tools)
    assert done.tools == tuple(tools) and not done.adapters
    (circle,) = edit("flatten", tool("circle", {"n": {"$ref": "#/$defs/Node"}}, ("n",), root=root)).tools
    assert circle.parameters == {"n_value": STRING, "n_next": {"$ref": "#/$defs/Node"}}


def test_flatten_gives_up_in_time_on_a_schema_that_unfolds_without_end():
    names = [f"p{i}" for i in range(30)]
    unfold = {f"D{i}": obj({n: {"$ref": f"#/$defs/D{i + 1}"} for n in names}, tuple(names)) for i in range(9)}
    for required in ((), ("a",)):
        bomb = tool("t", {"a": {"$ref": "#/$defs/D0"}}, required, root={"$defs": unfold})
        assert edit("flatten", bomb).tools == (bomb,)


FILE = tool(
    "file", {"action": {"enum": ["read", "write", None]}, "path": STRING, "text": STRING}, ("action", "path"),
    description="Files.", title="File", root={"dependentRequired": {"action": ["text"], "text": ["action"]}},
    examples=(
        Example(query="r", arguments={"action": "read", "path": "p", "text": ""}), Example(query="any"),
        Example(query="w", arguments={"action": "write", "path": "p", "text": "t"}),
    ),
)  # fmt: skip


def test_split_by_enum():
    done = edit("split-by-enum", tool("first"), FILE, tool("file_read"))
    assert [(t.id, t.name) for t in done.tools] == [
        ("first", "first"), ("file#read", "file_read_2"), ("file#write", "file_write"), ("file#null", "file_null"),
        ("file_read", "file_read"),
    ]  # fmt: skip
    read, write, null = done.tools[1:4]
    assert list(read.parameters) == ["path", "text"] and read.required == ("path", "text")
    assert read.input_schema.get("dependentRequired") is None and read.title == "File: read"
    assert read.description == "Files.\n\nHere action is always read."
    assert [e.query for e in read.examples] == ["r", "any"] and [e.query for e in write.examples] == ["any", "w"]
    assert done.original_call("file#null", {"path": "p"}) == Call(tool="file", arguments={"path": "p", "action": None})
    assert done.originals(null.id) == ("file",)


def test_split_keeps_the_tool_without_a_choice_that_may_be_left_out():
    draw = tool(
        "draw",
        {"type": {"$ref": "#/$defs/T"}, "mode": {"enum": ["one"]}},
        root={"$defs": {"T": {"enum": [1, True, "1"]}}},
    )
    done = edit("split-by-enum", draw)
    assert [(t.id, t.name) for t in done.tools] == [
        ("draw#1", "draw_1"), ("draw#true", "draw_true"), ("draw#1_2", "draw_1_2"), ("draw", "draw"),
    ]  # fmt: skip
    values = [done.original_call(t.id, {}).arguments.get("type") for t in done.tools]
    assert values == [1, True, "1", None] and type(values[0]) is int
    assert done.original_call("draw", {}) == Call(tool="draw") and "type" not in done.tools[3].parameters
    assert edit("split-by-enum(max_values=2)", draw).tools == (draw,)
    assert edit("split-by-enum(parameter=size)", draw).tools == (draw,)


ONE = tool(
    "get_weather_now", {"city": {**STRING, "description": "Where"}, "at": STRING, "p": {"$ref": "#/$defs/P"}}, ("city", "at"),
    description="Gets the weather of a city", server="w", tags=("a",), root={"$defs": {"P": NUMBER}},
    annotations={"readOnlyHint": True, "title": "1"}, examples=(Example(query="q", arguments={"city": "R"}),),
)  # fmt: skip
TWO = tool(
    "get_weather_then", {"city": {**STRING, "description": "Place"}, "at": {"type": "integer"}, "which": {},
     "p": {"$ref": "#/$defs/P"}},
    ("city",), description="Gets the weather of the city", server="w", tags=("b",), root={"$defs": {"P": STRING}},
    annotations={"readOnlyHint": True, "title": "2"}, when_not_to_use="never",
)  # fmt: skip


def test_merge_near_duplicates():
    far = tool("far", description="Something else")
    done = edit("merge-near-duplicates(min_similarity=0.7)", far, TWO, tool("get_weather"), ONE)
    assert [t.name for t in done.tools] == ["far", "get_weather_2", "get_weather"]
    both = done.tools[1]
    assert both.id == "get_weather_then+get_weather_now" and done.originals(both.id) == (
        "get_weather_then",
        "get_weather_now",
    )
    assert both.parameters["which_2"]["enum"] == ["get_weather_then", "get_weather_now"]
    assert both.parameters["city"] == {**STRING, "description": "Place / Where"}
    assert both.parameters["at"] == {"anyOf": [{"type": "integer"}, STRING]}
    assert both.parameters["p"] == {"anyOf": [{"$ref": "#/$defs/0.P"}, {"$ref": "#/$defs/1.P"}]}
    assert both.input_schema["$defs"] == {"0.P": STRING, "1.P": NUMBER} and both.required == ("which_2", "city")
    assert (
        both.description.splitlines()[2]
        == "- get_weather_now: Gets the weather of a city. Takes city, at, p (optional)."
    )
    assert (both.server, both.tags, both.annotations) == ("w", ("b", "a"), {"readOnlyHint": True})
    assert both.when_not_to_use == "get_weather_then: never"
    assert both.examples == (Example(query="q", arguments={"which_2": "get_weather_now", "city": "R"}),)
    given = {"which_2": "get_weather_now", "city": "R", "at": "x", "p": 1}
    assert valid(both.input_schema, given)
    assert done.original_call(both.id, given) == Call(
        tool="get_weather_now", arguments={"city": "R", "at": "x", "p": 1}
    )
    lost = done.original_call(both.id, {"city": "R"})
    assert lost.invalid == "which_2 is missing" and lost.tool == "get_weather_then"
    assert done.original_call(both.id, {"which_2": "get_weather_then", "which": 1}).arguments == {"which": 1}


def test_merging_has_limits():
    same = [tool(f"t{i}", description="the same", server=f"s{i % 2}") for i in range(5)] + [tool("u"), tool("v")]
    assert [t.id for t in edit("merge-near-duplicates", *same).tools] == ["t0+t1+t2+t3+t4", "u", "v"]
    assert [t.id for t in edit("merge-near-duplicates(max_tools=3)", *same).tools] == ["t0+t1+t2", "t3+t4", "u", "v"]
    servers = edit("merge-near-duplicates(same_server=true)", *same)
    assert [(t.id, t.server) for t in servers.tools[:2]] == [("t0+t2+t4", "s0"), ("t1+t3", "s1")]
    twins = edit("merge-near-duplicates", tool("x", id="1", description="d"), tool("x", id="2", description="d"))
    assert twins.tools[0].parameters["which"]["enum"] == ["1", "2"] and twins.tools[0].name == "x"


def test_merge_by_a_file(tmp_path):
    path = tmp_path / "groups.yaml"
    path.write_text("both: [b, a]\n")
    done = edit({"merge-near-duplicates": {"path": str(path)}}, tool("a"), tool("c"), tool("b"))
    assert [(t.id, t.name) for t in done.tools] == [("b+a", "both"), ("c", "c")]
    ruled = tool("r", root={"not": {}})
    path.write_text("c: [a, b]\nd: [a, r]\ne: [x, b]\nf: [c]\n")
    with pytest.raises(InputError) as caught:
        edit({"merge-near-duplicates": {"path": str(path)}}, tool("a"), tool("c"), tool("b"), ruled)
    assert [fault.message.split(";")[0] for fault in caught.value.faults] == [
        "another tool is named 'c' too", "'a' is part of 'c' already", "the schema of 'r' has rules across parameters",
        "there is no tool 'x' (a, c, b, r)", "'b' is part of 'c' already", "'f' is written with a list of two tool ids or more",
    ]  # fmt: skip
