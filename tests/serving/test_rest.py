"""The REST server as a process: what it answers, whom it refuses, and how it ends."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sys
import threading
import time

import httpx
import pytest
from click.testing import CliRunner

from ragtune.bundling import load
from ragtune.cli.serve import command
from ragtune.errors import InputError, MissingModelError
from ragtune.production import read_log
from ragtune.serving import Settings, require, rest, token_from
from ragtune.serving._running import bind
from tests.serving.conftest import TOKEN, serving

BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def ask(protected):
    with httpx.Client(base_url=protected, headers=BEARER, timeout=20) as client:
        yield client


def test_it_finds_what_the_bundle_finds(ask, bundle):
    retriever = load(bundle)
    found = ask.post("/retrieve", json={"query": "Who makes honey?", "k": 2}).json()["passages"]
    expected = retriever.retrieve("Who makes honey?", 2)
    assert [(p["document"], p["start"], p["end"], p["text"], p["score"]) for p in found] == [
        (p.document, p.start, p.end, p.text, p.score) for p in expected
    ]
    packed = ask.post("/context", json={"query": "Who makes honey?"}).json()
    context = retriever.context("Who makes honey?")
    assert (packed["text"], packed["tokens"]) == (context.text, context.tokens)


def test_it_counts_for_prometheus(ask):
    before = ask.get("/metrics").text
    ask.post("/retrieve", json={"query": "honey"})
    httpx.post(f"{ask.base_url}/retrieve", json={"query": "honey"})
    after = ask.get("/metrics").text
    for line in ('ragtune_requests_total{path="/retrieve",status="200"}', 'ragtune_refused_total{reason="token"}'):
        assert _value(after, line) - _value(before, line) == 1
    assert _value(after, "process_resident_memory_bytes") > 1e6


def _value(text, line):
    return next((float(one.rpartition(" ")[2]) for one in text.splitlines() if one.startswith(line)), 0.0)


@pytest.mark.parametrize(
    "headers, status",
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1.evil.example:80"}, 421),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Authorization": ""}, 401),
        ({"Authorization": f"Bearer {TOKEN}x"}, 401),
        ({"Authorization": f"Basic {TOKEN}"}, 401),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Encoding": "gzip"}, 415),
        ({"X-Padding": "x" * 60_000}, 431),
        ({"Transfer-Encoding": "chunked", "Content-Length": "18"}, 400),
        ({"Host": "localhost:1"}, 200),
    ],
)
def test_who_is_refused(ask, headers, status):
    answer = ask.post(
        "/retrieve", content=b'{"query": "honey"}', headers={"Content-Type": "application/json", **headers}
    )
    assert answer.status_code == status
    assert status == 200 or (answer.headers["content-type"], answer.json()["status"]) == (
        "application/problem+json",
        status,
    )
    assert (status == 401) == ("www-authenticate" in answer.headers)


def test_health_needs_no_token_and_everything_else_does(protected):
    statuses = {
        path: httpx.get(protected + path).status_code for path in ("/health", "/ready", "/metrics", "/openapi.json")
    }
    assert statuses == {"/health": 200, "/ready": 200, "/metrics": 401, "/openapi.json": 401}


@pytest.mark.parametrize(
    "body", [b"{", b"[" * 100_000, b'{"query": "\\ud800"}', b'{"query": 1}', b'{"query": "x", "k": 0}', b"9" * 9999]
)
def test_what_is_no_question_is_refused_and_not_quoted(ask, body):
    answer = ask.post("/retrieve", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert len(answer.content) < 500


def test_a_body_of_100_mb_is_refused_said_or_not(ask):
    def chunks():
        for _ in range(1600):
            yield b"x" * 65_536

    said = {"Content-Type": "application/json"}
    assert ask.post("/retrieve", content=b"x" * 100_000_000, headers=said).status_code == 413
    assert ask.post("/retrieve", content=chunks(), headers=said).status_code == 413
    assert ask.get("/health").status_code == 200


def _raw(address, *parts, wait_s=0.0):
    """What a server answers to bytes, up to where it ends the connection."""
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as link:
        for part in parts:
            link.sendall(part)
            time.sleep(wait_s)
        found = b""
        while piece := link.recv(65_536):
            found += piece
        return found


SLOW = """
import asyncio, sys
from ragtune.serving import Settings, rest
from ragtune.serving._running import bind, serve
import ragtune, time
class Slow:
    def __init__(self, retriever): self.retriever = retriever
    def retrieve(self, query, k=10): time.sleep(float(query)); return self.retriever.retrieve("honey", k)
    def context(self, query): return self.retriever.context(query)
