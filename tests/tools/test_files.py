"""Tool files: every way of writing them, every fault with its place, nothing unsafe, and writing back."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragtune.errors import InputError
from ragtune.tools import Example, Tool, load_tools, read_tree, save_tools, write_tool
from ragtune.tools._files import parse_tree
from ragtune.tools._writing import place_of, replaced

LIVE = Path(os.environ.get("RAGTUNE_DATA", "/nowhere"), "tools", "livemcpbench", "tools.jsonl")
A = {"name": "a", "description": "Does a.", "input_schema": {"type": "object", "properties": {"x": {"type": "string"}}}}
B = {"name": "b", "description": "Does b."}
TEXTS = {
    "one.json": json.dumps(A),
    "list.json": json.dumps([A, B]),
    "tools.json": json.dumps({"tools": [A, B]}, indent=2),
    "lines.jsonl": f"{json.dumps(A)}\n\n{json.dumps(B)}\n",
    "one.yaml": "name: a\ndescription: Does a.\ninputSchema:\n  type: object\n  properties: {x: {type: string}}\n",
    "documents.yaml": f"---\n{json.dumps(A)}\n---\n{json.dumps(B)}\n",
}


@pytest.mark.parametrize("name", TEXTS)
def test_every_way_of_writing_says_the_same(tmp_path, name):
    path = tmp_path / name
    path.write_text(TEXTS[name], encoding="utf-8")
    expected = [A] if name.startswith("one") else [A, B]
    assert load_tools(path).tools == tuple(Tool(**each) for each in expected)


def test_a_folder_is_its_files_by_name(tmp_path):
    for name, tool in (("2.json", A), ("1.yaml", B), (".hidden.json", A), ("README.md", A)):
        (tmp_path / name).write_text(json.dumps(tool), encoding="utf-8")
    assert [tool.name for tool in load_tools(tmp_path).tools] == ["b", "a"]


def faults(tmp_path: Path, text: str, name: str = "t.yaml") -> list[str]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as raised:
        load_tools(path)
    return [str(fault).removeprefix(f"{tmp_path}/") for fault in raised.value.faults]


def test_all_faults_at_once_with_places_and_what_was_meant(tmp_path):
    text = """\
- name: a
  descripton: x
  parameters: {}
- name: b
  description: 5
  examples:
    - {query: 1, arguments: {}}
  input_schema:
    type: object
    properties:
      p: {type: strin}
