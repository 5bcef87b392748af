"""Edits of what is said of tools."""

from __future__ import annotations

import pytest

from ragtune.component import parse
from ragtune.edits._texts import first_sentence
from ragtune.errors import InputError
from ragtune.tools import Accept, Case, Cases, Example, ExpectedCall
from tests.edits.made import STRING, edit, obj, then, tool

UNIT = {"type": "string", "enum": ["celsius", "fahrenheit"], "default": "celsius", "description": "Unit. As asked."}
WEATHER = tool(
    "weather",
    {"city": {**STRING, "title": "City", "description": "A city, e.g. Rome. Or a town."}, "unit": UNIT},
    ("city",),
    description="Weather now. For any city.",
    when_not_to_use="The past: use history.",
    examples=(Example(query="is it hot in Rome", arguments={"city": "Rome"}),),
)


@pytest.mark.parametrize("text, first", [
    ("Gets it. Then more.", "Gets it."),
    ("Takes files, e.g. Excel. More.", "Takes files, e.g. Excel."),
    ("Takes data (i.e. Rows of it) and more. More.", "Takes data (i.e. Rows of it) and more."),
    ("Version 3.5 of https://a.b/c.d?e=1. Next.", "Version 3.5 of https://a.b/c.d?e=1."),
    ("By J. Smith for the U.S. Army. Next.", "By J. Smith for the U.S. Army."),
    ("CSV, JSON, etc. Returns rows.", "CSV, JSON, etc."),
    ("CSV, etc. are read. Next.", "CSV, etc. are read."),
    ("At 5 p.m. Next.", "At 5 p.m."),
    ("Really?! Yes.", "Really?!"),
    ('Says "Hello." Then goes.', 'Says "Hello."'),
    ("Wait... What? Go.", "Wait..."),
    ("搜索关键词。返回列表。", "搜索关键词。"),
    ("\n  Wrapped over\n  two lines. Next.", "Wrapped over two lines."),
    ("No stop here\n\nArgs:\n  x", "No stop here"),
    ("No stop here\nArgs: x", "No stop here"),
    ("Returns:\n- A thing. More.\n- c", "A thing."), ("One of:\n- a\n- c", "One of:"),
    ("Reads data including:\n- a\n- c", "Reads data including:"),
    ("# Title\n\nGets it. More.", "Gets it."),
    ("# Title", "Title"),
    ("1. Open the file. 2. Close it.", "1. Open the file."),
    ("Node.js and node.js. x", "Node.js and node.js. x"),
    ("", ""), (" \n", ""), (".", "."),
])  # fmt: skip
def test_first_sentence(text, first):
    assert first_sentence(text) == first
    assert first_sentence(first) == first


@pytest.mark.parametrize("part", [".", "# a\n", "a:\n", "\n", " ", "e.g. ", "* ", "- - ", "**a", "`", "[a](", "\n    "])
def test_long_texts_take_no_time(part):
    text = part * 30_000 + "x"
    edit("first-sentence", tool("t", description=text))
    edit("strip-markdown", tool("t", description=text))


def test_first_sentence_of_descriptions_and_parameters():
    assert edit("first-sentence", WEATHER).tools[0].description == "Weather now."
    assert edit("first-sentence", WEATHER).tools[0].input_schema == WEATHER.input_schema
    cut = edit("first-sentence(parameters=true)", WEATHER).tools[0].parameters
    assert [cut[name]["description"] for name in cut] == ["A city, e.g. Rome.", "Unit."]


def test_truncate_cuts_between_words():
    (cut,) = edit("truncate(max_characters=10)", tool("t", description="Weather in a city")).tools
    assert cut.description == "Weather…"
    assert edit("truncate(max_characters=7)", tool("t", description="Weather")).tools[0].description == "Weather"
    assert edit("truncate(max_characters=3)", tool("t", description="Weather")).tools[0].description == "We…"
    assert edit("truncate(max_characters=8)", tool("t", description="Weather in")).tools[0].description == "Weather…"


def test_strip_markdown_leaves_names_alone():
    text = "# Read\n\n**Reads a_b** a `file_name` in __init__ from [here](http://x.y/z_a_b).\n\n* one *two* a*b*c\n\n"
    text += "```py\nx = 1\n```\n> so"
    plain = "Read\n\nReads a_b a file_name in __init__ from here (http://x.y/z_a_b).\n\n- one two a*b*c\n\nx = 1\nso"
    assert edit("strip-markdown", tool("t", description=text)).tools[0].description == plain


