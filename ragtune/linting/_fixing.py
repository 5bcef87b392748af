"""Fixes: what a rule can put right without changing what it means, written so that all the rest of the file stays."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Any

from ragtune.errors import StepError
from ragtune.linting._layout import layout_of
from ragtune.lintrules import LintRule
from ragtune.tools._files import JSON, JSON_LINES, parse_tree, tool_files
from ragtune.tools._writing import write_atomically

ROUNDS = 4
"""A fix may let another one in; none needs more than two."""


@dataclass(frozen=True)
class Fix:
    """What a file would be, or is now."""

    file: str
    before: str
    after: str

    def diff(self) -> str:
        """The change as a unified diff."""
        old, new = (text.splitlines(keepends=True) for text in (self.before, self.after))
        shown = unified_diff(old, new, self.file, self.file)
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in shown)


def fix_path(path: str | Path, chosen: Sequence[LintRule], *, write: bool) -> list[Fix]:
    """Fix the tools of a file or folder by the rules that can; only files that change are listed, and written."""
    found = []
    for file in tool_files(Path(path)):
        before = file.read_bytes().decode("utf-8-sig")
        parse_tree(before, str(file), file.suffix.lower())
        after = fixed_text(before, file.suffix.lower(), chosen)
        if after != before:
            found.append(Fix(str(file), before, after))
            if write:
                write_atomically(file, after)
    return found


def fixed_text(text: str, suffix: str, chosen: Sequence[LintRule]) -> str:
    """The text of a file with its tools fixed. What comes out is read again, and must say what was meant."""
    fixing = [rule for rule in chosen if rule.fixable]
    if "\r\n" in text:
        return fixed_text(text.replace("\r\n", "\n"), suffix, chosen).replace("\n", "\r\n")
    if suffix in JSON_LINES:
        return "".join(_fixed_line(line, fixing) for line in text.splitlines(keepends=True))
    if suffix in JSON:
        return _fixed_json(text, fixing)
    return _fixed_yaml(text, suffix, fixing)


def _fixed_line(line: str, fixing: Sequence[LintRule]) -> str:
    if not line.strip():
        return line
    end = line[len(line.rstrip("\r\n")) :]
    return _fixed_json(line[: len(line) - len(end)], fixing) + end


def _fixed_json(text: str, fixing: Sequence[LintRule]) -> str:
    document = json.loads(text)
    if not _fix(document, fixing):
        return text
    body, end = text.rstrip(), text[len(text.rstrip()) :]
    match = re.search(r"\n([ \t]+)", body)
    ascii_only = body.isascii()
    if "\n" in body:
        return json.dumps(document, ensure_ascii=ascii_only, indent=match[1] if match else 2) + end
    compact = ": " not in body and ", " not in body
    separators = (",", ":") if compact else (", ", ": ")
    return json.dumps(document, ensure_ascii=ascii_only, separators=separators) + end


def _fixed_yaml(text: str, suffix: str, fixing: Sequence[LintRule]) -> str:
    wanted = parse_tree(text, "", suffix).plain()
    if not _fix(wanted, fixing):
        return text
    write = layout_of(text)
    documents = write.load(text)
    for document in documents:
        _fix(document, fixing)
    after = write.dump(documents)
    if parse_tree(after, "", suffix).plain() != wanted:
        raise StepError("the fixed file would not say what it should, so it was left alone; fix it by hand")
    return after


def _fix(document: Any, fixing: Sequence[LintRule]) -> bool:
    """Fix all tools in place; whether anything changed."""
    changed = False
    for spec in list(_specs(document)):
        for _ in range(ROUNDS):
            before = json.dumps(spec, default=str)
            for rule in fixing:
                rule.fix(spec)
            if json.dumps(spec, default=str) == before:
                break
            changed = True
    return changed


def _specs(document: Any) -> Iterator[dict[str, Any]]:
    if isinstance(document, list):
        for each in document:
            yield from _specs(each)
    elif isinstance(document, dict):
        inner = document.get("tools")
        yield from _specs(inner) if isinstance(inner, list) and "name" not in document else (document,)
