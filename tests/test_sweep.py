"""The main job, from Python: small data, static vectors, everything real."""

from __future__ import annotations

import numpy as np
import pytest

import ragtune
from ragtune.embedders.wordllama import Wordllama
from ragtune.engine.compute import Computer
from ragtune.engine.workspace import Workspace
from ragtune.errors import ConfigError, InputError, StepError
from ragtune.planning import estimate
from ragtune.study import newest, open_study, studies
from ragtune.sweeping import prepare

CONFIG = {
    "name": "small",
    "space": {
        "chunker": ["token-window(size_tokens=8)", "token-window(size_tokens=16, overlap_tokens=4)"],
        "embedder": ["wordllama", "wordllama(dim=64)"],
        "retriever": ["bm25", "dense", "hybrid", "hybrid(fusion=weighted, alpha=0.3)"],
        "context": "token-budget(budget_tokens=24)",
    },
    "baseline": {"chunker": "whole-document", "retriever": "dense"},
    "metrics": ["nDCG@5", "evidence_recall@3", "span_recall", "context_tokens"],
    "maximize": "span_recall",
}
TEXTS = {
    "cats": "Cats sleep for most of the day. They hunt at dawn and at dusk. A cat purrs when it is content, and when it is ill.",
    "dogs": "Dogs bark at strangers. They were tamed first of all. A dog needs a walk twice a day, whatever the weather.",
    "birds": "Birds sing at dawn to mark their place. Most birds have hollow bones, which makes them light enough to fly.",
}
QUESTIONS = {
    "When do cats go hunting?": ("cats", "They hunt at dawn and at dusk."),
    "How often should I take the dog out?": ("dogs", "A dog needs a walk twice a day"),
    "Why are birds so light?": ("birds", "Most birds have hollow bones"),
}


def dataset(texts=TEXTS, questions=QUESTIONS):
    queries = []
    for i, (text, (document, quote)) in enumerate(questions.items()):
        start = texts[document].index(quote)
        queries.append(ragtune.Query(f"q{i}", text, (ragtune.Evidence(document, start, start + len(quote)),)))
    documents = tuple(ragtune.Document(name, text) for name, text in texts.items())
    return ragtune.Dataset("small", documents, tuple(queries), {})


@pytest.fixture
def swept(tmp_path):
    return ragtune.sweep(dataset(), CONFIG, workspace=tmp_path), tmp_path


def test_every_distinct_configuration_once_the_baseline_first(swept):
    study, _ = swept
    table = study.scores
    # 2 chunkers x (bm25 without an embedder + 2 embedders x 3 retrievers) + the baseline
    assert table.values.shape == (2 * (1 + 2 * 3) + 1, 4, 3)
    assert not np.isnan(table.values).any()
    rows = study.leaderboard()
    assert rows[0].baseline and rows[0].configuration["chunker"] == "whole-document"
    assert {row.configuration["embedder"] for row in rows if row.configuration["retriever"] == "bm25"} == {"none"}
    rest = [row.means["span_recall"] for row in rows[1:]]
    assert rest == sorted(rest, reverse=True)
    assert study.best().means["span_recall"] == max(row.means["span_recall"] for row in rows)
    assert all(row.difference == pytest.approx(row.means["span_recall"] - rows[0].means["span_recall"]) for row in rows)
    assert all(row.latency_p50_ms > 0 and row.latency_p95_ms >= row.latency_p50_ms for row in rows)
    assert all(row.means["context_tokens"] <= 24 for row in rows)


def test_scores_are_what_arithmetic_by_hand_says(tmp_path):
    """One document a chunk, 24 tokens: the first document's beginning. The right document first gives nDCG 1."""
    study = ragtune.sweep(
        dataset(), {**CONFIG, "space": {"chunker": "whole-document", "retriever": "bm25"}}, workspace=tmp_path
    )
    bm25 = next(row for row in study.leaderboard() if row.configuration["retriever"] == "bm25")
    assert bm25.means["nDCG@5"] == bm25.means["evidence_recall@3"] == 1.0


def test_a_second_sweep_does_nothing_and_finds_the_same(swept, monkeypatch):
    first, folder = swept
    monkeypatch.setattr(Wordllama, "encoder", lambda *_, **__: pytest.fail("a model was loaded"))
    again = ragtune.sweep(dataset(), CONFIG, workspace=folder)
    assert again.name == first.name and again.summary["ran"] == 0 and again.summary["embedded_texts"] == 0
    assert again.scores.values.tobytes() == first.scores.values.tobytes()
    assert again.latencies_ms.tobytes() == first.latencies_ms.tobytes()


