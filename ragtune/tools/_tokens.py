"""What tools cost to show: tokens a tool, exact by a vocabulary that is at hand or estimated, and money.

How a provider writes tools into its prompt is not public, so that no tokenizer on this machine is exact for what is
billed. `cl100k` counts the minified JSON exactly; the providers' own numbers are estimates by its characters, and say so.
On the 527 tools of LiveMCPBench the estimate for OpenAI is 28 % below cl100k's count of the JSON, the whole set together
(median tool 20 % below, eight of ten between 49 % and 12 % below; scripts with more tokens a character are further off).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from ragtune.errors import InputError, suggest
from ragtune.tokenizers.cl100k import Cl100k
from ragtune.tools._tool import Tool

Provider = Literal["openai", "anthropic", "mistral", "cl100k"]
PROVIDERS: tuple[str, ...] = get_args(Provider)
TOKENS_PER_CHARACTER = {"openai": 0.174, "anthropic": 0.277, "mistral": 0.28}
"""Tokens a character of minified JSON, by a regression on providers' own usage."""
_KEYS = {"anthropic": "input_schema"}


@dataclass(frozen=True)
class ToolTokens:
    """Tokens of one tool: all of it, its description, its parameters; the rest is its name and the frame."""

    id: str
    tokens: float
    description: float
    parameters: float


@dataclass(frozen=True)
class TokenCounts:
    """Tokens of tools, in their order. `method` is `cl100k` where they were counted, `estimate` where they were not."""

    provider: str
    method: Literal["cl100k", "estimate"]
    tools: tuple[ToolTokens, ...]

    @property
    def tokens(self) -> float:
        """All tools together."""
        return sum(tool.tokens for tool in self.tools)

    def usd_per_1k(self, model: str) -> float | None:
        """US dollars to show all tools to a model a thousand times, uncached; None where its price is not known."""
        price = input_price(model, round(self.tokens))
        return None if price is None else 1000 * price


def tokens_of(tools: Iterable[Tool], provider: str = "openai") -> TokenCounts:
    """Tokens of each tool as a provider would count them, or as cl100k counts its minified JSON."""
    if provider not in PROVIDERS:
        raise InputError(f"there is no provider '{provider}'{suggest(provider, PROVIDERS)}")
    counted = provider == "cl100k"
    rate = TOKENS_PER_CHARACTER.get(provider, 0.0)
    tokenizer = Cl100k()

    def count(text: str) -> float:
        return tokenizer.count(text) if counted else rate * len(text)

    found = []
    for tool in tools:
        description, parameters = minified(tool.description), minified(tool.input_schema)
        found.append(ToolTokens(tool.id, count(payload(tool, provider)), count(description), count(parameters)))
    return TokenCounts(provider, "cl100k" if counted else "estimate", tuple(found))


def payload(tool: Tool, provider: str = "openai") -> str:
    """Name, description and input schema as minified JSON, as a provider is sent them."""
    key = _KEYS.get(provider, "parameters")
    return minified({"name": tool.name, "description": tool.description, key: tool.input_schema})


def minified(value: Any) -> str:
    """JSON without a space that can be spared."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def input_price(model: str, tokens: int) -> float | None:
    """US dollars for so many input tokens in one request; None where the price is not known."""
    from genai_prices import Usage, calc_price

    try:
        return float(calc_price(Usage(input_tokens=tokens, output_tokens=0), model_ref=model).total_price)
    except LookupError:
        return None
