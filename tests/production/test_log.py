"""A log holds every query once, whoever writes it and whatever happens to them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragtune.errors import InputError
from ragtune.production import QueryLog, read_log
from tests.production.made import Found

CAT = Found("cats.md", 0, 9, "Cats purr", 0.5)
NAN = Found("dogs.md", 3, 7, "bark", float("-inf"))


def test_what_is_logged_is_read(tmp_path):
    path = tmp_path / "logs" / "q.jsonl"
    with QueryLog(path) as log:
        id = log.served("Do cats purr?", [CAT, NAN], 1.5, bundle="k", arm="b", unit="u")
        log.feedback(id, "click", 1)
        log.feedback(id, "up")
        log.scored(id, "nDCG@10", 0.63)
    found = read_log(path)
    one, click, up, score = found.records
    assert (one.id, one.query, one.latency_ms, one.bundle, one.arm, one.unit) == (
        id,
        "Do cats purr?",
        1.5,
        "k",
        "b",
        "u",
    )
    assert [(r.document, r.start, r.end, r.score) for r in one.results] == [
        ("cats.md", 0, 9, 0.5),
        ("dogs.md", 3, 7, None),
    ]
    assert (click.id, click.signal, click.rank) == (id, "click", 1) and up.rank is None
    assert (score.metric, score.value, score.arm) == ("nDCG@10", 0.63, "")
    assert one.time.tzinfo is not None and found.torn == 0 and log.lost == 0
    assert path.stat().st_mode & 0o077 == 0  # what people ask is nobody else's to read


@given(query=st.text(), id=st.text(min_size=1), unit=st.text(), score=st.floats())
def test_any_text_and_number_goes_through(tmp_path_factory, query, id, unit, score):
    path = tmp_path_factory.mktemp("log") / "q.jsonl"
    with QueryLog(path) as log:
        log.served(query, [Found("d", 0, 1, "x", score)], id=id, unit=unit)
    (one,) = read_log(path).served
    assert (one.query, one.id, one.unit) == (query, id, unit)
    assert one.results[0].score == (score if abs(score) < float("inf") else None)


def test_threads_share_a_log(tmp_path):
    log = QueryLog(tmp_path / "q.jsonl", max_bytes=20_000)
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda i: log.served(f"query {i} " + "x" * 100, [CAT]), range(400)))
    assert sorted(one.id for one in read_log(log.path).served) == sorted(ids) and log.lost == 0
    assert len(list(tmp_path.iterdir())) > 3


def test_processes_share_a_log_that_is_rotated(tmp_path):
    script = textwrap.dedent("""
        import sys
        from ragtune.production import QueryLog
        log = QueryLog(sys.argv[1], max_bytes=10_000)
        for i in range(200):
            log.served("query " + "y" * 50, [], id=f"{sys.argv[2]}-{i}")
        assert log.lost == 0
    """)
    path = tmp_path / "q.jsonl"
    writers = [subprocess.Popen([sys.executable, "-c", script, str(path), str(w)]) for w in range(3)]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert sorted(one.id for one in read_log(path).served) == sorted(f"{w}-{i}" for w in range(3) for i in range(200))


def test_full_files_are_kept_in_order_and_no_more_than_wanted(tmp_path):
    path = tmp_path / "q.jsonl"
    with QueryLog(path, max_bytes=1, keep=2) as log:
        for i in range(12):
            log.served("q", [], id=str(i))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["q.jsonl", "q.jsonl.10", "q.jsonl.11"]
    assert [one.id for one in read_log(path).served] == ["9", "10", "11"]


def test_a_name_is_no_pattern(tmp_path):
    with QueryLog(tmp_path / "q[1]*.jsonl", max_bytes=1) as log:
        log.served("q", [], id="a")
        log.served("q", [], id="b")
    assert [one.id for one in read_log(log.path).served] == ["a", "b"]


def test_a_torn_line_is_left_out_and_counted(tmp_path):
    path = tmp_path / "q.jsonl"
    with QueryLog(path) as log:
        log.served("q", [], id="a")
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"kind": "served", "ti')
    assert [one.id for one in read_log(path).served] == ["a"] and read_log(path).torn == 1
    with QueryLog(path) as log:  # the next writer says so, and goes on behind it
        log.served("q", [], id="b")
    assert [one.id for one in read_log(path).served] == ["a", "b"] and read_log(path).torn == 1


def test_a_writer_that_is_killed_loses_nothing(tmp_path):
    script = textwrap.dedent("""
        import sys
        from ragtune.production import QueryLog
        log = QueryLog(sys.argv[1])
        for i in range(10**9):
            log.served("query", [], id=str(i))
            print(i, flush=True)
    """)
    path = tmp_path / "q.jsonl"
    writer = subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True)
    said = [int(writer.stdout.readline()) for _ in range(50)]
    os.kill(writer.pid, signal.SIGKILL)
    said += [int(line) for line in writer.communicate()[0].splitlines() if line]
    assert len(read_log(path).served) >= len(said) - 1  # the last number may be torn as well
    assert [one.id for one in read_log(path).served[:50]] == [str(i) for i in range(50)]


def test_a_disk_that_fills_up_fails_no_request(tmp_path, monkeypatch):
    path = tmp_path / "q.jsonl"
    log = QueryLog(path)
    log.served("q", [], id="a")
    real = os.write
    monkeypatch.setattr(os, "write", lambda file, data: real(file, data[:10]))
    with pytest.warns(RuntimeWarning, match="was not logged to .*: the disk is full"):
        log.served("q", [], id="b")
    monkeypatch.setattr(os, "write", real)
    assert log.served("q", [], id="c") == "c" and log.lost == 1
    assert [one.id for one in read_log(path).served] == ["a", "c"] and read_log(path).torn == 1


def redact(record):
    if record.get("unit") == "secret":
        return None
    return record | ({"query": record["query"].replace("Ann", "…")} if "query" in record else {})


def test_a_hook_says_what_is_written(tmp_path):
    with QueryLog(tmp_path / "q.jsonl", redact="tests.production.test_log:redact") as log:
        log.served("Where does Ann live?", [], id="a")
        log.served("Where?", [], id="b", unit="secret")
        log.feedback("a", "up")
    text = log.path.read_text(encoding="utf-8")
    assert "Ann" not in text and "secret" not in text and log.lost == 0
    assert read_log(log.path).served[0].query == "Where does … live?"


@pytest.mark.parametrize(
    "hook", [lambda record: 1 / 0, lambda record: {"kind": "served"}, lambda record: record | {"a": 1}]
)
def test_a_hook_that_fails_writes_nothing_and_fails_no_request(tmp_path, hook):
    log = QueryLog(tmp_path / "q.jsonl", redact=hook)
    with pytest.warns(RuntimeWarning, match="was not logged"):
        assert log.served("secret", [])
    assert log.path.read_bytes() == b"" and log.lost == 1


def test_a_hook_is_named_rightly():
    for name, told in (("redact", "module:function"), ("tests.production.test_log:redcat", "cannot be imported")):
        with pytest.raises(InputError, match=told):
            QueryLog("unused.jsonl", redact=name)


def test_all_faults_of_a_log_are_told_with_their_lines(tmp_path):
    path = tmp_path / "q.jsonl"
    time = '"time": "2026-01-01T00:00:00Z"'
    lines = [
        "{" + f'"kind": "served", {time}, "id": "a"' + "}",
        "no json",
        "{" + f'"kind": "serve", {time}, "id": "b"' + "}",
        "{" + f'"kind": "score", {time}, "id": "a", "metric": "m", "value": 2' + "}",
        "",
        "{" + f'"kind": "served", {time}, "id": "a"' + "}",
        "{" + f'"kind": "served", {time}, "id": "c", "latency": 3' + "}",
        "{" + '"kind": "feedback", "time": "2026-01-01", "id": "a", "signal": "clicks"' + "}",
        "{}",
    ]
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(InputError) as caught:
        read_log(path)
    told = {fault.line: fault.message for fault in caught.value.faults}
    assert sorted(told) == [2, 3, 4, 7, 8, 9]
    assert told[2].startswith("not JSON") and "did you mean 'served'?" in told[3]
    assert told[4] == "value: input should be less than or equal to 1"
    assert told[7] == "unknown key 'latency'"
    assert "timezone" in told[8] and "'click', 'up' or 'down'" in told[8] and "'kind' is missing" in told[9]
    with pytest.raises(InputError, match="there is no such log"):
        read_log(tmp_path / "other.jsonl")


def test_a_log_that_cannot_be_opened_is_an_error_at_once(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        QueryLog(tmp_path / "file" / "q.jsonl")


def test_records_of_a_closed_log_are_lost(tmp_path):
    log = QueryLog(tmp_path / "q.jsonl")
    log.close()
    with pytest.warns(RuntimeWarning, match="closed"):
        log.feedback("a", "up")
    assert log.lost == 1


def test_a_line_is_an_object_of_what_is_known(tmp_path):
    with QueryLog(tmp_path / "q.jsonl") as log:
        log.served("q", [CAT], id="a")
    told = json.loads(log.path.read_text())
    assert sorted(told) == ["id", "kind", "query", "results", "time"]
    assert sorted(told["results"][0]) == ["digest", "document", "end", "score", "start"]


def test_readers_see_whole_lines_while_threads_write(tmp_path):
    log = QueryLog(tmp_path / "q.jsonl")
    stop = threading.Event()
    writer = threading.Thread(target=lambda: [log.served("z" * 2_000, [CAT]) for _ in iter(stop.is_set, True)])
    writer.start()
    try:
        counts = [len(read_log(log.path).served) for _ in range(8)]
    finally:
        stop.set()
        writer.join()
    assert counts == sorted(counts)


def test_a_query_that_is_served_again_under_its_id_counts_once(tmp_path):
    with QueryLog(tmp_path / "q.jsonl") as log:
        log.served("first", [], id="a")
        log.served("again", [], id="a")
    found = read_log(log.path)
    assert [one.query for one in found.served] == ["first"] and found.repeated == 1
    assert found.notes == ["1 queries were left out, as their ids were served before"]
