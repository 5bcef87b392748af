"""The page and the listing of all components are made from the code, and are up to date."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from click.testing import CliRunner

from ragtune import catalogue
from ragtune.cli.components import command
from ragtune.component import words
from ragtune.contexts.token_budget import TokenBudget

PAGE = Path(__file__).parent.parent / "docs" / "components.md"


def test_the_page_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == catalogue.markdown(), (
        "make it anew: ragtune components --markdown > docs/components.md"
    )


def test_an_entry_says_what_the_code_says():
    entry = catalogue.entry(TokenBudget)
    assert (entry.kind, entry.name) == ("context", "token-budget")
    assert entry.what.startswith("Takes chunks by rank until `budget_tokens` are reached")
    knobs = {knob.name: knob for knob in entry.knobs}
    assert knobs["budget_tokens"] == catalogue.Knob("budget_tokens", "whole number > 0", "2000", "tokens", "")
    assert knobs["order"].type.startswith("rank or document") and "the best last" in knobs["order"].what
    assert knobs["relative_threshold"].type == "number ≥ 0 ≤ 1 or null"


def test_the_listing_has_every_component_with_kind_name_and_knobs():
    listed = json.loads(CliRunner().invoke(command, ["--json"]).output)
    assert {(e["kind"], e["name"]) for e in listed} == {
        (kind, word) for kind in catalogue.KINDS for word in words(kind)
    }
    assert all(e["what"].endswith((".", ")", ":")) or e["what"] for e in listed)
    assert {k["name"] for e in listed if e["name"] == "hybrid" for k in e["knobs"]} >= {"retrievers", "alpha"}


def test_a_kind_may_be_named_in_the_plural_and_a_wrong_one_is_told():
    told = CliRunner().invoke(command, ["contexts"]).output
    assert "token-budget" in told and "bm25" not in told
    assert all(len(line) <= 80 for line in told.splitlines())
    assert "there is no kind 'retriver'; did you mean 'retriever'?" in str(
        CliRunner().invoke(command, ["retriver"]).exception
    )


NO_COMPONENT_NEEDS = {
    "chroma",
    "dev",
    "haystack",
    "importance",
    "lancedb",
    "langchain",
    "mcp",
    "pgvector",
    "qdrant",
    "serve",
}
"""Extras of servers, adapters, stores and what looks at studies."""


def test_extras_and_sources_are_told():
    found = {(entry.kind, entry.name): entry for entry in catalogue.entries()}
    assert found["reranker", "ltr"].extra == "ltr" and "Burges 2010" in found["reranker", "ltr"].source
    assert found["retriever", "hybrid"].source.startswith("Cormack et al. 2009")
    assert found["chunker", "sentence"].source == "LlamaIndex's SentenceSplitter"
    assert found["retriever", "dense"].source == catalogue.OWN and not found["retriever", "dense"].extra
    offered = set(tomllib.loads((PAGE.parents[1] / "pyproject.toml").read_text())["project"]["optional-dependencies"])
    assert {entry.extra for entry in found.values()} - {""} == offered - NO_COMPONENT_NEEDS
