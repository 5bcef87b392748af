"""An edit's effect for a terminal of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ragtune.toolloop import Accuracy, Effect, Flip

WIDTH = 80


def told(effect: Effect, provider: str, top: int) -> Iterator[str]:
    """Tokens, lint, accuracy, rivals, and the queries that flipped."""
    yield f"tokens     {_moved(effect.tokens)} for the tool, {_moved(effect.all_tokens)} for all ({provider}, estimate)"
    yield from _lint(effect)
    if effect.accuracy is None:
        yield "accuracy   not measured: there are no cases (--cases)"
        return
    yield _accuracy("all cases", effect.accuracy)
    if effect.own:
        yield _accuracy("its own", effect.own)
    better = sum(flip.right for flip in effect.flips)
    yield f"flipped    {better:,} to right, {len(effect.flips) - better:,} to wrong; other calls in {effect.changed:,} cases"
    for rival in effect.rivals[:top]:
        word = "new rival " if not rival.before else "rival     "
        how = "takes from it" if rival.takes else "loses to it"
        yield _line(f"{word} {rival.tool} {how} in {rival.after:,} cases, before {rival.before:,}", 11)
    for flip in _chosen(effect.flips, top):
        yield from _flip(flip)


def _lint(effect: Effect) -> Iterator[str]:
    if not effect.problems_new and not effect.problems_gone:
        yield "lint       no change"
    for mark, problems, colour in (("new", effect.problems_new, "red"), ("gone", effect.problems_gone, "green")):
        for problem in problems:
            about = "" if problem.tool == effect.tool else f"{problem.tool}: "
            lines = textwrap.wrap(_clean(f"{problem.code} {about}{problem.message}"), WIDTH - 16)
            yield f"lint {click.style(mark, fg=colour):<4}{'':{7 - len(mark) if len(mark) < 5 else 1}}{lines[0]}"
            yield from (f"{'':12}{line}" for line in lines[1:])


def _accuracy(name: str, found: Accuracy) -> str:
    ends = "" if found.low is None else f" [{found.low:+.4f}, {found.high:+.4f}]"
    cases = f"{found.cases:,} case{'s' * (found.cases != 1)}"
    line = f"{name:<10} {found.before:.4f} → {found.after:.4f}  {found.difference:+.4f}{ends}  p {found.p:.4f}  {cases}"
    sure = found.p <= 0.05
    return click.style(line, fg=("green" if found.difference > 0 else "red") if sure else None)


def _chosen(flips: tuple[Flip, ...], top: int) -> list[Flip]:
    """Some of each way, what got worse first."""
    worse, better = ([flip for flip in flips if flip.right is way] for way in (False, True))
    first = worse[: max(top - len(better), top // 2)]
    return [*first, *better[: top - len(first)]]


def _flip(flip: Flip) -> Iterator[str]:
    mark = click.style("+", fg="green") if flip.right else click.style("-", fg="red")
    yield f"{mark} {textwrap.shorten(_clean(flip.query), WIDTH - 2, placeholder=' …')}"
    before, after, right = (", ".join(ids) or "nothing" for ids in (flip.before, flip.after, flip.expected))
    told = f"{before} → {after}" + ("" if flip.right else f"; right is {right}")
    yield from textwrap.wrap(_clean(told), WIDTH, initial_indent="    ", subsequent_indent="      ")


def _moved(pair: tuple[float, float]) -> str:
    return f"{pair[0]:,.0f} → {pair[1]:,.0f}" if round(pair[0]) != round(pair[1]) else f"{pair[1]:,.0f}"


def _line(text: str, indent: int) -> str:
    return textwrap.fill(_clean(text, keep=indent), WIDTH, subsequent_indent=" " * indent, drop_whitespace=True)


def _clean(text: str, keep: int = 0) -> str:
    return text[:keep] + "".join(c if c.isprintable() else " " for c in text[keep:])
