"""Plain descriptions: without Markdown's signs."""

from __future__ import annotations

import re

from ragtune.component import register
from ragtune.edits import Edit
from ragtune.edits._schemas import described
from ragtune.tools import Tool

_RULES = (
    (re.compile(r"^[ \t]*(?:```|~~~)[^\n]*(?:\n|$)", re.MULTILINE), ""),
    (re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+|^[ \t]{0,3}>[ \t]?", re.MULTILINE), ""),
    (re.compile(r"^[ \t]{0,3}(?:[-*_][ \t]*+){3,}+$", re.MULTILINE), ""),
    (re.compile(r"^([ \t]*)[*+][ \t]+", re.MULTILINE), r"\1- "),
    (re.compile(r"!?\[([^\[\]\n]{1,300})\]\(([^()\s]{1,500})\)"), r"\1 (\2)"),
    (re.compile(r"\*\*(?=\S)([^\n*]{1,500}?)(?<=\S)\*\*"), r"\1"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^\n*]{1,500}?)(?<=\S)\*(?![\w*])"), r"\1"),
    (re.compile(r"`([^`\n]{1,500})`"), r"\1"),
    (re.compile(r"(?<![ \t])[ \t]++$", re.MULTILINE), ""),
    (re.compile(r"\n{3,}"), "\n\n"),
)


@register
class StripMarkdown(Edit):
    """Descriptions without the signs of Markdown: headings, emphasis, code, quotes and links become their text.

    A link keeps its address in brackets; lists keep their lines, each with a `-`. Inside words nothing is touched, so
    that `snake_case`, `__init__` and `a*b` stay.
    Source: https://spec.commonmark.org
    """

    parameters: bool = True
    """Whether the descriptions of parameters are stripped too."""

    def edit_tool(self, tool: Tool) -> Tool:
        """The tool in plain text."""
        new = {"description": _plain(tool.description)}
        if not self.parameters:
            return tool.model_copy(update=new)
        return tool.model_copy(update={**new, "input_schema": described(tool.input_schema, _plain)})


def _plain(text: str) -> str:
    for pattern, new in _RULES:
        text = pattern.sub(new, text)
    return text.strip()
