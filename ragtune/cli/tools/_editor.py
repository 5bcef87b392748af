"""The user's editor on one tool, until the text is right or given up."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ragtune.cli._options import say
from ragtune.errors import InputError, StepError

if TYPE_CHECKING:
    from ragtune.tooledit import Opened
    from ragtune.tools import Tool


def edited(opened: Opened, known: Callable[[str], bool]) -> tuple[str, Tool, float] | None:
    """The edited text, the tool it says, and when the editor closed; None where nothing was changed.

    Args:
        opened: What is edited.
        known: Whether cases know a tool by an id.
    """
    from ragtune.tooledit import checked

    with tempfile.TemporaryDirectory(prefix="ragtune-") as folder:
        path = Path(folder) / f"{_slug(opened.tool.id)}.yaml"
        path.write_text(opened.text, encoding="utf-8")
        while True:
            _run(path)
            closed = time.perf_counter()
            text = path.read_text(encoding="utf-8-sig")
            if text == opened.text:
                return None
            try:
                return text, checked(text, str(path), opened.tool.id if known(opened.tool.id) else ""), closed
            except InputError as error:
                if not _again(error):
                    kept = keep(opened, text)
                    raise InputError(f"{error}\nnothing was written; your text is kept at {kept}") from None


def keep(opened: Opened, text: str) -> Path:
    """Put a text that could not be written beside the file it was for; nothing that is there is written over."""
    base = opened.file.with_name(f"{_slug(opened.tool.id)}.rejected")
    for i in range(1000):
        path = base.with_name(f"{base.name}{f'-{i}' if i else ''}.txt")
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            continue
        return path
    raise StepError(f"there are a thousand rejected texts beside {opened.file}; remove some")


def _run(path: Path) -> None:
    told = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    try:
        words = shlex.split(told)
        code = subprocess.call([*words, str(path)])
    except (OSError, ValueError) as error:
        raise StepError(f"cannot run the editor '{told}' ({error}); set $EDITOR") from error
    if code:
        raise StepError(f"the editor '{told}' ended with code {code}; nothing was written")


def _again(error: InputError) -> bool:
    """Show what is wrong, and ask; without a terminal there is nobody to ask."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    for line in str(error).splitlines():
        click.echo(f"{click.style('error:', fg='red')} {line}", err=True)
    say("")
    return click.confirm("Open it again?", default=True, err=True)


def _slug(id: str) -> str:
    return "".join(c if c.isalnum() or c in "-_" else "-" for c in id)[:80] or "tool"
