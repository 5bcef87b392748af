"""Embedding by an endpoint, through the real row memo: nothing lost, nothing twice, nothing wrong kept."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import closing

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragtune.embedders import _Rows
from ragtune.embedders.openai import Openai
from ragtune.embedders.openai import _Rows as _AwaitedRows
from ragtune.embedders.wordllama import Wordllama
from ragtune.endpoint import BudgetError, EndpointError
from ragtune.engine.database import Database
from ragtune.engine.memo import Memo
from ragtune.errors import StepError
from ragtune.types import Chunks, Corpus, Document, Queries
from tests.contracts.run import Unkept
from tests.endpoint_server import EndpointServer, mixed, unit


@pytest.fixture
def server():
    with EndpointServer() as server:
        yield server


@pytest.fixture
def database(tmp_path):
    with closing(Database(tmp_path / "memo.sqlite")) as database:
        yield database


def at(server, **knobs):
    plain = {"base_url": server.url, "model": "m", "backoff_s": 0.002, "dimensions": 8}
    return Openai(**{**plain, **knobs})


def embed(component, texts, database):
    memo = Memo(database, component.key("embed"), lambda *_: None)
    return component.vectors(texts, memo, queries=False).matrix


def stored(database):
    return database._open().execute("SELECT count(*) FROM rows").fetchone()[0]


def test_vectors_are_of_unit_length_and_prompts_are_put_before(server):
    component = at(server, query_prompt="query: ", document_prompt="passage: ", dimensions=None)
    found = component.embed_queries(Queries(("cats", "dogs")), memo=Unkept()).matrix
    assert found.dtype == np.float32
    assert found.tolist() == [unit("query: cats", 8).tolist(), unit("query: dogs", 8).tolist()]
    corpus = Corpus((Document("a", "cats"),))
    vectors = component.embed(Chunks(*np.array([[0], [0], [4]])), corpus, memo=Unkept())
    assert vectors.matrix.tolist() == [unit("passage: cats", 8).tolist()]
    assert component.embed(Chunks(*np.zeros((3, 0), int)), corpus, memo=Unkept()).matrix.shape[0] == 0


def test_only_what_changes_vectors_enters_their_keys(server):
    plain = at(server)
    for knobs in ({"batch_size": 1}, {"concurrency": 1}, {"max_retries": 0}, {"timeout_s": 9}, {"budget_tokens": 1}):
        assert at(server, **knobs).key("embed") == plain.key("embed")
    for knobs in ({"dimensions": 4}, {"model": "n"}, {"document_prompt": "p"}):
        assert at(server, **knobs).key("embed") != plain.key("embed")
    assert at(server, query_prompt="q").key("embed") == plain.key("embed")
    assert at(server, query_prompt="q").key("embed_queries") != plain.key("embed_queries")


@given(st.lists(st.integers(0, 250_000), max_size=30), st.integers(1, 5))
def test_batches_are_a_partition_in_order_within_both_bounds(lengths, size):
    model = _AwaitedRows.__new__(_AwaitedRows)
    model._prompt, model._batch_size = "p", size
    batches = model.batches(["x" * length for length in lengths])
    assert [i for batch in batches for i in batch] == list(range(len(lengths)))
    for batch in batches:
        assert 1 <= len(batch) <= size
        assert len(batch) == 1 or sum(lengths[i] + 1 for i in batch) <= 400_000


def test_2000_texts_with_a_third_of_the_requests_failing(server, database):
    """None lost, none delivered twice, and nothing asked again afterwards."""
    texts = [f"text {i}" for i in range(2000)]
    server.faults = mixed(0.3)
    component = at(server, batch_size=20, max_retries=20, concurrency=16, timeout_s=1)
    found = embed(component, texts, database)
    assert found.tolist() == [unit(text, 8).tolist() for text in texts]
    assert server.delivered == dict.fromkeys(texts, 1)
    assert set(server.faulted) == {"", *mixed(0.3)} and sum(server.faulted.values()) > 130
    asked = len(server.requests)
    assert embed(component, texts, database).tolist() == found.tolist()
    assert len(server.requests) == asked


def test_what_is_finished_is_kept_when_a_batch_fails_for_good(server, database):
    """The first batch fails at once; those under way, and those that finished before it, are in the memo."""
    server.script.append("401")
    server.latency_s = 0.03
    component = at(server, batch_size=1, concurrency=4)
    texts = [f"text {i}" for i in range(40)]
    with pytest.raises(EndpointError, match="answered 401"):
        embed(component, texts, database)
    assert stored(database) == sum(server.delivered.values()) >= 3
    embed(component, texts, database)
    assert server.delivered == dict.fromkeys(texts, 1)


def test_a_budget_ends_the_work_keeps_it_and_a_larger_one_goes_on(server, database):
    texts = [f"text {i}" for i in range(30)]
    with pytest.raises(BudgetError, match=r"budget_requests 7; used 7 requests"):
        embed(at(server, batch_size=2, budget_requests=7), texts, database)
    assert stored(database) == 14 and len(server.requests) == 7
    embed(at(server, batch_size=2, budget_requests=15), texts, database)
    assert server.delivered == dict.fromkeys(texts, 1)


KILLED = """
import sys
from pathlib import Path
from ragtune.embedders.openai import Openai
from ragtune.engine.database import Database
from ragtune.engine.memo import Memo
component = Openai(base_url=sys.argv[1], model="m", dimensions=8, batch_size=2, concurrency=4)
memo = Memo(Database(Path(sys.argv[2])), component.key("embed"), lambda *_: None)
component.vectors([f"text {i}" for i in range(200)], memo, queries=False)
"""


def test_killed_in_the_middle_it_repeats_only_what_was_under_way(server, tmp_path):
    server.latency_s = 0.05
    path = tmp_path / "memo.sqlite"
    process = subprocess.Popen([sys.executable, "-c", KILLED, server.url, str(path)])
    while sum(server.delivered.values()) < 60:
        assert process.poll() is None
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    time.sleep(0.1)  # for the server to see those off that were under way
    sent, server.latency_s = len(server.requests), 0.0
    texts = [f"text {i}" for i in range(200)]
    with closing(Database(path)) as database:
        kept = stored(database)
        found = embed(at(server, batch_size=2), texts, database)
    assert found.tolist() == [unit(text, 8).tolist() for text in texts]
    assert 20 <= kept < 200
    asked_again = [text for _, body in server.requests[sent:] for text in body["input"]]
    assert len(asked_again) == len(set(asked_again)) == 200 - kept


@pytest.mark.parametrize("fault, what", [("nan", "a vector with NaN or infinity"), ("zero", "the zero vector")])
def test_a_vector_that_is_none_fails_naming_text_and_chunks(server, database, fault, what):
    server.faults = {fault: 1.0}
    corpus = Corpus((Document("a", "cats dogs"), Document("b", "dogs")))
    chunks = Chunks(np.array([0, 0, 1]), np.array([0, 5, 0]), np.array([4, 9, 4]))  # dogs twice: one text
    component = at(server, max_retries=1)
    memo = Memo(database, component.key("embed"), lambda *_: None)
    with pytest.raises(StepError, match=rf"gave {what} \(2 tries\).*; the text is 'dogs': in a:5-9, b:0-4$"):
        component.embed(chunks, corpus, memo=memo)
    with pytest.raises(StepError, match=rf"gave {what} .*; the text is 'dogs'$"):
        component.embed_queries(Queries(("cats", "dogs")), memo=Unkept())
    assert stored(database) == 0


def test_a_model_that_changed_under_its_name_is_not_mixed_with_itself(server, database):
    component = at(server, dimensions=None, model="changing")
    embed(component, ["cats"], database)
    with EndpointServer(dimension=16) as other:
        changed = at(other, dimensions=None, model="changing")
        memo = Memo(database, component.key("embed"), lambda *_: None)
        with pytest.raises(
            StepError, match="has vectors of dimension 8 and 16 for one step: the model behind that name"
        ):
            changed.vectors(["cats", "dogs"], memo, queries=False)


def test_the_zero_vector_is_an_error_for_neural_models_only():
    class Zero:
        dim, workers = 2, 1

        def batches(self, texts):
            return [list(range(len(texts)))]

        def encode(self, texts):
            return np.zeros((len(texts), 2), np.float32)

    assert _Rows(Zero(), "static").rows(["cats"]) == [bytes(8)]
    with pytest.raises(StepError, match="neural gave the zero vector for the text 'cats'"):
        _Rows(Zero(), "neural", strict=True).rows(["cats"])
    assert Wordllama().vectors([""], Unkept(), queries=True).matrix.any() == np.False_
