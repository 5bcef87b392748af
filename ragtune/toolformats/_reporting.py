"""Losses and breaches in words: grouped, the most frequent first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from ragtune.toolformats import Loss
from ragtune.toolformats._json_tools import JsonTools
from ragtune.toolformats._profiles import Breach

OURS = frozenset({"id", "server", "tags", "index_text"})
"""Fields that no model reads, and that are in the tool file as before."""
_SHOWN = 3


def noticed(losses: Sequence[Loss]) -> list[Loss]:
    """Losses that a model, or who answers its calls, would notice."""
    return [loss for loss in losses if loss.place not in OURS]


def told(losses: Sequence[Loss], word: str) -> Iterator[str]:
    """A line for each kind of loss: how often, and of which tools."""
    groups: dict[str, list[str]] = defaultdict(list)
    for loss in losses:
        kind = (
            loss.place.rpartition("/")[2] if loss.place.split("/")[-2:-1] != ["properties"] else "name of a parameter"
        )
        groups[kind].append(f"{loss.tool}: {loss.what.removeprefix(f'{kind}: ')}")
    for kind, texts in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
        more = f"; and {len(texts) - _SHOWN:,} more" if len(texts) > _SHOWN else ""
        yield f"{word}  {kind}, {len(texts):,} ×  {'; '.join(texts[:_SHOWN])}{more}"


def told_breaches(breaches: Sequence[Breach], format: JsonTools) -> Iterator[str]:
    """A line for each broken rule."""
    for breach in breaches:
        of = f"{breach.tool} " if breach.tool else ""
        at = f"{breach.place}: " if breach.place else ""
        yield f"refused by {format.name}  {of}{at}{breach.rule}"
