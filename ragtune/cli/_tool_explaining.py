"""An explanation of a study of tools for a terminal of 80 columns."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from ragtune import spelling
from ragtune.cli._explaining import WIDTH, _failing, _headroom, _short

if TYPE_CHECKING:
    from ragtune.toolpanels import ShownTool, ToolExplanation, ToolStory, Waterfall

_BAR = 24
_MOST_SHOWN = 10


def overview(found: ToolExplanation) -> Iterator[str]:
    """The waterfall of all cases, the headroom, and what fails."""
    yield f"{found.study}, configuration {found.configuration}"
    design = " | ".join(spelling.write(spec) for spec in found.slots.values())
    yield from textwrap.wrap(design, WIDTH, initial_indent="    ", subsequent_indent="      ")
    yield ""
    yield from _waterfall(found.fall)
    if found.headroom:
        yield ""
        yield from (_of_cases(line) for line in _headroom(found.headroom, found.metric))
    if found.failing:
        yield ""
        head, *groups = _failing(found.failing)  # the groups are words of the user's own
        yield _of_cases(head)
        yield from groups
    yield ""
    yield f"next:  ragtune explain {found.study} --worst 3"
    yield f"       ragtune tools confusion {found.study}"


def _of_cases(line: str) -> str:
    """The same with what a study of tools calls a query."""
    for word, ours in (("queries", "cases"), ("query", "case"), ("questions", "cases"), ("question", "case")):
        line = re.sub(rf"\b{word}\b", ours, line)
    return line


def _waterfall(fall: Waterfall) -> Iterator[str]:
    yield click.style(f"{'':34}{'cases':>8}{'share':>8}", dim=True)

    def line(name: str, cases: int, colour: str | None = None) -> str:
        share = cases / max(fall.total, 1)
        bar = "█" * round(share * _BAR) or ("▏" if cases else "")
        return f"{name:<34}{cases:>8,}{share:>8.1%}  " + (click.style(bar, fg=colour) if colour else bar)

    yield line("all cases", fall.total)
    for loss in fall.losses:
        if loss.cases:
            yield line(f"- {loss.told}", loss.cases, "red")
    yield line("= right", fall.right, "green")
    if not fall.arguments:
        told = "This caller gives no arguments: only the choice of tools is judged."
        yield click.style(told, dim=True)


def told(story: ToolStory, metric: str) -> Iterator[str]:
    """One case: what was expected, shown and called, and what is wrong."""
    from ragtune.toolpanels import OUTCOMES, RIGHT

    yield click.style(f"{story.id}  {metric} {story.score:.4f}", bold=True)
    yield from textwrap.wrap(story.text, WIDTH, initial_indent="  ", subsequent_indent="  ", max_lines=4)
    wanted = ", ".join(" or ".join(tools) for tools in story.expected) or "nothing: no tool fits"
    yield from _labelled("expected", wanted)
    sure = "" if story.confidence is None else f"  (confidence {story.confidence:.3f})"
    made = ", ".join(
        f"{c.tool}({json.dumps(c.arguments, ensure_ascii=False)})" if c.arguments else c.tool for c in story.called
    )
    yield from _labelled("called", (story.failed and f"no reply: {story.failed}") or (made or "nothing") + sure)
    yield from _shown(story.shown)
    good = story.outcome == RIGHT
    yield "  → " + click.style(RIGHT if good else OUTCOMES[story.outcome], fg="green" if good else "red")
    for error in story.errors:
        where = error.tool + (f".{error.path}" if error.path else "")
        parts = [f"said {error.said}" if error.said else "", f"wanted {error.wanted}" if error.wanted else ""]
        more = ", ".join(part for part in parts if part)
        yield "      " + _short(f"{error.kind}: {where}" + (f": {more}" if more else ""), WIDTH - 6)
    yield ""


def _labelled(name: str, text: str) -> Iterator[str]:
    yield from textwrap.wrap(text, WIDTH, initial_indent=f"  {name:<10}", subsequent_indent=" " * 12, max_lines=4)


def _shown(shown: tuple[ShownTool, ...]) -> Iterator[str]:
    if not shown:
        yield "  shown     nothing"
        return
    # Shown in the order of the prompt; where nobody ranked them, the ones the caller scores highest are worth a line.
    rows = list(enumerate(shown, 1))
    if all(tool.score is None for tool in shown):
        rows.sort(key=lambda row: -(row[1].caller_score if row[1].caller_score is not None else float("-inf")))
    kept = [row for k, row in enumerate(rows) if k < _MOST_SHOWN or row[1].expected]
    yield click.style(f"  {'shown':<50}{'selector':>10}{'caller':>10}", dim=True)
    for place, tool in kept:
        mark = "*" if tool.expected else " "
        name = f"  {place:>4}. {mark} {_short(tool.tool, 40)}"
        yield f"{name:<52}{_number(tool.score):>10}{_number(tool.caller_score):>10}"
    if len(kept) < len(rows):
        yield f"        and {len(rows) - len(kept):,} more"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
