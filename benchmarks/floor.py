"""What a sweep of 1,000 configurations costs above embedding its texts once.

The floor is the same model's loop over the same unique texts, by itself, in the same run. Both are CPU seconds of all
threads, because seconds on the wall say more about the neighbours on the machine.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from benchmarks.common import conclude, data, fresh_workspace, stopwatch
from benchmarks.space import THOUSAND
from ragtune import load_dataset, sweep
from ragtune.component import parse
from ragtune.embedders import Embedder

BAR = 1.15


def embed_once(texts: Sequence[str]) -> None:
    """The model's loop and nothing else."""
    embedder = parse("embedder", "minilm")
    assert isinstance(embedder, Embedder)
    encoder = embedder.encoder(queries=False)
    with ThreadPoolExecutor(encoder.workers) as pool:
        for _ in pool.map(lambda batch: encoder.encode([texts[i] for i in batch]), encoder.batches(texts)):
            pass


def main() -> None:
    """Embed every other text, sweep in an empty workspace, embed the rest: a machine that drifts drifts for both."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--documents", type=int, default=0, help="only the first N documents, for a quick look")
    wanted = options.parse_args().documents
    dataset = load_dataset(data("retrieval/scifact"))
    if wanted:
        from benchmarks.subset import first_documents

        dataset = first_documents(dataset, wanted)
    texts = list(dict.fromkeys([d.text for d in dataset.documents] + [query.text for query in dataset.queries]))
    with stopwatch() as before:
        embed_once(texts[::2])
    with fresh_workspace("floor") as workspace, stopwatch() as whole:
        study = sweep(dataset, THOUSAND, workspace=workspace)
    with stopwatch() as after:
        embed_once(texts[1::2])
    floor = before.cpu + after.cpu
    n = len(study.record["configurations"])
    print(f"{n} configurations on {len(dataset.documents)} documents: {whole.cpu:.1f} CPU s ({whole.wall:.1f} s)")
    print(f"embedding their unique texts once: {before.cpu:.1f} + {after.cpu:.1f} CPU s, before and after")
    print(f"above the floor: {1000 * (whole.cpu - floor) / n:.1f} CPU ms a configuration")
    ratio = whole.cpu / floor
    conclude(f"floor: {ratio:.3f} x embedding alone (bar {BAR})", passed=ratio <= BAR and n >= 1000)


if __name__ == "__main__":
    main()
