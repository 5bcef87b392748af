"""A case as a person would write it: the inverse of reading our own format."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from ragtune.tools import Accept, Case, ExpectedCall


def spec_of(case: Case) -> dict[str, Any]:
    """The shortest row that reads back as this case."""
    found: dict[str, Any] = {"id": case.id, "query": case.query}
    calls = [_call(call) for call in case.calls]
    if len(calls) == 1:
        found["call"] = calls[0]
    elif calls:
        found["calls"] = calls
    else:
        found["none"] = True
    if case.order != "any":
        found["order"] = case.order
    if case.tools is not None:
        found["tools"] = list(case.tools)
    if case.tags:
        found["tags"] = list(case.tags)
    if case.simulated:
        found["simulated"] = case.simulated
    return found


def _call(call: ExpectedCall) -> Any:
    found: dict[str, Any] = {"tool": call.tool}
    if call.arguments is not None:
        groups: dict[str, dict[str, Any]] = {"arguments": {}, "any_of": {}, "accept": {}}
        for name, accept in call.arguments.items():
            group, value = _accept(accept)
            groups[group][name] = value
        found |= {key: group for key, group in groups.items() if group or (key == "arguments" and not call.arguments)}
        short = {**groups["arguments"], **groups["any_of"]}
        optional = [name for name, accept in call.arguments.items() if accept.optional and name in short]
        if optional:
            found["optional"] = optional
    if call.alternatives:
        found["alternatives"] = list(call.alternatives)
    return call.tool if len(found) == 1 else found


def _accept(accept: Accept) -> tuple[str, Any]:
    if accept.objects or accept.lists or not accept.any_of:
        return "accept", accept.model_dump(mode="json", exclude_defaults=True)
    if len(accept.any_of) == 1:
        return "arguments", accept.any_of[0]
    return "any_of", list(accept.any_of)


def as_yaml(specs: Sequence[Any]) -> str:
    """Rows as YAML."""
    from ruamel.yaml import YAML

    yaml = YAML(typ="rt", pure=True)
    yaml.width = 1_000_000_000  # where it breaks a line it may break an escape, and the text is another one then
    yaml.allow_unicode = True
    out = io.StringIO()
    yaml.dump(list(specs), out)
    return out.getvalue()
