"""What mattered, for a terminal of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ragtune.effects import Effect, Interaction, Mattered

WIDTH = 80
_SHOWN = 6


def knob_effects(mattered: Mattered, metric: str) -> Iterator[str]:
    """Knobs that mattered with their values, those that did not, edges, interactions, and PED-ANOVA."""
    yield f"what each knob does to {metric}, all else equal (95 % intervals over queries)"
    for effect in mattered.effects:
        if effect.mattered:
            yield ""
            yield from _effect(effect)
    if mattered.never:
        yield ""
        yield "never mattered: no difference beyond chance between any of their values"
        yield from _indented(", ".join(mattered.never))
    edges = [_edge(effect) for effect in mattered.edges if effect.mattered]
    if edges:
        yield ""
        yield "best at the end of what was swept"
        yield from (line for edge in edges for line in _indented(edge))
    if mattered.interactions:
        yield ""
        yield "together, beyond what each does alone"
        for told in mattered.interactions:
            yield from _indented(_interaction(told))
    yield ""
    if mattered.ped_anova:
        shares = [f"{knob} {share:.0%}" for knob, share in mattered.ped_anova.items() if share >= 0.005]
        yield "what the best designs have in common (PED-ANOVA)"
        yield from _indented(", ".join(shares[:_SHOWN]))
    else:
        yield from textwrap.wrap(f"left out: {mattered.left_out}", WIDTH)


def _indented(text: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent="    ", subsequent_indent="      ", break_on_hyphens=False, break_long_words=False
    )


def _effect(effect: Effect) -> Iterator[str]:
    note = "" if effect.method == "paired" else "  (modelled: no two designs are equal in all else)"
    yield click.style(f"{effect.knob}  {effect.size:.4f}  ({effect.low:.4f} to {effect.high:.4f})", bold=True) + note
    for level in effect.levels:
        mark = "*" if level.value == effect.best else " "
        interval = f"({level.low:+.4f} to {level.high:+.4f})"
        yield f"  {mark} {_short(str(level.value), 34):<36}{level.effect:>+9.4f}  {interval}  {level.configurations:>5,}"


def _edge(effect: Effect) -> str:
    edge = effect.edge
    assert edge is not None
    how = "still rises there" if edge.rising else "though not surely"
    interval = f"{edge.gain:+.4f} over its neighbour, {edge.low:+.4f} to {edge.high:+.4f}"
    return f"{effect.knob} {edge.value:g} ({interval}): {how}; try {edge.direction} values"


def _interaction(told: Interaction) -> str:
    (a, b), (x, y) = told.slots, told.values
    turns = "; the best of one depends on the other" if told.turns else ""
    return f"{a}={x} with {b}={y}: {told.extra:+.4f} ({told.low:+.4f} to {told.high:+.4f}){turns}"


def _short(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
