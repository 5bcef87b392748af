"""kill -9 of processes that export and change a bundle: `python -m tests.bundling.killing FOLDER KILLS SEED [STORE]`.

One process gets everything ready and forks the others, so that a kill costs no start; databases are opened by those alone.
After each kill the bundle must be the one before or the one after what was cut off, whole, and so must its store.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ragtune
from ragtune.bundling import export, faults, load, read_manifest
from ragtune.engine.workspace import Workspace
from tests.bundling.animals import dataset

CONFIG = {
    "name": "killed",
    "space": {"chunker": "sentence(size_tokens=12)", "embedder": "wordllama", "retriever": "hybrid"},
    "baseline": {"chunker": "sentence(size_tokens=12)", "embedder": "wordllama", "retriever": "hybrid"},
    "metrics": ["nDCG@5"],
}
WORDS = ("granite", "ember", "lattice", "meadow", "quiver", "saffron", "tundra", "velvet", "willow", "zephyr")


def document(rng: random.Random, name: str) -> ragtune.Document:
    """A text that no other has."""
    sentences = [f"The {rng.choice(WORDS)} {rng.choice(WORDS)} of {name} is number {rng.random()}." for _ in range(40)]
    return ragtune.Document(name, " ".join(sentences))


def fork(job: Callable[[], Any]) -> int:
    """A process that does a job and ends."""
    child = os.fork()
    if child:
        return child
    try:
        job()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


class Torment:
    """A bundle, and what is done to it."""

    def __init__(self, folder: Path, seed: int, kind: str = "") -> None:
        self.rng, self.folder, self.told = random.Random(seed), folder / "bundle", folder / "told.json"
        self.store = f"{kind}:{folder / 'store'}" if kind else None
        place = folder / "workspace"
        self.study, self.workspace = ragtune.sweep(dataset(), CONFIG, workspace=place), Workspace(place)
        self.first = {each.id: each.text for each in dataset().documents}
        self.aside(self.export)
        self.seconds = {name: self.time(name) for name in ("add", "update", "delete", "export")}

    def aside(self, job: Callable[[], Any]) -> None:
        """In a process of its own, to its end."""
        assert os.waitpid(fork(job), 0)[1] == 0

    def export(self) -> None:
        export(self.study, self.workspace, self.study.scores.configurations[0], self.folder, store=self.store)

    def held(self) -> dict[str, str]:
        """The documents of the bundle, which was found whole."""
        self.aside(self.look)
        return json.loads(self.told.read_text())

    def look(self) -> None:
        """Tell them, having looked at everything."""
        assert not list(faults(self.folder, read_manifest(self.folder)))
        with load(self.folder) as retriever:
            loaded = retriever._loaded
            held = {each.id: each.text for each in loaded.corpus.documents}
            assert set(loaded.chunks.document.tolist()) == set(range(len(held)))
            assert loaded.search is None or loaded.search.content.count() == len(loaded.chunks)
            texts = loaded.chunks.texts(loaded.corpus)
            for text in self.rng.sample(texts, 3):
                assert text in {passage.text for passage in retriever.retrieve(text, 20)}
        self.told.write_text(json.dumps(held))

    def wish(self, name: str, held: dict[str, str]) -> tuple[Callable[[], Any], dict[str, str]]:
        """What is to be done, and the documents that there are then."""
        some = self.rng.sample(sorted(held), max(1, len(held) // 3))
        if name == "export":
            return self.export, self.first
        if name == "delete":
            return lambda: load(self.folder).delete(some), {id: text for id, text in held.items() if id not in some}
        names = some if name == "update" else [f"n{self.rng.getrandbits(40)}" for _ in range(6)]
        new = [document(self.rng, each) for each in names]
        return lambda: getattr(load(self.folder), name)(new), {**held, **{each.id: each.text for each in new}}

    def time(self, name: str) -> float:
        """How long it takes."""
        wish, _ = self.wish(name, self.held())
        began = time.perf_counter()
        self.aside(wish)
        return time.perf_counter() - began

    def kill(self) -> str:
        """Once; what became of what was cut off."""
        before = self.held()
        name = self.rng.choice(["export"] if len(before) < 4 or len(before) > 40 else list(self.seconds))
        wish, after = self.wish(name, before)
        child = fork(wish)
        least = self.rng.choice([0, 0.8])  # any instant, or when all is about to be published
        time.sleep(self.rng.uniform(least, 1.1) * self.seconds[name])
        os.kill(child, signal.SIGKILL)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert ended in (0, -signal.SIGKILL), name
        found = self.held()
        assert found in (before, after), name
        return "not killed" if not ended else "new" if found == after else "old"


def main() -> None:
    """Kill, and say how often it ended how."""
    torment, kills, seen = Torment(Path(sys.argv[1]), int(sys.argv[3]), *sys.argv[4:]), int(sys.argv[2]), Counter()
    while seen["old"] + seen["new"] < kills:
        seen[torment.kill()] += 1
    print(dict(seen))


if __name__ == "__main__":
    main()
