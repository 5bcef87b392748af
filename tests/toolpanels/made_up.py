"""Four tools and eight cases whose outcomes can be counted by hand."""

from __future__ import annotations

import numpy as np

from ragtune.toolpanels import Judged
from ragtune.tools import Accept, Call, Case, ExpectedCall, Reply, Requests, Shown, Tool, ToolSet

INF = float("inf")
TOOLS = ToolSet(
    (
        Tool(name="a", description="send an email message"),
        Tool(name="b", description="send a chat message"),
        Tool(name="c", description="book a room"),
        Tool(name="d", description="weather"),
    )
)
EDITED = TOOLS.with_tools(TOOLS.tools[:3])
"""An edit has hidden d."""


def expects(*tools: str) -> tuple[ExpectedCall, ...]:
    return tuple(ExpectedCall(tool=tool) for tool in tools)


CASES = (
    Case(id="right", query="mail", calls=expects("a")),
    Case(id="rival", query="write", calls=expects("a")),
    Case(id="unshown", query="chat", calls=expects("b")),
    Case(id="hidden", query="sun", calls=expects("d")),
    Case(id="silent", query="hello", calls=()),
    Case(id="false", query="sing", calls=()),
    Case(id="unoffered", query="room", calls=expects("c"), tools=("a", "b")),
    Case(id="partly", query="both", calls=expects("a", "b")),
)
CALLED = ("a", "b", "a", "", "", "c", "", "a")
SHOWN = ((0, 1, -1), (0, 1, -1), (0, 2, -1), (0, 1, 2), (0, 1, 2), (2, 1, -1), (0, 1, -1), (0, 1, 2))
CONFIDENCE = (0.9, 0.8, 0.4, 0.1, 0.2, 0.6, None, 0.7)
SCORES = np.array(
    [[3, 1, 0], [1, 2, 0], [2, 1, 0], [0, 0, 1], [-INF, -INF, -INF], [0, 0, 1], [1, 0, 9], [3, 2, 1]], dtype=np.float64
)


def judged(
    called: tuple[str, ...] = CALLED, confidence: tuple[float | None, ...] = CONFIDENCE, **replaced: Reply
) -> Judged:
    """The eight cases; `replaced` are other replies, by the id of the case."""
    replies = [
        Reply(calls=(Call(tool=tool),) if tool else (), confidence=sure)
        for tool, sure in zip(called, confidence, strict=True)
    ]
    told = tuple(replaced.get(case.id, reply) for case, reply in zip(CASES, replies, strict=True))
    shown = np.array(SHOWN, dtype=np.int32)
    requests = Requests(tuple(case.query for case in CASES), tuple(case.tools for case in CASES))
    return Judged(CASES, TOOLS, EDITED, requests, Shown(shown, np.where(shown >= 0, 1.0, np.nan)), told)


def with_arguments() -> Judged:
    """One case of the right tool with a wrong argument, and one without a reply."""
    schema = {"type": "object", "properties": {"to": {"type": "string"}}, "required": ["to"]}
    tools = ToolSet((Tool(name="a", input_schema=schema),))
    wanted = ExpectedCall(tool="a", arguments={"to": Accept(any_of=("ann",))})
    cases = tuple(Case(id=id, query=id, calls=(wanted,)) for id in ("right", "wrong", "gone"))
    replies = (
        Reply(calls=(Call(tool="a", arguments={"to": "ann"}),)),
        Reply(calls=(Call(tool="a", arguments={"to": "bob"}),)),
        Reply(failed="the endpoint said no"),
    )
    shown = Shown(np.zeros((3, 1), dtype=np.int32), np.full((3, 1), np.nan))
    return Judged(cases, tools, tools, Requests(("right", "wrong", "gone"), (None,) * 3), shown, replies)
