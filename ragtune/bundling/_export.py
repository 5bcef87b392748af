"""From a study to a bundle."""

from __future__ import annotations

import time
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ragtune import spelling
from ragtune.bundling._manifest import FORMAT, PROFILE, Artefact, Manifest, Stored, revision_after
from ragtune.bundling._stored import Searches, checked_url, needed, open_at, put_in
from ragtune.bundling._writing import publish, put, refuse_strangers, writing
from ragtune.component import Component
from ragtune.engine import codec
from ragtune.engine.compute import Computer
from ragtune.engine.step import closure
from ragtune.engine.workspace import Workspace
from ragtune.errors import InputError, WorkspaceError
from ragtune.explaining import data_steps
from ragtune.judging import verdict_of
from ragtune.pipelines.data import DataSteps
from ragtune.pipelines.rag import Rag, Wired, wire_rag
from ragtune.production import Profile, profile_of
from ragtune.stores import Watcher
from ragtune.study import Study


def export(
    study: Study,
    workspace: Workspace,
    configuration: str,
    folder: Path,
    *,
    store: str | None = None,
    watcher: Watcher | None = None,
) -> Manifest:
    """Write a configuration of a study as a bundle; a bundle that is there already becomes this one at once, or not at all.

    What the workspace no longer holds is computed again, so models may run. The bundle's answers are not part of it:
    generators are for apps to choose. `store` is the url of a vector store, which then answers the searches among the
    vectors; `watcher` is told how many chunks are in it, and how many there will be.

    Raises:
        InputError: `folder` holds something else, the study is of tools, the retriever replays what was recorded, or the
            design searches nothing that a store could.
        WorkspaceError: the data of the study are gone, a component has another version now, or the disk is full.
    """
    if study.record.get("pipeline") == "tools":
        raise InputError("bundles hold retrievers; tools go out with `ragtune tools export`")
    refuse_strangers(folder)
    entry = study.entry(configuration)
    data = data_steps(study, workspace)
    wired = wire_rag(Rag.of(entry["slots"]), data, ())
    if wired.key[:8] != entry["id"]:
        raise WorkspaceError(
            f"configuration {entry['id']} of {study.name} was computed by another version of one of its components; run the "
            "sweep again, then export"
        )
    recorded = [step.component.name for step in closure([wired.contexts]) if step.component.recorded]
    if recorded:
        raise InputError(f"{recorded[0]} replays what was recorded for the study's questions, and can answer no other")
    searches = Searches.of(wired, data) if store is not None else None
    computer = Computer(workspace)
    if store is None or searches is None:
        with writing(folder):
            manifest = _put(study, computer, wired, data, folder)
            publish(folder, manifest, _readme(manifest, folder.name))
        return manifest
    url = checked_url(folder, store)
    with open_at(folder, url, searches.knobs) as place, writing(folder):
        manifest = _put(study, computer, wired, data, folder, searches)
        values = computer.value(wired.chunks), computer.value(data.corpus), computer.value(searches.vectors)
        told = put_in(place, searches, manifest.artefacts, values, watcher)
        stored = Stored(url=url, key=told.key, knobs=asdict(place.knobs), overlap=told.overlap)
        manifest = manifest.model_copy(update={"store": stored})
        publish(folder, manifest, _readme(manifest, folder.name))
        place.publish(told.key)
    return manifest


def _put(
    study: Study, computer: Computer, wired: Wired, data: DataSteps, folder: Path, searches: Searches | None = None
) -> Manifest:
    """The artefacts of a design, and what names them."""
    artefacts: dict[str, Artefact] = {}
    slots = {slot: spec for slot, spec in wired.configuration.spec().items() if slot not in ("prompt", "generator")}
    with computer.workspace.writing():
        for step in needed(wired, data, searches):
            what = f"{step.component.kind} {step.component.name}: {step.verb}"
            artefacts[step.key] = put(folder, what, codec.encode(computer.value(step)))
        corpus, chunks = computer.value(data.corpus), computer.value(wired.chunks)
        profile = codec.encode(_profile(study, wired, data, computer))
        artefacts[PROFILE] = put(folder, "profile of the tuning queries", profile)
    return Manifest(
        format=FORMAT,
        pipeline="rag",
        ragtune=version("ragtune"),
        made=time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        revision=revision_after(folder),
        study=study.name,
        configuration=wired.key[:8],
        slots=slots,
        versions={slot: each.version for slot, each in wired.configuration.slots().items() if each and slot in slots},
        key=wired.contexts.key,
        size={"documents": len(corpus.documents), "chunks": len(chunks)},
        documents=artefacts[data.corpus.key].digest,
        data=data.known_as,
        lock={**{name: str(told) for name, told in study.record["lock"].items()}, **_models(wired)},
        verdict=_verdict(study, wired.key[:8]),
        artefacts=artefacts,
    )


def _profile(study: Study, wired: Wired, data: DataSteps, computer: Computer) -> Profile:
    """What traffic is held against: the tuning queries without their texts, and the scores of those kept back."""
    place = study.scores.configurations.index(wired.key[:8])
    values, kept_back, latencies = study.scores.of(study.maximize)[place], study.fold < 0, study.latencies_ms[place]
    return profile_of(
        computer.value(data.queries).texts,
        computer.value(wired.ranking).score[:, 0],
        values[kept_back] if kept_back.any() else values,  # not those that it was chosen by
        metric=study.maximize,
        latency_ms=latencies[latencies == latencies],
        embedder=wired.configuration.embedder,
        memo=computer.workspace.memo,
        key=wired.contexts.key,
    )


def _models(wired: Wired) -> dict[str, str]:
    """`model NAME` -> the commit on the hub, or the digest of the folder's content, of every model that a component names."""
    named = [(step.component, step.verb) for step in closure([wired.contexts]) if hasattr(step.component, "model")]
    told = {f"model {part.model}": part.key(verb).removeprefix(Component.key(part, verb)) for part, verb in named}
    return {name: known for name, known in told.items() if known}


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


def _readme(manifest: Manifest, name: str) -> str:
    design = "\n".join(f"- {slot}: `{spelling.write(spec)}`" for slot, spec in manifest.slots.items() if spec != "none")
    means = "\n".join(f"- {metric}: {mean:.4f}" for metric, mean in manifest.verdict["means"].items())
    return f"""# {name}

A retriever that was tuned with ragtune {manifest.ragtune}: configuration {manifest.configuration} of study {manifest.study}.

```python
import ragtune
retriever = ragtune.load("{name}")
for passage in retriever.retrieve("your question", k=5): print(passage.score, passage.document, passage.text)
```

{design}

Means over the study's queries, those that it was chosen by included:

{means}
"""
