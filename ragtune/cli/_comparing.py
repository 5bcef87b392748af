"""A comparison for a terminal of 80 columns, and as Markdown."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from ragtune import spelling

if TYPE_CHECKING:
    from ragtune.comparing import Change, Comparison, Flip
    from ragtune.designs import Design

WIDTH = 80


def terminal(found: Comparison, top: int) -> Iterator[str]:
    """Who, on what, a line a metric, and the queries that changed most by the first metric."""
    yield f"before  {_named(found.before)}"
    yield f"after   {_named(found.after)}"
    for slot, before, after in differing(found.before, found.after):
        yield from textwrap.wrap(
            f"{slot}: {before} → {after}", WIDTH, initial_indent="    ", subsequent_indent="      "
        )
    yield from (line for told in said(found) for line in textwrap.wrap(told, WIDTH, subsequent_indent="  "))
    yield ""
    head = f"{'':18}{'before':>9}{'after':>9}{'change':>9}{'95 % interval':>19}{'p':>7}"
    yield click.style(head, dim=True)
    for change in found.changes:
        figures = f"{number(change.before):>9}{number(change.after):>9}{signed(change.difference):>9}"
        line = f"{change.metric:<18}{figures}{interval(change.low, change.high):>19}{p_value(change.p):>7}"
        yield click.style(line, fg=_colour(change))
        yield click.style(f"    {_counts(change)}", dim=True)
    yield from _flips(found.changes[0], top)


def markdown(found: Comparison, top: int) -> Iterator[str]:
    """For a pull request: the same, as tables."""
    yield f"**{_cell(_named(found.after))}** against **{_cell(_named(found.before))}**"
    yield ""
    for slot, before, after in differing(found.before, found.after):
        yield f"- {slot}: `{before}` → `{after}`"
    yield from (f"- {_cell(told)}" for told in said(found))
    yield ""
    yield "| metric | before | after | change | 95 % interval | p | better | worse | same |"
    yield "|---|--:|--:|--:|:-:|--:|--:|--:|--:|"
    for c in found.changes:
        cells = [c.metric, number(c.before), number(c.after), signed(c.difference), interval(c.low, c.high)]
        yield "| " + " | ".join([*cells, p_value(c.p), *map(str, (c.wins, c.losses, c.ties))]) + " |"
    shown = found.changes[0].flips[:top]
    if shown:
        yield ""
        yield f"| query | {found.changes[0].metric} before | after | |"
        yield "|---|--:|--:|---|"
        for flip in shown:
            yield f"| {_cell(flip.query)} | {number(flip.before)} | {number(flip.after)} | {_cell(flip.text)} |"


def differing(before: Design, after: Design) -> Iterator[tuple[str, str, str]]:
    """Slot, and what stood and stands in it, where that is not the same."""
    for slot in dict.fromkeys([*before.slots, *after.slots]):
        old, new = before.slots.get(slot), after.slots.get(slot)
        if json.dumps(old, sort_keys=True) != json.dumps(new, sort_keys=True):
            yield slot, _spelled(old), _spelled(new)


def said(found: Comparison) -> Iterator[str]:
    """Which queries count, and what must be known of the data."""
    dropped = f"{found.only_before} only before, {found.only_after} only after"
    yield f"{len(found.queries)} queries compared; {found.common} in both, {dropped}"
    yield from (f"note: {note}" for note in found.notes)
    main = found.changes[0]
    if main.within_noise:
        yield f"by {main.metric}, the two differ no more than a design differs from itself (ragtune noise)"
    elif main.p > 0.05:
        more = f"; about {main.queries_needed:,} more would settle it" if main.queries_needed else ""
        yield f"by {main.metric}, the two cannot be told apart on these queries{more}"


def number(value: float) -> str:
    """Four digits after the point, one for large values."""
    return f"{value:.4f}" if abs(value) < 100 else f"{value:.1f}"


def signed(value: float) -> str:
    """With its sign; zero has none."""
    return f"{value:+.4f}" if 0 < abs(value) < 100 else f"{value:+.1f}" if value else "0"


def interval(low: float | None, high: float | None) -> str:
    """`[+0.012, +0.034]`."""
    if low is None or high is None:
        return "unknown"
    digits = 3 if max(abs(low), abs(high)) < 100 else 1
    return f"[{low:+.{digits}f}, {high:+.{digits}f}]"


def p_value(p: float) -> str:
    """Three digits, or that it is below them."""
    return "<.001" if p < 0.001 else f"{p:.3f}"


def _flips(change: Change, top: int) -> Iterator[str]:
    shown = change.flips[:top]
    if not shown:
        return
    yield ""
    yield f"{change.metric}, the largest of {len(change.flips)} changes:"
    wide = min(20, max(len(flip.query) for flip in shown))
    for flip in shown:
        yield from _flip(flip, wide)


def _flip(flip: Flip, wide: int) -> Iterator[str]:
    head = f"  {_printable(flip.query):<{wide}}  {number(flip.before)} → {number(flip.after)}  "
    if len(head) > WIDTH - 20:
        yield head.rstrip()
        head = "    "
    text = _printable(flip.text)
    room = WIDTH - len(head)
    if text or head.strip():
        yield (head + (text if len(text) <= room else text[: room - 1] + "…")).rstrip()


def _named(design: Design) -> str:
    return f"{design.label} ({design.role})" if design.role else design.label


def _counts(change: Change) -> str:
    noise = "; no more than the noise floor" if change.within_noise else ""
    return f"{change.wins} better, {change.losses} worse, {change.ties} same{noise}"


def _colour(change: Change) -> str | None:
    if change.p > 0.05 or change.within_noise or not change.difference:
        return None
    return "green" if (change.difference > 0) == (change.better == "higher") else "red"


def _spelled(spec: object) -> str:
    return "(absent)" if spec is None else spelling.write(spec)


def _printable(text: str) -> str:
    """In one line, and nothing that a terminal would obey."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _cell(text: str) -> str:
    """Text that stays text in Markdown, in one line."""
    return re.sub(r"([\\`*_{}\[\]<>|#!~])", r"\\\1", _printable(text))
