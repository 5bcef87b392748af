"""Exports of ragas and LangSmith, in the shapes in which apps log messages and tool calls."""

from __future__ import annotations

import json

import pytest

from ragtune.caseformats.langsmith import Langsmith
from ragtune.caseformats.ragas import Ragas
from ragtune.cases import recognise
from ragtune.errors import DatasetError
from ragtune.tools import Accept, ExpectedCall

WEATHER = ExpectedCall(tool="weather", arguments={"city": Accept(any_of=("Oslo",))})
OPENAI = {"type": "function", "id": "1", "function": {"name": "weather", "arguments": '{"city": "Oslo"}'}}
LANGCHAIN = {"name": "weather", "args": {"city": "Oslo"}, "id": "1", "type": "tool_call"}


def human(text):
    return {"type": "human", "content": text}


def written(tmp_path, rows, name="export.jsonl"):
    path = tmp_path / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def sample(*messages, **more):
    return {
        "user_input": list(messages),
        "reference_tool_calls": [{"name": "weather", "args": {"city": "Oslo"}}],
        **more,
    }


def test_ragas(tmp_path):
    calling = {"type": "ai", "content": "", "tool_calls": [{"name": "weather", "args": {"city": "Bergen"}}]}
    rows = [
        sample(human("Weather in Oslo?"), calling, {"type": "tool", "content": "rain"}),
        sample(human("Hello"), reference_tool_calls=[]),
        sample(human("one"), calling, human("two")),
        sample(human("no reference"), reference_tool_calls=None),
    ]
    path = written(tmp_path, rows)
    assert recognise(path) == Ragas()
    reading = Ragas().reading(path)
    assert not reading.faults
    assert [(found.case.query, found.case.calls) for found in reading.found] == [
        ("Weather in Oslo?", (WEATHER,)),
        ("Hello", ()),
    ]
    assert reading.left_out == {
        "a conversation in which the user speaks more than once": ("row 3",),
        "no reference tool calls": ("row 4",),
    }
    joined = Ragas(several_turns="join", order="given").read(path)
    assert [(case.query, case.order) for case in joined][2:] == [("one\n\ntwo", "given")]


def test_ragas_mistakes(tmp_path):
    rows = [{"a": 1}, sample(), sample(human("x"), reference_tool_calls=[{"args": {}}, {"name": "w", "args": [1]}])]
    with pytest.raises(DatasetError) as caught:
        Ragas().read(written(tmp_path, rows))
    assert [(fault.line, fault.message) for fault in caught.value.faults] == [
        (1, "must be an object with user_input"),
        (2, "user_input holds nothing that a human says"),
        (3, "reference_tool_calls: a tool call has no name"),
        (3, "reference_tool_calls: the arguments of the call of 'w' are no object"),
    ]


@pytest.mark.parametrize(
    "outputs",
    [
        {"message": {"role": "assistant", "content": None, "tool_calls": [OPENAI]}},
        {"choices": [{"message": {"role": "assistant", "tool_calls": [OPENAI]}}]},
        {"messages": [{"role": "assistant", "tool_calls": [OPENAI]}, {"role": "tool", "content": "rain"}]},
        {"output": {"type": "ai", "content": "", "tool_calls": [LANGCHAIN]}},
        {"generations": [[{"message": {"id": ["AIMessage"], "kwargs": {"tool_calls": [LANGCHAIN]}}}]]},
        {"output": {"type": "ai", "data": {"content": "", "additional_kwargs": {"tool_calls": [OPENAI]}}}},
        {"output": json.dumps({"tool_calls": [LANGCHAIN]})},
        {"tool_calls": [LANGCHAIN]},
    ],
)
@pytest.mark.parametrize(
    "inputs",
    [
        {"question": "Oslo?"},
        {"messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Oslo?"}]},
        {
            "messages": [
                [{"id": ["langchain", "HumanMessage"], "kwargs": {"content": [{"type": "text", "text": "Oslo?"}]}}]
            ]
        },
        {"input": {"messages": [{"type": "human", "data": {"content": "Oslo?"}}]}},
    ],
)
def test_langsmith_shapes(tmp_path, inputs, outputs):
    (case,) = Langsmith().read(written(tmp_path, [{"id": "e", "inputs": inputs, "outputs": outputs, "split": "test"}]))
    assert (case.id, case.query, case.calls, case.tools, case.tags) == ("e", "Oslo?", (WEATHER,), None, ("test",))


def test_langsmith_left_out_offered_and_wrapped(tmp_path):
    tools = [{"type": "function", "function": {"name": "weather"}}, {"name": "clock"}]
    said = [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]
    rows = [
        {"id": "1", "inputs": {"question": "a", "tools": tools}, "outputs": {"tool_calls": []}},
        {"id": "2", "inputs": {"question": "a"}, "outputs": {"answer": "b"}},
        {"id": "3", "inputs": {"other": "a"}, "outputs": {"tool_calls": []}},
        {"id": "4", "inputs": {"messages": said}, "outputs": {"tool_calls": []}},
        {"id": "5", "inputs": {"question": "a"}, "outputs": None},
    ]
    path = tmp_path / "export.json"
    path.write_text(json.dumps({"examples": rows}, indent=2), encoding="utf-8")
    assert recognise(path) == Langsmith()
    reading = Langsmith().reading(path)
    (found,) = reading.found
    assert (found.case.calls, found.case.tools) == ((), ("weather", "clock"))
    assert found.place.line == 3
    assert reading.left_out == {
        "nothing in its outputs says which tools were called": ("2", "5"),
        "no question in its inputs": ("3",),
        "a conversation in which the user speaks more than once": ("4",),
    }
    assert len(Langsmith(query="other").reading(path).found) == 1


def test_langsmith_mistakes(tmp_path):
    rows = [{"outputs": {}}, {"inputs": {"question": "a"}, "outputs": {"tool_calls": [{"name": "w", "args": "{"}]}}]
    with pytest.raises(DatasetError) as caught:
        Langsmith().read(written(tmp_path, rows))
    assert [(fault.line, fault.message) for fault in caught.value.faults] == [
        (1, "must be an example with inputs and outputs"),
        (2, "outputs: the arguments of the call of 'w' are no object"),
    ]
