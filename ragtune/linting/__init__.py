"""Linting: all rules over tools, in files with places, comments that suppress, safe fixes, and reports."""

from __future__ import annotations

from ragtune.linting._fixing import Fix, fix_path
from ragtune.linting._rules import LEVELS, choose, lint, rules
from ragtune.linting._running import Linted, Problem, lint_path, lint_set
from ragtune.linting._sarif import sarif
from ragtune.linting._table import table
from ragtune.linting._telling import told

__all__ = [
    "LEVELS",
    "Fix",
    "Linted",
    "Problem",
    "choose",
    "fix_path",
    "lint",
    "lint_path",
    "lint_set",
    "rules",
    "sarif",
    "table",
    "told",
]
