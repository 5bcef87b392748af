"""A REST server at twice its capacity, valid and hostile requests mixed: no crash, no leak, and those it accepts are quick.

The server is a process of its own, started by its command, with a bundle of the bundled corpus (BM25 and MiniLM, fused).
Capacity is what it answers when it is always asked by as many as it has workers, and one more. Then requests come at random
(Poisson), valid ones at twice that rate and hostile ones besides, whatever becomes of them. The overload is cut in rounds, and
before each the server is asked one request at a time: so what else the machine does meets both alike.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import secrets
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil

import ragtune
from benchmarks._http_load import Client, hostile
from benchmarks.common import KEPT, conclude, kept_workspace
from ragtune.bundling import export

RATIO, LEAK = 2.0, 0.05
ROUNDS, IDLE_SHARE = 6, 0.2
SHARE_HOSTILE = 0.2
"""Of all requests."""
SLOW, HUGE_EVERY_S, HUGE_BYTES = 8, 15, 100_000_000
DESIGN = {"chunker": "sentence", "embedder": "minilm", "retriever": "hybrid"}


def bundle() -> tuple[Path, list[str]]:
    """The bundle, and questions to ask it."""
    config = {"name": "serving", "space": DESIGN, "baseline": DESIGN, "metrics": ["nDCG@10"]}
    place = kept_workspace()
    study = ragtune.sweep("python-stdlib", config, workspace=place.folder)
    folder = KEPT / "serving-bundle"
    export(study, place, study.scores.configurations[0], folder)
    return folder, [query.text for query in ragtune.load_dataset("python-stdlib").queries]


@contextmanager
def server(folder: Path, *options: str) -> Iterator[tuple[psutil.Process, Client]]:
    """The process, and a client of it."""
    token = secrets.token_hex(16)
    command = [sys.executable, "-m", "ragtune", "serve", str(folder), "--port", "0", "--token-env", "SERVING_TOKEN"]
    process = subprocess.Popen(
        [*command, "--rate", "0", *options],
        env={**os.environ, "SERVING_TOKEN": token},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        found = re.search(r"http://([\d.]+):(\d+)", process.stderr.readline())
        assert found is not None, process.stderr.read()
        yield psutil.Process(process.pid), Client((found.group(1), int(found.group(2))), token)
    finally:
        process.terminate()
        process.wait(timeout=30)


@dataclass
class Load:
    """What came of the requests, over all rounds."""

    idle_ms: list[float] = field(default_factory=list)
    latency_ms: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    """Bytes, once a second under load."""

    def fifths_mb(self) -> list[float]:
        """Median memory in each fifth of the time."""
        return [float(np.median(part)) / 1e6 for part in np.array_split(np.array(self.memory), 5)]


async def idle_ms(client: Client, asks: Sequence[bytes], seconds: float) -> list[float]:
    """Latencies, one request at a time."""
    found: list[float] = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        status, took = await client.ask(asks[len(found) % len(asks)])
        assert status == 200, status
        found.append(took)
        await asyncio.sleep(0.002)
    return found


async def capacity(client: Client, asks: Sequence[bytes], seconds: float, at_once: int) -> float:
    """Answers a second."""
    until, answered = time.monotonic() + seconds, 0

    async def asking(i: int) -> None:
        nonlocal answered
        while time.monotonic() < until:
            status, _ = await client.ask(asks[i % len(asks)])
            answered += status == 200
            i += 7
            if status != 200:
                await asyncio.sleep(0.001)

    await asyncio.gather(*map(asking, range(at_once)))
    return answered / seconds


async def overload(
    process: psutil.Process, client: Client, asks: Sequence[bytes], per_s: float, seconds: float, load: Load
) -> None:
    """So many valid requests a second, and hostile ones besides, come what may."""
    rng, attacks = random.Random(len(load.memory)), hostile(client)
    running: set[asyncio.Task[None]] = set()
    began = time.monotonic()

    def start(work: asyncio.Task[None]) -> None:
        running.add(work)
        work.add_done_callback(running.discard)

    async def valid(request: bytes) -> None:
        status, took = await client.ask(request)
        load.statuses[status] += 1
        if status == 200:
            load.latency_ms.append(took)
        elif status not in (429, 503):
            load.wrong.append(f"a valid request got {status}")

    async def attack(i: int) -> None:
        one = attacks[i]
        status, _ = await client.ask(one.request, fresh=True)
        load.refused[one.name] += 1
        if status not in (*one.refusals, 429, 503):
            load.wrong.append(f"{one.name}: {status}")

    async def slow() -> None:
        while time.monotonic() - began < seconds:
            status = await client.ask_slowly(60)
            load.refused["slow body"] += 1
            if status not in (408, 503, 0):
                load.wrong.append(f"slow body: {status}")

    async def huge() -> None:
        while time.monotonic() - began < seconds:
            status = await client.ask_hugely(HUGE_BYTES)
            load.refused["100 MB sent"] += 1
            if status not in (413, 503, 0):
                load.wrong.append(f"100 MB sent: {status}")
            await asyncio.sleep(HUGE_EVERY_S)

    for _ in range(SLOW):
        start(asyncio.create_task(slow()))
    start(asyncio.create_task(huge()))
    due, sampled = began, began
    while due - began < seconds:
        due += rng.expovariate(per_s / (1 - SHARE_HOSTILE))
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        if rng.random() < SHARE_HOSTILE:
            start(asyncio.create_task(attack(rng.randrange(len(attacks)))))
        else:
            start(asyncio.create_task(valid(rng.choice(asks))))
        if due - sampled > 1:
            sampled = due
            load.memory.append(process.memory_info().rss)
    await asyncio.gather(*running)


async def measure(folder: Path, questions: list[str], seconds: float, options: Sequence[str]) -> None:
    load, part = Load(), seconds / ROUNDS
    with server(folder, *options) as (process, client):
        asks = [client.query(question) for question in questions]
        await idle_ms(client, asks, 2)
        workers = max(1, (os.cpu_count() or 1) // 2)
        most = await capacity(client, asks, max(2.0, seconds * 0.05), workers + 1)
        for _ in range(ROUNDS):
            load.idle_ms += await idle_ms(client, asks, IDLE_SHARE * part)
            await overload(process, client, asks, 2 * most, part, load)
        alive = process.is_running() and process.status() != psutil.STATUS_ZOMBIE
        after, _ = await client.ask(asks[0], fresh=True)
    told(load, most, seconds, alive=alive and after == 200)


def told(load: Load, most: float, seconds: float, *, alive: bool) -> None:
    (p50, p99), (p50_idle, p99_idle) = (np.percentile(found, [50, 99]) for found in (load.latency_ms, load.idle_ms))
    fifths = load.fifths_mb()
    grown = fifths[-1] / fifths[1] - 1
    print(f"idle: p50 {p50_idle:.1f} ms, p99 {p99_idle:.1f} ms ({len(load.idle_ms)} requests); capacity {most:.0f}/s")
    print(f"valid ones at {2 * most:.0f}/s for {seconds:.0f} s: {dict(sorted(load.statuses.items()))}")
    print(f"accepted: p50 {p50:.1f} ms, p99 {p99:.1f} ms; memory by fifths: {', '.join(f'{m:.0f}' for m in fifths)} MB")
    print(f"refused: {dict(load.refused)}; wrongly answered: {load.wrong[:5] or 'none'}")
    passed = alive and not load.wrong and grown <= LEAK and p99 <= RATIO * p99_idle
    conclude(
        f"p99 of accepted {p99 / p99_idle:.2f} x idle (bar {RATIO}), memory {grown:+.1%} (bar {LEAK:.0%}), "
        f"{len(load.wrong)} hostile requests not refused, {'no crash' if alive else 'crashed'}",
        passed=passed,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("options", nargs="*", help="options of the server, after --")
    given = parser.parse_args()
    folder, questions = bundle()
    asyncio.run(measure(folder, questions, given.seconds, given.options))


if __name__ == "__main__":
    main()
