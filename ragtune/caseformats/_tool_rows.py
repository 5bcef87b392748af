"""`tools.jsonl` of published tool benchmarks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ragtune.caseformats._bfcl_functions import as_json_schema
from ragtune.caseformats._rows import rows_of
from ragtune.errors import DatasetError, Fault
from ragtune.tools import Tool, ToolSet
from ragtune.tools._tool import NO_PARAMETERS

TOOLS = "tools.jsonl"


def load_candidates_tools(path: str | Path) -> ToolSet:
    """The tools beside the queries that the format `candidates` reads: `tools.jsonl`, or the folder that holds it.

    Rows {tool_id, name, description, parameters, server, category, annotations}; the category becomes a tag. Of
    `parameters`, `x-original-type` is left out; other keys are passed over.

    Raises:
        DatasetError: with all faults.
    """
    file = Path(path) / TOOLS if Path(path).is_dir() else Path(path)
    faults: list[Fault] = []
    found: dict[str, Tool] = {}
    for node in rows_of(file):
        row = node.plain()
        if not isinstance(row, dict) or not row.get("name"):
            faults.append(node.fault("must be an object with a name"))
            continue
        try:
            tool = _tool(row)
        except ValidationError as error:
            told = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
            faults.append(node.fault(told))
            continue
        if tool.id in found:
            faults.append(node.fault(f"the id '{tool.id}' is taken"))
        found[tool.id] = tool
    if faults:
        raise DatasetError(faults)
    return ToolSet(tuple(found.values()))


def _tool(row: dict[str, Any]) -> Tool:
    parameters = row.get("parameters") or NO_PARAMETERS
    return Tool(
        id=row.get("tool_id") or "",
        name=row["name"],
        description=row.get("description") or "",
        input_schema=as_json_schema(parameters) if isinstance(parameters, dict) else parameters,
        annotations=row.get("annotations") or {},
        tags=(row["category"],) if row.get("category") else (),
        server=row.get("server") or "",
    )
