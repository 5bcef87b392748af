"""A tuned bundle (hybrid, then maxsim) beside LlamaIndex's QueryFusionRetriever on Chroma: latency, throughput, load time.

Both sides hold the same chunks and the same vectors, run the same embedder (all-MiniLM-L6-v2 by our loop, in one thread),
take 50 candidates from words and 50 from vectors, and hand out ten passages with text, document and offsets. LlamaIndex
searches Chroma (HNSW at its defaults) and bm25s, and fuses by reciprocal ranks, with one query for each question; it is run
in sequence and by asyncio, and the faster one counts. The bundle searches an HNSW graph and BM25, fuses by a weighted sum,
and reranks the best 50 by maxsim besides, whose tokens come out of the embedder's one run. `dense` instead of `ann`, an
exact search, is shown too.

Two sizes. 5,183 abstracts of SciFact, whole, 230 tokens on average: long chunks, which is what maxsim's time goes by. And
all texts of SciFact, CovidQA, Chroma's chunking set, AttributionBench and the bundled corpus, in 104,000 chunks of whole
sentences up to 36 tokens: short, so that embedding them stays affordable (twice, for maxsim's tokens as well: half an hour
on two cores, kept for the next run). The questions are SciFact's, 300, asked in turn of all sides, in an order that changes.

What is spent in the embedder is known: its method `encode` is timed on both sides. Whatever else runs counts as outside of
it: on our side what maxsim makes of the tokens, on LlamaIndex's that a vector becomes a list.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

import ragtune
from benchmarks._fusion import fusion
from benchmarks.common import KEPT, conclude, data, kept_workspace
from ragtune import Dataset, Document, load_dataset
from ragtune.bundling import Retriever, export
from ragtune.embedders import _bert
from ragtune.embedders.minilm import Minilm
from ragtune.types import Chunks, Floats, Vectors

DEPTH, K, THREADS = 100, 10, 8
OUTSIDE, WITH, LOAD = 5.0, 1.0, 1.5
ROUNDS, WARM, STARTS = 3, 20, 5
LONG, SHORT = "5k", "100k"
VECTORS: dict[str, dict[str, Any]] = {"dense": {}, "ann": {"quantization": "int8"}}
"""Searches of vectors, exact and by a graph, and their knobs."""
CHUNKERS = {LONG: "whole-document", SHORT: "sentence(size_tokens=36, overlap_tokens=0)"}
QUESTION = "Does vitamin D protect against infections?"
Ask = Callable[[str], Any]


def dataset(size: str) -> Dataset:
    """SciFact, with the texts of the others beside it for the greater size."""
    scifact = load_dataset(data("retrieval/scifact"))
    if size == LONG:
        return scifact
    others = [load_dataset(data("spans/covidqa")), load_dataset(data("spans/chroma")), load_dataset("python-stdlib")]
    documents = [d for other in others for d in (replace(d, id=f"{other.name}:{d.id}") for d in other.documents)]
    lines = (data("grounded/attributionbench") / "data.jsonl").read_text(encoding="utf-8").splitlines()
    passages = sorted({passage for line in lines for passage in json.loads(line)["passages"] if passage.strip()})
    documents += [Document(f"attributionbench:{i}", passage) for i, passage in enumerate(passages)]
    return Dataset("latency", (*scifact.documents, *documents), scifact.queries, {})


def bundle(size: str, vectors: str) -> Path:
    """The design on that data, as an app gets it; `vectors` is the retriever over vectors."""
    parts = [{"bm25": {"k1": 0.9, "b": 0.4, "depth": DEPTH}}, {vectors: {"depth": DEPTH, **VECTORS[vectors]}}]
    hybrid = {"retrievers": parts, "depth": DEPTH}
    design = {
        "chunker": CHUNKERS[size], "embedder": "minilm", "retriever": {"hybrid": hybrid}, "reranker": {"maxsim": {"depth": 20}},
    }  # fmt: skip
    config = {"name": f"latency-{size}-{vectors}", "space": design, "baseline": design, "metrics": ["nDCG@10"]}
    place = kept_workspace()
    study = ragtune.sweep(dataset(size), config, workspace=place.folder)
    folder = KEPT / f"latency-{size}-{vectors}"
    export(study, place, study.scores.configurations[0], folder)
    print(f"{size} {vectors}: nDCG@10 {float(study.scores.of('nDCG@10').mean()):.4f}", flush=True)
    return folder


class Clock:
    """Seconds spent in the embedder's `encode`, whoever calls it."""

    def __init__(self) -> None:
        self.seconds = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Time the calls."""
        encode = _bert.BertEncoder.encode

        def timed(encoder: _bert.BertEncoder, texts: Sequence[str]) -> Any:
            began = time.perf_counter()
            try:
                return encode(encoder, texts)
            finally:
                self.seconds += time.perf_counter() - began

        with mock.patch.object(_bert.BertEncoder, "encode", timed):
            yield


def latencies(sides: dict[str, Ask], questions: Sequence[str], rounds: int) -> dict[str, Floats]:
    """Side -> (n, 2) milliseconds: of whole requests, and outside the embedder."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
    clock = Clock()
    order = list(sides)
    with clock.running():
        for ask in sides.values():
            for question in questions[:WARM]:
                ask(question)
        for question in [*questions] * rounds:
            order.append(order.pop(0))
            for name in order:
                clock.seconds = 0.0
                began = time.perf_counter()
                sides[name](question)
                seconds = time.perf_counter() - began
                found[name].append((1000 * seconds, 1000 * (seconds - clock.seconds)))
    return {name: np.array(times) for name, times in found.items()}


