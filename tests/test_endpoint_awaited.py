"""The client is awaited, on any loop: bounded, given up without a trace, used after a fork, interrupted, and ended."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing

import psutil
import pytest

from ragtune.endpoint import Endpoint, EndpointError
from ragtune.endpoint._budget import meter
from ragtune.engine.database import Database
from tests.endpoint_server import EndpointServer, mixed


def message(text):
    return [{"role": "user", "content": text}]


class Counting:
    """Replies, and how many were written at the same time."""

    def __init__(self):
        self.now, self.most, self.lock = 0, 0, threading.Lock()

    def __call__(self, messages):
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(0.02)
        with self.lock:
            self.now -= 1
        return messages[-1]["content"].upper()


@pytest.fixture
def server():
    with EndpointServer(reply=Counting()) as server:
        yield server


def at(server, **knobs):
    return Endpoint(**{"base_url": server.url, "model": "m", "backoff_s": 0.002, "max_retries": 4, **knobs}).client()


def connected(server):
    """Connections of this process to the server."""
    port = int(server.url.split(":")[-1].split("/")[0])
    ours = psutil.Process().net_connections("tcp")
    return [c for c in ours if c.raddr and c.raddr.port == port and c.status == psutil.CONN_ESTABLISHED]


def test_as_many_as_like_await_it_and_no_more_than_its_concurrency_are_under_way(server):
    client = at(server, concurrency=3)

    async def all_of_them():
        asked = [client.achat(message(f"m{i}")) for i in range(12)]
        vectors = client.aembeddings(["cats"])
        called = client.acall(message("call"), [{"type": "function", "function": {"name": "mail"}}], 10)
        return [found.text for found in await asyncio.gather(*asked)], (await vectors).shape, (await called).calls

    texts, shape, calls = asyncio.run(all_of_them())
    assert texts == [f"M{i}" for i in range(12)] and shape == (1, 8) and calls == (("mail", "{}"),)
    assert server.reply.most == 3 and len(connected(server)) <= 3


def test_within_a_running_loop_one_may_wait_too(server):
    async def notebook():
        return at(server).chat(message("hi")).text

    assert asyncio.run(notebook()) == "HI"


@pytest.mark.parametrize("stream", [False, True])
def test_what_is_given_up_leaves_nothing_behind(server, stream):
    """No connection, no place among those under way, nothing reserved; what it may have cost is counted."""
    client = at(server, concurrency=1, model=f"given-up-{stream}", budget_tokens=10_000, stream=stream)
    server.script.append("hang")

    async def give_up():
        waiting = [asyncio.create_task(client.achat(message(text))) for text in ("first", "second")]
        while not server.requests:
            await asyncio.sleep(0.005)
        waiting[0].cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting[0]
        return (await waiting[1]).text

    assert asyncio.run(give_up()) == "SECOND"
    gauge = meter(server.url, client.settings.model)
    assert (gauge.requests, gauge.reserved, gauge.tokens) == (2, 0, 2 + 15)  # reserved for the one, told of the other
    assert client.chat(message("third")).text == "THIRD" and len(connected(server)) == 1


def test_no_threads_and_no_connections_pile_up(server):
    client = at(server, concurrency=4, timeout_s=0.1, max_retries=30)
    client.chat(message("first"))
    threads, server.faults = {t.name for t in threading.enumerate() if "Thread-" not in t.name}, mixed(0.5)

    async def many():
        await asyncio.gather(*(client.achat(message(f"m{i}")) for i in range(60)), return_exceptions=True)

    for _ in range(3):
        asyncio.run(many())
    assert {t.name for t in threading.enumerate() if "Thread-" not in t.name} <= threads | {"asyncio_0"}
    assert "ragtune-loop" in threads and len(connected(server)) <= 4


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_has_its_own_connections(server):
    assert at(server).chat(message("before")).text == "BEFORE"
    child = os.fork()
    if not child:
        try:
            sound = at(server).chat(message("child")).text == "CHILD" and meter(server.url, "m").requests == 1
        finally:
            os._exit(0 if sound else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert at(server).chat(message("after")).text == "AFTER"
    assert meter(server.url, "m").requests == 2 and len(connected(server)) == 1


ASKING = """
import sys
from pathlib import Path
from ragtune.endpoint import Endpoint, Request, ask
from ragtune.engine.database import Database
from ragtune.engine.memo import Memo
url, path, n = sys.argv[1:]
endpoint = Endpoint(base_url=url, model="m", concurrency=4)
memo = Memo(Database(Path(path)), "scope", lambda *_: None)
asked = ask(memo, endpoint.client, [Request((("user", f"m{i}"),)) for i in range(int(n))])
assert not asked.failures, asked.failures
"""


def asking(server, path, n):
    command = [sys.executable, "-W", "error", "-c", ASKING, server.url, str(path), str(n)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def stored(path):
    with closing(Database(path)) as database:
        return database._open().execute("SELECT count(*) FROM rows").fetchone()[0]


def test_a_process_that_is_done_ends_at_once_and_in_silence(server, tmp_path):
    process = asking(server, tmp_path / "memo.sqlite", 10)
    said = process.communicate(timeout=60)[1]
    assert (process.returncode, said) == (0, "") and stored(tmp_path / "memo.sqlite") == 10


def test_ctrl_c_ends_what_hangs_and_keeps_what_came(server, tmp_path):
    """Half are answered, then the endpoint hangs."""
    path = tmp_path / "memo.sqlite"
    server.script.extend([""] * 20 + ["hang"] * 20)
    process = asking(server, path, 40)
    while server.faulted["hang"] < 4:
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.01)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == -signal.SIGINT and time.monotonic() - began < 10
    assert said.strip().endswith("KeyboardInterrupt") and "Task" not in said and "ignored" not in said
    assert stored(path) == 20 == sum(server.asked.values()) and len(server.requests) == 24
    server.script.clear()
    again = asking(server, path, 40)
    assert (again.communicate(timeout=60)[1], again.returncode) == ("", 0)
    assert stored(path) == 40 and set(server.asked.values()) == {1}


def test_a_wrong_key_is_told_to_who_awaits(server, monkeypatch):
    monkeypatch.setenv("CANARY_KEY", "sk-canary-awaited")
    server.faults = {"401": 1.0}
    server.says = "no such key: sk-canary-awaited"
    with pytest.raises(EndpointError, match=r"no such key: \[key\]\. Check the key in the environment variable CANARY"):
        asyncio.run(at(server, api_key_env="CANARY_KEY").achat(message("hi")))
