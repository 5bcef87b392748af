"""What every selector and every caller must hold to, on tools and requests that are awkward on purpose."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np
import pytest

from ragtune.component import Component, find, parse, words
from ragtune.engine.step import Step
from ragtune.pipelines.tool_data import ToolSteps
from ragtune.pipelines.tools import Sizes, Tools, wire_tools
from ragtune.selectors import offered
from ragtune.tools import Cases, Replies, Shown, ToolSet
from ragtune.toolsets import ToolDataset
from tests.contracts.awkward_tools import POOL, TOOLSET
from tests.contracts.golden_tools import GOLDEN_TOOLS
from tests.contracts.run import Exact, Unkept
from tests.contracts.test_components import make, needed

KNOBS: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("selector", "all"): [{}, {"order": "name"}],
    ("selector", "retrieved"): [
        {},
        {"k": 2, "order": "shuffled"},
        {"retriever": {"bm25": {"depth": 1}}, "min_score": 0.1, "order": "given"},
        {"retriever": "hybrid", "fields": ["words", "tags", "server", "when_not_to_use", "examples", "definition"]},
    ],
    ("selector", "always-on"): [{"k": 1}, {"retriever": "bm25", "order": "reversed"}],
    ("selector", "server-then-tool"): [{}, {"servers": 1, "tools_judged": 1}],
    ("caller", "similarity"): [{}, {"threshold": 0.2, "at_most": 2, "margin": 0.1}, {"retriever": "bm25"}],
}
ALL = [
    (kind, word, knobs)
    for kind in ("selector", "caller")
    for word in words(kind)
    for knobs in KNOBS.get((kind, word), [{}])
    if word != "chat"
]
"""The chat caller has an endpoint, and tests of its own."""
IDS = [f"{word}-{i}" for i, (_, word, _) in enumerate(ALL)]
GILDED = sorted({(kind, word) for kind, word, _ in ALL})
CASES = (
    *POOL.cases,
    POOL.cases[0].model_copy(update={"id": "one", "query": "", "tools": ("twin",)}),
    POOL.cases[0].model_copy(update={"id": "two", "query": "\U0001f327 e\u0301", "tools": ("日本", "plain", "gone")}),
    POOL.cases[0].model_copy(update={"id": "nothing", "query": "rain", "tools": ()}),
)


def run(component: Component, toolset: ToolSet = TOOLSET, cases: Any = CASES, edits: Any = ()) -> Any:
    """What a selector shows, or a caller calls of all tools, wired as the pipeline wires it."""
    selector = component if component.kind == "selector" else make("selector", "all")
    caller = component if component.kind == "caller" else make("caller", "similarity")
    dataset = ToolDataset("awkward", toolset, tuple(cases))
    data = ToolSteps.of(dataset)
    values: dict[str, Any] = {
        data.original.key: toolset, data.requests.key: dataset.requests, data.query_ids.key: dataset.query_ids,
        data.expected.key: Cases(dataset.cases), data.pool.key: Cases(()),
    }  # fmt: skip
    wired = wire_tools(Tools(tuple(edits), Exact(), selector, caller), data, (), Sizes(dataset, data))  # type: ignore[arg-type]

    def compute(step: Step) -> Any:
        if step.key not in values:
            extra = {"memo": Unkept()} if step.uses_memo else {}
            values[step.key] = step.run([compute(below) for below in step.inputs], **extra)
        return values[step.key]

    return compute(wired.shown if component.kind == "selector" else wired.replies)


def made(kind: str, word: str, knobs: dict[str, Any]) -> Component:
    return find(kind, word).model_validate({**needed(kind, word), **knobs})


def plain(value: Shown | Replies) -> list[Any]:
    """A row a request, numbers to three significant digits, which all machines share."""
    if isinstance(value, Shown):
        return [
            [(place, f"{score:.3g}") for place, score in zip(value.of(i), value.score[i].tolist(), strict=False)]
            for i in range(len(value.tool))
        ]
    return [
        [[call.model_dump() for call in reply.calls], reply.failed, reply.confidence and f"{reply.confidence:.3g}"]
        for reply in value.replies
    ]


def tool_digest(kind: str, word: str) -> str:
    """Of what comes out with all its knobs here, by the awkward tools and by edited ones."""
    sha = hashlib.sha256()
    edits = [parse("edit", "split-by-enum"), parse("edit", {"merge-near-duplicates": {"min_similarity": 0.1}})]
    for chain in ((), edits):
        for knobs in KNOBS.get((kind, word), [{}]):
            sha.update(json.dumps(plain(run(made(kind, word, knobs), edits=chain)), ensure_ascii=False).encode())
    return sha.hexdigest()[:16]


@pytest.mark.parametrize("kind, word", GILDED)
def test_the_output_is_golden(kind, word):
    """When this fails because the output was meant to move: raise the version, and its line in golden_tools.py."""
    found = find(kind, word).version, tool_digest(kind, word)
    assert found == GOLDEN_TOOLS.get((kind, word)), "python -m tests.contracts.gild prints the lines anew"


def test_all_selectors_and_callers_are_golden():
    assert set(GOLDEN_TOOLS) == set(GILDED)
    assert {word for _, word in GILDED} == {*words("selector"), *words("caller")} - {"chat"}


@pytest.mark.parametrize("kind, word, knobs", ALL, ids=IDS)
def test_it_does_the_same_each_time_and_by_its_name(kind, word, knobs):
    component = made(kind, word, knobs)
    again = parse(kind, json.loads(json.dumps(component.spec())))
    assert again == component == parse(kind, str(component))
    assert again.key(component.verb) == component.key(component.verb)
    assert plain(run(component)) == plain(run(again))


@pytest.mark.parametrize("kind, word, knobs", [each for each in ALL if each[0] == "selector"])
def test_a_selector_shows_only_what_is_offered_and_each_once(kind, word, knobs):
    shown = run(made(kind, word, knobs))
    requests = ToolDataset("awkward", TOOLSET, CASES).requests
    assert shown.tool.dtype == np.int32 and shown.tool.shape == shown.score.shape and len(shown.tool) == len(CASES)
    for i, allowed in enumerate(offered(requests, TOOLSET)):
        places = shown.of(i)
        assert len(set(places)) == len(places) and allowed[places].all()
        assert (shown.tool[i, len(places) :] == -1).all(), "what is missing stands last"
    back = Shown.from_arrays(shown.to_arrays())
    assert np.array_equal(back.tool, shown.tool) and np.array_equal(back.score, shown.score, equal_nan=True)


@pytest.mark.parametrize("kind, word, knobs", [each for each in ALL if each[0] == "caller"])
def test_a_caller_replies_to_everyone_and_calls_what_is_shown(kind, word, knobs):
    replies = run(made(kind, word, knobs))
    assert len(replies) == len(CASES) and not replies.replies[-1].calls, "nothing is offered to the last"
    assert Replies.from_arrays(replies.to_arrays()).replies == replies.replies
    for reply in replies.replies:
        assert all(call.tool in TOOLSET.place or call.invalid for call in reply.calls)


@pytest.mark.parametrize("cases", [(), CASES[3:4]], ids=["no requests", "one request"])
@pytest.mark.parametrize("toolset", [ToolSet(()), ToolSet(TOOLSET.tools[:1])], ids=["no tools", "one tool"])
@pytest.mark.parametrize("kind, word, knobs", ALL, ids=IDS)
def test_nothing_comes_of_nothing(kind, word, knobs, toolset, cases):
    knobs = {**knobs, **({"always": ["plain"]} if word == "always-on" else {})}
    if word == "always-on" and not len(toolset):
        return  # it says that there is no such tool
    value = run(made(kind, word, knobs), toolset, cases)
    assert len(value.tool if isinstance(value, Shown) else value) == len(cases)
