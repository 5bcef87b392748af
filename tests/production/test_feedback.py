"""Feedback becomes evidence where somebody meant it, and nowhere else; a retriever is logged, with spans."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from types import SimpleNamespace

import pytest

import ragtune
from ragtune.errors import InputError
from ragtune.production import QueryLog, dataset_of, logged, read_log
from ragtune.production._log import text_digest
from tests.production.made import Found, click, log, result, served

CATS, DOGS = "Cats purr. They sleep.", "Dogs bark at night."
QUERY = ragtune.Query("q1", "Who barks?", (ragtune.Evidence("dogs", 0, 9),))
DATA = ragtune.Dataset("animals", (ragtune.Document("cats", CATS), ragtune.Document("dogs", DOGS)), (QUERY,), {})
PURR = result("cats", 0, 10, digest=text_digest("Cats purr."))
SLEEP, BARK = result("cats", 11, 22), result("dogs", 0, 9)


def test_clicks_and_thumbs_become_graded_spans():
    records = [
        served("a", query="What purrs?", results=[PURR, SLEEP, BARK]),
        click("a", rank=1), click("a", rank=2), click("a", rank=2, signal="up"), click("a", rank=3),
        click("a", rank=3, signal="down"),
        served("b", query=" what PURRS? ", results=[SLEEP]), click("b"), click("b"),
    ]  # fmt: skip
    made, gathered = dataset_of(log(*records), DATA)
    (query,) = made.queries
    assert query.text == "What purrs?" and query.tags == ("feedback",) and query.id.startswith("feedback-")
    assert query.evidence == (ragtune.Evidence("cats", 0, 10, 1), ragtune.Evidence("cats", 11, 22, 2))
    assert {piece.need for piece in query.evidence} == {0}  # either is enough
    assert (gathered.queries, gathered.evidence, gathered.praised) == (1, 2, 1)
    assert gathered.ranks == ((2, 2), (1, 1), (1, 1))
    assert gathered.left_out == {"the passage has as many thumbs down as up": 1}
    two, _ = dataset_of(log(*records, served("c", query="what purrs?", results=[PURR]), click("c")), DATA, min_clicks=2)
    assert [piece.grade for piece in two.queries[0].evidence] == [1, 2]


def test_what_cannot_be_used_is_counted():
    records = [
        served("a", query="What purrs?", results=[result("cats", 0, 10, digest=text_digest("Cats meow.")), PURR]),
        click("a", rank=1), click("a", rank=2), click("a", rank=9), click("a", rank=None, signal="up"), click("z"),
        served("b", query=None, results=[PURR]), click("b"),
        served("c", results=[result("owls"), result("cats", 11, 99), result("cats", 5, 5)]),
        click("c", rank=1), click("c", rank=2), click("c", rank=3),
    ]  # fmt: skip
    _, gathered = dataset_of(log(*records), DATA)
    assert gathered.left_out == {
        "it is for the whole answer, not for a passage": 1,
        "no passage was shown at that rank": 1,
        "the document has changed there since": 3,
        "the document is not in the dataset": 1,
        "the log does not have the query any more": 1,
        "the query has no text": 1,
    }
    with pytest.raises(InputError, match=r"can be used \(1: the passage was clicked fewer than 3 times"):
        dataset_of(log(served("a", results=[PURR]), click("a")), DATA, min_clicks=3)
    with pytest.raises(InputError, match="as it has none"):
        dataset_of(log(served("a")), DATA)


def test_the_datasets_own_questions_may_stay():
    records = [
        served("a", query="who BARKS?", results=[PURR]), click("a"), served("b", query="What purrs?", results=[PURR]), click("b"),
    ]  # fmt: skip
    made, gathered = dataset_of(log(*records), DATA, add=True)
    assert made.queries[0] == QUERY and [query.text for query in made.queries[1:]] == ["What purrs?"]
    assert gathered.left_out == {"the question is in the dataset already": 1}
    assert len(dataset_of(log(*records), DATA)[0].queries) == 2


class Cats:
    """A retriever that finds the same."""

    manifest = SimpleNamespace(key="0123456789abcdef")

    def retrieve(self, query, k=10):
        if query == "fail":
            raise RuntimeError("no index")
        return [Found("cats", 0, 10, "Cats purr.", 0.5), Found("cats", 11, 22, "They sleep.", 0.25)][:k]


def test_a_retriever_logs_what_it_is_asked(tmp_path):
    with QueryLog(tmp_path / "q.jsonl") as log:
        cats = logged(Cats(), log, arm="a")
        answered = cats.answer("What purrs?", k=1, unit="ann")
        assert cats.retrieve("Who sleeps?") == Cats().retrieve("Who sleeps?")
        assert asyncio.run(cats.aretrieve("Who?", 1))[0].text == "Cats purr."
    one, two, three = read_log(log.path).served
    assert one.id == answered.id and [p.text for p in answered.passages] == ["Cats purr."]
    assert (one.bundle, one.arm, one.unit, len(one.results), len(two.results), len(three.results)) == (
        "0123456789abcdef", "a", "ann", 1, 2, 1
    )  # fmt: skip
    assert one.latency_ms == answered.latency_ms >= 0


def test_spans_hold_no_text(tmp_path, monkeypatch):
    trace = pytest.importorskip("opentelemetry.sdk.trace")
    export = pytest.importorskip("opentelemetry.sdk.trace.export")
    memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter").InMemorySpanExporter()
    provider = trace.TracerProvider()
    provider.add_span_processor(export.SimpleSpanProcessor(memory))
    monkeypatch.setattr("ragtune.production._spans._tracer", lambda: provider.get_tracer("ragtune"))
    with QueryLog(tmp_path / "q.jsonl") as log:
        id = logged(Cats(), log, arm="b").answer("What purrs?", k=1).id
        with pytest.raises(RuntimeError):
            logged(Cats(), log).retrieve("fail")
    good, bad = memory.get_finished_spans()
    assert good.name == "retrieval 0123456789ab" and good.attributes["gen_ai.operation.name"] == "retrieval"
    told = {
        name.removeprefix("ragtune."): value for name, value in good.attributes.items() if name.startswith("ragtune.")
    }
    assert told.pop("latency_ms") >= 0
    assert told == {"k": 1, "arm": "b", "query_id": id, "results": 1, "top_score": 0.5}
    assert "purr" not in good.to_json() and bad.status.status_code.name == "ERROR" and len(bad.events) == 1
    (one,) = read_log(log.path).served
    assert one.trace == f"{good.context.trace_id:032x}"


def test_without_opentelemetry_there_are_no_spans(tmp_path):
    script = """if True:
        import sys
        sys.modules["opentelemetry"] = None
        from ragtune.production import QueryLog, read_log, retrieval_span
        with QueryLog(sys.argv[1]) as log, retrieval_span("k") as span:
            span.told(results=1)
            log.served("q", [], id="a")
        assert read_log(log.path).served[0].trace == ""
    """
    subprocess.run([sys.executable, "-W", "error", "-c", script, str(tmp_path / "q.jsonl")], check=True)
