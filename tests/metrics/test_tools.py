"""Measures of tools, by hand: what was shown, what was called, and what edits do to both."""

from __future__ import annotations

import numpy as np
import pytest

from ragtune.component import find, words
from ragtune.metrics import CallScorer, ShownScorer, ToolCounter, parse_metric
from ragtune.metrics._calls import CallMetric
from ragtune.metrics._tools import reached
from ragtune.tools import Accept, Call, Case, Cases, ExpectedCall, Replies, Reply, Shown, Tool, ToolSet
from ragtune.types import Scores
from tests.edits.made import STRING, then

TOOLS = ToolSet((
    Tool(name="mail", description="Sends a letter.", input_schema={"type": "object", "properties": {"to": STRING}}),
    Tool(name="fax", description="Sends a letter!", input_schema={"type": "object", "properties": {"to": STRING}}),
    Tool(name="clock", input_schema={
        "type": "object", "properties": {"mode": {**STRING, "enum": ["set", "read"]}}, "required": ["mode"],
    }),
    Tool(name="banana"),
))  # fmt: skip
MERGED = then({"merge-near-duplicates": {"min_similarity": 0.5}}, TOOLS)
HALVES = then("split-by-enum", TOOLS)
WHICH = MERGED.adapters["mail+fax"].choice.source


def case(*tools: str, order="any", **rest) -> Case:
    calls = tuple(ExpectedCall(tool=name.split("|")[0], alternatives=tuple(name.split("|")[1:])) for name in tools)
    return Case(id="c", query="q", calls=calls, order=order, **rest)


def rank_score(label: str, cases: list[Case], shown: list[list[int]], toolset=TOOLS) -> list[float]:
    width = max(map(len, shown), default=0)
    tool = np.array([[*row, *[-1] * (width - len(row))] for row in shown], dtype=np.int32).reshape(len(shown), width)
    scorer = ShownScorer(metrics=(parse_metric(label),))
    return scorer.score(Shown(tool, np.zeros(tool.shape)), toolset, Cases(tuple(cases))).matrix[0].tolist()


def call_score(label: str, cases: list[Case], replies: list[Reply], toolset=TOOLS, shown=None) -> list[float]:
    tool = np.full((len(cases), 2), -1, dtype=np.int32) if shown is None else np.array(shown, dtype=np.int32)
    scorer = CallScorer(metrics=(parse_metric(label),))
    tokens = Scores(np.arange(1.0, len(toolset) + 1)[None])
    args = Replies(tuple(replies)), Shown(tool, np.zeros(tool.shape)), toolset, TOOLS, Cases(tuple(cases)), tokens
    return scorer.score(*args).matrix[0].tolist()


def said(*tools: str, **arguments) -> Reply:
    return Reply(calls=tuple(Call(tool=tool, arguments=arguments) for tool in tools))


# Rank measures.


@pytest.mark.parametrize(
    "label, expected",
    [
        ("recall@1", 0.0),
        ("recall@2", 0.5),
        ("recall", 1.0),
        ("MRR", 1 / 2),
        ("MAP", (1 / 2 + 2 / 4) / 2),
        ("nDCG", (1 / np.log2(3) + 1 / np.log2(5)) / (1 + 1 / np.log2(3))),
        ("precision@2", 1 / 2),
        ("precision@5", 2 / 5),
        ("success@1", 0.0),
        ("completeness@3", 0.0),
        ("completeness@4", 1.0),
    ],
)
def test_needs_are_ranked_as_documents_are(label, expected):
    """Banana, clock, fax and mail are shown in this order; clock and mail are needed."""
    assert rank_score(label, [case("mail", "clock")], [[3, 2, 1, 0]]) == [pytest.approx(expected)]


RANKED = ["nDCG@3", "nDCG", "recall@1", "recall", "precision@1", "precision@5", "MRR", "MAP@3", "success@1",
          "completeness@1", "completeness", "evidence_recall@2", "evidence_nDCG"]  # fmt: skip


@pytest.mark.parametrize("label", RANKED)
def test_where_no_tool_fits_nothing_can_be_missed(label):
    assert rank_score(label, [case(), case(), case("fax")], [[3, 2], [], [2]]) == [1.0, 1.0, 0.0]


@pytest.mark.parametrize("label", RANKED)
def test_the_right_tool_first_and_alone_is_perfect(label):
    width = parse_metric(label).k if label.startswith("precision") else 1
    assert rank_score(label, [case("fax")], [[1]]) == [1 / width]