def test_when_not_to_use_is_said_once():
    once = edit("add-when-not-to-use", WEATHER)
    told = "Weather now. For any city.\n\nWhen not to use: The past: use history."
    assert once.tools[0].description == told
    assert then("add-when-not-to-use", once).tools[0].description == told
    assert edit("add-when-not-to-use", tool("t", description="x")).tools[0].description == "x"


def test_enums_in_words():
    assert edit("inline-enums", WEATHER).tools[0].parameters["unit"]["description"] == (
        "Unit. As asked. One of: celsius, fahrenheit."
    )
    nested = tool("t", {"lines": {"type": "array", "items": obj({"kind": {"enum": [1, None, "a"]}})}}, description="D.")
    assert edit("inline-enums(max_values=2)", nested).tools[0].parameters["lines"]["items"]["properties"]["kind"] == {
        "enum": [1, None, "a"], "description": "One of: 1, null, … (3 in all).",
    }  # fmt: skip
    assert edit("inline-enums(where=description)", nested).tools[0].description == (
        "D.\n\nlines[].kind is one of: 1, null, a."
    )
    known = tool("t", {"u": {"enum": ["a", "b"], "description": "a or b"}})
    assert edit("inline-enums", known).tools[0] == known


def test_parameters_without_text_keep_one_that_is_called_description():
    odd = tool("t", {"description": {**STRING, "description": "x", "title": "T"}, "in": obj({"title": {"title": "y"}})})
    (bare,) = edit("drop-parameter-text", odd).tools
    assert bare.parameters == {"description": STRING, "in": obj({"title": {}})}
    (less,) = edit("drop-parameter-text(titles=false)", odd).tools
    assert less.parameters["description"] == {**STRING, "title": "T"}


def test_parameters_in_prose():
    assert edit("add-parameter-text(what=names, into=index)", WEATHER).tools[0].index_text == "Parameters: city, unit."
    assert edit("add-parameter-text", WEATHER).tools[0].description.split("\n\n")[1] == (
        "Parameters: city (string, required), unit (string, one of celsius, fahrenheit; default celsius)."
    )
    assert edit("add-parameter-text(what=texts)", WEATHER).tools[0].description.split("\n\n")[1] == (
        "Parameters:\n- city (string, required): A city, e.g. Rome. Or a town.\n"
        "- unit (string, one of celsius, fahrenheit; default celsius): Unit. As asked."
    )
    assert edit("add-parameter-text", tool("t")).tools[0] == tool("t")


def test_hide_by_id_tag_and_pattern():
    tools = [tool("a"), tool("b", tags=("x",)), tool("get_c", server="s")]
    for spec, left in (
        ({"hide": {}}, "a b get_c"), ({"hide": {"ids": ["a"]}}, "b get_c"), ({"hide": {"tags": ["x"]}}, "a get_c"),
        ({"hide": {"patterns": ["get_*", "A"]}}, "a b"), ({"hide": {"patterns": ["s/*"], "keep": True}}, "get_c"),
    ):  # fmt: skip
        assert " ".join(t.id for t in edit(spec, *tools).tools) == left
    with pytest.raises(InputError, match=r"no tool 'get_d'; did you mean 'get_c'\?"):
        edit({"hide": {"ids": ["get_d"]}}, *tools)


OVERLAY = """
weather:
  description: "Temperature and rain: now"
  title: Weather
  parameters: {city: Any place, unit: ""}
forecast:
  parameters: {"where.city": Town, "days[].n": Which}
"""
FORECAST = tool("forecast", {"where": obj({"city": STRING}), "days": {"type": "array", "items": obj({"n": {}})}})


