"""What bundles of retrievers and of tools have in common when they are written."""

from __future__ import annotations

import time
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ragtune import spelling
from ragtune.bundling._manifest import FORMAT, Artefact, Manifest, revision_after
from ragtune.bundling._writing import put
from ragtune.component import Component
from ragtune.engine import codec
from ragtune.engine.compute import Computer
from ragtune.engine.step import Step, closure
from ragtune.errors import InputError
from ragtune.judging import verdict_of
from ragtune.study import Study


def refuse_recorded(step: Step) -> None:
    """Refuse what answers the study's questions alone.

    Raises:
        InputError: something that the step rests on replays a recording.
    """
    recorded = [below.component.name for below in closure([step]) if below.component.recorded]
    if recorded:
        raise InputError(f"{recorded[0]} replays what was recorded for the study's questions, and can answer no other")


def put_values(folder: Path, computer: Computer, steps: Iterable[Step]) -> dict[str, Artefact]:
    """The values of steps as artefacts, by key."""
    artefacts: dict[str, Artefact] = {}
    with computer.workspace.writing():
        for step in steps:
            what = f"{step.component.kind} {step.component.name}: {step.verb}"
            artefacts[step.key] = put(folder, what, codec.encode(computer.value(step)))
    return artefacts


def described(study: Study, configuration: str, folder: Path, outcome: Step, **own: Any) -> Manifest:
    """The manifest of a configuration of a study, to be published in a folder, whose requests end in `outcome`.

    `own` is what the pipeline says of it.
    """
    return Manifest(
        format=FORMAT,
        ragtune=version("ragtune"),
        made=time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        revision=revision_after(folder),
        study=study.name,
        configuration=configuration,
        lock={**{name: str(told) for name, told in study.record["lock"].items()}, **models(outcome)},
        verdict=_verdict(study, configuration),
        **own,
    )


def models(outcome: Step) -> dict[str, str]:
    """`model NAME` -> the commit on the hub, or the digest of the folder's content, of every model that a component names."""
    named = [(step.component, step.verb) for step in closure([outcome]) if hasattr(step.component, "model")]
    told = {f"model {part.model}": part.key(verb).removeprefix(Component.key(part, verb)) for part, verb in named}
    return {name: known.split()[0] for name, known in told.items() if known}  # how it is run may stand behind


def readme(manifest: Manifest, name: str, what: str, lines: str) -> str:
    """What stands in the folder: what it is, the lines to use it, the design and its means."""
    design = "\n".join(f"- {slot}: `{spelling.write(spec)}`" for slot, spec in manifest.slots.items() if spec != "none")
    means = "\n".join(f"- {metric}: {mean:.4f}" for metric, mean in manifest.verdict["means"].items())
    return f"""# {name}

{what} tuned with ragtune {manifest.ragtune}: configuration {manifest.configuration} of study {manifest.study}.

```python
import ragtune
{lines}
```

{design}

Means over the study's queries, those that it was chosen by included:

{means}
"""


def _verdict(study: Study, id: str) -> dict[str, Any]:
    """What the study found, of this design and of its pick."""
    verdict = verdict_of(study)
    place = study.scores.configurations.index(id)
    means = {name: float(study.scores.of(name)[place].mean()) for name in study.scores.metrics}
    return {
        "metric": verdict.metric,
        "outcome": verdict.outcome,
        "is_pick": verdict.pick == id,
        "judged_on": verdict.judge_queries,
        "means": {name: mean for name, mean in means.items() if mean == mean},
    }