def test_new_evidence_embeds_nothing_and_a_new_sentence_only_itself(swept):
    first, folder = swept
    questions = {**QUESTIONS, "Why are birds so light?": ("birds", "light enough to fly")}
    judged_anew = ragtune.sweep(dataset(questions=questions), CONFIG, workspace=folder)
    assert judged_anew.name != first.name and judged_anew.summary["embedded_texts"] == 0
    edited = ragtune.sweep(
        dataset({**TEXTS, "dogs": TEXTS["dogs"] + " Puppies sleep a lot."}), CONFIG, workspace=folder
    )
    assert (
        0 < edited.summary["embedded_texts"] <= 2 * 4 + 2
    )  # two dims, both chunkers' last windows, the whole document
    assert len(studies(Workspace(folder))) == 3


def test_more_alternatives_reuse_what_is_there(swept):
    _, folder = swept
    wider = {**CONFIG, "space": {**CONFIG["space"], "context": "token-budget(budget_tokens=12)"}}
    study = ragtune.sweep(dataset(), wider, workspace=folder)
    assert study.summary["embedded_texts"] == 0
    assert all(row.means["context_tokens"] <= 12 for row in study.leaderboard())


def test_what_fails_is_left_open_and_the_rest_is_scored(tmp_path, monkeypatch):
    real = Wordllama.encoder

    def broken(self, *, queries):
        if self.dim == 64:
            raise RuntimeError("out of order")
        return real(self, queries=queries)

    monkeypatch.setattr(Wordllama, "encoder", broken)
    study = ragtune.sweep(dataset(), CONFIG, workspace=tmp_path)
    assert study.summary["failed"] == ["RuntimeError: out of order"]
    incomplete = [row for row in study.leaderboard() if row.scored < row.total]
    assert len(incomplete) == 2 * 3 and all(np.isnan(row.means["span_recall"]) for row in incomplete)
    assert study.leaderboard()[-6:] == incomplete or {r.id for r in study.leaderboard()[-6:]} == {
        r.id for r in incomplete
    }
    assert Workspace(tmp_path).failures()[0]["error"] == "RuntimeError: out of order"
    monkeypatch.setattr(Wordllama, "encoder", real)
    mended = ragtune.sweep(dataset(), CONFIG, workspace=tmp_path)
    assert mended.summary["failed"] == [] and not np.isnan(mended.scores.values).any()


def test_when_nothing_can_be_scored_it_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr(Wordllama, "encoder", lambda *_, **__: 1 / 0)
    config = {"space": {"embedder": "wordllama", "retriever": "dense"}, "baseline": {"retriever": "dense"}}
    with pytest.raises(StepError, match="no configuration could be scored:\nZeroDivisionError: division by zero"):
        ragtune.sweep(dataset(), config, workspace=tmp_path)


def test_workers_find_the_same(swept, tmp_path):
    alone, _ = swept
    together = ragtune.sweep(dataset(), CONFIG, workspace=tmp_path / "together", workers=2)
    assert together.scores.values.tobytes() == alone.scores.values.tobytes()


def test_studies_are_found_by_the_beginning_of_their_name(swept):
    study, folder = swept
    workspace = Workspace(folder)
    assert open_study(study.name, workspace).name == open_study("small", workspace).name == newest(workspace).name
    assert open_study(study.folder, workspace).scores.metrics == (
        "nDCG@5",
        "evidence_recall@3",
        "span_recall",
        "context_tokens",
    )
    with pytest.raises(InputError, match="there is no study 'smalll'"):
        open_study("smalll", workspace)
    with pytest.raises(InputError, match="there is no study in"):
        newest(Workspace(folder / "elsewhere"))
    with pytest.raises(InputError, match=r"no metric 'span_recal'; did you mean 'span_recall'\?"):
        study.leaderboard("span_recal")


def test_a_plan_says_what_is_ahead_and_afterwards_that_nothing_is(tmp_path):
    workspace = Workspace(tmp_path)
    prepared = prepare(dataset(), CONFIG)
    with workspace.writing():
        ahead = estimate(prepared, workspace, Computer(workspace))
    assert ahead.configurations == 15 and ahead.seconds > 0
    assert [work.embedder for work in ahead.embedding] == ["wordllama", "wordllama(dim=64)"]
    study = ragtune.sweep(dataset(), CONFIG, workspace=workspace)
    assert study.summary["embedded_texts"] == sum(work.texts for work in ahead.embedding)
    with workspace.writing():
        after = estimate(prepared, workspace, Computer(workspace))
    assert after.stored == after.steps and after.embedding == () and after.seconds == 0


def test_no_dataset_is_a_clear_error(tmp_path):
    with pytest.raises(ConfigError, match="there is no dataset: give one"):
        ragtune.sweep(None, {}, workspace=tmp_path)
    assert not list(tmp_path.iterdir())
