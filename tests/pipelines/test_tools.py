"""A configuration of tools becomes steps: what rests on what, what is shared, what is asked of a retriever."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ragtune.cases import write_cases
from ragtune.component import parse
from ragtune.config import load_config
from ragtune.embedders.wordllama import Wordllama
from ragtune.engine.compute import Computer
from ragtune.engine.step import closure
from ragtune.engine.workspace import Workspace
from ragtune.errors import InputError
from ragtune.judging import verdict_of
from ragtune.metrics import parse_metric
from ragtune.pipelines.tool_data import ToolSteps
from ragtune.pipelines.tools import Sizes, Tools, wire_tools
from ragtune.sweeping import prepare, sample, sweep
from ragtune.tools import Case, ExpectedCall, Tool, ToolSet, save_tools
from ragtune.toolsets import ToolDataset

TEXTS = {
    "weather": "Tells the weather of a city. Rain, sun and wind.",
    "mail": "Sends a letter by electronic mail. Needs an address.",
    "calendar": "Adds a meeting to the calendar. Days and hours.",
    "music": "Plays a song. Loud or soft.",
    "stocks": "Tells the price of a share. Of any market.",
}
ASKED = {
    "weather": ["will there be rain", "is the sun out"],
    "mail": ["write a letter to Ann", "send an electronic note to this address"],
    "calendar": ["plan a meeting", "which days are free"],
    "music": ["play a song", "something soft please"],
    "stocks": ["price of one share", "how is the market"],
}


def data(texts=TEXTS, **changed) -> ToolDataset:
    tools = tuple(Tool(name=name, description=text) for name, text in texts.items())
    cases = [
        Case(id=f"{name}-{i}", query=query, calls=(ExpectedCall(tool=name),))
        for name, queries in ASKED.items()
        for i, query in enumerate(queries)
    ]
    cases.append(Case(id="none", query="what is love"))
    cases.append(Case(id="few", query="play a letter", calls=(ExpectedCall(tool="mail"),), tools=("mail", "stocks")))
    return ToolDataset("tiny", ToolSet(tools), tuple(cases), **changed)


def design(selector="all", caller="similarity", edits=(), embedder: str | None = "wordllama") -> Tools:
    return Tools(
        tuple(parse("edit", edit) for edit in edits),
        parse("embedder", embedder) if embedder else None,  # type: ignore[arg-type]
        parse("selector", selector),  # type: ignore[arg-type]
        parse("caller", caller),  # type: ignore[arg-type]
    )


METRICS = tuple(map(parse_metric, ["recall@1", "selection_accuracy", "tools_shown"]))


def wired(configuration: Tools, dataset: ToolDataset | None = None):
    dataset = dataset or data()
    steps = ToolSteps.of(dataset)
    return wire_tools(configuration, steps, METRICS, Sizes(dataset, steps))


@pytest.fixture
def computer(tmp_path):
    workspace = Workspace(tmp_path / "workspace")
    with workspace.writing():
        yield Computer(workspace)


def shown(configuration: Tools, computer: Computer, dataset: ToolDataset | None = None):
    dataset = dataset or data()
    ToolSteps.of(dataset).store(dataset, computer.workspace)
    return computer.value(wired(configuration, dataset).shown)


def depths(step) -> list[tuple[str, int]]:
    return sorted({(s.component.name, s.component.depth) for s in closure([step]) if s.component.kind == "retriever"})


# Retrievers rank all tools.


@pytest.mark.parametrize(
    "retriever, expected",
    [
        ({"bm25": {"depth": 2}}, [("bm25", 5)]),
        ("dense", [("dense", 5)]),
        ({"hybrid": {"depth": 1}}, [("bm25", 5), ("dense", 5), ("hybrid", 5)]),
        ({"hybrid": {"retrievers": ["tf-idf", {"rm3": {"depth": 1}}]}}, [("hybrid", 5), ("rm3", 5), ("tf-idf", 5)]),
        ({"filtered": {"retriever": {"bm25": {"depth": 1}}}}, [("bm25", 5), ("filtered", 5)]),
        (
            {"multi-query": {"base_url": "http://localhost:1/v1", "model": "m", "retriever": "hybrid"}},
            [("bm25", 5), ("dense", 5), ("hybrid", 5), ("multi-query", 5)],
        ),
        (
            {"hyde": {"base_url": "http://localhost:1/v1", "model": "m", "retriever": {"bm25": {"depth": 3}}}},
            [("bm25", 5), ("hyde", 5)],
        ),
    ],
)
def test_all_tools_are_ranked_whatever_the_depth_inside_others_too(retriever, expected):
    selector = {"retrieved": {"retriever": retriever}}
    assert depths(wired(design(selector)).shown) == expected
    assert str(wired(design(selector)).configuration.selector) == str(parse("selector", selector)), "named as given"


def test_the_depth_follows_the_edits():
    hidden = {"hide": {"ids": ["mail", "music"]}}
    assert depths(wired(design({"retrieved": {"retriever": "bm25"}}, edits=[hidden])).shown) == [("bm25", 3)]


def test_the_few_tools_that_are_offered_are_found_however_low_they_rank(computer):
    found = shown(design({"retrieved": {"k": 1, "retriever": {"dense": {"depth": 1}}}}), computer)
    assert found.of(len(data().cases) - 1) == [list(TEXTS).index("mail")]


@pytest.mark.parametrize("retriever", ["bm25", "hybrid", "rocchio", "rm3", "filtered", "rank-bm25", "tf-idf"])
def test_retrievers_of_the_other_half_find_tools(retriever, computer):
    found = shown(design({"retrieved": {"k": 1, "retriever": retriever}}), computer)
    assert found.of(0) == [0] and found.of(6) == [3]


@pytest.mark.parametrize(
    "selector, told",
    [
        ({"retrieved": {"retriever": "adaptive"}}, "retriever adaptive.* needs judgments, which nothing here gives"),
        ({"always-on": {"always": ["mail"], "retriever": "dense"}}, "needs an embedder, and the slot is empty"),
    ],
)
def test_what_a_retriever_needs_and_tools_do_not_have_is_told(selector, told):
    embedder = None if "always-on" in selector else "wordllama"
    with pytest.raises(InputError, match=told):
        wired(design(selector, {"similarity": {"retriever": "bm25"}}, embedder=embedder))


# Keys.


def test_no_edits_are_no_edits_however_they_are_written():
    keys = {
        prepare(data(), {"tools": "x", "space": {"embedder": "wordllama", **space}}).wired[0].key
        for space in ({}, {"edits": "none"}, {"edits": ["none"]}, {"edits": [["none"]]}, {"edits": None})
    }
    assert len(keys) == 1
    assert wired(design()).toolset == ToolSteps.of(data()).original


def test_an_embedder_that_nothing_rests_on_is_named_none():
    lexical = wired(design({"retrieved": {"retriever": "bm25"}}, {"similarity": {"retriever": "bm25"}}))
    assert lexical.configuration.embedder is None and lexical.configuration.spec()["embedder"] == "none"
    assert lexical.key == wired(design({"retrieved": {"retriever": "bm25"}}, {"similarity": {"retriever": "bm25"}},
                                       embedder=None)).key  # fmt: skip
    assert wired(design()).configuration.embedder == Wordllama()


def test_what_is_read_by_retrieval_alone_does_not_move_the_caller(computer):
    dataset = data()
    ToolSteps.of(dataset).store(dataset, computer.workspace)
    configuration = design({"retrieved": {"k": 5}})
    replies = computer.value(wired(configuration, dataset).replies).replies
    before = _rows(computer)
    tools = list(dataset.toolset.tools)
    tools[3] = tools[3].model_copy(update={"index_text": "whatever people say who want to hear a tune"})
    changed = ToolDataset("tiny", ToolSet(tuple(tools)), dataset.cases)
    ToolSteps.of(changed).store(changed, computer.workspace)
    assert computer.value(wired(configuration, changed).replies).replies == replies
    assert _rows(computer) == before + 1, "the selector reads one new text, the caller none"


def test_only_the_tool_that_was_changed_is_embedded_again(computer):
    dataset = data()
    shown(design("retrieved"), computer, dataset)
    before = _rows(computer)
    changed = data({**TEXTS, "music": "Plays a tune. Loud or soft."})
    shown(design("retrieved"), computer, changed)
    assert _rows(computer) == before + 1
    assert ToolSteps.of(changed).original != ToolSteps.of(dataset).original
    assert ToolSteps.of(changed).requests == ToolSteps.of(dataset).requests


def _rows(computer: Computer) -> int:
    return sum(memo.computed for memo in computer._memos)


def test_each_part_of_the_data_has_a_digest_of_its_own():
    first, again = ToolSteps.of(data()), ToolSteps.of(data())
    assert first == again
    dataset = data()
    renamed = ToolDataset(
        "other", dataset.toolset, (dataset.cases[0].model_copy(update={"id": "x"}), *dataset.cases[1:])
    )
    assert ToolSteps.of(renamed).identity == first.identity and ToolSteps.of(renamed).query_ids != first.query_ids
    judged = dataset.cases[0].model_copy(update={"calls": ()})
    other = ToolSteps.of(ToolDataset("tiny", dataset.toolset, (judged, *dataset.cases[1:])))
    assert other.expected != first.expected and other.requests == first.requests
    shuffled = ToolSet(dataset.toolset.tools[::-1])
    assert ToolSteps.of(ToolDataset("tiny", shuffled, dataset.cases)).original != first.original


# Requests one by one, as latency and an app have them.


@pytest.mark.parametrize(
    "selector",
    [
        {"all": {"order": "shuffled"}},
        {"retrieved": {"k": 3, "order": "shuffled", "retriever": "hybrid"}},
        {"always-on": {"always": ["music"], "k": 2, "order": "name"}},
        {"server-then-tool": {"servers": 2, "order": "reversed"}},
    ],
    ids=str,
)
def test_a_request_alone_comes_out_as_it_does_among_all(selector, computer):
    dataset = data()
    step = wired(design(selector), dataset)
    ToolSteps.of(dataset).store(dataset, computer.workspace)
    shown_all, replies_all = computer.value(step.shown), computer.value(step.replies)
    for i, one in enumerate(dataset.requests.one(i) for i in range(len(dataset.cases))):
        data_of = ToolSteps.of(dataset)
        values = {data_of.requests.key: one, data_of.original.key: dataset.toolset}
        assert _value(step.shown, values, computer).of(0) == shown_all.of(i)
        reply = _value(step.replies, values, computer).replies[0]
        assert reply.calls == replies_all.replies[i].calls
        assert reply.confidence == pytest.approx(replies_all.replies[i].confidence, abs=1e-5)


def _value(step, values, computer):
    if step.key not in values:
        inputs = [_value(below, values, computer) for below in step.inputs]
        extra = {"memo": _Memo()} if step.uses_memo else {}
        values[step.key] = step.run(inputs, **extra)
    return values[step.key]


class _Memo:
    def rows(self, texts, load):
        model = load()
        rows = {}
        for batch in model.batches(texts):
            rows.update(zip(batch, model.rows([texts[i] for i in batch]), strict=True))
        return [rows[i] for i in range(len(texts))]


def test_the_sample_of_requests_keeps_what_each_offers():
    dataset = data()
    singles = sample(dataset.requests)
    assert sorted(one.texts[0] for one in singles) == sorted(dataset.requests.texts)
    assert {one.offered for one in singles} == {(None,), (("mail", "stocks"),)}


# Sweeps.


SPACE = {
    "embedder": "wordllama",
    "edits": [["none", "first-sentence", {"add-examples": {"k": 1}}]],
    "selector": ["all", {"retrieved": {"k": [1, 2]}}],
    "caller": [{"similarity": {"threshold": [0.0, 0.5]}}],
}


def test_a_sweep_scores_every_case_but_the_pools(tmp_path):
    study = sweep(data(), {"tools": "x", "space": SPACE, "split": {"pool": 0.5}}, workspace=tmp_path / "w")
    table = study.scores
    assert study.record["pipeline"] == "tools" and len(table.configurations) == 3 * 3 * 2, "the baseline is one of them"
    pooled = data().parted(0.5, 0).pool
    assert len(pooled) == 6 and not {case.id for case in pooled} & set(table.queries)
    assert len(table.queries) == len(data().cases) - 6 and not np.isnan(table.values).any()


def test_a_space_that_learns_from_nothing_keeps_nothing_apart():
    space = {**SPACE, "edits": [["none", "first-sentence"]]}
    assert prepare(data(), {"tools": "x", "space": space}).dataset.pool == ()
    assert len(prepare(data(), {"tools": "x", "space": SPACE}).dataset.pool) == 5


def test_the_name_of_a_study_is_its_content_and_not_its_place(tmp_path):
    names = set()
    for folder in (tmp_path / "one", tmp_path / "two" / "deep"):
        folder.mkdir(parents=True)
        save_tools(folder / "tools.yaml", data().toolset.tools)
        write_cases(data().cases, folder / "cases.jsonl")
        config = {"tools": str(folder), "space": SPACE, "name": "same"}
        names.add(prepare(None, config).study_name)
        names.add(prepare(None, {**config, "cases": str(folder / "cases.jsonl")}).study_name)
    assert len(names) == 1


def test_a_configuration_with_failed_replies_ranks_below_complete_ones(tmp_path):
    recording = tmp_path / "replies.jsonl"
    rows = [{"id": case.id, "calls": [{"tool": c.tool} for c in case.calls]} for case in data().cases[:-1]]
    recording.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    config = {
        "tools": "x",
        "space": {
            "embedder": "wordllama",
            "caller": [{"similarity": {"threshold": 0.99}}, {"replay": {"path": str(recording)}}],
        },
        "metrics": ["selection_accuracy", "tool_tokens"],
        "maximize": "selection_accuracy",
    }
    study = sweep(data(), config, workspace=tmp_path / "w")
    rows = {str(row.configuration["caller"]): row for row in study.leaderboard()}
    (replayed,) = [row for name, row in rows.items() if "replay" in name]
    assert (replayed.scored, replayed.total) == (len(data().cases) - 1, len(data().cases))
    answered = study.scores.of("selection_accuracy")[study.scores.configurations.index(replayed.id)]
    assert np.nanmean(answered) == 1.0, "all that was answered was right"
    assert study.leaderboard()[-1].id == replayed.id and study.best().id != replayed.id
    assert verdict_of(study).pick != replayed.id


def test_the_configuration_of_a_study_parses_back():
    config = load_config({"tools": "x", "space": SPACE})
    assert load_config(config.resolved()) == config
