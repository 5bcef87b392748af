"""Cases held to a tool set: names become ids, and everything that does not fit is told with its line."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from ragtune.caseformats.cases import CasesFile
from ragtune.cases import load_cases, read_cases, recognise
from ragtune.cli.tools.cases import command
from ragtune.errors import DatasetError, InputError
from ragtune.tools import Tool, ToolSet, save_tools


def tool(name, id="", required=(), **properties):
    return Tool(name=name, id=id, input_schema={"type": "object", "properties": properties, "required": list(required)})


ORDERS = tool(
    "search_orders",
    required=["month"],
    month={"type": "integer", "maximum": 12},
    currency={"enum": ["EUR", "USD"]},
    lines={"type": "array", "items": {"type": "string"}},
)
TOOLS = ToolSet((ORDERS, tool("get", "crm/get"), tool("get", "erp/get"), tool("Pay", "pay")))


@pytest.fixture
def write(tmp_path):
    def at(text, name="cases.yaml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return at


def faults(spec, tools=TOOLS):
    with pytest.raises(DatasetError) as caught:
        load_cases(spec, tools)
    return [str(fault).rpartition("/cases.yaml:")[2] for fault in caught.value.faults]


def test_names_become_ids(write):
    path = write("- {query: a, call: Pay}\n- {query: b, calls: [get, crm/get], tools: [erp/get, pay, crm/get]}\n")
    assert faults(path) == ["2:22: 2 tools are named 'get'; give the id: crm/get, erp/get"]
    path = write("- {query: a, call: Pay}\n- {query: b, call: get, tools: [erp/get, Pay]}\n")
    pay, get = load_cases(path, TOOLS)
    assert (pay.calls[0].tool, get.calls[0].tool, get.tools) == ("pay", "erp/get", ("erp/get", "pay"))


def test_everything_that_does_not_fit_is_told_at_once(write):
    path = write("""\
- query: a
  call: serch_orders
- query: b
  calls:
    - pay
    - {tool: search_orders, arguments: {month: 13, curency: EUR}}
- query: c
  call: {tool: search_orders, arguments: {month: 1, lines: x}, any_of: {currency: [EUR, GBP]}}
- query: d
  call: {tool: search_orders, arguments: {}}
- query: e
  call: pay
  tools: [search_orders, nothing]
- query: f
  call: {tool: pay, arguments: {sum: 1}}
- query: a
  call: pay
- query: g
""")
    near = "(search_orders, crm/get, erp/get, pay)"
    known = "(month, currency, lines)"
    assert faults(path) == [
        f"2:9: there is no tool 'serch_orders'; did you mean 'search_orders'? {near}",
        "6:7: 'month' of 'search_orders': 13 is greater than the maximum of 12",
        f"6:7: 'search_orders' has no parameter 'curency'; did you mean 'currency'? {known}",
        "8:9: 'currency' of 'search_orders': 'GBP' is not one of ['EUR', 'USD']",
        "8:9: 'lines' of 'search_orders': 'x' is not of type 'array'",
        "10:9: leaves out 'month', which 'search_orders' requires",
        "12:9: expects 'pay', which is not among the tools offered",
        f"13:10: there is no tool 'nothing' {near}",
        "15:9: 'pay' has no parameter 'sum', nor any other",
        "16:3: asks what line 1 asks; where both are meant, give them ids",
        "18:3: says neither call, calls nor none; where no tool fits, write none: true",
    ]


def test_arguments_may_be_trusted_and_unknown_tools_skipped(write):
    path = write("""\
- {id: a, query: a, call: {tool: pay, arguments: {sum: 1}}}
- {id: b, query: b, calls: [pay, gone], tools: [pay, away]}
- {id: c, query: c, call: gone}
- {id: d, query: d, call: {tool: gone, alternatives: [pay]}}
- {id: e, query: e, none: true}
""")
    loaded = read_cases({"cases": {"path": path, "arguments": "trust", "skip_unknown": True}}, TOOLS)
    assert [case.id for case in loaded.cases] == ["a", "b", "d", "e"]
    assert [[call.tool for call in case.calls] for case in loaded.cases] == [["pay"], ["pay"], ["pay"], []]
    assert loaded.cases[1].tools == ("pay",)
    assert loaded.skipped == {"away": ("b",), "gone": ("b", "c", "d")}
    assert loaded.left_out == {"none of the expected tools is in the tool set": ("c",)}


def test_open_schemas_take_any_argument(write):
    more = Tool(name="more", input_schema={"type": "object", "additionalProperties": True})
    referring = Tool(name="ref", input_schema={"type": "object", "$ref": "#/$defs/a", "$defs": {"a": {}}})
    strange = Tool(name="strange", input_schema={"type": "object", "properties": {"x": {"type": "dict"}}})
    path = write(
        "- {query: a, calls: ["
        + ", ".join(f"{{tool: {n}, arguments: {{x: 1}}}}" for n in ("more", "ref", "strange"))
        + "]}"
    )
    assert len(load_cases(path, ToolSet((more, referring, strange)))) == 1


def test_a_format_is_recognised_or_named(write, tmp_path):
    path = write('{"query": "a", "call": "pay"}\n', "own.jsonl")
    assert recognise(path) == CasesFile()
    assert load_cases(str(path), TOOLS) == load_cases("own.jsonl", TOOLS, tmp_path)
    assert load_cases({"cases": {"path": "own.jsonl"}}, TOOLS, tmp_path) == load_cases(path, TOOLS)
    assert load_cases("cases(path=own.jsonl)", TOOLS, tmp_path) == load_cases(path, TOOLS)
    for spec, told in {
        tmp_path / "none.yaml": "there is no such file",
        write("{}", "x.json"): "looks like no format of cases; say which it is",
        write("{", "y.jsonl"): "looks like no format of cases",
    }.items():
        with pytest.raises(DatasetError, match=told):
            load_cases(spec, TOOLS)
    for wrong in ({"cases": {}}, {"cases": 3}, {"bfcl": {"path": path, "skip": 1}}, {"bfc": {"path": path}}, {}):
        with pytest.raises(InputError):
            load_cases(wrong, TOOLS)


def test_thousands_of_rows_are_read(write):
    path = write("".join(json.dumps({"query": f"q{i}", "call": "pay"}) + "\n" for i in range(2_000)), "many.jsonl")
    assert len(load_cases(path, TOOLS)) == 2_000


def test_the_commands(write, tmp_path):
    tools, cases = tmp_path / "tools.yaml", write("- {query: a, call: Pay, simulated: x}\n- {query: b, call: gone}\n")
    save_tools(tools, [ORDERS, TOOLS.tools[-1]])
    invoke = CliRunner().invoke
    spec = f"cases(path={cases}, skip_unknown=true)"
    checked = invoke(command, ["check", spec, "--tools", str(tools)])
    assert checked.output.splitlines()[1:] == [
        "cases      1; no tool fits 0, several calls 0",
        "simulated  1 by x",
        "left out   1: none of the expected tools is in the tool set",
        "skipped    'gone', which is not in the tool set, in 1 cases",
    ]
    out = tmp_path / "out.jsonl"
    done = invoke(command, ["convert", spec, "--tools", str(tools), "-o", str(out), "--json"])
    assert json.loads(done.output)["cases"] == 1
    assert json.loads(out.read_text())["call"] == "pay"
    assert isinstance(invoke(command, ["convert", spec, "--tools", str(tools), "-o", str(out)]).exception, InputError)
    assert json.loads(invoke(command, ["schema"]).output)["title"] == "Cases of tools"
