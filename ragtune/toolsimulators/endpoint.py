"""Requests written by a language model behind an OpenAI-compatible endpoint."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from pydantic import NonNegativeInt, PositiveInt

from ragtune import endpoint
from ragtune.component import register
from ragtune.endpoint import Client, delimited, without_thoughts
from ragtune.loop import run, together
from ragtune.simulators._asking import copied_words, read_object, text_of
from ragtune.tools import Tool, ToolSet
from ragtune.toolsimulators import Draft, ToolSimulator
from ragtune.toolsimulators._asking import CHECK, are_right, for_a_tool, for_none, in_full, in_short, names_it, nearest

MOST_SHOWN = 30
"""Tools that are shown when a request is wanted that none of them can do."""
MOST_AT_ONCE = 10
"""Requests that are wanted of one prompt."""


class Task(NamedTuple):
    """One prompt: the tool that requests are wanted for, None for those that no tool fits; what is shown; how many."""

    tool: Tool | None
    shown: Sequence[Tool]
    wanted: int


@register
class AskedOfEndpoint(endpoint.Endpoint, ToolSimulator):
    """A chat model is shown a tool beside its nearest rivals and writes `per_tool` requests for it, with arguments.

    `no_tool` more requests are asked for that no tool fits. A request is refused when it names its tool, copies a run of
    more than `copied_words_max` words from its description (they would give it away), or has arguments that the tool's
    schema refuses; and, with `round_trip`, when the model, asked which of the `rivals` + 1 nearest tools is right for
    it, does not say the same. Temperature 0; equal seeds show equal tools, and whether the replies are equal depends on
    the endpoint. Nothing is kept between runs: an interrupted one asks again.

    Source: ragtune.
    """

    per_tool: PositiveInt = 3
    no_tool: NonNegativeInt = 20
    rivals: NonNegativeInt = 9
    copied_words_max: PositiveInt = 6
    round_trip: bool = True

    def drafts(self, tools: ToolSet, rng: np.random.Generator) -> Iterator[Draft]:
        """A prompt a tool, and as many for no tool as are needed; several are asked at once."""
        client = self.client()
        tasks = self._tasks(tools.tools, rng)
        for found in run(together, [self._ask(task, tools.tools, client) for task in tasks]):
            yield from found

    def _tasks(self, tools: Sequence[Tool], rng: np.random.Generator) -> Iterator[Task]:
        for i, tool in enumerate(tools):
            others = [*tools[:i], *tools[i + 1 :]]
            yield Task(tool, [tool, *nearest(f"{tool.name} {tool.description}", others, self.rivals)], self.per_tool)
        left = self.no_tool if tools else 0
        while left > 0:
            chosen = rng.permutation(len(tools))[:MOST_SHOWN].tolist()  # in another order each time, for other replies
            yield Task(None, [tools[i] for i in chosen], min(left, MOST_AT_ONCE))
            left -= MOST_AT_ONCE

    async def _ask(self, task: Task, tools: Sequence[Tool], client: Client) -> list[Draft]:
        """The drafts of one prompt that pass all checks."""
        tool = task.tool
        told = for_none(task.wanted) if tool is None else for_a_tool(task.wanted)
        texts = [in_full(each) if each is tool else in_short(each) for each in task.shown]
        requests = read_object(await _chat(client, told, delimited(texts, "tool"))).get("requests")
        found = []
        for request in requests[: task.wanted] if isinstance(requests, list) else ():
            query = text_of(request.get("query")) if isinstance(request, dict) else ""
            if not query or (self.round_trip and not await self._holds(query, tool, tools, client)):
                continue
            if tool is None:
                found.append(Draft(query))
                continue
            arguments = request.get("arguments") or {}
            copied = copied_words(query, tool.description)
            if are_right(tool, arguments) and not names_it(query, tool) and copied <= self.copied_words_max:
                found.append(Draft(query, tool.id, arguments))
        return found

    async def _holds(self, query: str, tool: Tool | None, tools: Sequence[Tool], client: Client) -> bool:
        """Whether the model, shown the tools nearest to a request, says what it was drafted for."""
        near = nearest(query, tools, self.rivals + 1)
        shown = near if tool is None or tool in near else [*near[: self.rivals], tool]
        asked = f"{delimited([in_short(each) for each in shown], 'tool')}\n\n{delimited([query], 'request')}"
        reply = (await _chat(client, CHECK, asked)).strip(" .[]\n")
        return reply.upper() == "NONE" if tool is None else reply == str(shown.index(tool) + 1)


async def _chat(client: Client, system: str, user: str) -> str:
    messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
    return without_thoughts((await client.achat(messages, temperature=0.0)).text)