def test_an_alternative_is_as_good_and_the_first_of_them_counts():
    assert rank_score("MRR", [case("mail|fax")] * 2, [[3, 1, 0], [0, 1]]) == [1 / 2, 1.0]
    assert rank_score("recall", [case("mail|fax")], [[3, 1]]) == [1.0]
    assert rank_score("precision@2", [case("mail|fax")], [[1, 0]]) == [1.0], "both are right"


def test_a_split_tool_is_found_at_the_first_of_its_halves():
    ids = [tool.id for tool in HALVES.tools]
    assert ids[2:4] == ["clock#set", "clock#read"]
    assert rank_score("MRR", [case("clock")], [[4, 3, 2]], HALVES) == [1 / 2]
    assert rank_score("completeness@2", [case("clock")], [[4, 3, 2]], HALVES) == [1.0]
    assert rank_score("precision@3", [case("clock")], [[4, 3, 2]], HALVES) == [pytest.approx(2 / 3)]


def test_a_merged_tool_meets_all_needs_of_its_originals_and_is_one_tool():
    assert rank_score("MRR", [case("fax")], [[2, 0]], MERGED) == [1 / 2]
    assert rank_score("completeness@1", [case("mail", "fax")], [[0, 1]], MERGED) == [1.0]
    assert rank_score("nDCG@1", [case("mail", "fax")], [[0, 1]], MERGED) == [1.0]
    assert rank_score("precision@2", [case("mail", "fax")], [[0, 1]], MERGED) == [0.5]


def test_two_calls_of_one_tool_are_one_need():
    assert rank_score("recall", [case("fax", "fax")], [[1]]) == [1.0]


def test_a_hidden_tool_is_never_found():
    hidden = then({"hide": {"ids": ["fax"]}}, TOOLS)
    assert rank_score("recall", [case("fax"), case("mail")], [[0, 1, 2]] * 2, hidden) == [0.0, 1.0]


# Measures of calls.


def test_selection_is_of_the_tools_alone():
    cases = [case("mail"), case("mail"), case("mail|fax"), case(), case(), case("mail"), case("mail", "fax")]
    replies = [said("mail"), said("fax"), said("fax"), said(), said("mail"), said(), said("fax", "mail")]
    assert call_score("selection_accuracy", cases, replies) == [1, 0, 1, 1, 0, 0, 1]
    given = [case("mail", "fax", order="given")] * 2
    assert call_score("selection_accuracy", given, [said("fax", "mail"), said("mail", "fax")]) == [0, 1]


@pytest.mark.parametrize(
    "label, expected",
    [
        ("wrong_tool", [1, 0, 0, 0, 0]),
        ("no_call", [0, 1, 0, 0, 0]),
        ("false_call", [0, 0, 1, 0, 0]),
        ("extra_call", [0, 0, 0, 1, 0]),
        ("missing_call", [0, 0, 0, 0, 1]),
    ],
)
def test_each_error_is_told_apart(label, expected):
    cases = [case("mail"), case("mail"), case(), case("mail"), case("mail", "fax")]
    replies = [said("fax"), said(), said("mail"), said("mail", "fax"), said("mail")]
    assert call_score(label, cases, replies) == expected
    assert parse_metric(label).better == "lower"


@pytest.mark.parametrize(
    "label, expected",
    [
        ("call_accuracy", [1, 0, 0, 0, 0, 0]),
        ("strict_call_accuracy", [0, 0, 0, 0, 0, 0]),
        ("argument_accuracy", [1, 0, 0, 0, 0, 0]),
        ("selection_accuracy", [1, 1, 1, 1, 1, 1]),
        ("wrong_value", [0, 1, 0, 0, 0, 0]),
        ("missing_argument", [0, 0, 1, 0, 0, 0]),
        ("unexpected_argument", [0, 0, 0, 1, 0, 0]),
        ("wrong_type", [0, 0, 0, 0, 1, 0]),
        ("schema_invalid", [0, 0, 0, 0, 1, 1]),
    ],
)
def test_arguments_are_judged_by_bfcls_rules(label, expected):
    wanted = ExpectedCall(tool="mail", arguments={"to": Accept(any_of=("Ann Lee",))})
    cases = [Case(id="c", query="q", calls=(wanted,))] * 6
    unread = Reply(calls=(Call(tool="mail", invalid="not JSON"),))
    replies = [said("mail", to="ann lee"), said("mail", to="Bob"), said("mail"), said("mail", to="Ann Lee", cc=1),
               said("mail", to=7), unread]  # fmt: skip
    assert call_score(label, cases, replies) == expected


LABELS = sorted(
    cls.symbol for word in words("metric") if issubclass(cls := find("metric", word), CallMetric)
)  # every measure of calls there is