settings = Settings(port=0, header_timeout_s=0.4, body_timeout_s=0.4, shutdown_s=3, rate_per_s=0, workers=1, max_connections=12)
listening = bind(settings)
serving = rest(Slow(ragtune.load(sys.argv[1])), settings)
serve(serving, listening, lambda: print("http://127.0.0.1:%d" % listening.getsockname()[1], file=sys.stderr, flush=True))
"""


@pytest.fixture
def slow(bundle, tmp_path, monkeypatch):
    file = tmp_path / "slow_server.py"
    file.write_text(SLOW)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with serving(bundle, module="slow_server") as found:
        yield found


def test_slow_clients_are_sent_away_and_do_not_keep_others_out(slow):
    _, address = slow
    began = time.monotonic()
    assert _raw(address, b"GET /health HT") == b""  # headers that do not end
    head = b"POST /retrieve HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n"
    assert _raw(address, head, b"{").startswith(b"HTTP/1.1 408 ")
    assert 0.7 < time.monotonic() - began < 5
    host, port = address.removeprefix("http://").split(":")
    links = [socket.create_connection((host, int(port))) for _ in range(20)]
    assert any(link.recv(12).startswith(b"HTTP/1.1 503") for link in links[12:])
    time.sleep(0.6)
    assert httpx.get(f"{address}/health").status_code == 200  # those that said nothing are gone
    for link in links:
        link.close()


def test_overload_is_told_at_once_and_a_request_in_flight_is_finished_at_the_end(slow):
    process, address = slow
    httpx.post(f"{address}/retrieve", json={"query": "0.01"})
    answers = []
    one = threading.Thread(
        target=lambda: answers.append(httpx.post(f"{address}/retrieve", json={"query": "1"}, timeout=10))
    )
    one.start()
    time.sleep(0.3)
    busy = httpx.post(f"{address}/retrieve", json={"query": "0"})
    assert (busy.status_code, busy.headers["retry-after"]) == (503, "1")
    assert busy.elapsed.total_seconds() < 0.5
    process.send_signal(signal.SIGTERM)
    one.join()
    assert answers[0].status_code == 200
    assert process.wait(timeout=10) == 0


def test_a_fault_of_the_server_is_told_and_logged_and_ends_one_request(slow):
    process, address = slow
    answer = httpx.post(f"{address}/retrieve", json={"query": "no number"})
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "no number" not in answer.text
    assert httpx.post(f"{address}/retrieve", json={"query": "0"}).status_code == 200
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0
    assert "could not convert string to float" in process.stderr.read()


def test_what_never_ends_does_not_keep_the_server(slow):
    process, address = slow
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{address}/retrieve", json={"query": "600"}, timeout=0.3)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 1
    assert "still running" in process.stderr.read()


def test_ctrl_c_is_a_good_end_and_queries_are_logged_when_asked(bundle, tmp_path):
    file = tmp_path / "log.jsonl"
    with serving(bundle, "--log", str(file)) as (process, address):
        told = httpx.post(f"{address}/retrieve", json={"query": "Who makes honey?"}).json()["id"]
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0
    (served,) = read_log(file).served
    assert (served.id, served.query, served.results[0].document) == (told, "Who makes honey?", "bee")


def test_a_client_may_ask_so_often(bundle):
    with serving(bundle, "--rate", "2") as (_, address):
        answers = [httpx.post(f"{address}/retrieve", json={"query": "honey"}) for _ in range(6)]
        assert httpx.get(f"{address}/health").status_code == 200
    assert [answer.status_code for answer in answers][:4] == [200] * 4
    assert answers[-1].status_code == 429 and answers[-1].headers["retry-after"] == "1"


def test_ready_until_it_ends(bundle):
    found = rest(load(bundle))

    async def ready():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(found.app), base_url="http://localhost") as client:
            return (await client.get("/ready")).status_code

    assert asyncio.run(ready()) == 200
    found.workers.draining = True
    assert asyncio.run(ready()) == 503


def _refusal(*options):
    found = CliRunner().invoke(command, list(options))
    return f"{type(found.exception).__name__}: {found.exception}"


def test_what_is_wrong_is_told_before_anything_is_loaded(bundle, monkeypatch, tmp_path):
    monkeypatch.setenv("SHORT_TOKEN", "short")
    assert "no variable TOKN" in _refusal(str(bundle), "--token-env", "TOKN")
    assert "holds no token" in _refusal(str(bundle), "--token-env", "SHORT_TOKEN")
    assert "can be reached from other machines" in _refusal(str(bundle), "--host", "0.0.0.0")
    assert "is no bundle" in _refusal(str(tmp_path), "--port", "0")
    with bind(Settings(port=0)) as taken:
        taken.listen()
        assert "--port names another port" in _refusal(str(bundle), "--port", str(taken.getsockname()[1]))
    with pytest.raises(InputError, match="no address of this machine"):
        bind(Settings(host="localhost", port=0).model_copy(update={"host": "127.0.0.1.", "token": token_from_test()}))
    monkeypatch.setitem(sys.modules, "fastapi", None)
    with pytest.raises(MissingModelError, match=r"pip install 'ragtune\[serve\]'"):
        require(mcp=False)


def token_from_test():
    import os

    os.environ["LONG_TOKEN"] = TOKEN
    try:
        return token_from("LONG_TOKEN")
    finally:
        del os.environ["LONG_TOKEN"]


def test_the_token_is_never_shown():
    settings = Settings(token=token_from_test())
    assert TOKEN not in repr(settings) and TOKEN not in json.dumps(settings.model_dump(mode="json"))
