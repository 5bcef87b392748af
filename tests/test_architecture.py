"""Imports go one way, from the command line down to the values; nobody reaches up or sideways, not even in a function."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

import ragtune

ROOT = Path(ragtune.__file__).parent
SLOTS = ("tokenizers", "chunkers", "embedders", "retrievers", "rerankers", "contexts")
ANSWER_SLOTS = ("prompts", "generators")
TOOL_SLOTS = ("edits", "selectors", "callers")
GROUND = ("errors", "spelling", "types", "component", "yaml_tree", "files", "clock", "loop", "once")

# Package or module -> what it may import from ragtune, apart from itself.
MAY: dict[str, tuple[str, ...]] = {
    "errors": (),
    "spelling": (),
    "types": (),
    "component": ("errors", "spelling"),
    "yaml_tree": ("errors",),
    "files": ("errors",),
    "clock": (),
    "loop": (),
    "once": (),
    "readers": (),
    "answers": ("types",),
    "engine": ("clock", "component", "errors", "files", "loop", "once"),
    "tokenizers": GROUND,
    "endpoint": ("clock", "component", "errors", "loop"),
    "chunkers": (*GROUND, "tokenizers", "embedders"),
    "embedders": (*GROUND, "endpoint"),
    "retrievers": (*GROUND, "embedders", "endpoint"),
    "rerankers": (*GROUND, "embedders", "endpoint", "retrievers"),
    "stores": (*GROUND, "retrievers"),
    "contexts": (*GROUND, "tokenizers", "chunkers", "retrievers"),
    "tools": (*GROUND, "tokenizers"),
    "toolformats": (*GROUND, "tools"),
    "mcp_client": (*GROUND, "tools", "toolformats"),
    "caseformats": (*GROUND, "tools"),
    "cases": (*GROUND, "tools", "caseformats"),
    "toolsimulators": (*GROUND, "tools", "simulators", "endpoint"),
    "drafting": (*GROUND, "tools", "simulators", "toolsimulators"),
    "edits": (*GROUND, "tools"),
    "selectors": (*GROUND, "tools", "embedders", "retrievers"),
    "callers": (*GROUND, "tools", "endpoint", "embedders", "retrievers"),
    "lintrules": (*GROUND, "tools", "toolformats"),
    "linting": (*GROUND, "tools", "lintrules", "toolformats"),
    "fewshots": (*GROUND, "answers"),
    "prompts": (*GROUND, "answers", "fewshots"),
    "generators": (*GROUND, "answers", "endpoint"),
    "metrics": (*GROUND, "answers", "embedders", "endpoint", "tokenizers", "tools"),
    "datasets": (*GROUND, "answers", "readers"),
    "toolsets": (*GROUND, "cases", "datasets", "tools"),
    "simulators": (*GROUND, "datasets", "endpoint"),
    "simulating": (*GROUND, "datasets", "simulators"),
    "pipelines": (
        *GROUND,
        *SLOTS,
        *ANSWER_SLOTS,
        *TOOL_SLOTS,
        "answers",
        "engine",
        "metrics",
        "datasets",
        "objectives",
        "tools",
        "toolsets",
    ),
    "space": GROUND,
    "objectives": (*GROUND, "metrics", "space"),
    "config": (*GROUND, "metrics", "objectives", "pipelines", "space"),
    "stats": ("types",),
    "splitting": ("types",),
    "verdict": ("errors", "objectives", "splitting", "stats", "types"),
    "effects": (*GROUND, "stats"),
    "costing": (
        *GROUND,
        "answers",
        "embedders",
        "endpoint",
        "engine",
        "objectives",
        "pipelines",
        "tokenizers",
        "tools",
    ),
    "study": (*GROUND, "engine", "objectives", "splitting", "verdict"),
    "sweeping": (
        *GROUND,
        "config",
        "costing",
        "endpoint",
        "engine",
        "pipelines",
        "splitting",
        "study",
        "toolsets",
    ),
    "judging": (*GROUND, "effects", "engine", "objectives", "splitting", "study", "verdict"),
    "noise": (*GROUND, "config", "engine", "pipelines", "study", "sweeping", "toolsets"),
    "explaining": (
        *GROUND,
        "answers",
        "chunkers",
        "config",
        "contexts",
        "datasets",
        "embedders",
        "engine",
        "metrics",
        "pipelines",
        "rerankers",
        "retrievers",
        "stats",
        "study",
        "sweeping",
        "tokenizers",
    ),
    "toolpanels": (
        *GROUND,
        "embedders",
        "engine",
        "explaining",
        "metrics",
        "pipelines",
        "selectors",
        "stats",
        "study",
        "sweeping",
        "tools",
        "toolsets",
    ),
    "designs": (*GROUND, "engine", "pipelines", "study"),
    "comparing": (*GROUND, "designs", "stats"),
    "gating": (*GROUND, "comparing", "designs", "objectives", "stats"),
    "history": (*GROUND, "comparing", "designs", "stats", "study"),
    "techniques": (*GROUND, "history", "stats", "study"),
    "testing": (*GROUND, "designs", "engine", "gating", "study"),
    "economics": (
        *GROUND,
        "answers",
        "designs",
        "embedders",
        "endpoint",
        "engine",
        "explaining",
        "pipelines",
        "splitting",
        "stats",
        "study",
        "tokenizers",
        "toolpanels",
        "tools",
    ),
    "calibrating": (
        *GROUND,
        "answers",
        "datasets",
        "endpoint",
        "engine",
        "metrics",
        "space",
        "stats",
        "study",
    ),
    "production": (*GROUND, "datasets", "embedders", "engine", "stats"),
    "bundling": (
        *GROUND,
        "engine",
        "explaining",
        "judging",
        "pipelines",
        "production",
        "retrievers",
        "stores",
        "study",
        "toolformats",
        "toolpanels",
        "tools",
    ),
    "adapters": ("bundling", "tools"),
    "serving": (*GROUND, "mcp_client", "toolformats", "tools"),
    "report": (
        *GROUND,
        "calibrating",
        "config",
        "datasets",
        "effects",
        "engine",
        "explaining",
        "judging",
        "metrics",
        "objectives",
        "pipelines",
        "splitting",
        "stats",
        "study",
        "sweeping",
        "toolpanels",
        "verdict",
    ),
    "planning": (*GROUND, "embedders", "engine", "sweeping"),
    "tuning": (*GROUND, "datasets", "engine", "planning", "simulating", "study", "sweeping"),
    "toolloop": (*GROUND, "linting", "stats", "tools", "trying"),
    "tooledit": (*GROUND, "tools"),
    "trying": (
        *GROUND,
        "callers",
        "config",
        "designs",
        "engine",
        "metrics",
        "pipelines",
        "sweeping",
        "tools",
        "toolsets",
    ),
    "tooltest": (*GROUND, "designs", "engine", "gating", "linting", "metrics", "toolsets", "trying"),
    "tooldiff": (*GROUND, "tools"),
    "suggesting": (*GROUND, "endpoint", "linting", "simulators", "stats", "tools", "toolsets"),
    "catalogue": GROUND,
    "schema": (*GROUND, *SLOTS, *ANSWER_SLOTS, "config", "metrics", "objectives", "pipelines", "datasets", "space"),
}
"""`cli`, the package's face and its `__main__` may import anything; nobody imports `cli`."""


