"""Which tools a request is shown, and in which order; rankings and scores are made by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragtune.component import parse
from ragtune.errors import InputError
from ragtune.selectors import best, offered
from ragtune.tools import Requests, Shown, Tool, ToolSet
from ragtune.types import Ranking
from tests.edits.made import STRING, then

TOOLS = ToolSet((
    Tool(name="mail", server="post", description="Sends a letter."),
    Tool(name="fax", server="post", description="Sends a letter!"),
    Tool(name="clock", input_schema={"type": "object", "properties": {"mode": {**STRING, "enum": ["set", "read"]}}}),
    Tool(name="banana"),
))  # fmt: skip
MAIL, FAX, CLOCK, BANANA = range(4)


def asked(*offered: tuple[str, ...] | None) -> Requests:
    return Requests(tuple(f"request {i}" for i in range(len(offered))), offered)


def ranked(*rows: list[tuple[int, float]], width: int = 4) -> Ranking:
    chunk = np.full((len(rows), width), -1, dtype=np.int32)
    score = np.full((len(rows), width), -np.inf)
    for i, row in enumerate(rows):
        for j, (tool, value) in enumerate(row):
            chunk[i, j], score[i, j] = tool, value
    return Ranking(chunk, score)


ONE = ranked([(BANANA, 0.9), (FAX, 0.5), (MAIL, 0.5), (CLOCK, 0.1)])


def shown_of(shown: Shown) -> list[list[int]]:
    return [shown.of(i) for i in range(len(shown.tool))]


def select(spec, requests, toolset=TOOLS, ranking=None, original=TOOLS) -> Shown:
    selector = parse("selector", spec)
    if selector.name == "all":
        return selector.select(requests, toolset)
    if selector.name == "always-on":
        return selector.select(ranking, requests, toolset, original)
    return selector.select(ranking, requests, toolset)


# What is offered.


def test_all_that_is_offered_and_nothing_that_is_unknown():
    mask = offered(asked(None, ("fax", "mail"), (), ("no such tool",)), TOOLS)
    assert mask.tolist() == [[True] * 4, [True, True, False, False], [False] * 4, [False] * 4]


def test_halves_of_a_split_tool_are_offered_where_the_whole_one_is():
    halves = then("split-by-enum", TOOLS)
    assert [tool.id for tool in halves.tools] == ["mail", "fax", "clock#set", "clock#read", "clock", "banana"]
    assert offered(asked(("clock",)), halves).tolist() == [[False, False, True, True, True, False]]


def test_a_merged_tool_is_offered_where_any_of_its_originals_is():
    merged = then({"merge-near-duplicates": {"min_similarity": 0.5}}, TOOLS)
    assert [tool.id for tool in merged.tools] == ["mail+fax", "clock", "banana"]
    assert offered(asked(("fax",), ("mail", "fax"), ("banana",)), merged)[:, 0].tolist() == [True, True, False]


def test_a_hidden_tool_is_offered_no_more():
    hidden = then({"hide": {"ids": ["fax"]}}, TOOLS)
    assert offered(asked(("fax",), None), hidden).tolist() == [[False] * 3, [True] * 3]


# The best of a ranking.


def test_best_takes_the_first_that_are_allowed_and_good_enough():
    allowed = np.array([[True, True, True, False]])
    found = best(ONE, allowed, 2)
    assert found.tool.tolist() == [[FAX, MAIL]] and found.score.tolist() == [[0.5, 0.5]]
    found = best(ONE, allowed, 9, least=0.2)
    assert found.tool.tolist() == [[FAX, MAIL, -1, -1]] and np.isnan(found.score[0, 2:]).all()
    assert best(ONE, allowed, 3, least=1.0).tool.tolist() == [[-1, -1, -1]]


def test_best_of_what_was_not_ranked_is_nothing():
    assert best(ranked([(FAX, 2.0)]), np.ones((1, 4), dtype=bool), 3).tool.tolist() == [[FAX, -1, -1]]
    assert best(ranked([], width=1), np.ones((1, 0), dtype=bool), 3).tool.tolist() == [[-1]]


# Selectors.


def test_all_shows_what_is_offered_in_the_order_of_the_file():
    shown = select("all", asked(None, ("banana", "fax"), ()))
    assert shown_of(shown) == [[0, 1, 2, 3], [1, 3], []] and np.isnan(shown.score).all()


def test_retrieved_shows_the_k_best_of_those_offered():
    shown = select({"retrieved": {"k": 2}}, asked(None), ranking=ONE)
    assert shown_of(shown) == [[BANANA, FAX]] and shown.score.tolist() == [[0.9, 0.5]]
    assert shown_of(select({"retrieved": {"k": 2}}, asked(("mail", "clock")), ranking=ONE)) == [[MAIL, CLOCK]]


def test_a_least_score_may_show_nothing():
    assert shown_of(select({"retrieved": {"min_score": 0.5}}, asked(None), ranking=ONE)) == [[BANANA, FAX, MAIL]]
    assert shown_of(select({"retrieved": {"min_score": 0.91}}, asked(None), ranking=ONE)) == [[]]


def test_always_on_comes_first_and_is_not_counted():
    spec = {"always-on": {"always": ["clock", "mail"], "k": 1}}
    shown = select(spec, asked(None), ranking=ONE)
    assert shown_of(shown) == [[CLOCK, MAIL, BANANA]]
    assert np.isnan(shown.score[0, :2]).all() and shown.score[0, 2] == 0.9


def test_always_on_is_still_not_shown_where_it_is_not_offered():
    spec = {"always-on": {"always": ["clock", "mail"], "k": 1}}
    assert shown_of(select(spec, asked(("mail", "fax"), ("fax",)), ranking=ranked(*[[(FAX, 1.0)]] * 2))) == [
        [MAIL, FAX], [FAX],
    ]  # fmt: skip


def test_always_on_of_a_hidden_tool_shows_the_others():
    hidden = then({"hide": {"ids": ["clock"]}}, TOOLS)
    spec = {"always-on": {"always": ["clock", "mail"], "k": 1}}
    assert shown_of(select(spec, asked(None), hidden, ranked([(2, 0.9), (0, 0.1)]))) == [[0, 2]]
    assert shown_of(select({"always-on": {"always": ["clock"], "k": 1}}, asked(None), hidden, ranked([(2, 0.9)]))) == [
        [2]
    ]


def test_always_on_shows_all_halves_of_a_split_tool():
    halves = then("split-by-enum", TOOLS)
    spec = {"always-on": {"always": ["clock"], "k": 1}}
    assert shown_of(select(spec, asked(None), halves, ranked([(5, 0.9)], width=6))) == [[2, 3, 4, 5]]


def test_always_on_of_a_tool_that_never_was_is_told():
    with pytest.raises(InputError, match="no tool 'clok'; did you mean 'clock'"):
        select({"always-on": {"always": ["clok"]}}, asked(None), ranking=ONE)


def test_a_server_is_judged_by_the_mean_of_its_best_tools():
    """The post's two: (0.5 + 0.5) / 2; the tools without a server stand for themselves: 0.9 and 0.1."""
    for servers, expected in [(1, [BANANA]), (2, [BANANA, FAX, MAIL]), (3, [BANANA, FAX, MAIL, CLOCK])]:
        shown = select({"server-then-tool": {"servers": servers, "k": 9}}, asked(None), ranking=ONE)
        assert shown_of(shown) == [expected]
    ranking = ranked([(MAIL, 0.8), (CLOCK, 0.7), (FAX, 0.1), (BANANA, 0.0)])
    one = {"server-then-tool": {"servers": 1, "tools_judged": 1}}
    assert shown_of(select(one, asked(None), ranking=ranking)) == [[MAIL, FAX]]
    two = {"server-then-tool": {"servers": 1, "tools_judged": 2}}
    assert shown_of(select(two, asked(None), ranking=ranking)) == [[CLOCK]], "the mean of the post is 0.45"


