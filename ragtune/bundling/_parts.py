"""Which values of a design a bundle keeps."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from ragtune.engine.step import Step
from ragtune.engine.timing import online_steps, ready_before, unkept
from ragtune.pipelines.data import DataSteps
from ragtune.pipelines.rag import Wired


def prepared(wired: Wired, data: DataSteps, elsewhere: Collection[str] = ()) -> list[Step]:
    """What stands ready before a retrieval, and what texts are read from; not what only steps need that are run elsewhere."""
    return list(dict.fromkeys([*ready(wired.contexts, data.request, elsewhere), wired.chunks, data.corpus]))


def ready(outcome: Step, request: Step, elsewhere: Collection[str] = ()) -> list[Step]:
    """What stands ready before a request that ends in `outcome`; not what only steps need that are run elsewhere."""
    steps = list(online_steps([outcome], request))
    needed = {below.key for step in steps if step.key not in elsewhere for below in step.inputs}
    return [step for step in ready_before(steps, request) if step.key in needed]


def kept(steps: Iterable[Step]) -> Iterator[Step]:
    """Those that are written: results that are worth keeping. The others are made from such when a bundle is loaded."""
    for step in steps:
        if step.keep == "no":
            yield from kept(step.inputs)
        else:
            yield step


def made(step: Step, values: dict[str, Any]) -> Any:
    """The value of a step that is not kept, from those that are."""
    if step.key not in values:
        values[step.key] = step.run([made(below, values) for below in step.inputs], **unkept(step))
    return values[step.key]
