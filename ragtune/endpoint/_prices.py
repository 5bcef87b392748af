"""What requests cost, by genai-prices; an unknown price is None, never 0."""

from __future__ import annotations

from decimal import Decimal


def price(
    model: str, base_url: str | None, input_tokens: int, output_tokens: int = 0, cached_tokens: int = 0
) -> Decimal | None:
    """US dollars for one request; `cached_tokens` are those of the input that the endpoint had read before.

    None where genai-prices does not know the model at that endpoint.
    """
    from genai_prices import Usage, calc_price

    cached = min(max(cached_tokens, 0), input_tokens)
    usage = Usage(input_tokens=input_tokens, cache_read_tokens=cached or None, output_tokens=output_tokens)
    try:
        return calc_price(usage, model_ref=model, provider_api_url=base_url).total_price
    except LookupError:
        return None


def unknown_price(model: str) -> str:
    """What to say of a budget that cannot be held."""
    return (
        f"the price of model '{model}' at this base_url is not known to genai-prices, so a budget in money cannot be "
        "held: use budget_requests or budget_tokens in place of budget_usd"
    )
