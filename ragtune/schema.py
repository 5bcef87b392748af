"""The JSON schema of configuration files, made from the registry: what an editor completes and checks."""

from __future__ import annotations

import inspect
import re
from typing import Any

from ragtune.component import Component, find, words
from ragtune.metrics import labels
from ragtune.objectives import COSTS, DEFAULT_MAXIMIZE, DEFAULT_METRICS, PROFILES
from ragtune.pipelines.pipeline import PIPELINES, TOOLS
from ragtune.space import EMPTY, shape

_SLOTS = {slot: slot.removesuffix("s") for pipeline in PIPELINES for slot in pipeline.slots}
"""Slot -> the kind of component in it."""
_KINDS = (*_SLOTS.values(), "fewshot", "tokenizer", "dataset", "caseformat")


def json_schema() -> dict[str, Any]:
    """A draft 2020-12 schema; components of every kind are alternatives that are named once, under `$defs`."""
    slots = {slot: _chain(kind) if slot == TOOLS.many else _ref(kind) for slot, kind in _SLOTS.items()}
    one_of_each = {"type": "object", "properties": slots, "additionalProperties": False}
    metric = {"$ref": "#/$defs/metric"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ragtune configuration",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "name": {"type": "string", "pattern": "^[^/]{1,80}$", "description": "What the study is called."},
            "dataset": {
                "$ref": "#/$defs/dataset",
                "description": "A path, a bundled name, or a format with its knobs.",
            },
            "tools": {
                "type": "string",
                "description": "A tool file or folder, or a bundled name; in place of a dataset.",
            },
            "cases": {
                **_ref("caseformat"),
                "description": "Queries and the calls that are right for them; beside the tools unless given.",
            },
            "space": {
                **one_of_each,
                "description": "The alternatives: a list where one value is expected means each of these.",
            },
            "baseline": {
                **one_of_each,
                "description": "What everything is compared with; LlamaIndex's defaults unless given.",
            },
            "metrics": {"anyOf": [metric, {"type": "array", "items": metric}], "description": "What is measured."},
            "maximize": {**metric, "default": DEFAULT_MAXIMIZE, "description": "The metric that decides."},
            "reader": {
                "type": "string",
                "description": "The model that reads the contexts; its price makes tokens money.",
            },
            "profile": {"enum": list(PROFILES), "default": "balanced", "description": "Presets targets and prefer."},
            "targets": {
                "type": "object",
                "propertyNames": {"anyOf": [metric, {"enum": list(COSTS)}]},
                "additionalProperties": {"type": "string", "pattern": "^ *(<=|>=|<|>) *[-+.0-9eE]+ *$"},
                "description": "What a design must meet: a metric or cost, and its bound, as in '>= 0.85'.",
            },
            "prefer": {
                "type": "array",
                "items": {"enum": list(COSTS)},
                "description": "Costs in the order in which they decide between designs that cannot be told apart.",
            },
            "split": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "confirm": {"type": "number", "minimum": 0, "maximum": 0.9, "default": 0.3},
                    "seed": {"type": "integer", "minimum": 0, "default": 0},
                    "pool": {"type": "number", "exclusiveMinimum": 0, "maximum": 0.9, "default": 0.25},
                },
                "description": "The share of the queries that is kept for confirming, the seed that chooses them, "
                "and the share of each tool's cases that edits may learn from.",
            },
        },
        "$defs": {"metric": _metric(), **{kind: _kind(kind) for kind in dict.fromkeys(_KINDS)}},
    }


def _ref(kind: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{kind}"}


def _chain(kind: str) -> dict[str, Any]:
    """A slot for several in a row: a list of axes, each one component or a list of alternatives, each maybe a list."""
    one: dict[str, Any] = {"anyOf": [_ref(kind), {"enum": [None, EMPTY]}]}
    axis = {"anyOf": [one, {"type": "array", "items": {"anyOf": [one, {"type": "array", "items": _ref(kind)}]}}]}
    return {"anyOf": [one, {"type": "array", "items": axis}]}


def _kind(kind: str) -> dict[str, Any]:
    names = words(kind)
    components = {name: _component(find(kind, name)) for name in names}
    bare: dict[str, Any] = {"type": "string"} if kind in ("dataset", "caseformat") else {"enum": names}
    spelled = {"type": "string", "pattern": f"^({'|'.join(map(re.escape, names))})\\("}
    with_knobs = {
        "type": "object",
        "properties": components,
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }
    alternatives = [bare, spelled, with_knobs]
    if kind not in ("dataset", "caseformat"):
        alternatives.append({"type": "array", "minItems": 1, "items": {"$ref": f"#/$defs/{kind}"}})
    if kind in ("embedder", "reranker"):
        alternatives.append({"enum": [None, EMPTY]})
    return {"anyOf": alternatives}


def _metric() -> dict[str, Any]:
    """A label, a spelling with knobs, or a word with knobs."""
    names = {word.replace("-", "_"): word for word in words("metric")}
    return {
        "anyOf": [
            {"type": "string", "pattern": _label_pattern(), "examples": list(DEFAULT_METRICS)},
            {"type": "string", "pattern": f"^({'|'.join(map(re.escape, names))})\\("},
            {
                "type": "object",
                "properties": {spelled: _component(find("metric", word)) for spelled, word in names.items()},
                "additionalProperties": False,
                "minProperties": 1,
                "maxProperties": 1,
            },
        ]
    }


def _component(cls: type[Component]) -> dict[str, Any]:
    knobs = {name: _knob(cls, name) for name in cls.model_fields}
    description = (inspect.getdoc(cls) or "").split("\n\n")[0].replace("\n", " ")
    return {"type": ["object", "null"], "description": description, "properties": knobs, "additionalProperties": False}


def _knob(cls: type[Component], name: str) -> dict[str, Any]:
    field = cls.model_fields[name]
    kind, many = shape(field.annotation)
    if kind:
        one: dict[str, Any] = {"$ref": f"#/$defs/{kind}"}
        return {"type": "array", "items": {"anyOf": [one, {"type": "array", "items": one}]}} if many else one
    own = cls.model_json_schema()["properties"][name]
    default = own.pop("default", None)
    own.pop("title", None)
    described = {"default": default} if default is not None else {}
    if cls.kind == "dataset":
        return {**own, **described}
    return {"anyOf": [own, {"type": "array", "minItems": 1, "items": own}], **described}


def _label_pattern() -> str:
    """Metric labels, in any case."""
    parts = []
    for label in labels():
        word, cutoff, _ = label.partition("@")
        anycase = "".join(f"[{c.lower()}{c.upper()}]" if c.isalpha() else c for c in word)
        parts.append(anycase + ("(@[1-9][0-9]*)?" if cutoff else ""))
    return f"^({'|'.join(parts)})$"
