"""The short way: a folder or dataset and a time, and out comes a study of a sensible space."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ragtune.component import words
from ragtune.datasets import Dataset, load_dataset, locate
from ragtune.engine.compute import Computer
from ragtune.engine.workspace import DEFAULT, Workspace
from ragtune.errors import DatasetError, InputError
from ragtune.planning import estimate
from ragtune.simulating import DEFAULT as RECIPE
from ragtune.simulating import simulate
from ragtune.study import Study
from ragtune.sweeping import Watcher, prepare, sweep

CHUNKERS = (
    "sentence(size_tokens=256)", "sentence(size_tokens=128)", "sentence(size_tokens=512)",
    "token-window(overlap_tokens=64)", "sentence(size_tokens=256, header=path)",
)  # fmt: skip
"""From the one that is tried first to the one that is left out first."""

EMBEDDERS = (("minilm", "wordllama"), ("wordllama",))
RETRIEVERS = [
    {"bm25": {"k1": [0.9, 1.5], "b": [0.4, 0.75]}},
    "dense",
    {"hybrid": {"fusion": "rrf"}},
    {"hybrid": {"fusion": "weighted", "alpha": [0.2, 0.35, 0.5, 0.65, 0.8]}},
]
MARGIN = 0.7
"""The share of the time that an estimate may fill; machines are not always as fast as when they were measured."""


@dataclass(frozen=True)
class Choice:
    """The space that fits the time: its configuration, how long it should take, and whether a larger one did not fit."""

    config: Mapping[str, Any]
    seconds: float
    reduced: bool


def tune(
    source: Dataset | str | Path,
    *,
    minutes: float = 10,
    questions: int = 200,
    recipe: str = RECIPE,
    seed: int = 0,
    workspace: Workspace | str | Path = DEFAULT,
    watcher: Watcher | None = None,
) -> Study:
    """Sweep the largest of the default spaces that should be done in `minutes`, on real questions or made-up ones.

    Args:
        source: A dataset, what `load_dataset` takes, or a folder of documents without questions, for which `questions`
            are made up by `recipe` with `seed`.
        minutes: The time to fill, models' loading included; the machine's own speed is measured first.
        questions: How many questions to make up.
        recipe: A simulator, as YAML names it.
        seed: Equal seeds, equal questions.
        workspace: The folder that keeps results.
        watcher: Is told what happens.

    Raises:
        InputError: Something in the data is wrong, or not even the smallest space fits the time.
    """
    watcher = watcher or Watcher()
    dataset = _dataset(source, questions, recipe, seed, watcher)
    if not isinstance(workspace, Workspace):
        workspace = Workspace(workspace, watcher.say)
    with workspace.writing():
        choice = choose(dataset, minutes, workspace)
    left_out = ", the largest that fits" if choice.reduced else ""
    count = len(prepare(dataset, choice.config).wired)
    watcher.say(f"{count} configurations{left_out}; about {max(1, round(choice.seconds))} s")
    return sweep(dataset, choice.config, workspace=workspace, watcher=watcher)


def choose(dataset: Dataset, minutes: float, workspace: Workspace) -> Choice:
    """The largest default space that should be done in time; the workspace must be held for writing."""
    computer = Computer(workspace)
    shortest = float("inf")
    for i, config in enumerate(_spaces(dataset)):
        seconds = estimate(prepare(dataset, config), workspace, computer).seconds
        if seconds <= minutes * 60 * MARGIN:
            return Choice(config, seconds, reduced=i > 0)
        shortest = min(shortest, seconds)
    raise InputError(
        f"{len(dataset.documents):,} documents need about {shortest / 60 / MARGIN:.1f} minutes even for the smallest space; "
        "give more --minutes, or fewer documents"
    )


def _spaces(dataset: Dataset) -> Iterator[dict[str, Any]]:
    """Default spaces from large to small: chunkers are left out first, then the model that costs most."""
    chunkers = [*CHUNKERS, *(["markdown"] if _is_markdown(dataset) else [])]
    for embedders in EMBEDDERS:
        for n in range(len(chunkers), 0, -1):
            yield {
                "name": f"tune-{dataset.name}"[:60],
                "space": {
                    "chunker": chunkers[:n],
                    "embedder": list(embedders),
                    "retriever": RETRIEVERS,
                    "context": "token-budget",
                },
                "maximize": "span_recall" if _has_spans(dataset) else "nDCG@10",
            }


def _is_markdown(dataset: Dataset) -> bool:
    marked = sum(text.startswith("#") or "\n#" in text for text in (d.text for d in dataset.documents))
    return "markdown" in words("chunker") and marked > len(dataset.documents) / 2


def _has_spans(dataset: Dataset) -> bool:
    return any(piece.start is not None for query in dataset.queries for piece in query.evidence)


def _dataset(source: Dataset | str | Path, questions: int, recipe: str, seed: int, watcher: Watcher) -> Dataset:
    if isinstance(source, Dataset):
        return source
    if _has_questions(source):
        return load_dataset(source)
    made = simulate(source, recipe, questions, seed)
    watcher.say(f"{source} has no questions: {len(made.queries)} were made up by {recipe} from its documents")
    return replace(made, name=Path(source).resolve().name)


def _has_questions(source: str | Path) -> bool:
    if not Path(source).is_dir():
        return True
    try:
        locate(source)
    except DatasetError:
        return False
    return True