def test_of_equal_servers_the_first_in_the_file_is_kept():
    ranking = ranked([(BANANA, 0.5), (CLOCK, 0.5), (FAX, 0.5), (MAIL, 0.5)])
    assert shown_of(select({"server-then-tool": {"servers": 1}}, asked(None), ranking=ranking)) == [[FAX, MAIL]]
    spec = {"server-then-tool": {"servers": 2, "k": 2}}
    assert shown_of(select(spec, asked(None), ranking=ranking)) == [[CLOCK, FAX]]


def test_a_server_is_judged_by_the_tools_that_are_offered():
    spec = {"server-then-tool": {"servers": 1}}
    ranking = ranked([(MAIL, 0.9), (CLOCK, 0.5), (FAX, 0.2)])
    assert shown_of(select(spec, asked(("fax", "clock")), ranking=ranking)) == [[CLOCK]]
    assert shown_of(select(spec, asked(()), ranking=ranking)) == [[]]


# The order.


@pytest.mark.parametrize(
    "order, expected",
    [
        ("score", [BANANA, FAX, MAIL, CLOCK]),
        ("reversed", [CLOCK, MAIL, FAX, BANANA]),
        ("given", [MAIL, FAX, CLOCK, BANANA]),
        ("name", [BANANA, CLOCK, FAX, MAIL]),
    ],
)
def test_the_order_is_a_knob(order, expected):
    shown = select({"retrieved": {"order": order}}, asked(None), ranking=ONE)
    assert shown_of(shown) == [expected]
    scores = {BANANA: 0.9, FAX: 0.5, MAIL: 0.5, CLOCK: 0.1}
    assert shown.score[0].tolist() == [scores[tool] for tool in expected], "scores go with their tools"


