"""Questions to a model that judges, through the row memo: a reply that is not what was asked for is a failed try."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import Field, NonNegativeInt, PositiveInt

from ragtune.endpoint import Asking, Completion, Endpoint, PartialMemo, Request, without_thoughts
from ragtune.errors import StepError
from ragtune.loop import run
from ragtune.metrics._answers import JudgeMetric

Reply = dict[str, Any] | str
"""What answers a question, or why there is nothing."""
_log = logging.getLogger(__name__)
_MOST_QUOTED = 80
_UNSENT = ("minItems", "maxItems", "minLength", "minimum", "maximum")
"""Bounds that are checked here: not every endpoint takes them in a schema."""


@dataclass(frozen=True, eq=False)
class Form:
    """What a reply looks like: a JSON schema under a name; `check` says what else is wrong with one, or nothing."""

    name: str
    schema: Mapping[str, Any]
    check: Callable[[dict[str, Any]], str] = lambda _: ""


@dataclass(frozen=True)
class Question:
    """(role, text) of each message, and the form of a reply. `repeat` numbers equal questions."""

    messages: tuple[tuple[str, str], ...]
    form: Form
    repeat: int = 0


class EndpointJudge(Endpoint, JudgeMetric):
    """Base of the judges behind an OpenAI-compatible endpoint.

    `temperature` null is not sent. `draw` numbers repeated judgements of the same thing: `draw: [0, 1, 2]` are three
    judges that differ by chance alone. `max_tokens` bounds a reply where it is given. Replies are JSON that follows a
    schema: with `structure` schema the endpoint is held to it (`response_format` json_schema, strict), with `object` to
    JSON alone, and with `none` it is only told; whatever comes is checked. A reply that is fenced, broken, or says
    anything that the schema does not let it say is a failed try, as much as one that never came.
    """

    temperature: Annotated[float, Field(ge=0, le=2)] | None = 0.0
    max_tokens: PositiveInt | None = None
    structure: Literal["schema", "object", "none"] = "schema"
    draw: NonNegativeInt = 0

    def ask(self, questions: Sequence[Question], memo: PartialMemo) -> list[Reply]:
        """The object that answers each question, or why there is none. A failure is not kept: the next run asks again."""
        return run(self.answers, questions, Asking(memo, self.client))

    async def answers(self, questions: Sequence[Question], asking: Asking) -> list[Reply]:
        """The same for coroutines."""
        asked = await asking.ask([self._request(question) for question in questions])
        return [
            str(asked.failures[i]) if completion is None else read_reply(completion, question.form)
            for i, (question, completion) in enumerate(zip(questions, asked.completions, strict=True))
        ]

    def _request(self, question: Question) -> Request:
        form: dict[str, Any] | None = None
        if self.structure == "schema":
            schema = {"name": question.form.name, "schema": closed(question.form.schema, _UNSENT), "strict": True}
            form = {"type": "json_schema", "json_schema": schema}
        elif self.structure == "object":
            form = {"type": "json_object"}
        params = {"temperature": self.temperature, "max_tokens": self.max_tokens, "response_format": form}
        check = partial(read_reply, form=question.form)
        return Request(question.messages, params, self.draw + question.repeat * 1_000_000, check)


def read_reply(completion: Completion, form: Form) -> dict[str, Any]:
    """The object in a reply, around which nothing may stand but thoughts; ValueError with what is wrong with it."""
    from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

    said = without_thoughts(completion.text)
    quoted = repr(said[:_MOST_QUOTED] + ("…" if len(said) > _MOST_QUOTED else ""))
    try:
        reply = json.loads(said, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise ValueError(f"a reply that is not JSON: {quoted}") from None
    wrong = next(iter(Draft202012Validator(closed(form.schema)).iter_errors(reply)), None)
    why = wrong.message[:_MOST_QUOTED] if wrong is not None else form.check(reply)
    if why:
        raise ValueError(f"a reply that is not what was asked for ({why}): {quoted}")
    return dict(reply)


def closed(schema: Any, without: Sequence[str] = ()) -> Any:
    """The schema with every object closed and all that it names required, as strict mode wants it."""
    if isinstance(schema, list):
        return [closed(each, without) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    made = {word: closed(value, without) for word, value in schema.items() if word not in without}
    properties = made.get("properties")
    if made.get("type") == "object" and isinstance(properties, dict):
        made.update(additionalProperties=False, required=list(properties))
    return made


def tell(what: str, failures: Sequence[str], asked: int) -> None:
    """Say how many could not be judged; where none could, nothing was found out, and the first reason is the step's."""
    if not failures:
        return
    if len(failures) == asked:
        raise StepError(failures[0])
    _log.warning(f"{what}: {len(failures):,} of {asked:,} could not be judged; the next run asks again. {failures[0]}")


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not JSON")
