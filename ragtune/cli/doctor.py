"""`ragtune doctor`."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from ragtune.cli._options import json_option, print_json, workspace_option

_FREE_BYTES = 1 << 30
_OPTIONAL = ("chromadb", "ragas")


@dataclass(frozen=True)
class Check:
    """One thing looked at. What is not `needed` may be absent."""

    what: str
    ok: bool
    told: str
    needed: bool = True


@click.command(name="doctor", short_help="Check that this machine has what ragtune needs.")
@workspace_option
@json_option
def command(workspace: Path, as_json: bool) -> int:
    """Check Python, packages, models and the workspace, and say what to do about what is missing.

    \b
    Examples:
      ragtune doctor
      ragtune doctor --json
    """
    checks = list(look(workspace))
    if as_json:
        print_json([asdict(check) for check in checks])
    else:
        for check in checks:
            mark = (
                click.style("ok  ", fg="green")
                if check.ok
                else click.style("MISS" if check.needed else "-   ", fg="red")
            )
            click.echo(f"{mark} {check.what:<22} {check.told}")
    return 0 if all(check.ok or not check.needed for check in checks) else 1


def look(workspace: Path) -> Iterator[Check]:
    """Everything there is to check, in order."""
    yield Check("Python", sys.version_info >= (3, 11), f"{platform.python_version()} (3.11 or newer)")
    yield Check("processor", True, f"{os.cpu_count()} cores, {platform.machine()}")
    yield from _packages()
    yield _attempt("tokenizer cl100k", _tokenizer)
    yield _attempt("embedder wordllama", _wordllama)
    yield _attempt("embedder minilm", _minilm)
    folder = next(p for p in (workspace.absolute(), *workspace.absolute().parents) if p.is_dir())
    yield Check(
        "workspace",
        os.access(folder, os.W_OK),
        f"{workspace} ({'can' if os.access(folder, os.W_OK) else 'cannot'} be written)",
    )
    free = shutil.disk_usage(folder).free
    yield Check("disk", free > _FREE_BYTES, f"{free / 1e9:.1f} GB free; vectors take about 1.6 kB a text")


def _packages() -> Iterator[Check]:
    from importlib.metadata import PackageNotFoundError, requires, version

    needed = [line.split(";")[0] for line in requires("ragtune") or [] if "extra ==" not in line]
    names = [(name, True) for line in needed for name in [line.split(">")[0].split("<")[0].split("=")[0].strip()]]
    for name, essential in [*names, *((name, False) for name in _OPTIONAL)]:
        try:
            yield Check(name, True, version(name), essential)
        except PackageNotFoundError:
            yield Check(name, False, f"not installed: pip install {name}", essential)


def _attempt(what: str, action: Callable[[], str]) -> Check:
    from ragtune.errors import RagtuneError

    try:
        return Check(what, True, action())
    except (RagtuneError, ImportError, OSError) as error:
        return Check(what, False, str(error))


def _tokenizer() -> str:
    from ragtune.tokenizers.cl100k import Cl100k

    return f"at hand ('tokens' is {Cl100k().count('tokens')} of them)"


def _wordllama() -> str:
    from ragtune.embedders.wordllama import Wordllama

    return f"at hand, {Wordllama().encoder(queries=False).dim} dimensions"


def _minilm() -> str:
    from ragtune.embedders.minilm import Minilm

    return f"at hand, {Minilm().encoder(queries=False).dim} dimensions, sha256 is the published one"
