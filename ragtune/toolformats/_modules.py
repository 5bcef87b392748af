"""Functions by where they are: `pkg.mod:func`, `pkg.mod`, `file.py` or `file.py:func`. Importing runs the module."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from ragtune.errors import InputError, suggest


def functions_at(source: str) -> list[Callable[..., Any]]:
    """The named function, or all public ones that the module itself defines, in the order of their lines."""
    module_name, _, wanted = source.partition(":")
    module = _from_file(Path(module_name)) if module_name.endswith(".py") else _by_name(module_name)
    if wanted:
        found = getattr(module, wanted, None)
        if not callable(found):
            raise InputError(f"{module_name} has no function '{wanted}'{suggest(wanted, _public(module))}")
        return [found]
    names = _public(module)
    if not names:
        raise InputError(f"{module_name} defines no public function")
    return [getattr(module, name) for name in names]


def _public(module: ModuleType) -> list[str]:
    told = getattr(module, "__all__", None)
    found = [
        name
        for name, value in vars(module).items()
        if inspect.isfunction(value)
        and (name in told if told is not None else not name.startswith("_"))
        and value.__module__ == module.__name__
    ]
    return sorted(found, key=lambda name: getattr(module, name).__code__.co_firstlineno)


def _by_name(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise InputError(f"cannot import {name}: {error}") from error
    except Exception as error:
        raise InputError(f"{name} fails while it is imported: {type(error).__name__}: {error}") from error


def _from_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise InputError(f"{path}: is no file")
    name = f"_ragtune_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise InputError(f"{path}: is no Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise InputError(f"{path} fails while it is imported: {type(error).__name__}: {error}") from error
    finally:
        sys.modules.pop(name, None)
    return module
