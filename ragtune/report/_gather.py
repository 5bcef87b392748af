"""From a study, its verdict and its workspace to one plain dict, which is all that the report's templates see.

The dict goes to JSON. Configurations and queries are known by their place in its columns. Keys:

- `version`, `name` (of the study), `title`, `size`: texts.
- `headline`: `{sentence, more: [sentence]}`. `figures`: `[{label, value, note}]`.
- `warnings`, `nearest` (designs, where none meets every target): texts.
- `targets`: `[{measure, target, pick, baseline, gap, status: met | missed | unknown, told}]`, all texts.
- `measures`: `[{label, title, unit, better, kind: score | cost, what}]`; `maximize` is one of the labels; `level` 0.95.
- `roles`: `{baseline, pick, tied: [..], front: [..]}`, places of configurations; None where the report leaves them out.
- `slots`: slot -> its different designs, spelt. `configurations`: columns `id`, `slots` (slot -> places in `slots`),
  `measures` (label -> numbers), `low`, `high`, `difference`, `difference_low`, `difference_high`, `p`.
- `knobs`: `[{name, values, of}]`, `of` a place in `values` for each configuration, -1 where it has no such knob.
- `effects`: `[{knob, told, levels: [{value, effect, low, high}]}]`, the largest first; `interactions`: texts.
- `words`: what things are called, see `_words`. Studies of tools have `confusion` and `errors` too, see `_tools`.
- `corrected`: `[{configuration, measure, raw, corrected, ends, labels, told}]`, judged means set right by people's labels.
- `losses`: `[{configuration, total, met, stages: [{told, lost, gain}]}]`.
- `heat`: see `_heat.heat`. `queries`: columns, see `_heat.query_columns`. `pages`: query -> page, see `_pages.pages`.
- `latency`: `[{configuration, p50, p95, p99}]`, milliseconds. `measured`: see `_method.method`.
- `absent`: part -> why it could not be had. Such a part is None or empty, and the page says why instead of drawing it.
- `effects_note`, `latency_note`, `pages_note`: texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import numpy as np

from ragtune import spelling
from ragtune.calibrating import corrected_scores
from ragtune.effects import effects, interactions
from ragtune.engine.workspace import Workspace
from ragtune.judging import verdict_of
from ragtune.report import _columns, _effects_told, _heat, _method, _parts, _told, _units, _words
from ragtune.study import Study
from ragtune.types import Floats, Ints
from ragtune.verdict import Verdict

MOST_DESIGNS = 5_000
MOST_QUERIES = 3_000
TIMED = 12
"""Designs whose latency is drawn."""
CORRECTED = 6
"""Designs whose judged means are shown corrected."""


def gather(study: Study, workspace: Workspace) -> dict[str, Any]:
    """Everything the report shows of a study; what cannot be had is told under `absent`."""
    absent: dict[str, str] = {}
    verdict = verdict_of(study)
    roles, designs, queries = _kept(study, verdict)
    known = _columns.costs(study)
    record = study.record
    entries = [record["configurations"][i] for i in designs.tolist()]
    names, places = _columns.slots([entry["slots"] for entry in entries])
    shown = {int(q): at for at, q in enumerate(queries)}
    tools = record.get("pipeline") == "tools"
    parts = (_parts.of_tools if tools else _parts.of_retrieval)(study, workspace, designs, roles, shown, absent)
    texts, pages = parts.pop("texts"), parts.pop("pages")
    found = {
        "version": version("ragtune"),
        "name": study.name,
        "title": str(record["name"]),
        "size": _size(study),
        **_verdict_told(study, verdict, known, absent),
        "measures": _columns.measures(study, known),
        "maximize": study.maximize,
        "level": 0.95,
        "roles": roles,
        "slots": names,
        "configurations": {
            "id": [entry["id"] for entry in entries],
            "slots": places,
            "measures": _columns.values(known, verdict, designs),
            **_columns.standings(verdict, designs),
        },
        "knobs": _columns.knobs([entry["slots"] for entry in entries]),
        **_effects(study, absent),
        **parts,
        "corrected": _corrected(study, workspace, designs, roles),
        "heat": _heat.heat(study, designs, queries),
        "queries": _heat.query_columns(study, designs, queries, roles["baseline"], roles["pick"], texts),
        "pages": {str(shown[q]): page for q, page in pages.items()},
        "pages_note": _pages_note(len(pages), len(queries), len(study.scores.queries), tools=tools),
        "latency": _latency(roles, known, designs),
        "latency_note": "Requests of the sample, one at a time, warm: a dot at the median, a notch at p95, a line to p99.",
        "measured": _method.method(study, verdict),
        "absent": absent,
    }
    return _of_tools(found) if tools else found


def _of_tools(found: dict[str, Any]) -> dict[str, Any]:
    """The same with our own sentences in the words of tools."""
    names = ("size", "headline", "figures", "warnings", "effects_note", "pages_note", "absent")
    turned = {name: _words.of_tools(found[name]) for name in names}
    measured = found["measured"]
    groups = [
        {**group, "rows": [row if row[0] == "Dataset" else _words.of_tools(row) for row in group["rows"]]}
        for group in measured["groups"]
    ]
    return {**found, **turned, "measured": {**measured, "told": _words.of_tools(measured["told"]), "groups": groups}}


def _kept(study: Study, verdict: Verdict) -> tuple[dict[str, Any], Ints, Ints]:
    """Who is who among the configurations and queries that the report keeps, and which these are."""
    ids = [entry["id"] for entry in study.record["configurations"]]
    place = {id_: i for i, id_ in enumerate(ids)}
    pick = place[verdict.pick]
    designs = np.arange(len(ids))
    if len(ids) > MOST_DESIGNS:
        best = [place[row.id] for row in study.leaderboard()[:MOST_DESIGNS]]
        designs = np.array(sorted({0, pick, *best}))
    at = {int(i): k for k, i in enumerate(designs)}

    def among(names: tuple[str, ...]) -> list[int]:
        return [at[place[name]] for name in names if place[name] in at]

    roles = {
        "baseline": 0,
        "pick": at[pick],
        "tied": among(verdict.tied),
        "front": among(verdict.front),
    }
    n = len(study.scores.queries)
    queries = np.arange(n) if n <= MOST_QUERIES else np.unique(np.linspace(0, n - 1, MOST_QUERIES).astype(int))
    return roles, designs, queries


def _size(study: Study) -> str:
    data, n = study.record["dataset"], len(study.record["configurations"])
    queries = _units.count(data["queries"], "query", "queries")
    return f"{_units.count(n, 'design')}, {queries}, {_units.count(data['documents'], 'document')}"


def _verdict_told(
    study: Study, verdict: Verdict, known: Mapping[str, Floats], absent: dict[str, str]
) -> dict[str, Any]:
    """The headline, the figures, the targets and the warnings."""
    ids = [entry["id"] for entry in study.record["configurations"]]
    pick = ids.index(verdict.pick)
    costs = [name for name in study.record["config"].get("prefer", []) if name in known][:2] or list(known)[1:2]
    figures = [(_units.title(c), c, float(known[c][pick]), float(known[c][0])) for c in costs]
    if not verdict.gaps:
        absent["targets"] = "No targets were set. `targets:` in the configuration sets bounds that the pick must meet."
    return {
        "headline": {
            "sentence": _told.headline(verdict, len(ids)),
            "more": [f"The pick: {_spelt(study, pick)}. {verdict.reason}", _told.how_sure(verdict)],
        },
        "figures": _told.figures(verdict, figures),
        "targets": _told.target_rows(verdict.gaps),
        "warnings": list(verdict.warnings),
        "nearest": [_spelt(study, ids.index(id_)) for id_ in verdict.nearest[:3]],
    }


def _spelt(study: Study, i: int) -> str:
    spelt = (spelling.write(spec) for spec in study.record["configurations"][i]["slots"].values())
    return ", ".join(text for text in spelt if text != "none")


def _effects(study: Study, absent: dict[str, str]) -> dict[str, Any]:
    """What each knob is worth, by the configurations that were scored on every query."""
    table = study.scores.of(study.maximize)
    some = np.flatnonzero(np.isfinite(table).all(axis=1))
    if len(some) < 2:
        absent["effects"] = "Too few designs were scored on every query."
        return _effects_told.told([], [], study.maximize)
    entries = [study.record["configurations"][i]["slots"] for i in some.tolist()]
    scores = (-1.0 if study.record["better"][study.maximize] == "lower" else 1.0) * table[some]
    noise = study.record.get("noise", {}).get(study.maximize, 0.0)
    found = effects(entries, scores, noise=noise)
    if not found:
        absent["effects"] = "No knob was varied alone, so none can be said to have an effect."
    return _effects_told.told(found, interactions(entries, scores, noise=noise), study.maximize)


def _corrected(study: Study, workspace: Workspace, designs: Ints, roles: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Means of calibrated measures as people would have judged, of the designs that matter; none without labels."""
    wanted = list(dict.fromkeys([roles["pick"], roles["baseline"], *roles["tied"]]))[:CORRECTED]
    at = {study.scores.configurations[int(designs[i])]: i for i in wanted}
    return [
        {
            "configuration": at[each.configuration],
            "measure": each.metric,
            "raw": _units.number(each.metric, each.raw),
            "corrected": _units.number(each.metric, each.corrected),
            "ends": f"{_units.number(each.metric, each.low)} to {_units.number(each.metric, each.high)}",
            "labels": each.labels,
            "told": "of its own answers" if each.own else "of other designs’ answers",
        }
        for each in corrected_scores(study, workspace, at)
    ]


def _pages_note(shown: int, queries: int, all_queries: int, *, tools: bool = False) -> str:
    told = "" if queries == all_queries else f"A sample of {queries:,} of {all_queries:,} queries. "
    if not shown:
        return told
    what = "what was expected, shown and called" if tools else "documents, chunks and evidence"
    if shown == queries:
        return f"{told}Each leads to a page with {what}."
    return f"{told}Each leads to a page; {shown:,} of them, the worst and a sample, show {what}."


def _latency(roles: Mapping[str, Any], known: Mapping[str, Floats], designs: Ints) -> list[dict[str, Any]]:
    names = ["latency_p50_ms", "latency_p95_ms", "latency_p99_ms"]
    if names[0] not in known:
        return []
    chosen = list(dict.fromkeys([roles["pick"], roles["baseline"], *roles["tied"]]))[:TIMED]
    rows = []
    for i in chosen:
        times = _columns.shorts(float(known[name][int(designs[i])]) for name in names)
        rows.append({"configuration": i, **dict(zip(("p50", "p95", "p99"), times, strict=True))})
    return rows
