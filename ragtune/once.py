"""What several steps of one request ask of a model, the model is asked once.

A step knows nothing of other steps, and so neither does the embedder that averages a query's tokens know of the reranker
that compares them one by one. Within `one_request` the second of them gets what the first had computed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

_Result = TypeVar("_Result")
_found: ContextVar[dict[Hashable, Any] | None] = ContextVar("found", default=None)


@contextmanager
def one_request() -> Iterator[None]:
    """What is computed `once` in here is held until the end of it, for this thread and those that are given its context."""
    token = _found.set({})
    try:
        yield
    finally:
        _found.reset(token)


def once(key: Hashable, work: Callable[[], _Result]) -> _Result:
    """What `work` gives, from before where the same request asked for it; outside of a request, it is done each time."""
    found = _found.get()
    if found is None:
        return work()
    if key not in found:
        found[key] = work()
    result: _Result = found[key]
    return result
