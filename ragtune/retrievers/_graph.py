"""A navigable graph of codes (HNSW, Malkov & Yashunin 2018), by usearch: the same bits from the same codes."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from ragtune.errors import MissingModelError
from ragtune.retrievers._codes import Codes, Quantization
from ragtune.types import Floats, Ints, Value

_METRICS = {"none": ("ip", "f32"), "int8": ("ip", "i8"), "binary": ("hamming", "b1")}


@dataclass(frozen=True, eq=False)
class Graph(Value):
    """`data` (n_bytes,) uint8: the graph with the codes, as usearch writes it; empty where there is nothing to search.

    `scale` is that of the codes.
    """

    data: NDArray[np.uint8]
    scale: Floats


def build(codes: Codes, quantization: Quantization, m: int, ef_construction: int) -> Graph:
    """One vector after another by one thread: with several, the graph would be another each time."""
    if not codes.code.size:
        return Graph(np.zeros(0, dtype=np.uint8), codes.scale)
    metric, dtype = _METRICS[quantization]
    dim = int(codes.scale[1])
    index = _usearch()(ndim=dim, metric=metric, dtype=dtype, connectivity=m, expansion_add=ef_construction)
    index.add(np.arange(len(codes.code), dtype=np.uint64), codes.code, threads=1)
    return Graph(np.frombuffer(bytes(index.save()), dtype=np.uint8), codes.scale)


def walk(graph: Graph, asked: NDArray[Any], k: int, ef_search: int) -> list[Ints]:
    """The k nearest that a walk finds for each code, in no order to rely on."""
    index, lock = _open(graph)
    with lock:  # usearch keeps what it looks at by thread number, and there is one
        index.expansion_search = ef_search
        return [np.asarray(index.search(one, k, threads=1).keys).astype(np.int64) for one in asked]


def held(graph: Graph, places: Ints) -> NDArray[Any]:
    """The codes at some places."""
    return np.asarray(_open(graph)[0].get(places.astype(np.uint64)))


_opened: WeakKeyDictionary[Graph, tuple[Any, threading.Lock]] = WeakKeyDictionary()
"""Graphs that were opened, so that a query does not wait for it; each looks into its array, which may lie in a mapped file."""
_opening = threading.Lock()


def _open(graph: Graph) -> tuple[Any, threading.Lock]:
    with _opening:
        if graph not in _opened:
            _opened[graph] = (_usearch().restore(graph.data.data, view=True), threading.Lock())
        return _opened[graph]


def _usearch() -> Any:
    try:
        from usearch.index import Index
    except ModuleNotFoundError:
        raise MissingModelError("retriever ann needs usearch: pip install 'ragtune[ann]'") from None
    return Index
