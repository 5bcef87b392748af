"""A key put in the environment is in no file, log, report, traceback or cache, whatever goes wrong: all bytes searched."""

from __future__ import annotations

import base64
import logging
import os
import subprocess
import sys
import traceback

import pytest
import yaml

from ragtune.endpoint import Endpoint, EndpointError, Request, ask, reset_budgets
from ragtune.engine.database import Database
from ragtune.engine.memo import Memo
from tests.endpoint_server import REPLY_FAULTS, STATUS_FAULTS, WIRE_FAULTS, EndpointServer

CANARY = "sk-canary-9f8e7d6c5b4a39281706-ABCDEFGH"
SPELLINGS = (CANARY, CANARY[:20], CANARY[-20:], base64.b64encode(CANARY.encode()).decode())
ASKED = [Request((("user", f"q{i}"),), {}) for i in range(2)]


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("CANARY_KEY", CANARY)
    with EndpointServer(says=f"your key {CANARY} is no good; header: Bearer {CANARY}") as server:
        yield server
    reset_budgets()


def leaks(folder):
    """Files below a folder with any spelling of the key in their bytes."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return [path for path in files if any(word.encode() in path.read_bytes() for word in SPELLINGS)]


@pytest.mark.parametrize("stream", [False, True])
def test_no_fault_brings_it_out_of_the_client(server, tmp_path, caplog, stream):
    caplog.set_level(logging.DEBUG)
    knobs = {"base_url": server.url, "model": "m", "api_key_env": "CANARY_KEY", "backoff_s": 0.001, "timeout_s": 0.04}
    endpoint = Endpoint(**knobs, max_retries=1, stream=stream, replicas=[f"{server.url} api_key_env=CANARY_KEY"])
    server.reply = lambda messages: "fine"
    database = Database(tmp_path / "memo.sqlite")
    told = []
    for fault in [*STATUS_FAULTS, *WIRE_FAULTS, *REPLY_FAULTS, ""]:
        server.faults = {fault: 1.0} if fault else {}
        asked = ask(Memo(database, fault, lambda *_: None), endpoint.client, ASKED)
        assert fault not in STATUS_FAULTS or len(asked.failures) == 2
        told += [repr(asked), *("".join(traceback.format_exception(error)) for error in asked.failures.values())]
        try:
            endpoint.client().embeddings(["x"], dimensions=8)
        except EndpointError as error:
            told += ["".join(traceback.format_exception(error, chain=True)), repr(error), repr(vars(error))]
    told += [repr(endpoint), repr(endpoint.client()), repr(vars(endpoint.client())), caplog.text]
    database.close()
    assert server.authorizations == {f"Bearer {CANARY}"} and len(told) > 20
    assert "[key]" in "".join(told) and not [word for word in SPELLINGS if word in "".join(told)]
    assert not leaks(tmp_path)


def test_a_batch_brings_it_out_no_more(server, tmp_path):
    database = Database(tmp_path / "memo.sqlite")
    knobs = {"base_url": server.url, "model": "m", "api_key_env": "CANARY_KEY", "backoff_s": 0.001, "max_retries": 1}
    endpoint = Endpoint(**knobs, batch=True)
    server.batches.answer = lambda body: {"choices": [], "error": f"no good: {CANARY}"}
    told = [repr(ask(Memo(database, "s", lambda *_: None), endpoint.client, ASKED))]
    server.batches.refuses = lambda body: True
    server.batches.refusal = f"your key {CANARY}"
    asked = ask(Memo(database, "t", lambda *_: None), endpoint.client, [Request((("user", "r"),), {})])
    told += [repr(asked), *map(str, asked.failures.values())]
    server.faults = {"500": 1.0}
    told.append(repr(ask(Memo(database, "u", lambda *_: None), endpoint.client, ASKED)))
    database.close()
    assert "[key]" in "".join(told) and not [word for word in SPELLINGS if word in "".join(told)]
    assert not leaks(tmp_path)


def test_a_sweep_that_fails_leaves_it_nowhere(server, tmp_path):
    """The command line in a process of its own, with a model that answers now and then."""
    corpus = tmp_path / "data"
    corpus.mkdir()
    (corpus / "documents.jsonl").write_text(
        '{"id": "d1", "text": "Whales eat krill."}\n{"id": "d2", "text": "Bees."}\n'
    )
    (corpus / "queries.jsonl").write_text('{"id": "q1", "text": "What do whales eat?", "evidence": [{"doc": "d1"}]}\n')
    at = {"base_url": server.url, "model": "m", "api_key_env": "CANARY_KEY", "backoff_s": 0.001, "max_retries": 1}
    space = {
        "embedder": {"openai": {**at, "dimensions": 8}},
        "retriever": ["bm25", {"hyde": {**at, "retriever": "dense"}}],
    }
    config = tmp_path / "sweep.yaml"
    config.write_text(yaml.safe_dump({"dataset": "data", "space": space, "baseline": {"retriever": "bm25"}}))
    server.faults = {"401": 0.5, "500": 0.5}
    command = [sys.executable, "-X", "dev", "-W", "ignore", "-m", "ragtune", "sweep", str(config)]
    ended = subprocess.run(
        [*command, "--workspace", str(tmp_path / "space")],
        capture_output=True,
        text=True,
        env=dict(os.environ),
        check=False,
    )
    (tmp_path / "said.txt").write_text(ended.stdout + ended.stderr)
    assert "failed:" in ended.stdout and ended.returncode == 3, ended.stderr
    assert not leaks(tmp_path)
