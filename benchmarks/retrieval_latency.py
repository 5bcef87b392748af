"""A tuned bundle (hybrid, then maxsim) beside LlamaIndex's QueryFusionRetriever on Chroma: latency, throughput, load time.

Both sides hold the same chunks and the same vectors, run the same embedder (all-MiniLM-L6-v2 by our loop, in one thread),
take 100 candidates by words and 100 by vectors, as many as our retrievers rank at their defaults, fuse them by reciprocal
rank, and hand out ten passages with text, document and offsets. LlamaIndex does so with its own packages for BM25 (bm25s) and
Chroma (embedded, HNSW at its defaults) and with one query for each question; it is run in sequence and by asyncio, and the
faster one counts. The bundle reranks the first 20 by maxsim besides, whose tokens come out of the embedder's one run.

Three bundles: an exact search of vectors, an HNSW graph over bytes, and maxsim at its defaults (the first 50, a vector for
each token). Exact search counts for the smaller set and the graph for the larger, as one would choose them.

Two sets. `5k`: 5,183 abstracts of SciFact, whole, 230 tokens on average, for maxsim's time goes by the length of chunks.
`100k`: all texts of SciFact, CovidQA, Chroma's chunking set, AttributionBench and the bundled corpus, cut into 104,000 chunks
of whole sentences up to 36 tokens; short, so that to embed them, and to read them again for maxsim, takes half an hour on two
cores and not two. Both are kept for the next run. The questions are SciFact's, 300, each asked of all sides in turn.

What is spent in the embedder is known: its method `encode` is timed on both sides. Whatever else runs counts as outside of
it: on our side what maxsim makes of the tokens, on LlamaIndex's that a vector becomes a list.
"""

from __future__ import annotations

import argparse
import gc
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
from ragtune.types import Floats, Vectors

DEPTH, K, THREADS = 100, 10, 8
OUTSIDE, WITH, LOAD = 5.0, 1.0, 1.5
ROUNDS, WARM, STARTS = 3, 20, 5
LONG, SHORT = "5k", "100k"
THEIRS = "LlamaIndex"
SEARCHES: dict[str, dict[str, Any]] = {"dense": {}, "ann": {"quantization": "int8"}}
TUNED = {"depth": 20, "tokens_per_vector": 2}
DESIGNS: dict[str, tuple[str, dict[str, Any]]] = {
    "exact": ("dense", TUNED), "graph": ("ann", TUNED), "graph, maxsim's defaults": ("ann", {}),
}  # fmt: skip
COUNTS = {LONG: "exact", SHORT: "graph"}
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


def bundle(size: str, name: str, depth: int) -> Path:
    """A design on that data, as an app gets it."""
    search, maxsim = DESIGNS[name]
    parts = [{"bm25": {"k1": 0.9, "b": 0.4, "depth": depth}}, {search: {"depth": depth, **SEARCHES[search]}}]
    design = {
        "chunker": CHUNKERS[size],
        "embedder": "minilm",
        "retriever": {"hybrid": {"retrievers": parts, "depth": depth}},
        "reranker": {"maxsim": maxsim},
    }
    config = {"name": f"latency-{size}", "space": design, "baseline": design, "metrics": ["nDCG@10"]}
    place = kept_workspace()
    study = ragtune.sweep(dataset(size), config, workspace=place.folder)
    folder = KEPT / f"latency-{size}-{[*DESIGNS].index(name)}"
    manifest = export(study, place, study.scores.configurations[0], folder)
    sizes = [(held.bytes / 1e6, "maxsim" in held.holds) for held in manifest.artefacts.values()]
    total, tokens = sum(mb for mb, _ in sizes), sum(mb for mb, of_maxsim in sizes if of_maxsim)
    ndcg = float(study.scores.of("nDCG@10").mean())
    print(f"{size} {name}: nDCG@10 {ndcg:.4f}, {total:.0f} MB, of it maxsim {tokens:.0f}", flush=True)
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


def judge(size: str, depth: int, rounds: int) -> tuple[str, bool]:
    """Print what was measured on a set; the line that sums it up, and whether the bars were met."""
    folders = {name: bundle(size, name, depth) for name in DESIGNS}
    ours = {name: ragtune.load(folder) for name, folder in folders.items()}
    questions = [query.text for query in load_dataset(data("retrieval/scifact")).queries]
    encoder = Minilm().encoder(queries=True)
    loaded = ours[COUNTS[size]]._loaded
    vectors = next(value for value in loaded.values.values() if isinstance(value, Vectors))
    with tempfile.TemporaryDirectory() as place:
        held = loaded.corpus, loaded.chunks, vectors
        theirs = fusion(*held, lambda text: encoder.encode([text])[0].tolist(), Path(place), depth=depth, k=K)
        sides: dict[str, Ask] = {name: _asking(retriever) for name, retriever in ours.items()}
        sides |= {f"{THEIRS}, {name}": retriever.retrieve for name, retriever in theirs.items()}
        gc.collect()
        gc.freeze()  # what stands ready is no garbage of any side's requests
        times = latencies(sides, questions, rounds)
        print(f"{len(loaded.chunks):,} chunks, depth {depth}; ms, p50 and p99")
        print(f"{'':26}{'whole':>16}{'outside the embedder':>24}{'requests a second':>22}{f'by {THREADS} threads':>16}")
        gains = {}
        for name, each in times.items():
            (p50, out50), (p99, out99) = np.percentile(each, [50, 99], axis=0)
            one, many = (throughput(sides[name], questions, threads) for threads in (1, THREADS))
            gains[name] = many / one
            print(f"{name:26}{p50:8.2f}{p99:8.2f}{out50:16.2f}{out99:8.2f}{one:22.1f}{many:16.1f}", flush=True)
        gc.unfreeze()
    load = loading(folders[COUNTS[size]])
    print(f"to the first answer: model {load['model']:.2f} s, bundle {load['bundle']:.2f} s")
    return _summed_up(size, times, gains[COUNTS[size]], load["bundle"] / load["model"])


def _asking(retriever: Retriever) -> Ask:
    return lambda question: retriever.retrieve(question, K)


def _summed_up(size: str, times: dict[str, Floats], gain: float, load: float) -> tuple[str, bool]:
    ours = np.percentile(times[COUNTS[size]], [50, 99], axis=0)
    theirs = min(
        (np.percentile(each, [50, 99], axis=0) for name, each in times.items() if name.startswith(THEIRS)),
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
    options.add_argument("--depth", type=int, default=DEPTH, help="candidates by words, and by vectors")
    options.add_argument("--rounds", type=int, default=ROUNDS, help="how often each question is asked")
    given = options.parse_args()
    found = [judge(size, given.depth, given.rounds) for size in given.sizes]
    conclude(
        f"retrieval latency, p50 and p99: {'; '.join(line for line, _ in found)}", passed=all(ok for _, ok in found)
    )


if __name__ == "__main__":
    main()