def throughput(ask: Ask, questions: Sequence[str], threads: int) -> float:
    """Requests a second."""
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(ask, questions[:WARM]))
        began = time.perf_counter()
        list(pool.map(ask, questions))
        return len(questions) / (time.perf_counter() - began)


LOADING = {
    "model": "from ragtune.embedders.minilm import Minilm; Minilm().encoder(queries=True).encode([question])",
    "bundle": "import ragtune; ragtune.load(folder).retrieve(question)",
}


def loading(folder: Path) -> dict[str, float]:
    """Median seconds to the first answer, of the model and of the bundle, each in processes of its own, in turn."""
    seconds: dict[str, list[float]] = {name: [] for name in LOADING}
    for name in [*LOADING] * STARTS:
        code = f"import sys, time; began = time.perf_counter(); folder, question = sys.argv[1:]; {LOADING[name]}"
        code += "; print(time.perf_counter() - began)"
        command = [sys.executable, "-c", code, str(folder), QUESTION]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        seconds[name].append(float(told))
    return {name: float(np.median(times)) for name, times in seconds.items()}


def judge(size: str, rounds: int) -> tuple[str, bool]:
    """Print what was measured at a size; the line that sums it up, and whether the bars were met."""
    folders = {vectors: bundle(size, vectors) for vectors in ("ann", "dense")}
    ours = {f"bundle, {vectors}": ragtune.load(folder) for vectors, folder in folders.items()}
    questions = [query.text for query in load_dataset(data("retrieval/scifact")).queries]
    held = next(iter(ours.values()))
    chunks, vectors = _held(held, Chunks), _held(held, Vectors)
    with tempfile.TemporaryDirectory() as place:
        encoder = Minilm().encoder(queries=True)
        theirs = fusion(
            held._loaded.corpus,
            chunks,
            vectors,
            lambda text: encoder.encode([text])[0].tolist(),
            Path(place),
            depth=DEPTH,
            k=K,
        )
        sides: dict[str, Ask] = {name: _asking(retriever) for name, retriever in ours.items()}
        sides |= {f"LlamaIndex, {name}": retriever.retrieve for name, retriever in theirs.items()}
        times = latencies(sides, questions, rounds)
        print(f"{len(chunks):,} chunks; ms, p50 and p99\n{'':26}{'whole':>16}{'outside the embedder':>24}")
        for name, each in times.items():
            (p50, out50), (p99, out99) = np.percentile(each, [50, 99], axis=0)
            print(f"{name:26}{p50:8.2f}{p99:8.2f}{out50:16.2f}{out99:8.2f}", flush=True)
        for name, ask in sides.items():
            one, many = (throughput(ask, questions, threads) for threads in (1, THREADS))
            print(
                f"{name:26}{one:8.1f} requests a second, {many:8.1f} by {THREADS} threads ({many / one:.2f} ×)",
                flush=True,
            )
            if name == "bundle, ann":
                gain = many / one
    load = loading(folders["ann"])
    print(f"to the first answer: model {load['model']:.2f} s, bundle {load['bundle']:.2f} s")
    return _summed_up(size, times, gain, load["bundle"] / load["model"])


def _held(retriever: Retriever, kind: type[Any]) -> Any:
    return next(value for value in retriever._loaded.values.values() if isinstance(value, kind))


def _asking(retriever: Retriever) -> Ask:
    return lambda question: retriever.retrieve(question, K)


def _summed_up(size: str, times: dict[str, Floats], gain: float, load: float) -> tuple[str, bool]:
    ours = np.percentile(times["bundle, ann"], [50, 99], axis=0)
    theirs = min(
        (np.percentile(each, [50, 99], axis=0) for name, each in times.items() if name.startswith("LlamaIndex")),
        key=lambda each: float(each[0, 1]),
    )
    (whole50, out50), (whole99, out99) = theirs / ours
    line = (
        f"{size}: {out50:.1f} and {out99:.1f} × less outside the embedder (bar {OUTSIDE}), {whole50:.2f} and {whole99:.2f} × "
        f"less with it (bar {WITH}), {THREADS} threads {gain:.2f} ×, load {load:.2f} × the model's (bar {LOAD})"
    )
    several = (os.cpu_count() or 1) == 1 or gain > 1
    return line, min(out50, out99) >= OUTSIDE and min(whole50, whole99) >= WITH and several and load <= LOAD


def main() -> None:
    """Both sizes."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", nargs="+", choices=CHUNKERS, default=list(CHUNKERS))
    options.add_argument("--rounds", type=int, default=ROUNDS, help="how often each question is asked")
    given = options.parse_args()
    found = [judge(size, given.rounds) for size in given.sizes]
    conclude(
        f"retrieval latency, p50 and p99: {'; '.join(line for line, _ in found)}", passed=all(ok for _, ok in found)
    )


if __name__ == "__main__":
    main()
