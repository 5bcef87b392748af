"""Spans of OpenTelemetry, where its API is installed; nothing at all where it is not.

Names follow its conventions for generative AI: the operation is `retrieval`, the data source is the bundle. No span holds
the text of a query or a passage.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer


class Retrieval:
    """A retrieval under way, for what is known of it only at its end."""

    def __init__(self, span: Span | None) -> None:
        self._span = span

    def told(self, **attributes: str | int | float | None) -> None:
        """Attributes of the span, below `ragtune.`; what is None is left out."""
        if self._span is not None:
            self._span.set_attributes({f"ragtune.{k}": v for k, v in attributes.items() if v is not None})


@contextmanager
def retrieval_span(bundle: str, *, k: int | None = None, arm: str = "") -> Iterator[Retrieval]:
    """A span around a retrieval; an exception that passes through is recorded on it."""
    tracer = _tracer()
    if tracer is None:
        yield Retrieval(None)
        return
    known = {"gen_ai.operation.name": "retrieval", "gen_ai.data_source.id": bundle}
    with tracer.start_as_current_span(f"retrieval {bundle[:12]}".rstrip(), attributes=known) as span:
        retrieval = Retrieval(span)
        retrieval.told(k=k, arm=arm or None)
        yield retrieval


def current_trace() -> str:
    """The id of the trace that is being recorded, 32 hexadecimal digits; empty where there is none."""
    if _tracer() is None:
        return ""
    from opentelemetry.trace import format_trace_id, get_current_span

    context = get_current_span().get_span_context()
    return format_trace_id(context.trace_id) if context.is_valid else ""


@lru_cache(maxsize=1)
def _tracer() -> Tracer | None:
    try:
        from opentelemetry.trace import get_tracer
    except ImportError:
        return None
    return get_tracer("ragtune")