- 7
"""
    found = faults(tmp_path, text)
    begins = ["t.yaml:2:3: unknown key 'descripton'; did you mean 'description'?"]
    begins += [
        "t.yaml:3:3: unknown key 'parameters': did you mean input_schema?",
        "t.yaml:5:16: description: must be a text",
    ]
    begins += ["t.yaml:7:15: examples.0.query: must be a text"]
    begins += ["t.yaml:11:11: input_schema.properties.p.type: has no type 'strin'; did you mean 'string'?"]
    begins += ["t.yaml:12:3: a tool is a mapping"]
    assert len(found) == len(begins)
    assert all(told.startswith(begin) for told, begin in zip(found, begins, strict=True)), found


def test_faults_of_json_have_lines_too(tmp_path):
    found = faults(tmp_path, '[\n {"name": "a"},\n {"name": "", "title": null}\n]', "t.json")
    assert found == ["t.json:3:11: name: must not be empty", "t.json:3:24: title: must be a text"]


def test_names_may_be_shared_between_servers_and_ids_may_not(tmp_path):
    found = faults(
        tmp_path, "- {name: read, server: x}\n- {name: read, server: x, id: r2}\n- {name: read, server: y}\n"
    )
    assert found == [
        f"t.yaml:2:4: two tools of the server 'x' have the name 'read' (the first is at {tmp_path}/t.yaml:1)",
        f"t.yaml:3:4: two tools have the id 'read' (the first is at {tmp_path}/t.yaml:1): "
        "give this one an id, as in `id: y/read`",
    ]
    (tmp_path / "t.yaml").write_text("- {name: read, server: x}\n- {name: read, server: y, id: y/read}\n")
    assert [tool.id for tool in load_tools(tmp_path / "t.yaml").tools] == ["read", "y/read"]


def test_words_are_those_of_yaml_1_2():
    node = parse_tree("{a: no, b: on, c: 0o17, d: 1_000, e: 2020-01-01, f: ~, g: true, h: 1e2, i: '5', on: y}", "f")
    expected = {"a": "no", "b": "on", "c": 15, "d": "1_000", "e": "2020-01-01", "f": None, "g": True, "h": 100.0}
    assert node.plain() == {**expected, "i": "5", "on": "y"}


def test_places_are_those_of_the_text(tmp_path):
    for suffix in (".yaml", ".json"):
        node = parse_tree('{"a":\n  ["é", {"b": 1}]}', "f", suffix)
        assert (node.value["a"].line, node.value["a"].column) == (2, 3)
        inner = node.value["a"].value[1]
        assert (inner.line, inner.column, inner.keys) == (2, 9, {"b": (2, 10)})


N = 10_000
HOSTILE = {
    "deep list": "[" * N + "]" * N,
    "deep mapping": '{"a":' * N + "1" + "}" * N,
    "many values": "[" + "1," * 1_000_000 + "1]",
    "double key": '{"name": "a", "name": "b"}',
    "not a number": '{"a": NaN, "b": .nan}',
    "infinity": '{"a": 1e999}',
    "digits": "[" + "9" * 5_000 + "]",
    "half a character": '["\\ud800"]',
    "not closed": '{"a": [1, 2',
    "nul": "\0",
}
HOSTILE_YAML = {
    "blocks": "\n".join(" " * i + "a:" for i in range(5_000)),
    "bomb": "a0: &a0 [1]\n" + "\n".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 60)),
    "aliases in a row": "a0: &a0 [1]\n" + "\n".join(f"a{i}: &a{i} [*a{i - 1}]" for i in range(1, 200)),
    "itself": "a: &a [*a]",
    "python": "!!python/object/apply:os.system ['false']",
    "own tag": "a: !x 1",
    "number as key": "1: a",
    "true as key": "true: a",
    "null as key": "~: a",
    "list as key": "[a]: b",
    "merge": "a: &a {x: 1}\nb: {<<: *a}",
}
_ALL = [(f"{name}.json", text) for name, text in HOSTILE.items()]
_ALL += [(f"{name}.yaml", text) for name, text in {**HOSTILE, **HOSTILE_YAML}.items()]


@pytest.mark.parametrize(("name", "text"), _ALL, ids=[name for name, _ in _ALL])
def test_hostile_files_are_refused_soon(tmp_path, monkeypatch, name, text):
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("a connection was attempted"))
    began = time.process_time()
    assert faults(tmp_path, text, name)
    assert time.process_time() - began < 2


def test_a_huge_file_is_refused_by_its_size(tmp_path):
    for name in ("t.json", "t.yaml", "t.jsonl"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(100_000_000)
    began = time.process_time()
    with pytest.raises(InputError, match="100,000,000 bytes are too many") as raised:
        load_tools(tmp_path)
    assert len(raised.value.faults) == 3
    assert time.process_time() - began < 0.2


@pytest.mark.parametrize("name", ["none.yaml", "t.toml", "latin.yaml", "empty.yaml", "."])
def test_what_cannot_be_read_is_said(tmp_path, name):
    (tmp_path / "t.toml").touch()
    (tmp_path / "empty.yaml").touch()
    (tmp_path / "latin.yaml").write_bytes(b"name: a\ndescription: \xe9\n")
    told = {
        "none.yaml": "No such file",
        "t.toml": "is none of",
        "latin.yaml": "latin.yaml:2: is not UTF-8",
        "empty.yaml": "no tool",
    }
    with pytest.raises(InputError, match=told.get(name, "UTF-8")):
        load_tools(tmp_path / name)


def test_reading_any_tree(tmp_path):
    (tmp_path / "c.jsonl").write_text('{"a": 1}\n[2]\n')
    assert read_tree(tmp_path / "c.jsonl").plain() == [{"a": 1}, [2]]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=("Cs",)), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab\"\\/é", max_size=3), inner, max_size=3),
    max_leaves=10,
)  # fmt: skip


@given(JSON, st.sampled_from([None, 1]))
def test_json_is_read_as_the_standard_library_reads_it(value, indent):
    assert parse_tree(json.dumps(value, indent=indent), "f", ".json").plain() == value


@given(st.text('{}[]",:0123.eE+- \n\\utrfalsn', max_size=30))
def test_any_text_is_read_or_refused(text):
    try:
        expected = json.loads(text, parse_constant=lambda word: pytest.fail(word))
    except (ValueError, pytest.fail.Exception):
        expected = InputError
    try:
        found = parse_tree(text, "f", ".json").plain()
    except InputError:
        found = InputError
    if found is not InputError:
        assert found == expected
    elif expected is not InputError:
        with pytest.raises(InputError, match=r"twice|half|too large"):
            parse_tree(text, "f", ".json")
    try:
        parse_tree(text, "f", ".yaml")
    except InputError as error:
        assert error.faults


TOOLS = (
    Tool(name="a", description="No:\n  two # lines\n\nmore ", title="on", tags=("1", "null", "")),
    Tool(name="b", examples=(Example(query="x", arguments={"n": 1.5, "k": [True, None, "é"]}),), id="other"),
    Tool(name="c", output_schema={"type": "object"}, server="s", index_text=" \t'\""),
)


@pytest.mark.parametrize("suffix", [".yaml", ".json", ".jsonl"])
def test_saved_tools_are_read_back(tmp_path, suffix):
    path = tmp_path / f"t{suffix}"
    save_tools(path, TOOLS)
    assert load_tools(path).tools == TOOLS
    changed = TOOLS[1].model_copy(update={"description": "Changed: yes", "name": "z"})
    assert write_tool(tmp_path, changed) == path
    assert load_tools(path).tools == (TOOLS[0], changed, TOOLS[2])
    assert list(tmp_path.iterdir()) == [path]


def test_writing_keeps_what_a_person_wrote(tmp_path):
    text = """\
