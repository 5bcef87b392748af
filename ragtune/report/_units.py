"""How measures are called and how their numbers are written, for people."""

from __future__ import annotations

from ragtune.objectives import COSTS

_TITLES = {
    "latency_p50_ms": "p50 latency",
    "latency_p95_ms": "p95 latency",
    "latency_p99_ms": "p99 latency",
    "context_tokens": "Context",
    "tool_tokens": "Tools shown",
    "index_bytes": "Index",
    "embedding_tokens": "Embedded",
    "usd_per_1k": "1,000 requests",
}
_NAMES = {"ms": " ms", "tokens": " tokens", "bytes": " MB", "score": "", "usd": ""}
UNKNOWN = "unknown"


def unit(label: str) -> str:
    """`ms`, `tokens`, `bytes`, `usd` or `score`."""
    for ending in ("ms", "tokens", "bytes"):
        if label.endswith(f"_{ending}"):
            return ending
    return "usd" if label.startswith("usd") else "score"


def title(label: str) -> str:
    """What a column is headed with; the unit is not in it."""
    return _TITLES.get(label, label)


def what(label: str) -> str:
    """A sentence on it, "" where the label says all."""
    return COSTS.get(label, "")


def number(label: str, value: float | None, *, sign: bool = False, named: bool = True) -> str:
    """`0.712`, `12.3 ms`, `1,024 tokens`, `$1.20`; `sign` writes + and a true minus, `named` the unit."""
    if value is None or value != value:
        return UNKNOWN
    kind = unit(label)
    size = abs(value) / 1e6 if kind == "bytes" else abs(value)
    digits = {"score": 3, "tokens": 0, "usd": 2 if size >= 0.01 or not size else 4}.get(kind)
    if digits is None:
        digits = 2 if size < 10 else 1 if size < 100 else 0
    text = f"{size:,.{digits}f}"
    nothing = not text.strip("0.,")
    before = "" if nothing else "−" if value < 0 else "+" if sign else ""
    money = "$" if kind == "usd" and named else ""
    return before + money + text + (_NAMES[kind] if named else "")


def p_value(p: float | None) -> str:
    """`p = 0.031`, `p < 0.001`; "" where there is none."""
    return "" if p is None else "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def count(n: int, one: str, many: str | None = None) -> str:
    """`1 query`, `1,024 queries`."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"
