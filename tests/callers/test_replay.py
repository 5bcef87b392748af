"""What was recorded is replayed: equal replies for equal requests, and nothing made up for the others."""

from __future__ import annotations

import json
import logging

import pytest

from ragtune.callers._recording import write_recording
from ragtune.callers.replay import Replay
from ragtune.errors import DatasetError, InputError, WorkspaceError
from ragtune.tools import Call, Replies, Reply, Requests
from ragtune.types import Names
from tests.callers.asking import TOOLS, requests, shown

EVERY = [0, 1, 2]
REPLIES = Replies(
    (
        Reply(calls=(Call(tool="weather", arguments={"city": "Zürich", "n": [1, {"a": None}]}),), seconds=0.123456789),
        Reply(calls=(), confidence=0.0, input_tokens=0, output_tokens=7, cached_tokens=3),
        Reply(failed="the endpoint answered 500"),
        Reply(
            calls=(Call(tool="mail"), Call(tool="mail", invalid="not JSON"), Call(tool="ghost", invalid="not shown"))
        ),
        Reply(calls=(Call(tool="station", arguments={"t": "\ud83d\n天"}),), confidence=-1.5),
    )
)
ASKED = Requests(("a", "b\u2028", "c", "a", "\ud83d"), (None,) * 5)
IDS = Names(tuple("12345"))
SEEN = shown(EVERY, [], [1], [2, 0], EVERY)