# all our tools
tools:
  - name: a   # the first
    description: >
      Folded
      text.
    inputSchema: {type: object}

  # the second
  - description: "Quoted."  # why
    name: b
    tags: [x,   y]
"""
    path = tmp_path / "t.yaml"
    path.write_text(text)
    second = load_tools(path).tools[1]
    write_tool(path, second.model_copy(update={"description": "New."}))
    assert path.read_text() == text.replace("Quoted", "New").replace('"  # why', '"     # why').replace(
        "[x,   y]", "[x, y]"
    )
    assert place_of(path, "b") == (path, 10)
    with pytest.raises(InputError, match="no tool with the id 'bb'; did you mean 'b'"):
        place_of(path, "bb")


@given(
    st.text(st.characters(exclude_categories=("Cs",)), max_size=20),
    st.sampled_from(["New.", "|\n    x\n    y", ">-\n    x\n    y", "'x'", "x"]),
)
def test_any_text_can_be_written(text, was):
    tool = Tool(name="a", description=text)
    try:
        changed = replaced(f"- name: a\n  description: {was}\n- name: b\n", ".yaml", tool)
    except InputError as error:  # characters that YAML has no place for
        assert "by hand" in str(error)
        assert not text.isprintable()
        return
    tree = parse_tree(changed, "f")
    assert tree.plain() == [tool.spec(), {"name": "b"}] or not text


def test_aliases_are_written_out_of_the_whole_file(tmp_path):
    path = tmp_path / "t.yaml"
    path.write_text("- name: a\n  input_schema: &s {type: object}\n- name: b\n  input_schema: *s\n")
    tool = Tool(name="b", description="B.", input_schema={"type": "object"})
    write_tool(path, tool)
    assert load_tools(path).tools == (Tool(name="a", input_schema={"type": "object"}), tool)


@pytest.mark.skipif(not LIVE.exists(), reason="RAGTUNE_DATA does not hold LiveMCPBench")
def test_real_tools_are_read_and_written_in_under_two_seconds(tmp_path):
    rows = [json.loads(line) for line in LIVE.read_text(encoding="utf-8").splitlines()]
    told = [
        Tool(
            name=r["name"],
            description=r["description"],
            input_schema=r["parameters"],
            id=r["tool_id"],
            server=r["server"],
        )
        for r in rows
    ]
    save_tools(tmp_path / "t.yaml", told)
    with pytest.raises(InputError, match="exclusiveMinimum: must be a number; true is how draft 4") as raised:
        load_tools(tmp_path)
    assert len(raised.value.faults) == 1
    sound = tuple(tool for tool in told if tool.name != "read_pdf")
    save_tools(tmp_path / "t.yaml", sound)
    began = time.process_time()
    write_tool(tmp_path, sound[300].model_copy(update={"description": "Other."}))
    assert load_tools(tmp_path).tools[300].description == "Other."
    assert time.process_time() - began < 2
