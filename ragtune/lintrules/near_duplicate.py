"""RT302: tools that are almost the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import numpy as np
from pydantic import Field
from scipy.sparse import csr_matrix

from ragtune.component import register
from ragtune.lintrules import Finding, LintRule
from ragtune.lintrules._schemas import followed_type, parameters, words
from ragtune.lintrules._texts import prose
from ragtune.tools import Tool, ToolSet

BLOCK = 512
"""Rows of the table of shared words that are made at once."""


@register
class NearDuplicate(LintRule):
    """Two tools have nearly the same words, so that a model tells them apart by chance.

    Words are those of name, description and names of parameters; the likeness is the share of words that both have among
    those that either has (Jaccard). At least `likeness` is one of too many; with equal input schemas of at least two
    parameters it takes only `likeness_same_schema`. One finding a tool, for the likest tool before it.
    Source: Jaccard 1912, "The distribution of the flora in the alpine zone".
    """

    code = "RT302"
    evidence = (
        "seen together, no cause shown: BM25 over BFCL's tools, R@1 .160 where it is found, else .466 (1,853 cases)"
    )
    confidence = "medium"
    bad = (
        {"name": "find_user", "description": "Find a user of the system by the email address they signed up with."},
        {"name": "search_user", "description": "Find a user of the system by the email address they signed up with."},
    )
    good = (
        {"name": "find_user", "description": "Find a user of the system by the email address they signed up with."},
        {"name": "list_rooms", "description": "List meeting rooms that are free at a time."},
    )

    likeness: Annotated[float, Field(gt=0, le=1)] = 0.8
    likeness_same_schema: Annotated[float, Field(gt=0, le=1)] = 0.6

    def check(self, toolset: ToolSet) -> Iterator[Finding]:
        """The likest earlier tool of each tool, where it is like enough."""
        tools = toolset.tools
        table, sizes = _table(tools)
        schemas = np.array(_schema_numbers(tools), dtype=np.int64)
        for start in range(0, len(tools), BLOCK):
            stop = min(start + BLOCK, len(tools))
            shared = (table[start:stop] @ table[:stop].T).toarray()
            likeness = shared / np.maximum(sizes[start:stop, None] + sizes[None, :stop] - shared, 1)
            same = (schemas[start:stop, None] == schemas[None, :stop]) & (schemas[start:stop, None] >= 0)
            enough = np.where(same, self.likeness_same_schema, self.likeness)
            score = np.where(likeness >= enough - 1e-9, likeness, 0.0)
            score[np.arange(stop)[None, :] >= np.arange(start, stop)[:, None]] = 0.0
            for row in np.flatnonzero(score.max(axis=1) > 0):
                other = int(score[row].argmax())
                told = _told(tools[other], likeness[row, other], bool(same[row, other]))
                yield Finding(start + int(row), ("name",), f"'{tools[start + int(row)].name}' {told}")


def _told(other: Tool, likeness: float, same: bool) -> str:
    of = f" of server '{other.server}'" if other.server else ""
    return f"is much like '{other.name}'{of}: {likeness:.0%} of the words" + (", the same parameters" if same else "")


def _table(tools: tuple[Tool, ...]) -> tuple[csr_matrix[Any], np.ndarray[Any, np.dtype[np.float64]]]:
    """Tool × word, 1 where it has the word, and how many words each has."""
    known: dict[str, int] = {}
    rows, columns = [], []
    for i, tool in enumerate(tools):
        for word in set(_words_of(tool)):
            rows.append(i)
            columns.append(known.setdefault(word, len(known)))
    ones = np.ones(len(rows), dtype=np.float32)
    table = csr_matrix((ones, (rows, columns)), shape=(len(tools), max(len(known), 1)))
    return table, np.asarray(table.sum(axis=1), dtype=np.float64).ravel()


def _words_of(tool: Tool) -> list[str]:
    names = " ".join(at.key for at in parameters(tool.input_schema))
    return words(f"{prose(tool.name)} {prose(tool.description)} {prose(names)}")


def _schema_numbers(tools: tuple[Tool, ...]) -> list[int]:
    """A number for each schema, the same for equal ones; -1 where too little is in it to mean anything."""
    known: dict[str, int] = {}
    found = []
    for tool in tools:
        if len(tool.parameters) < 2:
            found.append(-1)
        else:
            key = json.dumps(_plain(tool.input_schema), sort_keys=True, default=str)
            found.append(known.setdefault(key, len(known)))
    return found


def _plain(schema: Any, depth: int = 0) -> Any:
    """A schema without its texts, and without what follows from the rest."""
    if depth > 64:
        return None
    if isinstance(schema, list):
        return [_plain(each, depth + 1) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    kept = {k: v for k, v in schema.items() if not (k in ("title", "description", "$schema") and isinstance(v, str))}
    followed = followed_type({k: v for k, v in kept.items() if k != "type"})
    if followed is not None and kept.get("type", followed) == followed:
        kept.pop("type", None)
    known = kept.get("properties")
    if isinstance(known, dict) and isinstance(kept.get("required"), list):
        kept["required"] = sorted(str(n) for n in kept["required"] if str(n) in known)
    return {str(k): _plain(v, depth + 1) for k, v in kept.items()}
