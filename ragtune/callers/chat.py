"""A chat model at an OpenAI-compatible endpoint, shown the tools."""

from __future__ import annotations

import logging
from typing import Any, Literal

from ragtune.callers import Caller
from ragtune.callers._asking import Asked, read_row, write_row
from ragtune.callers._payload import Payload
from ragtune.component import register, work
from ragtune.endpoint import Called, Exchange, PartialMemo, ReplyingEndpoint, Settings, called_exchange, rows_or_why
from ragtune.errors import StepError
from ragtune.tools import Replies, Reply, Requests, Shown, ToolSet

_log = logging.getLogger(__name__)


@register
class Chat(ReplyingEndpoint, Caller):
    """A chat model calls the tools it is shown, over `/chat/completions`.

    The request is the user's message, after `instructions` as the system's; the tools are sent as functions, with names
    that the protocol does not take rewritten. `tool_choice` lets the model decide (`auto`), makes it call (`required`) or
    forbids it (`none`). `strict` has the arguments follow the schema, for tools whose schema can be said that way; the
    others are sent as they are. `parallel_tool_calls` and `temperature` are not sent when null. `max_tokens` bounds a
    reply, as `max_tokens_field`, which OpenAI's newer models want to be `max_completion_tokens`. `draw` numbers repeated
    answers to the same request: `draw: [0, 1, 2]` are three configurations that differ by chance alone.

    Calls are named by the tool's id; a name that was not shown stays as the model said it, and the call is invalid. A
    request that fails for good is listed as failed and not kept, so that the next run asks for it again; once a budget
    is spent, nothing more is sent and the rest is listed as failed. Where every request failed, so does the step. Whoever
    is shown no tool calls none, and is not asked. Latency is the endpoint's own, of the try that succeeded. Replies are
    kept: a request is answered once, ever. Requests and tools leave this machine, unless `base_url` is on it.
    Source: https://platform.openai.com/docs/api-reference/chat
    """

    instructions: str = ""
    tool_choice: Literal["auto", "required", "none"] = "auto"
    strict: bool = False
    parallel_tool_calls: bool | None = None

    @work(keep="file", online=False)
    def call(self, requests: Requests, shown: Shown, toolset: ToolSet, *, memo: PartialMemo) -> Replies:
        """One reply a request, asking only what was never answered."""
        asked = self._asked(requests, shown, toolset)
        texts = {i: each.row for i, each in enumerate(asked) if each.payload.sent}
        by_text = {text: asked[i] for i, text in texts.items()}

        def exchange(settings: Settings, text: str) -> Exchange[Called]:
            each = by_text[text]
            return called_exchange(settings, each.messages, each.payload.sent, self.max_tokens, each.params)

        found, failures = rows_or_why(memo, self.client, list(texts.values()), exchange, write_row)
        rows = dict(zip(texts, found, strict=True))
        _tell(failures, len(by_text))
        replies = []
        for i, each in enumerate(asked):
            row = rows.get(i)
            if row is not None:
                replies.append(read_row(row, each.payload))
            else:
                replies.append(Reply(failed=str(failures[texts[i]])) if i in texts else _UNASKED)
        return Replies(tuple(replies))

    def _asked(self, requests: Requests, shown: Shown, toolset: ToolSet) -> list[Asked]:
        payloads: dict[tuple[int, ...], Payload] = {}
        system = ({"role": "system", "content": self.instructions},) if self.instructions else ()
        params = self._params()
        asked = []
        for i, text in enumerate(requests.texts):
            places = tuple(shown.of(i))
            if places not in payloads:
                payloads[places] = Payload.of([toolset.tools[place] for place in places], strict=self.strict)
            asked.append(Asked((*system, {"role": "user", "content": text}), params, payloads[places]))
        return asked

    def _params(self) -> dict[str, Any]:
        return {
            "tool_choice": self.tool_choice,
            "parallel_tool_calls": self.parallel_tool_calls,
            "temperature": self.temperature,
            self.max_tokens_field: self.max_tokens,
        }


_UNASKED = Reply(input_tokens=0, output_tokens=0, cached_tokens=0, seconds=0.0)


def _tell(failures: dict[str, StepError], asked: int) -> None:
    """Say how many failed; where all did, nothing was found out, and the first reason is the step's."""
    if not failures:
        return
    first = next(iter(failures.values()))
    if len(failures) == asked:
        raise first
    _log.warning(f"{len(failures):,} of {asked:,} requests got no reply; the next run asks for them again. {first}")
