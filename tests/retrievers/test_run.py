"""TREC run files as retrievers."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from ragtune.component import parse
from ragtune.errors import InputError
from ragtune.retrievers.run import Run
from ragtune.types import Chunks, Corpus, Document, Names

CORPUS = Corpus((Document("a", "x" * 30), Document("b:1", "x" * 30), Document("c", "x" * 10)))
CHUNKS = Chunks(
    *(np.array(v, dtype=np.int64) for v in ([0, 0, 0, 1, 1, 2], [0, 10, 20, 0, 15, 0], [10, 20, 30, 15, 30, 10]))
)
IDS = Names(("q1", "q2"))


@pytest.fixture
def write(tmp_path):
    def write(*lines):
        path = tmp_path / "system.run"
        path.write_text("\n".join(lines))
        return path

    return write


def ranked(path, **knobs):
    return Run(path=path, depth=7, **knobs).rank(IDS, CHUNKS, CORPUS)


def test_documents_bring_their_chunks_in_order_and_spans_those_they_overlap(write):
    path = write("q1 Q0 b:1 2 1.5 tag", "q1\tQ0\ta:12-21\t1\t2.0\ttag", "", "q2 Q0 c 1 -3 tag", "q1 Q0 a 3 1 tag")
    ranking = ranked(path)
    assert ranking.chunk.tolist() == [[1, 2, 3, 4, 0, -1, -1], [5, -1, -1, -1, -1, -1, -1]]
    assert ranking.score[0, :5].tolist() == [2, 2, 1.5, 1.5, 1] and ranking.score[1, 0] == -3


def test_equal_scores_go_by_rank_and_stay_in_order(write):
    path = write("q1 Q0 c 1 0 t", "q1 Q0 a 3 0 t", "q1 Q0 b:1 2 0 t", "q2 Q0 a 1 1 t")
    ranking = ranked(path)
    assert ranking.chunk[0].tolist() == [5, 3, 4, 0, 1, 2, -1]
    scores = ranking.score[0, [0, 1, 3]]
    assert (np.diff(scores) < 0).all() and np.abs(scores).max() < 1e-300


def test_it_goes_by_score_as_trec_eval_does(write):
    assert ranked(write("q1 Q0 c 1 1 t", "q1 Q0 a 2 5 t", "q2 Q0 a 1 1 t")).chunk[0, 0] == 0


def test_its_depth_is_kept(write):
    ranking = Run(path=write("q1 Q0 a 1 3 t", "q1 Q0 b:1 2 1 t", "q2 Q0 a 1 1 t"), depth=2).rank(IDS, CHUNKS, CORPUS)
    assert ranking.chunk.tolist() == [[0, 1], [0, 1]]


def test_queries_that_are_not_in_it_find_nothing_and_are_counted(write, caplog):
    with caplog.at_level(logging.WARNING):
        ranking = ranked(write("q2 Q0 c 1 1 t"))
    assert ranking.chunk[0].max() == -1 and ranking.chunk[1, 0] == 5
    assert "1 of 2 queries are not in this run" in caplog.text


def test_all_malformed_lines_are_told(write):
    path = write("q1 Q0 a 1 1 t", "q1 Q0 a", "q1 Q0 b first 1 t", "q1 Q0 c 1 nan t", "q1 Q0 a 2 0.5 t")
    with pytest.raises(InputError) as error:
        ranked(path)
    assert str(error.value).split("\n") == [
        f"{path}:2: a line of a run has 6 columns, query, Q0, document, rank, score, tag; here are 3",
        f"{path}:3: the rank is a whole number and the score a number, not 'first' and '1'",
        f"{path}:4: the score is nan",
        f"{path}:5: query 'q1' has 'a' already, in line 1",
    ]
    with pytest.raises(InputError, match="this run file has no lines"):
        ranked(write("", " "))


def test_many_faults_are_a_few_and_a_number(write):
    with pytest.raises(InputError) as error:
        ranked(write(*["x"] * 100))
    assert len(error.value.faults) == 21 and "80 more" in str(error.value)


def test_unknown_ids_are_all_told_or_skipped(write):
    path = write("q1 Q0 a 1 3 t", "q9 Q0 z 1 1 t", "q1 Q0 a:5-5 2 1 t", "q1 Q0 z 3 1 t")
    with pytest.raises(InputError) as error:
        ranked(path)
    assert [(fault.line, fault.message) for fault in error.value.faults] == [
        (2, "the dataset has no document 'z'"),
        (2, "the dataset has no query 'q9'"),
        (3, "the dataset has no document 'a:5-5'"),
    ]
    assert ranked(path, unknown="skip").chunk[0].tolist() == [0, 1, 2, -1, -1, -1, -1]


def test_it_is_known_by_its_content_and_not_by_its_place(write, tmp_path):
    path = write("q1 Q0 a 1 3 t")
    copy = tmp_path / "copy.run"
    copy.write_bytes(path.read_bytes())
    assert Run(path=path).key("rank") == Run(path=copy).key("rank")
    copy.write_text("q1 Q0 a 1 4 t")
    assert Run(path=path).key("rank") != Run(path=copy).key("rank")
    assert parse("retriever", str(Run(path=path))) == Run(path=path)
    with pytest.raises(InputError, match=r"gone.run: this run file cannot be read \(No such file or directory\)"):
        Run(path=tmp_path / "gone.run").key("rank")
