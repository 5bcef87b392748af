"""Gathered data of any size, made up: what the page is tested on without a sweep."""

from __future__ import annotations

import base64

import numpy as np


def plain(text):
    return text


def gathered(n_designs=40, n_queries=12, say=plain, seed=0):
    """Data of the documented shape. Every text that a user could have written goes through `say`."""
    rng = np.random.default_rng(seed)
    means = np.sort(rng.uniform(0.3, 0.9, n_designs))[::-1]
    means[0] = 0.4
    pick = 3
    return {
        "version": "0.0",
        "name": say("study-1"),
        "title": say("study"),
        "size": f"{n_designs} designs",
        "headline": {"sentence": say("There is a better design."), "more": [say("The pick: this one.")]},
        "figures": [{"label": "Pick", "value": "0.8", "note": "0.7 to 0.9"}],
        "targets": [
            {"measure": say("nDCG@10"), "target": "≥ 0.9", "pick": "0.8", "ends": "0.7 to 0.9", "baseline": "0.4",
             "gap": "0.1", "status": "missed", "told": "misses it"},
        ],
        "nearest": [say("this one")],
        "warnings": [say("few queries")],
        "measures": [
            {"label": "nDCG@10", "title": "nDCG@10", "unit": "score", "better": "higher", "kind": "score", "what": ""},
            {"label": "latency_p95_ms", "title": "p95 latency", "unit": "ms", "better": "lower", "kind": "cost", "what": ""},
        ],
        "maximize": "nDCG@10",
        "level": 0.95,
        "roles": {"baseline": 0, "pick": pick, "tied": [1, 2, pick], "front": [1, pick]},
        "slots": {"chunker": [say("sentence"), say("tokens")], "retriever": [say("bm25"), say("dense"), say("hybrid")]},
        "configurations": {
            "id": [say(f"{i:08x}") for i in range(n_designs)],
            "slots": {"chunker": [i % 2 for i in range(n_designs)], "retriever": [i % 3 for i in range(n_designs)]},
            "measures": {"nDCG@10": means.tolist(), "latency_p95_ms": rng.uniform(1, 90, n_designs).tolist()},
            "low": (means - 0.05).tolist(),
            "high": (means + 0.05).tolist(),
            "difference": (means - means[0]).tolist(),
            "difference_low": (means - means[0] - 0.05).tolist(),
            "difference_high": (means - means[0] + 0.05).tolist(),
            "p": [1.0] * n_designs,
        },
        "knobs": [
            {"name": say("chunker"), "values": [say("sentence"), say("tokens")], "of": [i % 2 for i in range(n_designs)]},
            {"name": say("retriever.alpha"),
             "values": ["0.3", say("0.7, which is long")], "of": [i % 3 - 1 for i in range(n_designs)]},
        ],
        "effects": [
            {"knob": say("chunker"), "told": say("0.1 from worst to best"), "levels": [
                {"value": say("sentence"), "effect": 0.05, "low": 0.01, "high": 0.09},
                {"value": say("tokens"), "effect": -0.05, "low": -0.09, "high": -0.01},
            ]},
        ],
        "effects_note": say("Of 2 knobs 1 mattered."),
        "interactions": [say("these with those")],
        "losses": [
            {"configuration": pick, "total": 10, "met": 7, "stages": [
                {"told": "cut by the chunker", "lost": 1, "gain": 2}, {"told": "over budget", "lost": 2, "gain": 2},
            ]},
        ],
        "heat": {
            "configurations": list(range(n_designs)),
            "queries": list(range(n_queries)),
            "layers": [{"label": "nDCG@10", "low": 0.0, "high": 1.0, "cells": cells(rng, n_designs, n_queries)}],
            "note": "",
        },
        "queries": {
            "id": [say(f"q{i}") for i in range(n_queries)],
            "text": [say(f"What is {i}?") for i in range(n_queries)],
            "tags": [[say("even" if i % 2 == 0 else "odd")] for i in range(n_queries)],
            "baseline": [0.25] * n_queries,
            "pick": [round(i / n_queries, 2) for i in range(n_queries)],
            "mean": [0.5] * n_queries,
            "best": [1.0] * n_queries,
        },
        "pages": {str(i): page(say, pick) for i in range(min(n_queries, 3))},
        "pages_note": "Each leads to a page.",
        "latency": [{"configuration": i, "p50": 1.0, "p95": 2.0, "p99": 3.0} for i in (pick, 0)],
        "latency_note": "One at a time.",
        "measured": {"told": ["Every design was run."], "groups": [{"title": "Data", "rows": [[say("Dataset"), say("x")]]}],
                     "config": say("{}")},
        "absent": {},
    }  # fmt: skip


def cells(rng, n_designs, n_queries):
    return base64.b64encode(rng.integers(0, 256, n_designs * n_queries, dtype=np.uint8).tobytes()).decode()


def page(say, pick):
    """A document of two chunks; the gold evidence begins in the first and ends in the second."""
    text = "The kettle boils. 😀 Green tea wants cooler water."
    need = {"text": say("Green tea"), "where": say("tea:20-29"), "met": False, "told": "over budget", "packed": 0.5,
            "standings": [{"name": say("bm25"), "rank": 2, "depth": 10, "share": 1.0},
                          {"name": say("dense"), "rank": 0, "depth": 10, "share": 0.0}]}  # fmt: skip
    design = {"configuration": pick, "score": 0.5, "tokens": 12, "needs": [need], "spans": [[0, 0, 24]],
              "chunks": [[0, 0, 24, 2], [0, 24, 49, 0]],
              "instead": [{"where": say("tea:0-24"), "text": say("The kettle"), "gold": True}]}  # fmt: skip
    document = {"id": say("tea"), "title": say("Tea"), "length": 49, "whole": False, "gold": [[20, 29]],
                "parts": [{"start": 0, "text": text}, {"start": 49, "text": say("")}]}  # fmt: skip
    return {
        "documents": [document],
        "designs": [design, {**design, "configuration": 0}],
    }
