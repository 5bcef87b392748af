"""Which values of a design a live request needs, and which of them a bundle keeps."""

from __future__ import annotations

from collections.abc import Iterator

from ragtune.engine.step import Step
from ragtune.engine.timing import online_steps
from ragtune.pipelines.data import DataSteps
from ragtune.pipelines.rag import Wired


def request_steps(wired: Wired, data: DataSteps) -> list[Step]:
    """The steps that a request runs, each after its inputs."""
    return list(online_steps([wired.contexts], data.request))


def prepared(wired: Wired, data: DataSteps) -> list[Step]:
    """What stands ready before a request: inputs of its steps that do not rest on it, and what texts are read from."""
    steps = request_steps(wired, data)
    made = {data.request.key, *(step.key for step in steps)}
    below = [below for step in steps for below in step.inputs if below.key not in made]
    return list(dict.fromkeys([*below, wired.chunks, data.corpus]))


def kept(steps: list[Step]) -> Iterator[Step]:
    """Those that are written: results that are worth keeping. The others are made from such when a bundle is loaded."""
    for step in dict.fromkeys(steps):
        if step.keep == "no":
            yield from kept(list(step.inputs))
        else:
            yield step