@pytest.mark.parametrize("label", LABELS)
def test_a_failed_reply_is_no_reply_and_says_nothing(label):
    """What a case was shown is known all the same."""
    scores = call_score(label, [case("mail"), case()], [Reply(failed="timeout")] * 2)
    known = label in ("tool_tokens", "tools_shown")
    assert scores == [0.0, 0.0] if known else np.isnan(scores).all()


def test_what_is_shown_is_counted():
    cases, replies = [case("mail")] * 3, [said()] * 3
    shown = [[3, 0], [2, -1], [-1, -1]]
    assert call_score("tools_shown", cases, replies, shown=shown) == [2, 1, 0]
    assert call_score("tool_tokens", cases, replies, shown=shown) == [4 + 1, 3, 0]


def test_tokens_are_those_of_the_json_that_is_shown():
    from ragtune.tokenizers.cl100k import Cl100k

    (text,) = ['{"name":"banana","description":"","parameters":{"type":"object","properties":{}}}']
    counts = ToolCounter().count(TOOLS).matrix
    assert counts.shape == (1, 4) and counts[0, 3] == Cl100k().count(text)
    assert ToolCounter().count(ToolSet(())).matrix.shape == (1, 0)


# Calls on edited tools.


def test_a_call_of_half_a_tool_is_one_of_the_whole():
    wanted = ExpectedCall(tool="clock", arguments={"mode": Accept(any_of=("set",))})
    cases = [Case(id="c", query="q", calls=(wanted,))] * 2
    replies = [said("clock#set"), said("clock#read")]
    assert call_score("selection_accuracy", cases, replies, HALVES) == [1, 1]
    assert call_score("call_accuracy", cases, replies, HALVES) == [1, 0]


def test_a_merged_tool_called_with_a_choice_is_the_original_chosen():
    cases, replies = [case("mail"), case("fax")], [said("mail+fax", **{WHICH: "fax"})] * 2
    assert call_score("selection_accuracy", cases, replies, MERGED) == [0, 1]
    assert call_score("call_accuracy", cases, replies, MERGED) == [0, 1]
    assert call_score("wrong_tool", cases, replies, MERGED) == [1, 0]


def test_a_merged_tool_called_without_a_choice_is_the_right_tool_and_not_a_right_call():
    """A caller that gives no arguments cannot choose. Which tool it picked can be judged; the call can not be made."""
    cases = [case("mail"), case("fax"), case("fax|mail"), case("clock"), case()]
    replies = [said("mail+fax")] * 5
    assert call_score("selection_accuracy", cases, replies, MERGED) == [1, 1, 1, 0, 0]
    assert call_score("call_accuracy", cases, replies, MERGED) == [0] * 5
    assert call_score("schema_invalid", cases, replies, MERGED) == [1, 1, 1, 0, 0]
    assert call_score("wrong_tool", cases, replies, MERGED) == [0, 0, 0, 1, 0]
    assert call_score("false_call", cases, replies, MERGED) == [0, 0, 0, 0, 1]


def test_several_calls_without_a_choice_meet_as_many_as_they_can():
    both, other = case("mail", "fax"), case("mail", "clock")
    ordered = case("fax", "clock", "mail", order="given")
    cases = [both, both, other, ordered, ordered]
    replies = [
        said("mail+fax", "mail+fax"), said("mail+fax"), said("clock", "mail+fax"), said("mail+fax", "clock", "mail+fax"),
        said("clock", "mail+fax", "mail+fax"),
    ]  # fmt: skip
    assert call_score("selection_accuracy", cases, replies, MERGED) == [1, 0, 1, 1, 0]


def test_a_choice_that_was_made_is_never_turned_into_another():
    """An argument that the shown tool does not have makes the call invalid, but it says which tool was meant."""
    renamed = then({"rename": {"parameters": True, "style": "camel"}}, MERGED)
    assert reached(renamed.adapter("mail+fax"), {WHICH: "fax"}) == ("fax",)
    assert reached(MERGED.adapter("mail+fax"), {WHICH: "phone"}) == ("mail", "fax")
    assert reached(MERGED.adapter("mail+fax"), {}) == ("mail", "fax")
    assert reached(MERGED.adapter("banana"), {}) == ("banana",)
    unread = Reply(calls=(Call(tool="mail+fax", arguments={WHICH: "fax"}, invalid="cut short"),))
    assert call_score("selection_accuracy", [case("mail"), case("fax")], [unread] * 2, MERGED) == [0, 1]


def test_judgements_that_are_kept_are_of_the_same_cases_and_tools():
    first = [case("mail")]
    assert call_score("selection_accuracy", first, [said("mail")]) == [1]
    assert call_score("selection_accuracy", [case("fax")], [said("mail")]) == [0]
