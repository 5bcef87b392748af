"""An explanation for a terminal of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from ragtune import spelling

if TYPE_CHECKING:
    from ragtune.explaining import Explanation, Failing, Headroom, Need, Standing, Story

WIDTH = 80
_BAR = 14
_SHOWN = 8


def overview(found: Explanation) -> Iterator[str]:
    """The waterfall of all queries, the headroom, and who fails."""
    yield f"{found.study}, configuration {found.configuration}"
    design = " | ".join(spelling.write(spec) for spec in found.slots.values())
    yield from textwrap.wrap(design, WIDTH, initial_indent="    ", subsequent_indent="      ")
    yield ""
    yield from _waterfall(found)
    if found.headroom:
        yield ""
        yield from _headroom(found.headroom, found.metric)
    if found.failing:
        yield ""
        yield from _failing(found.failing)
    yield ""
    yield f"next:  ragtune explain {found.study} --worst 3"


def _waterfall(found: Explanation) -> Iterator[str]:
    spans = found.characters > 0
    head = f"{'':28}{'needs':>8}{'share':>8}  {'':{_BAR}}" + (f"{'characters':>12}" if spans else "")
    yield click.style(head + f"{'oracle':>8}", dim=True)

    def line(name: str, needs: int, characters: int, more: str = "", colour: str | None = None) -> str:
        share = needs / max(found.needs, 1)
        bar = "█" * round(share * _BAR) or ("▏" if needs else "")
        bar = f"{bar:<{_BAR}}"
        text = f"{name:<28}{needs:>8,}{share:>8.1%}  "
        tail = f"{characters:>12,}" if spans else ""
        return text + (click.style(bar, fg=colour) if colour else bar) + tail + f"{more:>8}"

    yield line("evidence, all queries", found.needs, found.characters)
    for loss in found.losses:
        gain = f"+{loss.oracle_needs:,}" if loss.oracle_needs else ""
        if loss.needs or loss.oracle_needs:
            yield line(f"- {loss.told}", loss.needs, loss.characters, gain, "red")
    yield line("= in the context, whole", found.met, found.kept_characters, colour="green")
    lost = found.needs - found.met
    if not lost:
        return
    told = f"{lost:,} needs of {found.queries:,} queries are lost, {found.partly:,} of them in part only. "
    told += "An oracle: how many more would be met if that stage were perfect and the rest as it is."
    yield from (click.style(part, dim=True) for part in textwrap.wrap(told, WIDTH))


def _headroom(room: Headroom, metric: str) -> Iterator[str]:
    if room.headroom <= 0:
        yield from textwrap.wrap(f"{metric}: one design is the best for every query ({room.single:.4f}).", WIDTH)
        return
    told = (
        f"{metric}: {room.single:.4f} by the best single design, {room.per_query:.4f} by the best for each query: "
        f"+{room.headroom:.4f}. Chosen by likeness to other questions, {room.learnable:+.4f} "
        f"({room.low:+.4f} to {room.high:+.4f}) holds on questions unseen; the rest, {room.noise:.0%} of the headroom, is "
        "noise as far as these questions tell."
    )
    yield from textwrap.wrap(told, WIDTH)


def _failing(bad: Failing) -> Iterator[str]:
    yield f"{len(bad.queries):,} of {bad.total:,} queries are below {abs(bad.below):g} in {bad.metric}"
    for group in bad.by_tag[:_SHOWN]:
        share = group.failing / group.total
        yield f"    {share:>6.0%}  {f'{group.failing:,} of {group.total:,}':>14}  tagged {_short(group.tag, 44)}"
    for like in (group for group in bad.alike[:_SHOWN] if len(group.queries) > 2):
        ids = ", ".join(like.queries)
        yield f"    {len(like.queries):>6}  alike: " + _short(f"{', '.join(like.words)} ({ids})", WIDTH - 19)


def told(story: Story, metric: str) -> Iterator[str]:
    """One query: each need, who ranked it where, and what became of it."""
    yield click.style(f"{story.id}  {metric} {story.score:.4f}  {story.tokens:,} tokens of context", bold=True)
    yield from textwrap.wrap(story.text, WIDTH, initial_indent="  ", subsequent_indent="  ", max_lines=4)
    for i, need in enumerate(story.needs, 1):
        yield from _need(need, i)
    if story.answer is not None:
        yield from _answered(story)
    yield ""


def _answered(story: Story) -> Iterator[str]:
    """What was answered, beside what should have been."""
    answer, reference = story.answer, story.reference
    assert answer is not None
    said = f"failed: {answer.failed}" if answer.failed else answer.text or "nothing"
    told = [("answer", said + ("  (a refusal)" if answer.refused else ""))]
    if reference is not None and not reference.answerable:
        told.append(("expected", "no answer: the documents hold none"))
    elif reference is not None and reference.answers:
        told.append(("expected", reference.answers[0]))
    for name, text in told:
        lines = textwrap.wrap(" ".join(text.split()), WIDTH - 12, max_lines=4)
        yield from (f"  {name if not i else '':<10}{line}" for i, line in enumerate(lines))


def _need(need: Need, number: int) -> Iterator[str]:
    from ragtune.explaining import CAUSES

    place = "" if need.start is None else f" [{need.start}:{need.end}]"
    others = f", or any of {need.alternatives - 1} others" if need.alternatives > 1 else ""
    yield f"  {number}. {_short(need.document, 40)}{place}{others}"
    if need.text:
        quoted = " ".join(need.text.split()) + "”"
        yield from textwrap.wrap(quoted, WIDTH, initial_indent="     “", subsequent_indent="      ", max_lines=2)
    for standing in need.standings:
        yield _standing(standing)
    if need.cause in CAUSES:
        outcome = click.style(CAUSES[need.cause], fg="red")
        if need.cause == "chunker":
            outcome += f": at best {need.uncut_share:.0%} of it in one chunk" if need.uncut_share else ": in no chunk"
    else:
        outcome = click.style("packed", fg="green")
    partly = "" if need.packed_share in (0, 1) else f"; {need.packed_share:.0%} of it is in the context"
    yield f"     → {outcome}{partly}"


def _standing(standing: Standing) -> str:
    what = "  " * standing.level + _short(standing.name, 44 - 2 * standing.level)
    label = {"part": "", "retriever": "ranked by ", "reranker": "reranked by "}[standing.stage]
    if not standing.rank:
        where = f"not in {standing.depth}"
    else:
        where = f"{standing.rank:>4}" + ("" if standing.share == 1 else f"  ({standing.share:.0%} of it)")
    return f"     {_short(label + what, 50):<52}{where}"


def _short(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
