"""Parquet and Arrow files, as bytes."""

from __future__ import annotations

import io
import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq


def parquet(rows: list[dict[str, Any]]) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), out)
    return out.getvalue()


def arrow(rows: list[dict[str, Any]]) -> bytes:
    table = pa.Table.from_pylist(rows)
    out = io.BytesIO()
    with pa.ipc.new_stream(out, table.schema) as stream:
        stream.write_table(table)
    return out.getvalue()


def saved(rows: list[dict[str, Any]], folder: str = "", shards: int = 1) -> dict[str, Any]:
    """What `datasets.Dataset.save_to_disk` leaves in a folder, as file name -> content."""
    at = f"{folder}/" if folder else ""
    names = [f"data-{i:05}-of-{shards:05}.arrow" for i in range(shards)]
    size = -(-len(rows) // shards)
    files: dict[str, Any] = {f"{at}{name}": arrow(rows[i * size : (i + 1) * size]) for i, name in enumerate(names)}
    state = {"_data_files": [{"filename": name} for name in names], "_fingerprint": "f", "_split": None}
    return files | {f"{at}state.json": json.dumps(state, indent=2), f"{at}dataset_info.json": "{}"}
