"""What a provider's prompt cache saves of prompts in their order: prefixes that prompts share, read at a lower price."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ragtune.economics._providers import Provider
from ragtune.types import Corpus, Document, Ints

Messages = tuple[tuple[str, str], ...]
"""(role, text) of each message of a prompt."""
Usd = Callable[[int, int], float | None]
"""US dollars of a prompt, by its tokens and those of them that are read from the cache."""


@dataclass(frozen=True)
class Layout:
    """A sequence of prompts. Means of tokens a prompt; money for a thousand prompts, None where unknown.

    `shared` tokens are those that all prompts begin with, `prefix` those that a prompt shares with one before it,
    `cached` what of these the provider keeps, `written` what is paid extra to be kept.
    """

    label: str
    prompts: int
    tokens: float
    shared: int
    prefix: float
    cached: float
    written: float
    hits: int
    usd_per_1k: float | None
    usd_cached_per_1k: float | None

    @property
    def saved(self) -> float | None:
        """The share of the money for input that is saved; below zero where writing costs more than reading saves."""
        if not self.usd_per_1k or self.usd_cached_per_1k is None:
            return None
        return 1 - self.usd_cached_per_1k / self.usd_per_1k

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**asdict(self), "saved": self.saved}


def layout(label: str, prompts: Sequence[Messages], provider: Provider, usd: Usd, *, window: int = 1) -> Layout:
    """What the cache of a provider makes of prompts that are sent one after another, soon enough to be kept.

    Args:
        label: Whose prompts they are.
        prompts: In the order in which they are sent.
        provider: Its rules.
        usd: The price of input.
        window: How many of the prompts before are still kept.
    """
    ends, count = _tokenised(prompts)
    tokens = np.array([len(each) for each in ends])
    texts = [_written(messages) for messages in prompts]
    prefix = np.zeros(len(texts), dtype=np.int64)
    cached, written = prefix.copy(), prefix.copy()
    for i, text in enumerate(texts):
        before = range(max(0, i - window), i)
        prefix[i] = max((_common(text, texts[j], ends[i]) for j in before), default=0)
        if provider.explicit:
            cached[i], written[i] = _marked(i, before, prompts, count, provider)
        else:
            whole = min(prefix[i], tokens[i]) // provider.block_tokens * provider.block_tokens
            cached[i] = whole if whole >= provider.minimum_tokens else 0
    shared = _common(min(texts), max(texts), ends[texts.index(min(texts))]) if texts else 0
    plain = [usd(int(n), 0) for n in tokens]
    paid = [_paid(int(n), int(c), int(w), provider, usd) for n, c, w in zip(tokens, cached, written, strict=True)]
    return Layout(
        label=label,
        prompts=len(prompts),
        tokens=_mean(tokens),
        shared=shared,
        prefix=_mean(prefix),
        cached=_mean(cached),
        written=_mean(written),
        hits=int((cached > 0).sum()),
        usd_per_1k=_per_1k(plain),
        usd_cached_per_1k=_per_1k(paid),
    )


def _written(messages: Messages) -> str:
    """As one text, in which no message can run into the next."""
    return "".join(f"{role}\0{text}\0\0" for role, text in messages)


def _tokenised(prompts: Sequence[Messages]) -> tuple[list[Ints], Callable[[int, int], int]]:
    """Where each token of each prompt ends in its text as one, and what counts the tokens of its first messages.

    What a provider puts around messages is not counted.
    """
    from ragtune.tokenizers.cl100k import Cl100k

    texts = {text: i for i, text in enumerate(dict.fromkeys(text for each in prompts for _, text in each))}
    corpus = Corpus(tuple(Document(str(i), text) for text, i in texts.items()))
    starts = Cl100k().tokenize(corpus).starts
    bounds = np.searchsorted(starts, corpus.offsets)
    ends: dict[str, Ints] = {}
    for text, i in texts.items():
        own = starts[bounds[i] : bounds[i + 1]] - corpus.offsets[i]
        ends[text] = np.concatenate([own[1:], [len(text)]]) if len(own) else own
    found: list[Ints] = []
    for messages in prompts:
        at, pieces = 0, list[Ints]()
        for role, text in messages:
            at += len(role) + 1
            pieces.append(ends[text] + at)
            at += len(text) + 2
        found.append(np.concatenate(pieces) if pieces else starts[:0])
    return found, lambda i, first: sum(len(ends[text]) for _, text in prompts[i][:first])


def _common(one: str, other: str, ends: Ints) -> int:
    """Tokens of the first text that lie wholly in what both begin with."""
    return int(np.searchsorted(ends, len(os.path.commonprefix([one, other])), side="right"))  # noqa: RUF071


def _marked(
    i: int, before: range, prompts: Sequence[Messages], count: Callable[[int, int], int], provider: Provider
) -> tuple[int, int]:
    """Tokens read and written with a mark at the end of the last message but one: all that comes before the question."""
    held = len(prompts[i]) - 1
    tokens = count(i, held)
    if held < 1 or tokens < provider.minimum_tokens:
        return 0, 0
    kept = any(len(prompts[j]) - 1 == held and prompts[j][:held] == prompts[i][:held] for j in before)
    return (tokens, 0) if kept else (0, tokens)


def _paid(tokens: int, cached: int, written: int, provider: Provider, usd: Usd) -> float | None:
    paid = usd(tokens, cached)
    if not written:
        return paid
    extra = usd(written, 0)
    return None if paid is None or extra is None else paid + extra * (provider.write_multiplier - 1)


def _per_1k(costs: Sequence[float | None]) -> float | None:
    known = [cost for cost in costs if cost is not None]
    return 1000 * sum(known) / len(known) if known and len(known) == len(costs) else None


def _mean(values: Ints) -> float:
    return float(values.mean()) if len(values) else 0.0
