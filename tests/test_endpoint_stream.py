"""Streamed replies: whole or lost, however the bytes are cut; and timed as the server itself timed them."""

from __future__ import annotations

import json
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragtune.endpoint import Endpoint, EndpointError
from ragtune.endpoint._failures import TryError
from ragtune.endpoint._replies import Usage, read_called, read_completion
from ragtune.endpoint._stream import Events, Streamed
from tests.endpoint_server import EndpointServer, calls_reply, events

DATA = ["one", "two\nlines", "", "ünï\u2028cödé", "[DONE]"]
TOOL = {"type": "function", "function": {"name": "mail", "parameters": {}}}
ASKED = [{"role": "user", "content": "  Blue whales\n eat krill. "}]


@pytest.fixture
def server():
    with EndpointServer() as server:
        yield server


def at(server, **knobs):
    quick = {"model": "m", "backoff_s": 0.002, "max_retries": 2, "stream": True}
    return Endpoint(**{"base_url": server.url, **quick, **knobs}).client()


def written(data, end, comments):
    """Events as a server may write them."""
    lines = [f": {i}{end}" * comments + "".join(f"data: {x}{end}" for x in d.split("\n")) for i, d in enumerate(data)]
    return "".join(line + f"id: 7{end}{end}" for line in lines).encode()


@given(st.sampled_from(["\n", "\r\n", "\r"]), st.integers(0, 2), st.lists(st.integers(0, 400), max_size=12))
def test_events_are_the_same_however_they_are_cut(end, comments, cuts):
    sent = written(DATA, end, comments)
    events, at, found = Events(), 0, []
    for cut in [*sorted(cuts), len(sent)]:
        found += events.feed(sent[at:cut])
        at = max(at, cut)
    assert [*found, *events.end()] == DATA


def test_a_last_event_needs_no_blank_line_and_a_space_after_the_colon_is_no_data():
    events = Events()
    assert [*events.feed(b"\xef\xbb\xbfdata:x\n\ndata:  y"), *events.end()] == ["x", " y"]


@given(st.data())
def test_a_stream_adds_up_to_the_reply_or_is_lost(data):
    """Cut anywhere: never a part of a reply."""
    server = EndpointServer.__new__(EndpointServer)
    server.call = lambda body: [("mail", '{"to": "Ann"}'), ("weather", "{}")]
    server.lock, server.billed, server.usage = __import__("threading").Lock(), 0, True
    reply = calls_reply(server, {"messages": []}, "")
    whole = b"".join(events(reply, {"stream_options": {"include_usage": True}}))
    cut = data.draw(st.integers(0, len(whole)))
    streamed = Streamed()
    try:
        streamed.feed(whole[:cut])
        found = streamed.reply()
    except TryError as failure:
        assert failure.kind == "lost" and cut < len(whole)
        return
    assert read_called(found).calls == read_called(reply).calls
    assert read_called(found).finish_reason == "tool_calls"
    if cut == len(whole):
        assert Usage.of(found) == Usage.of(reply)


def test_streamed_replies_are_what_others_are_and_ask_for_their_usage(server):
    plain = at(server, stream=False).chat(ASKED)
    found = at(server).chat(ASKED)
    assert found.text == plain.text == ASKED[0]["content"]
    assert (found.prompt_tokens, found.completion_tokens, found.finish_reason) == (10, 5, "stop")
    assert plain.first_token_seconds is None and plain.tokens_per_second is None
    assert server.requests[0][1].keys() == {"model", "messages"}
    assert server.requests[1][1]["stream"] is True
    assert server.requests[1][1]["stream_options"] == {"include_usage": True}
    server.call = lambda body: [("mail", '{"to": "Ann"}'), ("mail", "")]
    called = at(server).call(ASKED, [TOOL], 50)
    assert called.calls == (("mail", '{"to": "Ann"}'), ("mail", "")) and called.usage.output == 20
    assert 0 < called.first_token_seconds < called.seconds


@pytest.mark.parametrize("fault", ["truncated", "half-json", "reset", "hang", "html", "empty"])
def test_a_stream_that_is_not_whole_is_tried_again_and_never_a_result(server, fault):
    server.script.extend([fault])
    client = at(server, timeout_s=0.1 if fault == "hang" else 60)
    assert client.chat(ASKED).text == ASKED[0]["content"]
    server.faults = {fault: 1.0}
    with pytest.raises(EndpointError, match=r"\(3 tries\)"):
        client.chat(ASKED)
    assert server.faulted[fault] == 4


@pytest.mark.parametrize(
    "event, message",
    [
        (
            '{"error": {"message": "overloaded, your key is sk-x"}}',
            r"broke off its stream: overloaded, your key is sk-x",
        ),
        ('{"error": "no"}', "broke off its stream: no"),
        ("[1]", "no part of a reply"),
        ("{", "no part of a reply"),
        ('{"choices": [{"delta": {"tool_calls": [7]}}]}', "no part of a reply"),
    ],
)
def test_an_event_that_is_none_loses_the_reply(event, message):
    with pytest.raises(TryError, match=message):
        Streamed().feed(f"data: {event}\n\n".encode())


def test_the_first_token_is_timed_as_the_server_timed_it(server):
    """Thoughts and calls count as tokens, the role alone does not."""
    server.reply = lambda messages: "one two three four five"
    server.first_token_s, server.token_s = 0.05, 0.01
    client = at(server)
    found = [client.chat(ASKED) for _ in range(7)]
    apart = [abs(each.first_token_seconds - own) for each, (_, own) in zip(found, server.first_tokens, strict=True)]
    assert statistics.median(apart) < 0.005
    rates = [each.tokens_per_second for each in found]  # four tokens and the end, 10 ms or more apart
    assert 40 < statistics.median(rates) < 100
    thinking = Streamed()
    thinking.feed(b'data: {"choices": [{"delta": {"role": "assistant", "content": ""}}]}\n\n')
    assert not thinking.begun
    thinking.feed(b'data: {"choices": [{"delta": {"reasoning_content": "Hm"}}]}\n\n')
    assert thinking.begun


@pytest.mark.parametrize(
    "usage, cached",
    [
        ({"prompt_tokens_details": {"cached_tokens": 3}, "prompt_cache_hit_tokens": 9}, 3),
        ({"prompt_tokens_details": None, "prompt_cache_hit_tokens": 5}, 5),
        ({"prompt_tokens_details": {}, "cache_read_input_tokens": 0}, 0),
        ({"cache_read_input_tokens": -1}, -1),
    ],
)
def test_cached_tokens_are_read_wherever_services_tell_them(usage, cached):
    reply = {
        "choices": [{"message": {"content": "x"}}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 1, **usage},
    }
    found = read_completion(json.loads(json.dumps(reply)))
    assert found.cached_tokens == cached and found.prompt_tokens == 10
