"""Queries with the ids of the right tools and of the candidates: MetaTool, LiveMCPBench and the like, beside their tools."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from ragtune.caseformats import CaseFormat, Reading
from ragtune.caseformats._query_rows import read_query_rows
from ragtune.caseformats._rows import first_row
from ragtune.component import register


@register
class Candidates(CaseFormat):
    """`queries.jsonl` {id, category, query, expected: [{tool_id, name, …}], candidate_tools: [id, …] or "*", abstain}.

    `expected` may hold `alt_tool_ids` (other tools that are right), `arguments` (the values that are right) and
    `acceptable` (BFCL's possible answers); without them the tool alone is judged. `abstain` says that no tool fits. The
    category becomes a tag. PATH is the file, or its folder, whose `tools.jsonl` `load_candidates_tools` reads.

    Source: MetaTool, github.com/HowieHwong/MetaTool; LiveMCPBench, github.com/icip-cas/LiveMCPBench.
    """

    arguments: Literal["check", "trust"] = "trust"

    def reading(self, path: Path) -> Reading:
        """The cases in the order of the file."""
        return read_query_rows(path)

    @classmethod
    def recognises(cls, path: Path) -> bool:
        """Rows with candidates and without BFCL's possible answers."""
        row = first_row(path)
        return "candidate_tools" in row and "expected" in row and "any_call" not in row
