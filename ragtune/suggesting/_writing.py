"""Accepted wordings as a file that the edit `describe-from` reads."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

from ragtune.errors import InputError
from ragtune.tools import write_atomically


def overlay(descriptions: Mapping[str, str]) -> str:
    """YAML: {tool id: {description: text}}."""
    from ruamel.yaml import YAML

    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    yaml.width = 110
    out = io.StringIO()
    yaml.dump({id: {"description": text} for id, text in descriptions.items()}, out)
    return out.getvalue()


def write_overlay(path: Path, descriptions: Mapping[str, str], *, force: bool = False) -> None:
    """Write a new file; one that is there is written over with `force` only."""
    if path.exists() and not force:
        raise InputError(f"{path} is there already; nothing was written (--force writes over it)")
    write_atomically(path, overlay(descriptions))
