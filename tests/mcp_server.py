"""A real MCP server for tests: `python -m tests.mcp_server stdio`, or `http PORT`."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

from mcp.server.mcpserver import MCPServer
from pydantic import Field

server = MCPServer("weather-desk")


@server.tool(title="The weather")
def get_weather(
    city: Annotated[str, Field(description="Name of the city")], unit: Literal["C", "F"] = "C"
) -> dict[str, str]:
    """Say what the weather is in a city."""
    return {"city": city, "unit": unit}


@server.tool()
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


if __name__ == "__main__":
    if sys.argv[1] == "http":
        server.run("streamable-http", port=int(sys.argv[2]))
    else:
        server.run()
