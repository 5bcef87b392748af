"""The endpoint client: throughput, time to first token, 10,000 calls at 30 % faults, and a kill in the middle.

The endpoint runs in a process of its own, and it is the endpoint that counts: what came, and what it answered whole.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from benchmarks.common import KEPT, conclude, fresh_workspace
from ragtune.endpoint import Client, Completion, Endpoint, Request, ask
from ragtune.engine.memo import Memo
from ragtune.engine.workspace import Workspace
from tests.endpoint_server import JUDGE_FAULTS

REPLY = '{"score": 0.5}'
CONCURRENCY = 32
LATENCY_S = 0.2
AT_LEAST = 0.9
FIRST_TOKEN_S = 0.005


@contextmanager
def server(*options: str) -> Iterator[str]:
    """The address of an endpoint in another process."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.endpoint_server", "--port", "0", "--reply", REPLY, *options],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def record(url: str) -> dict[str, Any]:
    """What the endpoint counted."""
    with urlopen(f"{url}/record") as reply:
        found: dict[str, Any] = json.load(reply)
    return found


def client(url: str, **knobs: Any) -> Client:
    quick = {"backoff_s": 0.01, "timeout_s": 3.0, "concurrency": CONCURRENCY, "model": "m"}
    return Endpoint.model_validate({"base_url": url, **quick, **knobs}).client()


def requests(n: int) -> list[Request]:
    return [Request((("user", f"query {i}"),), {"max_tokens": 20}, check=score) for i in range(n)]


def memo(workspace: Workspace) -> Memo:
    return Memo(workspace.memo, "benchmark", lambda *_: None)


def score(completion: Completion) -> None:
    """What a judge does: a number from 0 to 1, or it is none."""
    found = json.loads(completion.text)["score"]
    if not (math.isfinite(found) and 0 <= found <= 1):
        raise ValueError(f"the score is {found}")


def throughput(workspace: Workspace) -> bool:
    """Answers a second at a stated latency and concurrency."""
    n, ideal = 50 * CONCURRENCY, CONCURRENCY / LATENCY_S
    with server("--latency-s", str(LATENCY_S)) as url:
        began, cpu = time.perf_counter(), time.process_time()
        found = ask(memo(workspace), lambda: client(url), requests(n))
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
    rate = n / took
    print(f"{n} answers by {CONCURRENCY} at once: {rate:.1f} a second of {ideal:.0f} ({rate / ideal:.1%}); ", end="")
    print(f"{1000 * cpu / n:.2f} ms of CPU each")
    return bool(not found.failures and rate >= AT_LEAST * ideal)


def first_token() -> bool:
    """How far apart client and endpoint are on when the first token came."""
    n = 100
    with server("--first-token-s", "0.1", "--token-s", "0.005") as url:
        asking = client(url, stream=True)
        found = [asking.chat([{"role": "user", "content": "x"}]).first_token_seconds or math.inf for _ in range(n)]
        own = [seconds for _, seconds in record(url)["first_tokens"]]
    apart = sorted(abs(mine - its) * 1000 for mine, its in zip(found, own, strict=True))
    told = f"median {statistics.median(apart):.2f} ms, p95 {apart[int(0.95 * n)]:.2f} ms, most {apart[-1]:.2f} ms"
    print(f"time to first token, {n} streams, beside the endpoint's own record: {told}")
    return bool(apart[int(0.95 * n)] <= FIRST_TOKEN_S * 1000)


def faults(workspace: Workspace, n: int) -> bool:
    """Every call answered or listed; a second run asks for the listed ones alone; nothing answered twice."""
    with server("--faults", "0.3", "--judged") as url:
        began, asked = time.perf_counter(), requests(n)
        missing, runs = [n], 0
        while missing[-1] and runs < 10:  # each run begins as a new process would: from what is on disk
            runs += 1
            before = sum(record(url)["came"].values())
            found = ask(memo(workspace), lambda: client(url, max_retries=2), asked)
            if {i for i, each in enumerate(found.completions) if each is None} != found.failures.keys():
                return False
            missing.append(len(found.failures))
            came = sum(record(url)["came"].values()) - before
            print(f"run {runs}: {came:,} requests for {missing[-2]:,} calls, {missing[-1]:,} listed as failed")
        told = record(url)
        took = time.perf_counter() - began
    twice = sum(count != 1 for count in told["asked"].values())
    kinds = {kind: count for kind, count in sorted(told["faulted"].items()) if kind}
    print(f"faults: {kinds}")
    print(f"{len(told['asked']):,} of {n:,} answered in {took:.0f} s, {twice} of them more or less than once")
    whole = len(told["asked"]) == n and kinds.keys() == set(JUDGE_FAULTS)
    return not missing[-1] and not twice and whole


def killed(n: int) -> bool:
    """Kill -9 in the middle, and go on: what was repeated."""
    folder = KEPT / "endpoint-killed"
    with server("--latency-s", str(LATENCY_S)) as url, fresh_workspace(folder.name) as workspace:
        child = subprocess.Popen([sys.executable, "-m", "benchmarks.endpoint", "--child", url, str(folder), str(n)])
        while sum(record(url)["asked"].values()) < n // 2 and child.poll() is None:
            time.sleep(0.05)
        child.send_signal(signal.SIGKILL)
        child.wait()
        time.sleep(2 * LATENCY_S)
        before = record(url)["came"]
        found = ask(memo(workspace), lambda: client(url), requests(n))
        came = record(url)["came"]
    repeated = sum(came[query] - count for query, count in before.items())
    print(f"killed after {len(before):,} of {n:,} calls: {repeated} repeated, {CONCURRENCY} were under way at once")
    return not found.failures and len(before) < n and bool(repeated <= CONCURRENCY)


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--child", nargs=3, metavar=("URL", "FOLDER", "N"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        url, folder, n = args.child
        ask(memo(Workspace(Path(folder))), lambda: client(url), requests(int(n)))
        os._exit(0)
    passed = []
    with fresh_workspace("endpoint-throughput") as workspace:
        passed.append(throughput(workspace))
    passed.append(first_token())
    passed.append(killed(40 * CONCURRENCY))
    with fresh_workspace("endpoint-faults") as workspace:
        passed.append(faults(workspace, args.calls))
    conclude(f"endpoint client: {sum(passed)} of {len(passed)} bars met", passed=all(passed))


if __name__ == "__main__":
    main()
