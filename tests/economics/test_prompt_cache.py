"""Prompt caches of providers: tokens that prompts share, in blocks, by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragtune.economics import layout, provider, providers

WORD = " apple"  # a token of cl100k
OPENAI, ANTHROPIC = provider("openai"), provider("anthropic")


def usd(tokens: int, cached: int) -> float:
    return (tokens - cached) * 1e-6 + cached * 0.25e-6


def asked(system: int, *questions: str):
    return [(("system", WORD * system), ("user", question)) for question in questions]


def test_openai_keeps_whole_blocks_of_what_is_shared():
    found = layout("a", asked(1200, " one", " two", " three"), OPENAI, usd)
    assert (found.prompts, found.tokens, found.shared, found.hits) == (3, 1201, 1200, 2)
    assert found.prefix == 2 * 1200 / 3 and found.cached == 2 * 1152 / 3  # 9 blocks of 128
    assert found.usd_per_1k == pytest.approx(1.201)
    assert found.usd_cached_per_1k == pytest.approx(1.201 - 768 * 0.75e-3)


def test_what_is_too_short_or_comes_after_what_differs_is_not_kept():
    assert layout("a", asked(1000, " one", " two"), OPENAI, usd).cached == 0
    turned = [tuple(reversed(each)) for each in asked(1200, " one", " two")]
    assert layout("a", turned, OPENAI, usd).prefix == 0
    assert layout("a", asked(2000, " one", " one"), OPENAI, usd).cached == 1920 / 2


def test_anthropic_pays_for_writing_and_reads_whole_messages():
    found = layout("a", asked(1200, " one", " two", " three", " four"), ANTHROPIC, usd)
    assert (found.cached, found.written, found.hits) == (900, 300, 3)
    paid = (4 * 1201 - 3 * 1200) * 1e-6 + 3 * 1200 * 0.25e-6 + 1200 * 0.25e-6
    assert found.usd_cached_per_1k == pytest.approx(paid / 4 * 1000)
    alone = layout("a", asked(1200, " one"), ANTHROPIC, usd)
    assert alone.saved is not None and alone.saved < 0


def test_a_wider_window_finds_what_alternates():
    two = [asked(1200, " one")[0], asked(1300, " one")[0]]
    two[1] = (("system", " pear" + WORD * 1300), ("user", " one"))
    prompts = [two[i % 2] for i in range(4)]
    assert layout("a", prompts, OPENAI, usd).hits == 0
    assert layout("a", prompts, OPENAI, usd, window=2).hits == 2


def test_an_unknown_price_stays_unknown():
    found = layout("a", asked(1200, " one", " two"), OPENAI, lambda *_: None)
    assert (found.usd_per_1k, found.usd_cached_per_1k, found.saved) == (None, None, None)


def test_facts_have_source_and_date():
    for each in providers().values():
        assert each.sources and each.dated and 0 < each.batch_discount < 1 and each.minimum_tokens >= 1024


@given(st.lists(st.text("ab \u00e9", max_size=12), min_size=1, max_size=5), st.integers(1, 3))
def test_shared_tokens_are_never_more_than_there_are(texts, window):
    tiny = replace(OPENAI, minimum_tokens=1, block_tokens=1)
    prompts = [(("user", text),) for text in texts]
    found = layout("a", prompts, tiny, usd, window=window)
    assert 0 <= found.cached <= found.prefix <= found.tokens and found.shared <= found.tokens
    whole = layout("a", [prompts[0]] * 2, tiny, usd)
    assert whole.prefix == whole.tokens / 2
