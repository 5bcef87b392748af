"""A study as a page that people look at: one HTML file that asks nothing of any network, or Markdown for a pull request."""

from __future__ import annotations

from ragtune.engine.workspace import Workspace
from ragtune.report._gather import gather
from ragtune.report._html import html
from ragtune.report._markdown import markdown
from ragtune.study import Study

FORMATS = {"html": html, "md": markdown}

__all__ = ["FORMATS", "gather", "html", "markdown", "report"]


def report(study: Study, workspace: Workspace, format: str = "html") -> str:
    """The report on a study, as `html` or `md`; nothing is run. A study without a verdict gets one."""
    return FORMATS[format](gather(study, workspace))
