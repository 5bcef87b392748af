"""A chat model at an OpenAI-compatible endpoint answers from the context."""

from __future__ import annotations

import logging
from typing import Annotated, Any

from pydantic import Field, PositiveInt

from ragtune.answers import Answer, Answers, Prompt, Prompts
from ragtune.component import register, work
from ragtune.endpoint import Completion, PartialMemo, ReplyingEndpoint, Request, ask
from ragtune.generators import Generator
from ragtune.generators._parsing import read_answer

_log = logging.getLogger(__name__)


@register
class Chat(ReplyingEndpoint, Generator):
    """A chat model answers what the slot `prompt` asks, over `/chat/completions`.

    `temperature`, `top_p`, `seed` and `stop` are not sent when null. `max_tokens` bounds a reply, as `max_tokens_field`,
    which OpenAI's newer models want to be `max_completion_tokens`. `draw` numbers repeated answers to the same question:
    `draw: [0, 1, 2]` are three configurations that differ by chance alone.

    A reply that is not of the form that the prompt asks for is asked for again, and then has failed; it is never taken for
    an answer. A request that fails for good is listed and not kept, so that the next run asks for it again; where every
    request failed, so does the step. Latency is the endpoint's own, of the try that succeeded, and time to first token
    where `stream` is on. Replies are kept: a request is answered once, ever. Questions and passages leave this machine,
    unless `base_url` is on it.
    Source: https://platform.openai.com/docs/api-reference/chat
    """

    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    seed: int | None = None
    stop: tuple[str, ...] | None = None
    max_tokens: PositiveInt | None = 512

    @work(keep="file", online=False)
    def generate(self, prompts: Prompts, *, memo: PartialMemo) -> Answers:
        """An answer for each query, asking only what was never answered."""
        if not prompts.prompts:
            return Answers(())
        form = prompts.prompts[0]

        def check(completion: Completion) -> None:
            read_answer(completion.text, form)

        requests = [Request(prompt.messages, self._params(prompt), self.draw, check) for prompt in prompts.prompts]
        asked = ask(memo, self.client, requests)
        if len(asked.failures) == len(requests):
            raise next(iter(asked.failures.values()))
        if asked.failures:
            first = next(iter(asked.failures.values()))
            _log.warning(
                f"{len(asked.failures):,} of {len(requests):,} questions got no answer; "
                f"the next run asks for them again. {first}"
            )
        answers = []
        for i, (prompt, completion) in enumerate(zip(prompts.prompts, asked.completions, strict=True)):
            failed = Answer(failed=str(asked.failures.get(i)))
            answers.append(failed if completion is None else _answer(prompt, completion))
        return Answers(tuple(answers))

    def _params(self, prompt: Prompt) -> dict[str, Any]:
        params: dict[str, Any] = {
            "temperature": self.temperature,
            "top_p": self.top_p,
            "seed": self.seed,
            "stop": None if self.stop is None else list(self.stop),
            self.max_tokens_field: self.max_tokens,
        }
        if prompt.schema is not None:
            schema = {"name": "answer", "strict": True, "schema": dict(prompt.schema)}
            params["response_format"] = {"type": "json_schema", "json_schema": schema}
        return params


def _answer(prompt: Prompt, completion: Completion) -> Answer:
    read = read_answer(completion.text, prompt)
    counts = [completion.prompt_tokens, completion.completion_tokens, completion.cached_tokens]
    read_tokens, written, cached = (None if count < 0 else count for count in counts)
    return Answer(
        text=read.text,
        citations=read.citations,
        refused=read.refused,
        input_tokens=read_tokens,
        output_tokens=written,
        cached_tokens=cached,
        seconds=completion.seconds,
        first_token_seconds=completion.first_token_seconds,
    )
