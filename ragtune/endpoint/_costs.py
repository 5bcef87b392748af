"""What a request takes: reserved before it is sent, counted when it is over."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ragtune.endpoint._budget import ZERO, Cost
from ragtune.endpoint._failures import EndpointError
from ragtune.endpoint._prices import price, unknown_price
from ragtune.endpoint._replies import Usage
from ragtune.endpoint._settings import Settings

COMPLETION_TOKENS = 4096
"""Reserved for a reply whose length nothing bounds."""
_CHARACTERS_A_TOKEN = 4
_UNSEEN_TOKENS = 512
"""What an endpoint may put around messages and tools before a model reads them."""


def estimated(settings: Settings, texts: Sequence[str], output_tokens: int = 0) -> Cost:
    """What asking about the texts takes: tokens about, money at most."""
    tokens = sum(len(text) for text in texts) // _CHARACTERS_A_TOKEN + len(texts)
    return Cost(tokens, _usd(settings, sum(map(_most_tokens, texts)) + _UNSEEN_TOKENS, output_tokens))


def at_most(settings: Settings, asked: str, output_tokens: int | None) -> Cost:
    """What a request may take: a token is at least one byte long, and the reply may be as long as it is let be."""
    most, output = _most_tokens(asked) + _UNSEEN_TOKENS, output_tokens or COMPLETION_TOKENS
    return Cost(most + output, _usd(settings, most, output))


def spent(settings: Settings, usage: Usage, reserved: Cost) -> Cost:
    """What the endpoint says it took; what was reserved, where it does not say."""
    tokens = reserved.tokens if usage.total is None else usage.total
    if usage.input is None or usage.output is None:
        return Cost(tokens, reserved.usd)
    return Cost(tokens, _usd(settings, usage.input, max(usage.output, tokens - usage.input), usage.cached or 0))


def _most_tokens(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _usd(settings: Settings, input_tokens: int, output_tokens: int, cached_tokens: int = 0) -> Decimal:
    """Counted only where there is a budget of money."""
    if settings.budget_usd is None:
        return ZERO
    found = price(settings.model, settings.base_url, input_tokens, output_tokens, cached_tokens)
    if found is None:
        raise EndpointError(f"{settings.base_url}: {unknown_price(settings.model)}")
    return found
