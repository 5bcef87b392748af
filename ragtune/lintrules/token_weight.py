"""RT401: a tool that takes many tokens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, PositiveInt

from ragtune.component import register
from ragtune.lintrules import Finding, LintRule
from ragtune.tools import Tool, ToolSet

TOKENS_A_CHARACTER = 0.174
"""Of the minified JSON, as OpenAI counts; others take up to 1.6 times as many."""


@register
class TokenWeight(LintRule):
    """A tool takes very many tokens, by itself or as its share of all, and each request pays for them.

    Tokens are estimated at 0.174 a character of the minified JSON of name, description and input schema. More than
    `tokens` are too many; so is more than the share `share` of all tools, in a set of at least `share_from_tools` tools,
    unless the tool has less than a quarter of `tokens`. Source: ragtune.
    """

    code = "RT401"
    confidence = "medium"
    bad = ({"name": "search", "description": "Search the handbook for a rule. " * 200},)
    good = ({"name": "search", "description": "Search the handbook for a rule."},)

    tokens: PositiveInt = 1000
    share: Annotated[float, Field(gt=0, le=1)] = 0.2
    share_from_tools: PositiveInt = 10

    def check(self, toolset: ToolSet) -> Iterator[Finding]:
        """A finding at each such tool."""
        weights = [_tokens(tool) for tool in toolset.tools]
        total = sum(weights)
        for place, weight in enumerate(weights):
            shared = len(weights) >= self.share_from_tools and 4 * weight >= self.tokens and weight > self.share * total
            if weight > self.tokens or shared:
                told = f"takes about {weight:,.0f} tokens, {weight / total:.0%} of all {len(weights):,} tools"
                yield Finding(place, ("name",), f"'{toolset.tools[place].name}' {told}")


def _tokens(tool: Tool) -> float:
    shown = {"name": tool.name, "description": tool.description, "parameters": tool.input_schema}
    return TOKENS_A_CHARACTER * len(json.dumps(shown, ensure_ascii=False, separators=(",", ":"), default=str))
