"""A tool set with its cases: what a dataset is to retrieval."""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from ragtune.cases import read_cases
from ragtune.component import digest
from ragtune.datasets import locate_bundled
from ragtune.errors import DatasetError, Fault, InputError
from ragtune.tools import Case, Requests, Tool, ToolSet, load_tools
from ragtune.types import Names, Queries, Query

CASE_FILES = ("cases.jsonl", "cases.yaml", "cases.yml", "cases.json")
TOOL_FILES = ("tools", "tools.yaml", "tools.yml", "tools.json", "tools.jsonl")


@dataclass(frozen=True)
class ToolDataset:
    """Tools, the cases that are scored on them, and those kept apart for edits to learn from.

    It has the attributes of a `Dataset`, with tools for documents and cases for queries.
    """

    name: str
    toolset: ToolSet
    cases: tuple[Case, ...]
    pool: tuple[Case, ...] = ()
    left_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def documents(self) -> tuple[Tool, ...]:
        """The tools."""
        return self.toolset.tools

    @cached_property
    def queries(self) -> tuple[Query, ...]:
        """The cases as queries: id, text and tags; what no tool fits and what takes several is tagged so."""
        return tuple(Query(case.id, case.query, tags=_tags(case), simulated=case.simulated) for case in self.cases)

    @cached_property
    def query_texts(self) -> Queries:
        """The texts of the cases."""
        return Queries(tuple(case.query for case in self.cases))

    @cached_property
    def query_ids(self) -> Names:
        """The ids of the cases."""
        return Names(tuple(case.id for case in self.cases))

    @cached_property
    def requests(self) -> Requests:
        """What is asked."""
        return Requests(self.query_texts.texts, tuple(case.tools for case in self.cases))

    @cached_property
    def simulated(self) -> Mapping[str, int]:
        """Recipe -> number of cases that it made up."""
        return dict(sorted(Counter(case.simulated for case in self.cases if case.simulated).items()))

    @cached_property
    def corpus_digest(self) -> str:
        """Changes when, and only when, a tool or the order of the tools does."""
        return digest(*(json.dumps([tool.id, tool.spec()], sort_keys=True) for tool in self.toolset.tools))

    @cached_property
    def queries_digest(self) -> str:
        """Changes when, and only when, what is asked does."""
        return digest(*(json.dumps([case.query, case.tools]) for case in self.cases))

    @cached_property
    def query_ids_digest(self) -> str:
        """Changes when, and only when, an id or the order of the cases does."""
        return digest(*self.query_ids.names)

    @cached_property
    def judgments_digest(self) -> str:
        """Changes when, and only when, what should be called does."""
        return _digest(self.cases)

    @cached_property
    def pool_digest(self) -> str:
        """Changes when, and only when, the pool does."""
        return _digest(self.pool)

    def parted(self, share: float, seed: int) -> ToolDataset:
        """The same data with a share of each tool's cases kept apart in `pool`, never to be scored.

        Cases that expect one call are drawn for each tool, by a hash of their text; a tool always keeps one to be scored.
        What is asked more than once is never drawn: it would be learnt from and scored.
        """
        asked = Counter(_words(case) for case in self.cases)
        by_tool: dict[str, list[Case]] = {}
        for case in self.cases:
            if len(case.calls) == 1:
                by_tool.setdefault(case.calls[0].tool, []).append(case)
        drawn: set[str] = set()
        for cases in by_tool.values():
            order = sorted((case for case in cases if asked[_words(case)] == 1), key=lambda case: _lot(case, seed))
            most = len(order) - (len(order) == len(cases))
            drawn.update(case.id for case in order[: min(math.ceil(share * len(cases)), most)])
        kept = tuple(case for case in self.cases if case.id not in drawn)
        pool = tuple(case for case in self.cases if case.id in drawn)
        told = {"kept apart as examples for edits": tuple(case.id for case in pool)} if pool else {}
        return replace(self, cases=kept, pool=pool, left_out={**self.left_out, **told})


def load_toolset(tools: str | Path | Mapping[str, Any], cases: Any = None, root: Path | None = None) -> ToolDataset:
    """A tool file or folder and its cases, read and checked.

    Args:
        tools: A file or folder of tools, a folder with tools and `cases.*` in it, or the name of a bundled one.
        cases: A file of cases, or a format with its knobs; `cases.*` beside the tools unless given.
        root: The folder that relative paths are relative to.

    Raises:
        InputError: listing all faults.
    """
    folder = locate_bundled(str(tools), root)
    found = [folder / name for name in TOOL_FILES if (folder / name).exists()] if folder.is_dir() else []
    toolset = load_tools(found[0] if found else folder)
    if cases is None:
        beside = folder if folder.is_dir() else folder.parent
        files = [beside / name for name in CASE_FILES if (beside / name).is_file()]
        if not files:
            names = ", ".join(CASE_FILES)
            raise DatasetError([Fault(str(beside), 0, 0, f"there are no cases beside the tools ({names}); name them")])
        cases = files[0].resolve()
    loaded = read_cases(cases, toolset, root)
    if not loaded.cases:
        raise InputError(f"{cases}: there is no case in it")
    name = folder.name if folder.is_dir() else folder.stem
    return ToolDataset(name, toolset, tuple(loaded.cases), left_out=loaded.left_out)


def _tags(case: Case) -> tuple[str, ...]:
    kind = "no tool fits" if not case.calls else "several calls" if len(case.calls) > 1 else ""
    return (*case.tags, kind) if kind and kind not in case.tags else case.tags


def _words(case: Case) -> str:
    return " ".join(case.query.casefold().split())


def _lot(case: Case, seed: int) -> bytes:
    return hashlib.blake2b(f"{seed}\0{case.query}".encode("utf-8", "surrogatepass")).digest()


def _digest(cases: tuple[Case, ...]) -> str:
    return digest(*(json.dumps(case.model_dump(exclude={"id"}), sort_keys=True) for case in cases))