def test_wording_from_a_file(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(OVERLAY)
    one, two = edit({"describe-from": {"path": str(path)}}, WEATHER, FORECAST).tools
    assert (one.description, one.title, one.when_not_to_use) == (
        "Temperature and rain: now", "Weather", WEATHER.when_not_to_use,
    )  # fmt: skip
    assert one.parameters["city"]["description"] == "Any place" and "description" not in one.parameters["unit"]
    assert two.parameters["where"]["properties"]["city"] == {**STRING, "description": "Town"}
    assert two.parameters["days"]["items"]["properties"]["n"] == {"description": "Which"}


def test_the_files_content_is_part_of_the_key(tmp_path):
    a, b = tmp_path / "a.yaml", tmp_path / "b.yaml"
    for path in (a, b):
        path.write_text(OVERLAY)
    for word in ("describe-from", "rename", "merge-near-duplicates"):
        one, other = (parse("edit", {word: {"path": str(path)}}) for path in (a, b))
        before = one.key("apply")
        assert before == other.key("apply") and str(tmp_path) not in before
        b.write_text(OVERLAY + "\n")
        assert one.key("apply") == before != other.key("apply")
        b.write_text(OVERLAY)
    with pytest.raises(InputError, match="cannot be read"):
        parse("edit", {"describe-from": {"path": str(tmp_path / "c.yaml")}}).key("apply")


def test_all_faults_of_a_file_at_once(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("wether: {title: x}\nweather:\n  descripton: x\n  title: 3\n  parameters: {citi: x}\n")
    with pytest.raises(InputError) as caught:
        edit({"describe-from": {"path": str(path)}}, WEATHER)
    assert str(caught.value) == f"{path}:1:1: there is no tool 'wether'; did you mean 'weather'? (weather)"
    with pytest.raises(InputError) as caught:
        edit({"describe-from": {"path": str(path), "unknown": "skip"}}, WEATHER)
    told = [str(fault).removeprefix(f"{path}:") for fault in caught.value.faults]
    assert [line.split(";")[0] for line in told] == [
        "3:3: 'descripton' cannot be said here", "4:10: title is a text", "5:16: 'weather' has no parameter 'citi'",
    ]  # fmt: skip
    path.write_text("- x\n")
    with pytest.raises(InputError, match="what is said of tools is written as"):
        edit({"describe-from": {"path": str(path)}}, WEATHER)


def case(id, query, *tools):
    return Case(id=id, query=query, calls=tuple(ExpectedCall(tool=name) for name in tools))


POOL = Cases((
    case("1", "rain and news", "weather", "news"), case("2", "rain in Rome", "weather"), case("3", "rain  in rome", "weather"),
    case("4", "rain in Bonn", "weather"), case("5", "how hot", "weather"), case("6", "headlines", "news"), case("7", "hi"),
))  # fmt: skip


def queries(spec, k=3):
    return edit({"add-examples": {"k": k, **spec}}, WEATHER, pool=POOL).tools[0]


def test_examples_of_the_pool_in_the_index():
    assert queries({}).index_text == "rain in Rome\nrain in Bonn\nhow hot"
    assert queries({}, k=9).index_text.endswith("\nrain and news"), "a case for several tools counts, and goes last"
    assert queries({}).description == WEATHER.description
    assert queries({"choose": "diverse"}, k=2).index_text == "rain in Rome\nhow hot"
    assert queries({"source": "own"}).index_text == "is it hot in Rome"
    assert queries({"source": "both"}, k=2).index_text == "is it hot in Rome\nrain in Rome"
    drawn = {queries({"choose": "random", "seed": seed}, k=2).index_text for seed in range(8)}
    assert len(drawn) > 2
    told = then({"add-examples": {"k": 3}}, edit({"add-examples": {"k": 3}}, WEATHER, pool=POOL), pool=POOL)
    assert told.tools[0].index_text == queries({}).index_text


def test_examples_elsewhere():
    assert queries({"into": "description"}, k=2).description == (
        "Weather now. For any city.\n\nExamples:\n- rain in Rome\n- rain in Bonn"
    )
    assert [e.query for e in queries({"into": "examples"}, k=1).examples] == ["is it hot in Rome", "rain in Rome"]
    assert parse("edit", "add-examples").key("apply") == parse("edit", "add-examples(seed=4, label=X)").key("apply")


def test_examples_of_edited_tools_are_those_of_the_originals():
    merged = edit(
        "merge-near-duplicates(min_similarity=0.5)", WEATHER, tool("news", description="News now. For any city.")
    )
    (both,) = then("add-examples(k=9)", merged, pool=POOL).tools
    assert len(both.index_text.splitlines()) == 5
    choice = tool("news", {"type": {"enum": ["short", "long"]}}, ("type",))
    wanting = Case(
        id="s", query="news in short", calls=(ExpectedCall(tool="news", arguments={"type": Accept(any_of=("short",))}),)
    )
    short, long = then(
        "add-examples", edit("split-by-enum", choice), pool=Cases((wanting, case("6", "headlines", "news")))
    ).tools
    assert (short.index_text, long.index_text) == ("news in short\nheadlines", "headlines")
