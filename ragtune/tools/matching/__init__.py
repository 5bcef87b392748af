"""Matching: were the right tools called, with the right arguments, and if not, what was wrong."""

from __future__ import annotations

from ragtune.tools.matching._match import match
from ragtune.tools.matching._possible import accept_of_bfcl
from ragtune.tools.matching._taxonomy import Error, Judgement, Kind

__all__ = ["Error", "Judgement", "Kind", "accept_of_bfcl", "match"]