def imports(path: Path) -> set[str]:
    """First parts below `ragtune` of everything that a file imports, outside TYPE_CHECKING blocks."""
    found = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "ragtune":
            parts = node.module.split(".")[1:]
            found.update([parts[0]] if parts else [alias.name for alias in node.names])
        elif isinstance(node, ast.Import):
            found.update(a.name.split(".")[1] for a in node.names if a.name.startswith("ragtune."))
    return found


def test_imports_go_one_way():
    wrong = []
    for path in sorted(ROOT.rglob("*.py")):
        name = path.relative_to(ROOT)
        layer = name.parts[0].removesuffix(".py")
        if layer not in ("cli", "__init__", "__main__", "scaffold"):
            assert layer in MAY, f"{layer} is a new layer: say in MAY what it may import"
            beyond = imports(path) - {layer} - set(MAY[layer])
            wrong += [f"{name} must not import {sorted(beyond)}"] if beyond else []
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("slot", (*SLOTS, "metrics", "datasets"))
def test_components_of_a_kind_do_not_know_each_other(slot):
    """Adding or removing one file touches no other."""
    words = {path.stem for path in (ROOT / slot).glob("[a-z]*.py")}
    for path in (ROOT / slot).glob("[a-z]*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(f"ragtune.{slot}."):
                assert node.module.split(".")[2] not in words - {path.stem}, f"{path.name} imports {node.module}"


def test_no_pickle_anywhere():
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            assert not {"pickle", "dill", "cloudpickle", "joblib", "shelve"} & set(names), path
            if isinstance(node, ast.keyword) and node.arg in ("allow_pickle", "trust_remote_code"):
                assert isinstance(node.value, ast.Constant) and node.value.value is False, path


def test_the_public_face_is_what_it_says():
    assert sorted(ragtune.__all__) == list(ragtune.__all__)
    for name in ragtune.__all__:
        assert getattr(ragtune, name) is not None
    assert callable(ragtune.sweep)
    importlib.import_module("ragtune.sweeping")  # must not put a module in the function's place
    assert callable(ragtune.sweep)
