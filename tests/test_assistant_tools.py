"""The demo tool set: everything in it is valid, and its README tells the truth about it."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from itertools import chain
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from ragtune.cases import load_cases
from ragtune.tools import Accept, Call, Case, Tool, ToolSet, load_tools
from ragtune.tools.matching import match

FOLDER = Path(__file__).parent.parent / "corpora" / "assistant-tools"
README = (FOLDER / "README.md").read_text("utf-8")
AREAS = set(re.findall(r"`(\w+)`", README.split("- an area:")[1].split("; two where")[0]))
KINDS = {"single", "multi", "none"}


@cache
def demo() -> ToolSet:
    return load_tools(FOLDER / "tools")


@cache
def cases() -> tuple[Case, ...]:
    return load_cases(str(FOLDER / "cases.jsonl"), demo())


def named(name: str) -> Tool:
    return demo().tools[demo().place[name]]


def tagged(tag):
    return [case for case in cases() if tag in case.tags]


def errors(tool: Tool, values: dict[str, object]) -> list[str]:
    """What the schemas of single parameters say of values; a parameter that is not there is an error."""
    found = []
    for name, value in values.items():
        if name not in tool.parameters:
            found.append(f"{tool.name} has no parameter {name}")
            continue
        checker = Draft202012Validator(tool.parameters[name], format_checker=Draft202012Validator.FORMAT_CHECKER)
        found += [f"{tool.name}.{name}: {error.message}" for error in checker.iter_errors(value)]
    return found


def test_input_schemas_are_valid_and_so_are_the_examples():
    for tool in demo().tools:
        check(tool)


def check(tool):
    Draft202012Validator.check_schema(tool.input_schema)
    assert tool.input_schema["type"] == "object"
    assert set(tool.required) <= set(tool.parameters)
    for _, schema in tool.walk():
        if "default" in schema:
            Draft202012Validator(dict(schema)).validate(schema["default"])
    for example in tool.examples:
        if example.arguments is not None:
            assert not errors(tool, example.arguments)
            assert set(tool.required) <= set(example.arguments) or tool.name == "create_ticket"


def test_every_expected_value_is_one_that_the_tool_takes():
    found = []
    for case in cases():
        for call in case.calls:
            arguments: dict[str, Accept] = call.arguments or {}
            tool = named(call.tool)
            for name, accept in arguments.items():
                found += [f"{case.id} {told}" for value in accept.any_of for told in errors(tool, {name: value})]
            judged = call.arguments is not None
            missing = [name for name in tool.required if judged and name not in arguments]
            optional = [name for name in tool.required if judged and name in arguments and arguments[name].optional]
            found += [f"{case.id} leaves out {name}" for name in (*missing, *optional)]
    assert found == []


def test_arguments_are_judged_only_where_one_tool_is_right():
    assert [c.id for c in cases() for call in c.calls if call.alternatives and call.arguments is not None] == []


@pytest.mark.parametrize("last", [False, True], ids=["first values", "last values, optional ones left out"])
def test_the_expected_calls_are_right(last):
    wrong = []
    for case in cases():
        calls = []
        for expected in case.calls:
            accepted = (expected.arguments or {}).items()
            kept = {name: accept for name, accept in accepted if not (last and accept.optional)}
            arguments = {name: accept.any_of[-1 if last else 0] for name, accept in kept.items()}
            calls.append(Call(tool=expected.tools[-1 if last else 0], arguments=arguments))
        judgement = match(case, calls, demo(), rules="strict")
        if not judgement.selected or (all(c.arguments is not None for c in case.calls) and not judgement.correct):
            wrong.append((case.id, judgement.errors))
    assert wrong == []


def test_ids_and_queries_are_unique():
    rows = [json.loads(line) for line in (FOLDER / "cases.jsonl").read_text("utf-8").splitlines()]
    assert [row for row in rows if not re.fullmatch(r"[a-z]+-\d{3}", row["id"])] == []
    assert [id for id, n in Counter(row["id"] for row in rows).items() if n > 1] == []
    examples = [example.query for tool in demo().tools for example in tool.examples]
    alike = Counter(" ".join(re.findall(r"\w+", text.lower())) for text in [*(c.query for c in cases()), *examples])
    assert [text for text, n in alike.items() if n > 1] == []


def test_tags_say_what_is_expected():
    for case in cases():
        (kind,) = KINDS & set(case.tags)
        assert kind == ("none" if not case.calls else "single" if len(case.calls) == 1 else "multi"), case.id
        assert ("ordered" in case.tags) == (case.order == "given"), case.id
        assert ("parallel" in case.tags) == (kind == "multi" and case.order == "any"), case.id
        assert len({"near-miss", "small-talk", "capability"} & set(case.tags)) == (kind == "none"), case.id
        assert len({"en", "de", "fr", "es"} & set(case.tags)) == 1, case.id
        assert AREAS & set(case.tags), case.id
        told = AREAS | KINDS | {"parallel", "ordered", "near-miss", "small-talk", "capability", "en", "de", "fr", "es"}
        assert set(case.tags) <= told, case.id


def test_a_third_is_not_for_one_tool_and_every_tool_is_asked_for():
    assert len(cases()) >= 320
    others = [case for case in cases() if len(case.calls) != 1]
    assert len(others) >= 110
    assert 3 * len(others) >= len(cases())
    called = chain.from_iterable(call.tools for case in tagged("single") for call in case.calls)
    counts = Counter(called)
    assert {tool.id: counts[tool.id] for tool in demo().tools if counts[tool.id] < 3} == {}


def test_the_readme_counts_right():
    servers = {tool.server for tool in demo().tools}
    assert f"{len(demo())} tools from {len(servers)} servers" in README
    single, several, none = (len(tagged(kind)) for kind in ("single", "multi", "none"))
    assert f"{len(cases())} cases: {single} for one tool, {several} for several, {none} for none" in README
    assert ", ".join(f"`{tag}` ({len(tagged(tag))})" for tag in ("en", "de", "fr", "es")) in README
    having = {name: sum(bool(getattr(tool, name)) for tool in demo().tools) for name in Tool.model_fields}
    assert f"add examples: {having['examples']} tools have some" in README
    assert f"when not to use it: {having['when_not_to_use']} say so" in README
    assert f"`index_text`: {having['index_text']} have one" in README
    assert f"the {single} cases for one tool" in " ".join(README.split())
    assert f"all {len(demo())} offered" in README


def test_the_readme_names_tools_that_are_there():
    told = README.split("## Rivals")[1].split("## How hard")[0]
    not_tools = {"action", "op", "q", "ext", "mod", "urgency", "start", "cc", "index_text"}
    assert set(re.findall(r"`(\w+)`", told)) - not_tools - set(demo().place) == set()


def test_no_tool_file_tells_which_are_badly_described():
    for path in (FOLDER / "tools").iterdir():
        assert "#" not in re.sub(r"[\w\"(]?#\w+", "", path.read_text("utf-8")), path


def test_tools_without_a_flaw_have_a_text_everywhere():
    flawed = set(re.findall(r"`(\w+)`", README.split("## Flaws")[1].split("## What edits")[0]))
    for tool in demo().tools:
        if tool.name not in flawed:
            assert tool.description, tool.name
            assert [path for path, schema in tool.walk() if not schema.get("description")] == [], tool.name
