"""From a study to a bundle."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from ragtune.bundling._describing import described, put_values, readme, refuse_recorded
from ragtune.bundling._manifest import PROFILE, Manifest, Stored
from ragtune.bundling._stored import Searches, checked_url, needed, open_at, put_in
from ragtune.bundling._tool_export import export_tools
from ragtune.bundling._writing import publish, put, refuse_strangers, writing
from ragtune.engine import codec
from ragtune.engine.compute import Computer
from ragtune.engine.workspace import Workspace
from ragtune.errors import InputError, WorkspaceError
from ragtune.explaining import data_steps
from ragtune.pipelines.data import DataSteps
from ragtune.pipelines.rag import Rag, Wired, wire_rag
from ragtune.production import Profile, profile_of
from ragtune.stores import Watcher
from ragtune.study import Study

_LINES = """\
retriever = ragtune.load("{}")
for passage in retriever.retrieve("your question", k=5): print(passage.score, passage.document, passage.text)"""


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

    What the workspace no longer holds is computed again, so models may run. What answers is not part of a bundle: generators
    are for apps to choose, and so are callers, where the study is of tools. `store` is the url of a vector store, which then
    answers the searches among the vectors; `watcher` is told how many chunks are in it, and how many there will be.

    Raises:
        InputError: `folder` holds something else, the retriever replays what was recorded, or the design searches nothing
            that a store could.
        WorkspaceError: the data of the study are gone, a component has another version now, or the disk is full.
    """
    if study.record.get("pipeline") == "tools":
        if store is not None:
            raise InputError(f"{study.name} is a study of tools, and a store is for documents")
        return export_tools(study, workspace, configuration, folder)
    refuse_strangers(folder)
    entry = study.entry(configuration)
    data = data_steps(study, workspace)
    wired = wire_rag(Rag.of(entry["slots"]), data, ())
    if wired.key[:8] != entry["id"]:
        raise WorkspaceError(
            f"configuration {entry['id']} of {study.name} was computed by another version of one of its components; run the "
            "sweep again, then export"
        )
    refuse_recorded(wired.contexts)
    searches = Searches.of(wired, data) if store is not None else None
    computer = Computer(workspace)
    if store is None or searches is None:
        with writing(folder):
            manifest = _put(study, computer, wired, data, folder)
            publish(folder, manifest, readme(manifest, folder.name, "A retriever that was", _LINES.format(folder.name)))
        return manifest
    url = checked_url(folder, store)
    with open_at(folder, url, searches.knobs) as place, writing(folder):
        manifest = _put(study, computer, wired, data, folder, searches)
        values = computer.value(wired.chunks), computer.value(data.corpus), computer.value(searches.vectors)
        told = put_in(place, searches, manifest.artefacts, values, watcher)
        stored = Stored(url=url, key=told.key, knobs=asdict(place.knobs), overlap=told.overlap)
        manifest = manifest.model_copy(update={"store": stored})
        publish(folder, manifest, readme(manifest, folder.name, "A retriever that was", _LINES.format(folder.name)))
        place.publish(told.key)
    return manifest


def _put(
    study: Study, computer: Computer, wired: Wired, data: DataSteps, folder: Path, searches: Searches | None = None
) -> Manifest:
    """The artefacts of a design, and what names them."""
    slots = {slot: spec for slot, spec in wired.configuration.spec().items() if slot not in ("prompt", "generator")}
    artefacts = put_values(folder, computer, needed(wired, data, searches))
    with computer.workspace.writing():
        corpus, chunks = computer.value(data.corpus), computer.value(wired.chunks)
        profile = codec.encode(_profile(study, wired, data, computer))
        artefacts[PROFILE] = put(folder, "profile of the tuning queries", profile)
    return described(
        study,
        wired.key[:8],
        folder,
        wired.contexts,
        pipeline="rag",
        slots=slots,
        versions={slot: each.version for slot, each in wired.configuration.slots().items() if each and slot in slots},
        key=wired.contexts.key,
        size={"documents": len(corpus.documents), "chunks": len(chunks)},
        documents=artefacts[data.corpus.key].digest,
        data=data.known_as,
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
