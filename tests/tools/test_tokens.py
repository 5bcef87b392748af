"""Tokens of tools: counted by a vocabulary that is at hand, or estimated and called so; and what files look like to editors."""

from __future__ import annotations

import json
import os
from pathlib import Path

import jsonschema
import pytest
import tiktoken
from click.testing import CliRunner

from ragtune.cli.tools import schema, tokens, validate
from ragtune.errors import InputError
from ragtune.tools import Tool
from ragtune.tools._schema_for_editors import tool_schema
from ragtune.tools._tokens import payload, tokens_of

ROOT = Path(__file__).parents[2]
LIVE = Path(os.environ.get("RAGTUNE_DATA", "/nowhere"), "tools", "livemcpbench", "tools.jsonl")
TOOLS = [
    Tool(name="a", description="Does a.", input_schema={"type": "object", "properties": {}}),
    Tool(name="b", title="B"),
]


def test_estimates_are_characters_of_minified_json():
    expected = '{"name":"a","description":"Does a.","parameters":{"type":"object","properties":{}}}'
    assert payload(TOOLS[0]) == expected
    found = tokens_of(TOOLS)
    assert found.method == "estimate"
    assert found.tools[0].tokens == pytest.approx(0.174 * 83)
    assert found.tools[0].description == pytest.approx(0.174 * len('"Does a."'))
    assert found.tools[0].parameters == pytest.approx(0.174 * len('{"type":"object","properties":{}}'))
    assert '"input_schema":' in payload(TOOLS[0], "anthropic")
    assert tokens_of(TOOLS[:1], "anthropic").tokens == pytest.approx(0.277 * 85)


def test_counts_are_those_of_the_vocabulary():
    found = tokens_of(TOOLS, "cl100k")
    encoding = tiktoken.get_encoding("cl100k_base")
    assert found.method == "cl100k"
    assert [tool.tokens for tool in found.tools] == [len(encoding.encode(payload(tool))) for tool in TOOLS]


def test_money_is_known_or_unknown():
    found = tokens_of([Tool(name="a", description="x" * 100_000)])
    assert found.usd_per_1k("gpt-4o-mini") == pytest.approx(1000 * 0.15e-6 * round(found.tokens))
    assert found.usd_per_1k("no-such-model") is None
    with pytest.raises(InputError, match="did you mean 'openai'"):
        tokens_of(TOOLS, "opnai")


def test_the_commands(tmp_path):
    path = tmp_path / "t.json"
    path.write_text(json.dumps([tool.spec() for tool in TOOLS]))
    told = CliRunner().invoke(tokens.command, [str(path), "--model", "no-such-model"])
    assert told.exit_code == 0
    assert told.stdout.splitlines()[0].split() == ["tool", "tokens", "(estimate)", "description", "parameters", "share"]
    assert f"all 2 tools: {round(tokens_of(TOOLS).tokens)} tokens (estimate)" in told.stdout
    assert "no-such-model: unknown" in told.stdout
    as_json = json.loads(CliRunner().invoke(tokens.command, [str(path), "--provider", "cl100k", "--json"]).stdout)
    assert (as_json["method"], as_json["provider"], len(as_json["tools"])) == ("cl100k", "cl100k", 2)
    assert as_json["tokens"] == sum(tool["tokens"] for tool in as_json["tools"])
    assert CliRunner().invoke(validate.command, [str(path)]).stdout == f"{path} is right: 2 tools\n"
    assert json.loads(CliRunner().invoke(schema.command).stdout) == tool_schema()


@pytest.mark.skipif(not LIVE.exists(), reason="RAGTUNE_DATA does not hold LiveMCPBench")
def test_the_error_that_is_told_is_the_one_that_is_measured():
    rows = [json.loads(line) for line in LIVE.read_text(encoding="utf-8").splitlines()]
    tools = [
        Tool(name=r["name"], description=r["description"], input_schema=r["parameters"], id=r["tool_id"]) for r in rows
    ]
    estimated, counted = tokens_of(tools), tokens_of(tools, "cl100k")
    assert round(100 * (estimated.tokens / counted.tokens - 1)) == -28
    errors = sorted(a.tokens / b.tokens - 1 for a, b in zip(estimated.tools, counted.tools, strict=True))
    assert [round(100 * errors[len(errors) * tenth // 10]) for tenth in (1, 5, 9)] == [-49, -20, -12]


def test_the_committed_schema_is_up_to_date():
    committed = json.loads((ROOT / "docs" / "tools.schema.json").read_text(encoding="utf-8"))
    assert committed == json.loads(json.dumps(tool_schema())), "run: ragtune tools schema > docs/tools.schema.json"


GOOD = {"name": "a", "inputSchema": {"type": "object"}, "examples": [{"query": "x", "arguments": {"n": 1}}]}
BAD = [
    {},
    {"name": ""},
    {"name": "a", "descripton": "x"},
    {"name": "a", "input_schema": {"type": "string"}},
    {"name": "a", "input_schema": {"type": "object"}, "inputSchema": {"type": "object"}},
    {"name": "a", "examples": [{"q": "x"}]},
    {"tools": [{"name": 1}]},
]


def test_the_schema_says_what_the_reader_says():
    by = jsonschema.Draft202012Validator(tool_schema())
    by.check_schema(tool_schema())
    assert all(by.is_valid(each) for each in (GOOD, [GOOD], {"tools": [GOOD]}, {"name": "a", "output_schema": None}))
    assert not any(by.is_valid(each) for each in BAD)
