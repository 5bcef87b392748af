"""ragtune tunes what a language model is given: RAG retrieval, and tool schemas.

>>> import ragtune
>>> dataset = ragtune.load_dataset("python-stdlib")
>>> study = ragtune.sweep(dataset, "configs/quickstart.yaml")  # doctest: +SKIP
>>> study.best().configuration  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ragtune.bundling import Retriever, Toolbox, load, load_tools
    from ragtune.config import Config, load_config
    from ragtune.datasets import Dataset, load_dataset
    from ragtune.errors import RagtuneError
    from ragtune.judging import verdict_of
    from ragtune.simulating import simulate
    from ragtune.study import Study
    from ragtune.sweeping import Watcher, sweep
    from ragtune.tuning import tune
    from ragtune.types import Document, Evidence, Query
    from ragtune.verdict import Verdict

__version__ = "0.1.0"
__all__ = [
    "Config",
    "Dataset",
    "Document",
    "Evidence",
    "Query",
    "RagtuneError",
    "Retriever",
    "Study",
    "Toolbox",
    "Verdict",
    "Watcher",
    "load",
    "load_config",
    "load_dataset",
    "load_tools",
    "simulate",
    "sweep",
    "tune",
    "verdict_of",
]

_HOMES = {
    "Retriever": "ragtune.bundling",
    "Toolbox": "ragtune.bundling",
    "load": "ragtune.bundling",
    "load_tools": "ragtune.bundling",
    "Config": "ragtune.config",
    "load_config": "ragtune.config",
    "Dataset": "ragtune.datasets",
    "load_dataset": "ragtune.datasets",
    "RagtuneError": "ragtune.errors",
    "Study": "ragtune.study",
    "Watcher": "ragtune.sweeping",
    "sweep": "ragtune.sweeping",
    "simulate": "ragtune.simulating",
    "tune": "ragtune.tuning",
    "Verdict": "ragtune.verdict",
    "verdict_of": "ragtune.judging",
    "Document": "ragtune.types",
    "Evidence": "ragtune.types",
    "Query": "ragtune.types",
}


def __getattr__(name: str) -> Any:
    """Load on first use: `import ragtune` itself imports nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'ragtune' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
