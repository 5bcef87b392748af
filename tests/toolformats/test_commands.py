"""`ragtune tools import` and `ragtune tools export`."""

from __future__ import annotations

import json

from click.testing import CliRunner

from ragtune.cli.tools.export import command as export
from ragtune.cli.tools.import_ import command as import_
from ragtune.tools import Tool, load_tools, save_tools
from tests.toolformats.hand_made import BARE, ORDER, WEATHER


def run(command, *arguments):
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def test_tools_go_out_and_come_back(tmp_path):
    save_tools(tmp_path / "tools.yaml", [WEATHER, ORDER])
    found = run(
        export,
        tmp_path / "tools.yaml",
        "--format",
        "anthropic",
        "-o",
        tmp_path / "out.json",
        "--names",
        tmp_path / "names.json",
    )
    assert found.exit_code == 0, found.output
    assert json.loads((tmp_path / "names.json").read_text()) == {
        "get_weather": "get_weather",
        "shop_order": "shop.order",
    }
    assert "lost  name, 1 ×  shop.order: 'shop.order' is not allowed, or taken; written as 'shop_order'" in found.stderr
    assert found.stdout == ""
    back = run(import_, tmp_path / "out.json", "-o", tmp_path / "back.yaml")
    assert back.exit_code == 0, back.output
    assert "2 tools read as anthropic, written to" in back.stderr
    assert [tool.description for tool in load_tools(tmp_path / "back.yaml").tools] == [
        "Say the weather.",
        "Order things.",
    ]


def test_standard_output_is_the_payload_alone(tmp_path):
    save_tools(tmp_path / "tools.json", [WEATHER])
    found = run(export, tmp_path / "tools.json", "--format", "openai-chat", "--strict")
    assert json.loads(found.stdout)[0]["function"]["strict"] is True
    whole = json.loads(run(export, tmp_path / "tools.json", "--format", "openai-chat", "--json").stdout)
    assert {loss["place"] for loss in whole["losses"]} >= {"title", "server"}
    assert whole["names"] == {"get_weather": "get_weather"}


def test_a_gate_on_losses_looks_only_at_what_a_model_would_notice(tmp_path):
    ours_alone = Tool(name="ping", description="Ping.", tags=("a",), index_text="b", server="c", id="c/ping")
    save_tools(tmp_path / "tools.yaml", [ours_alone])
    assert run(export, tmp_path / "tools.yaml", "--format", "openai-chat", "--fail-on-loss").exit_code == 0
    save_tools(tmp_path / "tools.yaml", [WEATHER])
    assert run(export, tmp_path / "tools.yaml", "--format", "openai-chat", "--fail-on-loss").exit_code == 4
    save_tools(tmp_path / "tools.yaml", [Tool(name=f"t{i}", description="x") for i in range(129)])
    found = run(export, tmp_path / "tools.yaml", "--format", "openai-chat", "--fail-on-loss")
    assert found.exit_code == 4
    assert "refused by openai-chat  129 tools are more than the 128 of one request" in found.stderr


def test_wrong_input_is_told(tmp_path):
    save_tools(tmp_path / "tools.yaml", [BARE])
    for arguments, told in [
        (["--format", "openai"], "did you mean"),
        (["--format", "gemini", "--strict"], "'gemini' has no strict mode"),
        (["--format", "llama-index"], "objects, not a file"),
    ]:
        assert told in str(run(export, tmp_path / "tools.yaml", *arguments).exception)
    assert "--format" in str(run(import_, tmp_path / "nothing.json").exception) or "cannot be read" in str(
        run(import_, tmp_path / "nothing.json").exception
    )


def test_functions_are_written_as_a_module_and_read_again(tmp_path):
    save_tools(tmp_path / "tools.yaml", [WEATHER])
    assert run(export, tmp_path / "tools.yaml", "--format", "python", "-o", tmp_path / "stubs.py").exit_code == 0
    assert run(export, tmp_path / "tools.yaml", "--format", "python").stdout == (tmp_path / "stubs.py").read_text()
    found = json.loads(run(import_, tmp_path / "stubs.py", "--json").stdout)
    assert found["format"] == "python"


def test_importing_as_json_says_what_was_left_out(tmp_path):
    (tmp_path / "dump.json").write_text(json.dumps([{"name": "a", "inputSchema": {"type": "object"}, "icons": []}]))
    found = json.loads(run(import_, tmp_path / "dump.json", "--json").stdout)
    assert found["format"] == "mcp"
    assert found["left_out"] == [{"tool": "a", "place": "icons", "what": "icons: a tool has no place for it"}]
