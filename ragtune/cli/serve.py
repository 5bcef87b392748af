"""`ragtune serve`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ragtune.cli._options import say

if TYPE_CHECKING:
    from ragtune.bundling import Retriever
    from ragtune.serving import Served, Settings
    from ragtune.serving._mcp import Offer


@click.command(name="serve", short_help="Serve a bundle over REST, or as an MCP server.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--mcp", is_flag=True, help="Speak MCP: the retriever as a tool, or the tools and one that finds them.")
@click.option("--transport", type=click.Choice(["stdio", "http"]), default="stdio", show_default=True, help="Of --mcp.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes a free one.")
@click.option("--token-env", metavar="NAME", help="Variable that holds the token clients must send.")
@click.option("--allow-host", "allow_hosts", multiple=True, metavar="NAME", help="Another name clients may call it by.")
@click.option("--max-body", type=click.IntRange(min=1), metavar="BYTES", help="Largest body.  [default: 262144]")
@click.option(
    "--rate", type=click.FloatRange(min=0), help="Requests a second for each client, 0 for any.  [default: 100]"
)
@click.option("--workers", type=click.IntRange(min=1), help="Retrievals at a time.  [default: half the cores]")
@click.option(
    "--patience",
    type=click.FloatRange(min=0),
    help="How long a request may wait for a worker, in times of a usual retrieval.  [default: 0.5]",
)
@click.option("--tool", type=click.Path(path_type=Path), help="File that says the retriever's tool for --mcp.")
@click.option("--upstream", metavar="SOURCE", help="MCP server of the original tools: stdio:COMMAND …, or its URL.")
@click.option("--upstream-env", multiple=True, metavar="NAME", help="Variable that a started upstream sees.")
@click.option("--upstream-token-env", default="", metavar="NAME", help="Variable with the token of an upstream's URL.")
@click.option(
    "--log", "log", type=click.Path(path_type=Path), help="File to log queries to; nothing is logged without."
)
@click.option(
    "--redact", metavar="MODULE:FUNCTION", help="What every record of --log goes through before it is written."
)
def command(folder: Path, mcp: bool, log: Path | None, **given: Any) -> None:
    """Serve the bundle in FOLDER on this machine until it is told to end.

    Without --mcp: POST /retrieve and /context, GET /health, /ready, /metrics and /openapi.json. With --mcp: over standard
    input and output, or at /mcp with --transport http. Whoever else than this machine is to reach it needs a token.

    Tools are served with --mcp: all as edited, and find_tools, which is their selector. Calls go on to the --upstream, which
    has the originals.

    \b
    Examples:
      ragtune serve retriever
      ragtune serve retriever --host 0.0.0.0 --token-env RAGTUNE_TOKEN --allow-host search.example.com
      ragtune serve retriever --mcp
      ragtune serve retriever --mcp --transport http --tool search.yaml
      ragtune serve assistant --mcp --upstream "stdio:python server.py"
    """
    from ragtune.serving import require

    _refuse_idle(mcp, log, given)
    _refuse_unfit(folder, mcp, log, given)
    require(mcp=mcp)
    settings = _settings(given)
    if mcp and given["transport"] == "stdio":
        from ragtune.serving._mcp import serve_stdio

        serve_stdio(lambda: _offer(folder, settings, given, log))
        return
    from ragtune.serving._running import bind, serve

    with bind(settings) as listening:
        if mcp:
            from ragtune.serving._mcp import ENDPOINT, mcp_serving

            serving, path = mcp_serving(_offer(folder, settings, given, log), settings), ENDPOINT
        else:
            from ragtune.serving import rest

            retriever, served = _retriever(folder, log, given["redact"])
            serving, path = rest(retriever, settings, served), ""
        host, port = listening.getsockname()[:2]
        where = f"[{host}]" if ":" in host else host
        serve(serving, listening, lambda: say(f"serving {folder} on http://{where}:{port}{path}"))


def _refuse_idle(mcp: bool, log: Path | None, given: dict[str, Any]) -> None:
    """Options that would do nothing beside the others."""
    if given["tool"] and not mcp:
        raise click.UsageError("--tool says what an MCP client is shown; give --mcp with it")
    if given["upstream"] and not mcp:
        raise click.UsageError("--upstream is where calls of MCP clients go; give --mcp with it")
    if (given["upstream_env"] or given["upstream_token_env"]) and not given["upstream"]:
        raise click.UsageError("--upstream-env and --upstream-token-env are for --upstream")
    if given["redact"] and log is None:
        raise click.UsageError("--redact is for --log")


def _refuse_unfit(folder: Path, mcp: bool, log: Path | None, given: dict[str, Any]) -> None:
    """What does not go with what the bundle holds."""
    from ragtune.bundling import read_manifest
    from ragtune.errors import InputError

    if read_manifest(folder).pipeline == "rag":
        if given["upstream"]:
            raise InputError(f"--upstream is for tools, and {folder} holds a retriever")
        return
    if not mcp:
        raise InputError(f"{folder} holds tools, which are served over MCP: give --mcp")
    idle = [option for option, value in (("--tool", given["tool"]), ("--log", log)) if value]
    if idle:
        raise InputError(f"{' and '.join(idle)} would do nothing for tools, which is what {folder} holds")


def _settings(given: dict[str, Any]) -> Settings:
    from ragtune.serving import Settings, token_from

    said = {"max_body_bytes": given["max_body"], "rate_per_s": given["rate"]}
    said |= {name: given[name] for name in ("workers", "patience")}
    return Settings(
        host=given["host"],
        port=given["port"],
        token=token_from(given["token_env"]) if given["token_env"] else None,
        allow_hosts=given["allow_hosts"],
        **{name: value for name, value in said.items() if value is not None},
    )


def _retriever(folder: Path, log: Path | None, redact: str | None) -> tuple[Retriever, Served | None]:
    """The retriever, with its models warm so that the first request is as fast as the next; and what logs for it."""
    from functools import partial

    from ragtune.bundling import load
    from ragtune.production import QueryLog

    found = load(folder)
    found.context("warm")
    return found, partial(QueryLog(log, redact=redact).served, bundle=found.manifest.key) if log else None


def _offer(folder: Path, settings: Settings, given: dict[str, Any], log: Path | None) -> Offer:
    from ragtune.bundling import read_manifest

    if read_manifest(folder).pipeline == "tools":
        return _tools_offer(folder, settings, given)
    from ragtune.serving._search_tool import SearchOffer, read_search_tool

    tools = read_search_tool(given["tool"]) if given["tool"] else None
    retriever, served = _retriever(folder, log, given["redact"])
    return SearchOffer(retriever, settings, tools, served)


def _tools_offer(folder: Path, settings: Settings, given: dict[str, Any]) -> Offer:
    from ragtune.bundling import load_tools
    from ragtune.mcp_client import parse_server
    from ragtune.serving._tool_desk import ToolsOffer

    upstream = None
    if given["upstream"]:
        seen, token = given["upstream_env"], given["upstream_token_env"]
        upstream = parse_server(given["upstream"], environment=seen, token_from=token)
    toolbox = load_tools(folder)
    toolbox.select("warm")
    return ToolsOffer(toolbox, settings, upstream)
