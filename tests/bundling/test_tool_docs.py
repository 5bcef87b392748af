"""The apps of docs/ship.md that use tools run, each by itself, beside a bundle and a module of the names that they use."""

from __future__ import annotations

import json
import re
import sys
import warnings
from pathlib import Path

import pytest

from tests.bundling import desk
from tests.endpoint_server import EndpointServer

TEXT = (Path(__file__).parents[2] / "docs" / "ship.md").read_text(encoding="utf-8")
PLAIN, OPENAI, LLAMA_INDEX = (
    block for block in re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL) if "load_tools" in block
)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    selector = {"retrieved": {"k": 2, "retriever": "bm25"}}
    return desk.shipped(tmp_path_factory.mktemp("desk"), ["flatten"], selector)


@pytest.fixture
def run(bundle, tmp_path, monkeypatch, capsys):
    """Runs an app; what it printed."""
    (tmp_path / "assistant").symlink_to(bundle)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "desk", desk)

    def ran(app, **names):
        assert len(app.splitlines()) <= 20
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(app, "ship.md", "exec"), names)
        return capsys.readouterr().out

    return ran


def test_tools_are_selected_and_a_call_comes_back(run):
    said = run(PLAIN)
    assert said.startswith("cancel_order Cancel an order that has not been shipped.")
    assert said.endswith("cancel_order {'order': 4711}\n")


def test_the_app_of_openai(run, monkeypatch):
    def reply(body):
        if body["messages"][-1]["role"] == "tool":
            return f"Done: {json.loads(body['messages'][-1]['content'])}"
        return [("cancel_order", '{"order": 4711, "reason": "late"}')]

    with EndpointServer(call=reply) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", "none")
        assert run(OPENAI) == "Done: cancelled 4711 (late)\n"
    first, second = (body for _, body in server.requests)
    assert first["tools"][0]["function"]["name"] == "cancel_order" and len(first["tools"]) == 2
    assert second["messages"][-1]["tool_call_id"] == second["messages"][-2]["tool_calls"][0]["id"]


def test_the_app_of_llama_index(run):
    from llama_index.core.base.llms.types import ToolCallBlock
    from llama_index.core.llms import ChatMessage, MessageRole
    from llama_index.core.llms.mock import MockFunctionCallingLLM

    def reply(messages, tools=(), **_):
        done = [message.content for message in messages if message.role == MessageRole.TOOL]
        if done:
            return ChatMessage(role="assistant", content=f"Done: {done[0]}")
        shown = [tool.metadata.name for tool in tools]
        call = ToolCallBlock(tool_call_id="1", tool_name=shown[0], tool_kwargs={"order": 4711})
        return ChatMessage(role="assistant", blocks=[call])

    app = LLAMA_INDEX.replace("model = MockFunctionCallingLLM()  # your", "model = MODEL  # your")
    assert app != LLAMA_INDEX
    assert run(app, MODEL=MockFunctionCallingLLM(response_generator=reply)) == "Done: cancelled 4711 (None)\n"
    assert "Tool calls complete." in run(LLAMA_INDEX)
