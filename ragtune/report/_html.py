"""One HTML file: template, styles, script and data, under a policy that lets nothing else run or load."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from ragtune.report._words import RAG

LIMIT = 5_500_000
"""Bytes that the data may take; what is large is left out until they fit."""
STYLES = ("style.css", "narrow.css")
SCRIPTS = (
    "dom.js", "format.js", "state.js", "table.js", "marks.js", "leaderboard.js", "scatter.js", "parallel.js",
    "effects.js", "losses.js", "confusion.js", "heat.js", "queries.js", "latency.js", "query_page.js", "design_page.js",
    "main.js",
)  # fmt: skip
PARTS = (
    ("verdict", "Verdict"),
    ("targets", "Targets"),
    ("leaderboard", "Leaderboard"),
    ("tradeoffs", "Trade-offs"),
    ("knobs", "Knobs"),
    ("losses", "Lost evidence"),
    ("queries", "Queries"),
    ("latency", "Latency"),
    ("method", "Method"),
)
_UNSAFE = re.compile("[<>&\u2028\u2029\ud800-\udfff]")
"""What could end the script element or a line of it; and halves of letters, which no file can hold."""


def html(data: Mapping[str, Any]) -> str:
    """The report on gathered data.

    Data go into a block that no browser runs, with everything escaped that could end it; the script makes elements and
    sets texts, and never parses markup. The policy is the second line: it admits this one script and this one style by
    their hashes, and no request.
    """
    from jinja2 import Environment
    from markupsafe import Markup

    data = _fitting({"words": RAG, **data})
    style = "\n".join(_read(name) for name in STYLES)
    script = f'(() => {{\n"use strict";\n{"".join(_read(name) for name in SCRIPTS)}}})();\n'
    template = Environment(autoescape=True, trim_blocks=False).from_string(_read("page.html.j2"))
    return template.render(
        data=data,
        parts=[(id, _part(id, text, data["words"])) for id, text in PARTS],
        policy=policy(script, style),
        style=Markup(style),  # ours, from this package
        script=Markup(script),
        json=Markup(in_script(data)),  # escaped there
    )


def _part(id: str, text: str, words: Mapping[str, Any]) -> str:
    named = {"losses": str(words["losses_part"]), "queries": str(words["queries"]).capitalize()}
    return named.get(id, text)


def policy(script: str, style: str) -> str:
    """A Content-Security-Policy that admits these two and nothing else."""
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def in_script(value: Any) -> str:
    """JSON that can stand in a script element, whatever the texts in it hold."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _fitting(data: Mapping[str, Any]) -> dict[str, Any]:
    """The data without further layers of the heat map, then with fewer pages, until they fit."""
    found = dict(data)

    def size() -> int:
        return len(in_script(found).encode())

    if size() > LIMIT and found.get("heat"):
        found["heat"] = {**found["heat"], "layers": found["heat"]["layers"][:1]}
    while found.get("pages") and size() > LIMIT:
        pages = list(found["pages"].items())
        found["pages"] = dict(pages[: len(pages) // 2])
        found["pages_note"] = (
            f"The documents of {len(found['pages']):,} queries are in this file; more would make it too large."
        )
    return found


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


@cache
def _read(name: str) -> str:
    return (files("ragtune.report") / "page" / name).read_text(encoding="utf-8")
