"""Peak memory, and cost against the number of chunks: 1,000, 10,000 and 100,000, with static vectors."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys

from benchmarks.common import KEPT, conclude, data

SIZES = (1_000, 10_000, 100_000)
BAR_MB = 2_000
TOKENS = 16
SCRIPT = """
import json, resource, sys, time
import ragtune
from benchmarks.common import fresh_workspace
from benchmarks.subset import first_documents
from ragtune.engine.compute import Done
from ragtune.sweeping import Watcher

CONFIG = {
    "name": "memory",
    "space": {"chunker": "token-window(size_tokens=%d)" % int(sys.argv[3]), "embedder": "wordllama",
              "retriever": ["bm25", "dense", "hybrid", "hybrid(fusion=weighted, alpha=0.7)"]},
    "baseline": {"chunker": "token-window(size_tokens=%d)" % int(sys.argv[3])},
}
seconds = {}
class Clock(Watcher):
    def finished(self, step, done):
        name = f"{step.component.name}.{step.verb}"
        seconds[name] = seconds.get(name, 0.0) + done.seconds

dataset = first_documents(ragtune.load_dataset(sys.argv[1]), int(sys.argv[2]))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with fresh_workspace("memory") as workspace:
    began = time.process_time()
    study = ragtune.sweep(dataset, CONFIG, workspace=workspace, watcher=Clock())
    cpu = time.process_time() - began
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"cpu": cpu, "before": before / 1024, "peak": peak / 1024, "seconds": seconds,
                  "texts": study.summary["embedded_texts"] - len(dataset.queries)}))
"""


def main() -> None:
    """Each size in a process of its own."""
    KEPT.mkdir(exist_ok=True)
    path = data("retrieval/scifact")
    found = []
    for documents in (55, 550, 5183):
        command = [sys.executable, "-c", SCRIPT, str(path), str(documents), str(TOKENS)]
        result = subprocess.run(command, check=True, capture_output=True, text=True)
        found.append(json.loads(result.stdout.splitlines()[-1]))
        last = found[-1]
        slowest = sorted(last["seconds"].items(), key=lambda item: -item[1])[:4]
        per_1000 = 1000 * last["cpu"] / last["texts"]
        print(
            f"{last['texts']:>8,} chunks: {last['cpu']:6.1f} CPU s, {per_1000:.2f} s per 1,000, peak {last['peak']:,.0f} MB"
        )
        print("          slowest: " + ", ".join(f"{name} {s:.1f} s" for name, s in slowest))
    bends = [b["cpu"] / b["texts"] / (a["cpu"] / a["texts"]) for a, b in itertools.pairwise(found)]
    print("cost a chunk, against the size before: " + ", ".join(f"{bend:.2f} x" for bend in bends))
    growth = (found[-1]["peak"] - found[0]["peak"]) / (found[-1]["texts"] - found[0]["texts"]) * 100_000
    conclude(f"memory: {growth:,.0f} MB per 100,000 chunks (bar {BAR_MB:,})", passed=growth <= BAR_MB)


if __name__ == "__main__":
    main()
