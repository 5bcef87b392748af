"""Drafted cases: from examples, from descriptions, and by an endpoint that is asked for real over loopback."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner

from ragtune.cases import load_cases
from ragtune.cli.tools.simulate import command
from ragtune.drafting import draft_cases
from ragtune.errors import InputError
from ragtune.tools import Accept, Example, ExpectedCall, Tool, ToolSet, load_tools, save_tools
from ragtune.toolsimulators._asking import names_it, nearest
from ragtune.toolsimulators.description import Description, request
from ragtune.toolsimulators.endpoint import AskedOfEndpoint
from ragtune.toolsimulators.examples import Examples
from tests.endpoint_server import EndpointServer


def schema(*names, **properties):
    return {
        "type": "object",
        "properties": {n: {"type": "string"} for n in names} | properties,
        "required": list(names),
    }


TOOLS = ToolSet(
    (
        Tool(
            name="get_weather",
            description="Returns the weather forecast of a city. Up to ten days.",
            input_schema=schema("city"),
            examples=(Example(query="Rain in Oslo?", arguments={"city": "Oslo"}), Example(query="Is it warm?")),
        ),
        Tool(
            name="send_mail",
            description="Sends mail.",
            input_schema=schema("to"),
            examples=(Example(query="is it warm"), Example(query="Write to Ann", arguments={"to": "Ann"})),
        ),
        Tool(name="translate", description="Translate a text into another language.", input_schema=schema("text")),
    )
)


def test_examples_are_cases_and_what_two_tools_claim_is_none():
    rain, mail = Examples().simulate(TOOLS)
    assert rain.calls == (ExpectedCall(tool="get_weather", arguments={"city": Accept(any_of=("Oslo",))}),)
    assert (rain.query, rain.simulated, mail.query) == ("Rain in Oslo?", "examples", "Write to Ann")
    assert rain.id.startswith("examples-") and rain.id != mail.id


def test_descriptions_become_requests():
    found = Description().simulate(TOOLS)
    assert [(case.query, case.calls) for case in found] == [
        ("Please return the weather forecast of a city", (ExpectedCall(tool="get_weather"),)),
        ("Please send mail", (ExpectedCall(tool="send_mail"),)),
        ("Please translate a text into another language", (ExpectedCall(tool="translate"),)),
    ]
    twins = ToolSet(tuple(Tool(name=name, description="Sends mail to people.") for name in "ab"))
    assert Description().simulate(twins) == []


@pytest.mark.parametrize(
    "sentence, asked",
    [
        ("Searches orders.", "Please search orders"),
        ("Copies a file", "Please copy a file"),
        ("Closes the door!", "Please close the door"),
        ("Fixes things.", "Please fix things"),
        ("This tool can be used to process refunds.", "Please process refunds"),
        ("This function lets you list invoices.", "Please list invoices"),
        ("Use this tool to book a room.", "Please book a room"),
        ("A calculator for taxes.", "I need a calculator for taxes"),
        ("OCR of images", "I need this: OCR of images"),
        ("检索图书。", "I need 检索图书"),
    ],
)
def test_a_sentence_as_a_request(sentence, asked):
    assert request(sentence) == asked


def test_drafts_of_several_recipes_are_one_set():
    found = draft_cases(TOOLS)
    assert [case.simulated for case in found] == ["examples"] * 2 + ["description"] * 3
    assert draft_cases(TOOLS, ["examples", "examples"]) == found[:2]
    for recipes, told in ((["exampels"], "did you mean 'examples'"), (["endpoint(model=m, per_tool=0)"], "per_tool")):
        with pytest.raises(InputError, match=told):
            draft_cases(TOOLS, recipes)
    with pytest.raises(InputError, match="nothing to draft from in 1 tools"):
        draft_cases(ToolSet((Tool(name="x"),)))


def test_what_gives_a_tool_away_and_what_is_near():
    assert names_it("Use GET_WEATHER please", TOOLS.tools[0])
    assert not names_it("Please translate this", TOOLS.tools[2])
    assert nearest("the forecast of a city", TOOLS.tools, 2) == [TOOLS.tools[0], TOOLS.tools[1]]


QUERIES = {"get_weather": "Umbrella in Rome?", "send_mail": "Tell Bob I am late", "translate": "How do Danes say hello"}
ARGUMENTS = {"get_weather": {"city": "Rome"}, "send_mail": {"to": "Bob"}, "translate": {"text": "hello"}}
SHOWN = re.compile(r"<tool-\w+ id=\[(\d+)\]>\n(\w+)")


def model(messages, **changes):
    """A model that does as it is told, but for what is changed."""
    system, user = messages[0]["content"], messages[-1]["content"]
    shown = {name: number for number, name in SHOWN.findall(user)}
    if system.startswith("Which"):
        right = next((name for name, query in QUERIES.items() if query in user), None)
        return changes.get("check", f"<think>hm</think>[{shown[right]}]" if right else "none.")
    if "none of the tools can do" in system:
        return json.dumps({"requests": [{"query": changes.get("off", "Sing me a song")}]})
    name = next(iter(shown))
    given = {"query": QUERIES[name], "arguments": ARGUMENTS[name]} | {
        k: changes[k] for k in changes if k in "query arguments"
    }
    return f"Here:\n```json\n{json.dumps({'requests': [given, given, 'x', {}]})}\n```"


def simulate(tools=TOOLS, seed=0, knobs=(), **changes):
    with EndpointServer(reply=lambda messages: model(messages, **changes)) as server:
        recipe = AskedOfEndpoint(
            base_url=server.url, model="m", backoff_s=0.01, concurrency=2, no_tool=3, **dict(knobs)
        )
        return recipe.simulate(tools, seed), server


def test_an_endpoint_writes_requests_with_arguments_and_others_that_no_tool_fits():
    found, server = simulate()
    assert [case.query for case in found] == [*QUERIES.values(), "Sing me a song"]
    assert found[0].calls == (ExpectedCall(tool="get_weather", arguments={"city": Accept(any_of=("Rome",))}),)
    assert found[-1].calls == ()
    assert all(case.simulated.startswith("endpoint(") and server.url in case.simulated for case in found)
    assert {body["temperature"] for _, body in server.requests} == {0.0}
    assert len(server.requests) == 4 + 3 * 2 + 1  # a prompt a task, and a check of every request, also of those twice
    plain, asked = simulate(knobs={"round_trip": False, "per_tool": 1})
    assert [case.query for case in plain] == [case.query for case in found]
    assert len(asked.requests) == 4


def test_equal_seeds_ask_alike():
    many = ToolSet(tuple(Tool(name=f"tool{i}", description=f"Does thing {i}.") for i in range(40)))

    def prompts(seed):
        with EndpointServer(reply=lambda messages: "{}") as server:
            AskedOfEndpoint(base_url=server.url, model="m", concurrency=1, no_tool=2).simulate(many, seed)
            return [body["messages"] for _, body in server.requests]

    one, again, other = prompts(1), prompts(1), prompts(2)
    assert one == again
    assert one[:40] == other[:40] and one[40:] != other[40:]


@pytest.mark.parametrize(
    "changes",
    [
        {"query": ""},
        {"query": 7},
        {"query": "Call get_weather, send_mail or translate_it", "check": "1"},
        {"arguments": {"city": 7, "to": 7, "text": 7}},
        {"arguments": {"other": "x"}},
        {"arguments": [1]},
        {"arguments": {}},
        {"check": "NONE"},
        {"check": "17"},
    ],
)
def test_what_a_model_gets_wrong_is_refused(changes):
    found, _ = simulate(ToolSet(TOOLS.tools[:2]), **changes)
    assert [case.query for case in found if case.calls] == []


def test_a_request_for_no_tool_that_a_tool_can_do_is_refused():
    found, _ = simulate(off="Umbrella in Rome? Now")
    assert all(case.calls for case in found)


def test_the_command(tmp_path):
    tools, out = tmp_path / "tools.yaml", tmp_path / "cases.yaml"
    save_tools(tools, TOOLS.tools)

    def run(*args):
        return CliRunner().invoke(command, [str(tools), *args])

    shown = run()
    assert "get_weather: Rain in Oslo?" in shown.output and "nothing was written" in shown.output
    assert list(tmp_path.iterdir()) == [tools]
    done = run("-o", str(out))
    assert f"wrote {out}: 5 cases (2 by examples, 3 by description), seed 0" in done.output
    assert "favour matching by words" in done.output
    assert len(load_cases(out, load_tools(tools))) == 5
    before = out.read_bytes()
    refused = run("-o", str(out), "--recipe", "examples")
    assert isinstance(refused.exception, InputError) and "is there already" in str(refused.exception)
    assert out.read_bytes() == before
    told = json.loads(run("-o", str(out), "--recipe", "examples", "--force", "--json").output)
    assert told == {
        "output": str(out), "cases": 2, "recipes": {"examples": 2}, "tools_without": ["translate"], "seed": 0,
    }  # fmt: skip
    assert isinstance(run("--model", "m").exception, InputError)
    with EndpointServer(reply=model) as server:
        asked = run("-o", str(tmp_path / "asked.jsonl"), "--endpoint", server.url, "--model", "m", "--json")
    assert json.loads(asked.output)["cases"] == 4
