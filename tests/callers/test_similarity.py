"""The caller that asks no model: what it calls of what it is shown, by scores made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from ragtune.component import parse
from ragtune.tools import Call, Replies, Reply, Shown, Tool, ToolSet
from ragtune.types import Ranking

TOOLS = ToolSet((Tool(name="a"), Tool(name="b"), Tool(name="c")))
A, B, C = range(3)
SCORES = {A: 0.25, B: 0.875, C: 0.625}


def call(spec="similarity", shown=((A, B, C),), scores=SCORES, toolset=TOOLS) -> Replies:
    """Each request's tools in the order shown; the ranking is that of the scores."""
    width = max(len(row) for row in shown)
    tool = np.array([[*row, *[-1] * (width - len(row))] for row in shown], dtype=np.int32).reshape(len(shown), width)
    order = sorted(scores, key=lambda place: (-scores[place], place))
    chunk = np.full((len(shown), 4), -1, dtype=np.int32)
    score = np.full((len(shown), 4), -np.inf)
    chunk[:, : len(order)] = order
    score[:, : len(order)] = [scores[place] for place in order]
    # The selector's own scores are not looked at.
    return parse("caller", spec).call(Ranking(chunk, score), Shown(tool, np.zeros(tool.shape)), toolset)


def names(replies: Replies) -> list[str]:
    return ["".join(call.tool for call in reply.calls) for reply in replies.replies]


def test_the_best_of_what_is_shown_is_called_without_arguments():
    assert call().replies == (Reply(calls=(Call(tool="b"),), confidence=0.875),)
    assert names(call(shown=((A, C), (C,), ()))) == ["c", "c", ""]
    assert [reply.confidence for reply in call(shown=((A, C), ())).replies] == [0.625, None]


@pytest.mark.parametrize(
    "threshold, called",
    [(0.87, "b"), (0.875, "b"), (0.88, ""), (-5.0, "b")],
    ids=["below", "equal", "above", "negative"],
)
def test_nothing_is_called_below_the_threshold_and_the_confidence_stays(threshold, called):
    replies = call({"similarity": {"threshold": threshold}})
    assert names(replies) == [called] and replies.replies[0].confidence == 0.875


def test_the_threshold_holds_for_the_best_only_and_the_margin_for_the_rest():
    spec = {"similarity": {"threshold": 0.7, "at_most": 3, "margin": 0.25}}
    assert names(call(spec)) == ["bc"], "c lies 0.25 behind"
    assert names(call({"similarity": {"at_most": 3, "margin": 0.625}})) == ["bca"]
    assert names(call({"similarity": {"at_most": 2, "margin": 0.625}})) == ["bc"]
    assert names(call({"similarity": {"at_most": 3}})) == ["b"]
    assert names(call({"similarity": {"threshold": 0.95, "at_most": 3, "margin": 9}})) == [""]


def test_of_equal_scores_the_one_that_is_shown_first_is_called():
    tie = dict.fromkeys(range(3), 0.5)
    assert names(call(shown=((A, B, C), (C, B, A)), scores=tie)) == ["a", "c"]
    assert names(call({"similarity": {"at_most": 2}}, shown=((A, B, C), (C, B, A)), scores=tie)) == ["ab", "cb"]


def test_a_tool_that_was_not_found_is_not_called_whatever_the_threshold():
    found = {C: 0.0}
    assert names(call(shown=((A, B), (A, C)), scores=found)) == ["", "c"]
    assert names(call({"similarity": {"at_most": 3, "margin": 1e9}}, scores=found)) == ["c"]
    nothing = call({"similarity": {"threshold": -1e9}}, scores={})
    assert names(nothing) == [""] and nothing.replies[0].confidence is None


def test_no_tools_and_no_requests():
    assert names(call(shown=((),), scores={}, toolset=ToolSet(()))) == [""]
    none = Ranking(np.zeros((0, 1), dtype=np.int32), np.zeros((0, 1)))
    empty = Shown(np.zeros((0, 2), dtype=np.int32), np.zeros((0, 2)))
    assert len(parse("caller", "similarity").call(none, empty, TOOLS)) == 0


def test_a_margin_is_part_of_the_name_only_where_it_matters():
    one, other = (parse("caller", {"similarity": {"margin": m}}) for m in (0.1, 0.2))
    assert one.key("call") == other.key("call") and str(one) == "similarity"
    several = [parse("caller", {"similarity": {"margin": m, "at_most": 2}}) for m in (0.1, 0.2)]
    assert several[0].key("call") != several[1].key("call")


def test_it_reads_what_a_model_reads():
    toolset = ToolSet((Tool(name="a", description="Tells.", index_text="only found by this"),))
    caller = parse("caller", "similarity")
    assert [document.text for document in caller.retriever_corpus(toolset).documents] == ["a\nTells."]
    with pytest.raises(ValueError, match=r"not finite|finite number"):
        parse("caller", {"similarity": {"threshold": float("nan")}})
