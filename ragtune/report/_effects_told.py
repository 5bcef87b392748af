"""What knobs are worth, for the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ragtune.effects import Effect, Interaction
from ragtune.report._columns import short
from ragtune.report._units import count, number

MOST = 12


def told(effects: Sequence[Effect], interactions: Sequence[Interaction], metric: str) -> dict[str, Any]:
    """The largest effects, those that are nothing in a sentence, and what does not simply add up."""
    mattered = [effect for effect in effects if effect.mattered]
    nothing = [effect.knob for effect in effects if not effect.mattered]
    note = (
        "Each value against the mean over all values of its knob, all else equal; the line is a 95 % interval over queries. "
        f"Of {count(len(effects), 'knob')} {len(mattered)} mattered"
    )
    note += f"; these made no difference that could be shown: {', '.join(nothing)}." if nothing else "."
    return {
        "effects": [_effect(effect, metric) for effect in [*mattered, *(e for e in effects if not e.mattered)][:MOST]],
        "effects_note": note if effects else "",
        "interactions": [_interaction(each, metric) for each in interactions[:5]],
    }


def _effect(effect: Effect, metric: str) -> dict[str, Any]:
    size = f"{number(metric, effect.size)} from worst to best"
    words = [size if effect.mattered else "no difference that could be shown"]
    if effect.method == "model":
        words.append("by an additive model of all knobs")
    edge = effect.edge
    if edge is not None and edge.rising:
        words.append(f"still better at the end that was tried: try {edge.direction} than {_value(edge.value)}")
    levels = [
        {"value": _value(each.value), "effect": short(each.effect), "low": short(each.low), "high": short(each.high)}
        for each in effect.levels
    ]
    return {"knob": effect.knob, "told": "; ".join(words), "levels": levels}


def _value(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _interaction(found: Interaction, metric: str) -> str:
    slots, values = found.slots, found.values
    told = (
        f"{slots[0]} {values[0]} with {slots[1]} {values[1]}: {number(metric, found.extra, sign=True)} beyond what each does "
        f"alone ({number(metric, found.low, sign=True)} to {number(metric, found.high, sign=True)})"
    )
    return told + ("; the best value of one depends on the other." if found.turns else ".")