def lines(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def replay(path, asked, seen, ids=None, **knobs):
    ids = ids or Names(tuple(str(i) for i in range(len(asked))))
    return Replay(path=path, **knobs).call(asked, seen, TOOLS, ids).replies


@pytest.mark.parametrize("known", ["by case and tools", "by case", "by tools"])
def test_a_recording_gives_equal_replies(tmp_path, known):
    path = tmp_path / "new" / "replies.jsonl"
    more = {"ids": IDS.names} if known != "by tools" else {}
    more |= {"shown": SEEN, "toolset": TOOLS} if known != "by case" else {}
    write_recording(path, REPLIES, ASKED, **more)
    assert replay(path, ASKED, SEEN, IDS) == REPLIES.replies
    back = [3, 0, 4, 2, 1]
    asked = Requests(tuple(ASKED.texts[i] for i in back), (None,) * 5)
    seen = shown(*(SEEN.of(i) for i in back))
    found = replay(path, asked, seen, Names(tuple(IDS.names[i] for i in back)))
    assert found == tuple(REPLIES.replies[i] for i in back)
    assert [file.name for file in path.parent.iterdir()] == ["replies.jsonl"]


def test_a_recording_that_cannot_be_written_leaves_the_old_one(tmp_path, monkeypatch):
    path = tmp_path / "replies.jsonl"
    write_recording(path, REPLIES, ASKED)
    before = path.read_bytes()

    def full(_):
        raise OSError("the disk is full")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(WorkspaceError, match="the disk is full"):
        write_recording(path, Replies(REPLIES.replies[::-1]), ASKED)
    assert path.read_bytes() == before and len(list(tmp_path.iterdir())) == 1


def test_a_reply_to_other_tools_is_none_unless_it_is_let_be_one(tmp_path, caplog):
    path = tmp_path / "r.jsonl"
    write_recording(path, Replies(REPLIES.replies[:1]), requests("a"), shown=shown(EVERY), toolset=TOOLS)
    with caplog.at_level(logging.WARNING):
        found = replay(path, requests("a", "z"), shown([0], EVERY))
    assert [reply.failed for reply in found] == ["recorded with other tools shown", "not in the recording"]
    assert "2 of 2 cases have no reply (1 recorded with other tools shown; 1 not in the recording)" in caplog.text
    found = replay(path, requests("a"), shown([0]), tools="any")
    assert found == REPLIES.replies[:1]
    assert replay(path, requests("a"), shown([1]), tools="any")[0].calls[0].invalid == "no tool of this name was shown"


def test_names_are_ids_or_what_was_shown(tmp_path):
    named = [{"tool": name} for name in ("mail", "weather", "weather.now", "weather_now", "nobody")]
    path = lines(tmp_path / "r.jsonl", {"query": "a", "calls": named})
    (reply,) = replay(path, requests("a"), shown(EVERY))
    assert [call.tool for call in reply.calls] == ["mail", "weather", "weather", "station", "nobody"]
    assert [bool(call.invalid) for call in reply.calls] == [False] * 4 + [True]


def message(*calls, content=None):
    made = [{"function": {"name": name, "arguments": arguments}} for name, arguments in calls]
    return {"choices": [{"message": {"content": content, "tool_calls": made}, "finish_reason": "stop"}]}


def test_openais_responses_and_batches_and_bfcls_results_are_read(tmp_path):
    bern = ("weather_now", '{"city": "Bern"}')
    usage = {"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}}
    path = lines(
        tmp_path / "r.jsonl",
        {"id": "chatcmpl-1", "query": "a", "usage": usage, **message(bern)},
        {"id": "batch_1", "custom_id": "1", "response": {"status_code": 200, "body": message(("mail", "[]"))}},
        {"id": "batch_2", "custom_id": "2", "response": {"status_code": 500, "body": {"error": "down"}}},
        {"id": "3", **message(content="I cannot")},
        {"id": "4", "result": [{"weather_now": '{"city": "Bern"}'}, {"mail": {"to": "x"}}], "latency": 1.5},
        {"id": "5", "result": "I cannot"},
        {"id": "6", "result": "Error during inference: too long"},
    )
    found = replay(path, requests(*"abcdefg"), shown(*([EVERY] * 7)))
    station = Call(tool="station", arguments={"city": "Bern"})
    assert found[0] == Reply(calls=(station,), input_tokens=9, output_tokens=2, cached_tokens=4)
    assert found[1].calls[0].tool == "mail" and "JSON list" in found[1].calls[0].invalid
    assert found[2].failed == "{'error': 'down'}"
    assert found[3] == found[5] == Reply()
    assert found[4] == Reply(calls=(station, Call(tool="mail", arguments={"to": "x"})), seconds=1.5)
    assert found[6].failed == "Error during inference: too long"


def test_all_faults_are_told_with_their_lines(tmp_path):
    path = tmp_path / "r.jsonl"
    good = {"id": "1", "calls": []}
    rows = [
        good, {"id": "2"}, [], {"calls": []}, {"id": "3", "calls": [{"name": "x"}]}, good, {**good, "failed": "x"},
        {"id": "4", "result": "[weather.now(city='Bern')]"}, {"id": "5", "result": [[{"a": "{}"}]]},
    ]  # fmt: skip
    path.write_text("\n".join(map(json.dumps, rows)) + "\n{\n")
    with pytest.raises(DatasetError) as caught:
        replay(path, requests("a"), shown(EVERY))
    assert [(f.line, f.message.split(";")[0][:34]) for f in caught.value.faults] == [
        (2, "neither `calls` nor `failed` is gi"),
        (3, "a line holds a JSON object: {id or"),
        (4, "neither `id` nor `query` says whic"),
        (5, "calls.0.name: Extra inputs are not"),
        (5, "calls.0.tool: Field required"),
        (7, "this case has another reply in lin"),
        (8, "`result` is a call written as text"),
        (9, "`result` is a list of {name: argum"),
        (10, "Expecting property name enclosed i"),
    ]


def test_the_content_of_the_file_is_part_of_the_key(tmp_path):
    path = lines(tmp_path / "r.jsonl", {"id": "1", "calls": []})
    before = Replay(path=path).key("call")
    lines(path, {"id": "1", "calls": [], "seconds": 2})
    assert Replay(path=path).key("call") != before
    assert Replay(path=path).key("call") == Replay(path=tmp_path / ".." / tmp_path.name / "r.jsonl").key("call")
    with pytest.raises(InputError, match=r"nowhere\.jsonl: this recording cannot be read \(No such file"):
        Replay(path=tmp_path / "nowhere.jsonl").key("call")
