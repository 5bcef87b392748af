"""Vector stores and the HNSW retriever: what they lose against exact search, and how long they take, as ratios to numpy.

20,000 vectors of 384 numbers around 400 centres, as texts are around subjects, and 200 queries of the same kind, made from a
seed. Each store searches one query at a time; the exact search that the ratios refer to is timed in turn with it. Servers of
Chroma and PostgreSQL are started here; a store whose package is missing is left out, and said.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from benchmarks.common import conclude
from ragtune.errors import RagtuneError
from ragtune.retrievers._nearest import nearest
from ragtune.retrievers.ann import Ann
from ragtune.stores import Knobs, Row, Rows, fill, open_store, overlap, rank
from ragtune.stores._store import Matrix
from ragtune.types import Vectors
from tests.stores.places import chroma_server, postgresql

N, DIM, QUERIES, K = 20_000, 384, 200, 10
BAR = 0.95
BUILT = ((8, 64), (16, 128), (32, 256))
GRAPHS = [
    *(Ann(depth=K, m=m, ef_construction=ef, ef_search=wide) for m, ef in BUILT for wide in (10, 32, 128)),
    *(Ann(depth=K, ef_search=128, quantization=q, rescore=n) for q in ("int8", "binary") for n in (0, 4)),
]  # fmt: skip


def main() -> None:
    """Print a line for each, and hold every store at its defaults against the bar."""
    held, asked = _vectors(N, 0), _vectors(QUERIES, 1)
    lowest = 1.0
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        rows = Rows([Row(f"d{i}:0-9", f"d{i}", 0, 9, "some text") for i in range(N)], held)
        print(f"{'':42}{'overlap@10':>10}{'ms/query':>10}{'× exact':>9}{'fill s':>8}")
        for name, url in _places(Path(folder), stack):
            try:
                found = _store(name, url, rows, asked)
            except (RagtuneError, ImportError) as error:
                print(f"{name:42}left out: {error}")
            else:
                lowest = min(lowest, found)
        for graph in GRAPHS:
            _graph(graph, Vectors(held), asked)
    conclude(f"stores: lowest overlap@10 at the defaults {lowest:.3f} (bar {BAR})", passed=lowest >= BAR)


def _places(folder: Path, stack: ExitStack) -> Iterator[tuple[str, str]]:
    yield from (
        (f"{kind}, in a folder", f"{kind}:{folder / kind}") for kind in ("exact", "chroma", "qdrant", "lancedb")
    )
    (folder / "server").mkdir()
    yield "chroma, a server", stack.enter_context(chroma_server(folder / "server")) + "/chunks"
    yield "pgvector, a server", stack.enter_context(postgresql(folder)) + "#chunks"


def _store(name: str, url: str, rows: Rows, asked: Matrix) -> float:
    with open_store(url, Knobs()) as store:
        began = time.perf_counter()
        fill(store, "benchmark", rows)
        filled = time.perf_counter() - began
        content = store.content()
        share = overlap(content, rows.vectors, asked, K)
        ms, ratio = _timed(lambda one: rank(content, one, K), Vectors(rows.vectors), asked)
        content.close()
    print(f"{name:42}{share:10.3f}{ms:10.2f}{ratio:9.1f}{filled:8.1f}", flush=True)
    return share


def _graph(ann: Ann, held: Vectors, asked: Matrix) -> None:
    began = time.perf_counter()
    codes = ann.codes(held)
    graph = ann.graph(codes)
    built = time.perf_counter() - began
    exact, found = nearest(held, Vectors(asked), K).chunk, ann.rank(graph, held, Vectors(asked)).chunk
    share = float(np.mean([len(set(a) & set(b)) / K for a, b in zip(exact.tolist(), found.tolist(), strict=True)]))
    ms, ratio = _timed(lambda one: ann.rank(graph, held, one), held, asked)
    name = str(ann).replace(f"depth={K}, ", "").replace("ef_construction", "ef_c")
    print(f"{name[:41]:42}{share:10.3f}{ms:10.2f}{ratio:9.2f}{built:8.1f}", flush=True)


def _timed(search: Callable[[Vectors], object], held: Vectors, asked: Matrix) -> tuple[float, float]:
    """(median ms of a query, the same as a multiple of exact search), in turns."""
    ones = [Vectors(asked[i : i + 1]) for i in range(len(asked))]
    search(ones[0])
    times = np.array([[_seconds(search, one), _seconds(lambda q: nearest(held, q, K), one)] for one in ones])
    ms, exact = np.median(times, axis=0) * 1000
    return float(ms), float(ms / exact)


def _seconds(call: Callable[[Vectors], object], one: Vectors) -> float:
    began = time.perf_counter()
    call(one)
    return time.perf_counter() - began


def _vectors(n: int, seed: int) -> Matrix:
    centres = np.random.default_rng(7).standard_normal((400, DIM))
    rng = np.random.default_rng(seed)
    found = centres[rng.integers(0, len(centres), n)] + 0.8 * rng.standard_normal((n, DIM))
    unit: Matrix = (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)
    return unit


if __name__ == "__main__":
    main()
