"""The chat caller and an endpoint that fails for 30 % of its requests, over 1,000 cases.

Every case is answered or listed as failed; no request is sent again that was answered; a second run asks for the failed
ones alone; budgets of requests, tokens and money hold, counted by the endpoint, whatever it loses of its replies.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from decimal import Decimal
from typing import Any
from unittest import mock

import numpy as np

from benchmarks.common import conclude, fresh_workspace, stopwatch
from ragtune.callers.chat import Chat
from ragtune.endpoint import _costs, _endpoint, reset_budgets
from ragtune.endpoint._budget import meter
from ragtune.engine.memo import Memo
from ragtune.engine.step import Step
from ragtune.engine.workspace import Workspace
from ragtune.tools import Call, Replies, Requests, Shown, Tool, ToolSet
from tests.endpoint_server import CALL_FAULTS, EndpointServer, mixed

SCHEMA = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
TOOLS = ToolSet(tuple(Tool(name=f"tool.{i}", description=f"Does {i}.", input_schema=SCHEMA) for i in range(5)))
USD_A_TOKEN = Decimal(1) / 1_000_000


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--faults", type=float, default=0.3)
    n, faults = (args := parser.parse_args()).cases, args.faults
    with EndpointServer(call=_call) as server, fresh_workspace("tools-chat") as workspace, stopwatch() as watch:
        server.faults = mixed(faults, CALL_FAULTS)
        caller = _chat(server.url)
        first, missing = _run(caller, n, workspace)
        failed = [i for i, reply in enumerate(first.replies) if reply.failed]
        right = [i for i, reply in enumerate(first.replies) if not reply.failed and reply.calls == (_expected(i),)]
        print(
            f"{n:,} cases, {len(server.requests):,} requests, {1 - server.faulted[''] / len(server.requests):.1%} faulty"
        )
        print(f"answered as they should be {len(right):,}, listed as failed {len(failed):,}")
        sent = Counter(server.called)
        server.faults = {}
        before = len(server.requests)
        second, left = _run(caller, n, workspace)
        again = len(server.requests) - before
        print(f"second run: {again:,} requests, {sum(bool(r.failed) for r in second.replies):,} failed")
        checks = {
            "every case is answered or listed": len(right) + len(failed) == n and missing == len(failed),
            "no answered request was sent again": set(sent.values()) | set(server.called.values()) == {1},
            "the second run asks for the failed alone": again == len(failed) and left == 0,
            **_budgets(server, n, faults, workspace),
        }
    print(f"{watch.wall:.1f} s")
    for name, held in checks.items():
        print(f"  {'ok' if held else 'NO'}  {name}")
    told = f"tools-chat: {len(right):,} of {n:,} cases answered, {len(failed):,} listed as failed, none twice, budgets held"
    conclude(told, passed=all(checks.values()))


def _budgets(server: EndpointServer, n: int, faults: float, workspace: Workspace) -> dict[str, bool]:
    """Each budget at about half of what is needed, 32 requests at once."""
    server.faults = mixed(faults, [fault for fault in CALL_FAULTS if fault not in ("hang", "drip")])
    held = {}
    # A reply that gets lost is counted as long as it may be, so the budget is used up sooner than what is billed.
    budgets = {"requests": n // 2, "tokens": 300 * n, "usd": float(300 * n * USD_A_TOKEN)}
    for draw, (name, budget) in enumerate(budgets.items(), 1):
        reset_budgets()
        before, billed = len(server.requests), server.billed
        with mock.patch.object(_endpoint, "price", _price), mock.patch.object(_costs, "price", _price):
            caller = _chat(server.url, draw=draw, **{f"budget_{name}": budget})
            replies = _run(caller, n, workspace)[0].replies
        requests, tokens = len(server.requests) - before, server.billed - billed
        answered = sum(not reply.failed for reply in replies)
        gauge = meter(server.url, "m")
        spent = {"requests": requests, "tokens": tokens, "usd": float(tokens * USD_A_TOKEN)}[name]
        print(f"budget_{name} {budget:,.6g}: spent {spent:,.6g} in {requests:,} requests, {answered:,} answered")
        told = sum("the budget is spent" in reply.failed for reply in replies)
        within = spent <= float(getattr(gauge, name)) <= budget
        held[f"budget_{name} holds, and the rest is listed"] = within and 0 < answered < n and told > 0
    return held


def _run(caller: Chat, n: int, workspace: Workspace) -> tuple[Replies, int]:
    memo = Memo(workspace.memo, Step(caller, "call").memo_scope, lambda *_: None)
    tool = np.tile(np.arange(len(TOOLS), dtype=np.int32), (n, 1))
    requests = Requests(tuple(f"case {i}" for i in range(n)), (None,) * n)
    return caller.call(requests, Shown(tool, np.full(tool.shape, np.nan)), TOOLS, memo=memo), memo.missing


def _chat(url: str, **knobs: Any) -> Chat:
    quick = {"backoff_s": 0.005, "max_retries": 2, "timeout_s": 2.0, "concurrency": 32, "max_tokens": 20, "model": "m"}
    return Chat.model_validate({"base_url": url, **quick, **knobs})


def _call(body: dict[str, Any]) -> list[tuple[str, str]]:
    text = body["messages"][-1]["content"]
    tool = int(text.split()[-1]) % len(TOOLS)
    return [(body["tools"][tool]["function"]["name"], json.dumps({"text": text}))]


def _expected(i: int) -> Call:
    return Call(tool=f"tool.{i % len(TOOLS)}", arguments={"text": f"case {i}"})


def _price(model: str, url: str, read: int, written: int = 0, cached: int = 0) -> Decimal:
    """What no price list knows: a millionth of a dollar for every token."""
    return (read + written) * USD_A_TOKEN


if __name__ == "__main__":
    main()
