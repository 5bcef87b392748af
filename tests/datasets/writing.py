"""Small datasets on disk, and the faults that loading them gives."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ragtune.datasets import load_dataset
from ragtune.errors import DatasetError, Fault


def write(root: Path, files: Mapping[str, Any]) -> Path:
    """Write files below a folder: bytes, text as it is, or a list as JSON lines (texts in it are raw lines)."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, list):
            rows = (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in content)
            content = "".join(f"{row}\n" for row in rows)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def faults(source: Any, root: Path | None = None) -> list[Fault]:
    """The faults of a dataset that must not load."""
    with pytest.raises(DatasetError) as caught:
        load_dataset(source, root)
    return caught.value.faults


def only_fault(source: Any) -> tuple[str, int, str]:
    """File name, line and message of the one fault."""
    (fault,) = faults(source)
    return Path(fault.file).name, fault.line, fault.message