def test_what_is_missing_stays_last_in_any_order():
    for order in ("score", "reversed", "given", "name", "shuffled"):
        shown = select({"retrieved": {"order": order}}, asked(None), ranking=ranked([(FAX, 0.3), (MAIL, 0.2)]))
        assert shown.tool[0, 2:].tolist() == [-1, -1] and set(shown.of(0)) == {FAX, MAIL}


SPECS = [
    {"all": {"order": "shuffled"}},
    {"retrieved": {"order": "shuffled", "k": 3}},
    {"always-on": {"order": "shuffled", "always": ["mail"], "k": 2}},
    {"server-then-tool": {"order": "shuffled", "k": 4}},
]


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_a_shuffled_request_alone_is_as_it_is_among_others(spec):
    """Latency runs requests one by one, and an app asks nothing else."""
    requests = asked(("fax", "mail"), None, ("banana",), None, ("clock", "fax", "mail"))
    ranking = Ranking(np.repeat(ONE.chunk, 5, axis=0), np.repeat(ONE.score, 5, axis=0))
    together = shown_of(select(spec, requests, ranking=ranking))
    alone = [shown_of(select(spec, requests.one(i), ranking=ONE))[0] for i in range(5)]
    assert together == alone == shown_of(select(spec, requests, ranking=ranking))


def test_shuffling_differs_by_seed_and_by_request_and_takes_any_text():
    requests = Requests(tuple(f"request {i}" for i in range(200)), (None,) * 200)
    first = shown_of(select({"all": {"order": "shuffled"}}, requests))
    other = shown_of(select({"all": {"order": "shuffled", "seed": 1}}, requests))
    assert first != other and all(sorted(row) == [0, 1, 2, 3] for row in first)
    counts = np.bincount([row[0] for row in first], minlength=4)
    assert counts.min() > 25, "each of four comes first about 50 times in 200"
    odd = Requests(("", "\udc80 \U0001f327", "request 1"), (None,) * 3)
    assert shown_of(select({"all": {"order": "shuffled"}}, odd))[2] == first[1]


@given(
    st.lists(st.lists(st.sampled_from(["mail", "fax", "clock", "banana"])), min_size=1, max_size=4),
    st.sampled_from([*SPECS, {"all": {"order": "name"}}, {"retrieved": {"order": "reversed", "k": 2}}]),
)
def test_only_what_is_offered_is_shown_and_each_once(offers, spec):
    requests = asked(*map(tuple, offers))
    ranking = Ranking(np.repeat(ONE.chunk, len(offers), axis=0), np.repeat(ONE.score, len(offers), axis=0))
    for row, names in zip(shown_of(select(spec, requests, ranking=ranking)), offers, strict=True):
        assert len(set(row)) == len(row) and {TOOLS.tools[place].id for place in row} <= set(names)


@pytest.mark.parametrize("order", ["score", "reversed", "given", "name", "shuffled"])
@pytest.mark.parametrize("word", ["all", "retrieved", "server-then-tool"])
def test_no_tools_and_no_requests(word, order):
    empty = ToolSet(())
    assert shown_of(select({word: {"order": order}}, asked(None), empty, ranked([], width=1))) == [[]]
    none = Ranking(np.zeros((0, 4), dtype=np.int32), np.zeros((0, 4)))
    assert shown_of(select({word: {"order": order}}, asked(), TOOLS, none)) == []
