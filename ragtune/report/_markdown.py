"""The report for a pull request: the verdict, the designs that matter, gaps, losses. One screen of Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ragtune.report import _units
from ragtune.report._words import RAG

RUNNERS_UP = 3
_SPECIAL = re.compile(r"[\\`*{}\[\]~|$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_REACHES_OUT = re.compile(r"(?<!\w)[@#](?=\w)|(?<=:)//|(?<=www)\.")
_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_JOINER = "\u2060"


def markdown(data: Mapping[str, Any]) -> str:
    """The report on gathered data."""
    lines = [f"### {text(data['headline']['sentence'])}", ""]
    for sentence in data["headline"]["more"]:
        lines += [text(sentence), ""]
    for part in (_designs, _targets, _corrected, _losses, _warnings):
        lines += part(data)
    lines.append(f"<sub>{text(data['title'])} · {text(data['size'])} · study {text(data['name'])}</sub>")
    return "\n".join(lines) + "\n"


def text(value: Any) -> str:
    """Somebody's text as Markdown that shows it and does nothing: no markup, link, mention or second line."""
    plain = " ".join(str(value).split()).translate(_HTML)
    return _SPECIAL.sub(r"\\\g<0>", _REACHES_OUT.sub(rf"\g<0>{_JOINER}", plain))


def table(head: Sequence[str], numbers: int, rows: Sequence[Sequence[str]]) -> list[str]:
    """A table; the last `numbers` columns are aligned to the right."""
    if not rows:
        return []
    rule = ["---"] * (len(head) - numbers) + ["---:"] * numbers
    return [f"| {' | '.join(cells)} |" for cells in ([text(h) for h in head], rule, *rows)] + [""]


def _designs(data: Mapping[str, Any]) -> list[str]:
    columns, roles, label = data["configurations"], data["roles"], data["maximize"]
    shown = dict.fromkeys(i for i in (roles["baseline"], roles["pick"]) if i is not None)
    runners = [i for i in _ordered(data) if i not in shown]
    tied = set(roles["tied"])
    shown.update(dict.fromkeys(sorted(runners, key=lambda i: i not in tied)[:RUNNERS_UP]))
    costs = [m["label"] for m in data["measures"] if m["kind"] == "cost"][:3]
    costs = [cost for cost in costs if any(columns["measures"][cost][i] for i in shown)]
    rows = []
    for i in shown:
        role = (
            "**pick**" if i == roles["pick"] else "baseline" if i == roles["baseline"] else "tied" if i in tied else ""
        )
        scores = _spread(label, columns["measures"][label][i], columns["low"][i], columns["high"][i])
        difference = "" if i == roles["baseline"] else _spread(
            label, columns["difference"][i], columns["difference_low"][i], columns["difference_high"][i], sign=True
        )  # fmt: skip
        p = columns["p"][i]
        tested = "" if p is None or i == roles["baseline"] else "< 0.001" if p < 0.001 else f"{p:.3f}"
        money = [_units.number(cost, columns["measures"][cost][i], named=False) for cost in costs]
        rows.append([role, text(design(data, i)), scores, difference, tested, *money])
    heads = [f"{_units.title(c)}{_named(c)}" for c in costs]
    return table(["", "Design", label, "vs. baseline", "p", *heads], 3 + len(costs), rows)


def _named(cost: str) -> str:
    name = {"ms": "ms", "tokens": "tokens", "bytes": "MB", "usd": "$"}.get(_units.unit(cost), "")
    return f", {name}" if name else ""


def _spread(label: str, mean: Any, low: Any, high: Any, *, sign: bool = False) -> str:
    if mean is None:
        return "–"
    told = _units.number(label, mean, sign=sign, named=False)
    if low is None or high is None:
        return told
    ends = (_units.number(label, end, sign=sign, named=False) for end in (low, high))
    return f"{told} [{', '.join(ends)}]"


def _ordered(data: Mapping[str, Any]) -> Iterator[int]:
    """Configurations from best to worst."""
    main = next(m for m in data["measures"] if m["label"] == data["maximize"])
    means = data["configurations"]["measures"][main["label"]]
    sign = 1 if main["better"] == "lower" else -1
    yield from sorted((i for i, mean in enumerate(means) if mean is not None), key=lambda i: sign * means[i])


def design(data: Mapping[str, Any], i: int) -> str:
    """What differs between the designs, of one of them."""
    names, places = data["slots"], data["configurations"]["slots"]
    shown = [slot for slot in names if len(names[slot]) > 1] or list(names)
    return " · ".join(word for slot in shown if (word := names[slot][places[slot][i]]) != "none")


def _targets(data: Mapping[str, Any]) -> list[str]:
    keys = ("measure", "target", "pick", "baseline", "gap")
    rows = [[text(row[key]) for key in keys] for row in data["targets"]]
    for row, told in zip(rows, data["targets"], strict=True):
        row[2] += f" [{told['ends'].replace(' to ', ', ')}]" if told["ends"] else ""
    return table([*map(str.capitalize, keys)], 4, rows)


def _corrected(data: Mapping[str, Any]) -> list[str]:
    rows = [
        [
            text(row["measure"]),
            text(design(data, row["configuration"])),
            row["raw"],
            f"{row['corrected']} [{row['ends'].replace(' to ', ', ')}]",
            f"{row['labels']} {row['told']}",
        ]
        for row in data.get("corrected") or []
    ]
    return table(["Corrected by labels", "Design", "As judged", "Corrected", "Labels"], 3, rows)


def _losses(data: Mapping[str, Any]) -> list[str]:
    rows, words = [], data.get("words", RAG)
    for flow in data["losses"] or []:
        if flow["configuration"] == data["roles"]["pick"]:
            rows = [
                [
                    text(s["told"]),
                    f"{s['lost']:,}",
                    f"{100 * s['lost'] / max(1, flow['total']):.1f} %",
                    *([f"+{s['gain']:,}"] if words["gain"] else []),
                ]
                for s in flow["stages"]
                if s["lost"]
            ]
            rows.append(
                [
                    f"**{words['kept']}**",
                    f"{flow['met']:,}",
                    f"{100 * flow['met'] / max(1, flow['total']):.1f} %",
                    *([""] if words["gain"] else []),
                ]
            )
    head = [words["of_pick"], words["pieces"], "Share"] + (["If that stage were perfect"] if words["gain"] else [])
    return table(head, len(head) - 1, rows)


def _warnings(data: Mapping[str, Any]) -> list[str]:
    return [f"> {text(warning)}\n" for warning in data["warnings"]]
