"""`ragtune cost prompts`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ragtune.cli._options import json_option, print_json, say, workspace_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ragtune.economics import Layout, Messages, Provider


@click.command(name="prompts", short_help="What a provider's prompt cache saves of prompt layouts.")
@click.argument("sources", nargs=-1, metavar="CONFIGURATION|FILE…", required=True)
@click.option("--provider", "name", default="openai", show_default=True, help="Whose rules: openai or anthropic.")
@click.option("--model", help="Whose price; the configuration's own unless given.")
@click.option("--window", type=click.IntRange(1), default=1, show_default=True, help="Earlier prompts still kept.")
@click.option("--md", "as_markdown", is_flag=True, help="Print Markdown.")
@workspace_option
@json_option
def command(
    sources: tuple[str, ...], name: str, model: str | None, window: int, as_markdown: bool, workspace: Path,
    as_json: bool,
) -> None:  # fmt: skip
    """Count what consecutive prompts begin with in common, and what a provider takes off for that.

    Each source is a configuration of a study, whose prompts are written anew from what is stored, or a file of JSON lines:
    a text, or a list of messages {role, content}, a prompt each. Tokens are cl100k's; prompts are taken to come soon enough
    to be kept. A whole chat template is not counted.

    \b
    Examples:
      ragtune cost prompts 3f2a 77b0 --model gpt-4o-mini
      ragtune cost prompts prompts.jsonl --provider anthropic --model claude-sonnet-4-5
    """
    from ragtune.economics import layout, provider
    from ragtune.engine.workspace import Workspace

    rules, place = provider(name), Workspace(workspace, say)
    found, models = [], []
    for source in sources:
        label, prompts, own, url = _prompts(source, place)
        wanted = model or own
        models.append(wanted)
        found.append(layout(label, prompts, rules, _price(wanted, None if model else url), window=window))
    if as_json:
        rows = [{**each.as_json(), "model": m or None} for each, m in zip(found, models, strict=True)]
        print_json({"provider": rules.said, "window": window, "layouts": rows})
        return
    for line in _told(found, models, rules, as_markdown=as_markdown):
        click.echo(line)


def _prompts(source: str, place: Any) -> tuple[str, list[Messages], str | None, str | None]:
    from ragtune.economics import stored
    from ragtune.endpoint import Endpoint
    from ragtune.errors import InputError

    if Path(source).is_file():
        return source, _read(Path(source)), None, None
    each = stored(source, place)
    written = each.prompts()
    if written is None:
        raise InputError(
            f"{each.label} asks no model in words: its generator takes no prompts; name a chat configuration"
        )
    component = each.outcome.component
    own = (component.model, component.base_url) if isinstance(component, Endpoint) else (None, None)
    reader = each.study.record["config"].get("reader")
    return each.label, [prompt.messages for prompt in written.prompts], own[0] or reader, own[1]


def _read(path: Path) -> list[Messages]:
    from ragtune.errors import Fault, InputError

    found: list[Messages] = []
    faults = []
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                found.append(_messages(json.loads(line)))
            except (ValueError, KeyError, TypeError, RecursionError):
                faults.append(Fault(str(path), number, 0, "is neither a JSON text nor a list of {role, content}"))
    if faults or not found:
        raise InputError(faults or f"{path} has no prompt; a line holds one")
    return found


def _messages(value: Any) -> Messages:
    if isinstance(value, str):
        return (("user", value),)
    rows = value["messages"] if isinstance(value, dict) else value
    found = tuple((row["role"], row["content"]) for row in rows)
    if not found or not all(isinstance(part, str) for row in found for part in row):
        raise ValueError
    return found


def _price(model: str | None, url: str | None) -> Any:
    from functools import cache

    from ragtune.endpoint import price

    @cache
    def usd(tokens: int, cached: int) -> float | None:
        found = None if not model else price(model, url, tokens, 0, cached)
        return None if found is None else float(found)

    return usd


_HEAD = ("tokens", "shared", "prefix", "cached", "hits", "USD/1k", "with cache", "saved")


def _told(
    found: Sequence[Layout], models: Sequence[str | None], rules: Provider, *, as_markdown: bool
) -> Iterator[str]:
    if as_markdown:
        yield f"| prompts | {' | '.join(_HEAD)} |"
        yield "|---|" + "--:|" * len(_HEAD)
        yield from (f"| {each.label} | {' | '.join(_figures(each))} |" for each in found)
        yield ""
    else:
        yield "".join(f"{name:>11}" for name in _HEAD)
        for each in found:
            yield each.label
            yield "".join(f"{figure:>11}" for figure in _figures(each))
    for each, model in zip(found, models, strict=True):
        if each.usd_per_1k is None:
            yield f"{each.label}: the price of {model or 'no model'} is unknown" + (
                "" if model else "; --model names one"
            )
        elif each.saved is not None and each.saved < 0:
            yield f"{each.label}: writing costs more than reading saves; do not mark these prompts"
    yield rules.said


def _figures(each: Layout) -> list[str]:
    money = ["unknown" if usd is None else f"{usd:.4f}" for usd in (each.usd_per_1k, each.usd_cached_per_1k)]
    counts = [f"{each.tokens:,.0f}", f"{each.shared:,}", f"{each.prefix:,.0f}", f"{each.cached:,.0f}"]
    hits = f"{each.hits / max(1, each.prompts):.0%}"
    return [*counts, hits, *money, "unknown" if each.saved is None else f"{each.saved:.1%}"]
