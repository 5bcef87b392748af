"""What changed between two sets of tools, by what it means for those who call them: breaking, compatible or wording."""

from __future__ import annotations

from ragtune.tooldiff._change import LEVELS, Change, Diff, Level, Semver
from ragtune.tooldiff._tools import diff_sets, diff_tools

__all__ = ["LEVELS", "Change", "Diff", "Level", "Semver", "diff_sets", "diff_tools"]
