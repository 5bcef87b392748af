"""A prompt from templates: passages, question, examples, and how to answer."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from ragtune.answers import Examples, Frame, Frames, Prompt, Prompts, Shots, passages_of
from ragtune.component import Affects, register, work
from ragtune.fewshots import Fewshot
from ragtune.prompts import PromptMaker, _passages, _templates
from ragtune.types import Chunks, Contexts, Corpus, Queries, Ranking

_SYSTEM = "You answer questions from the passages you are given, and from nothing else.\n{{ instructions }}"
_USER = "{{ context }}\n\nQuestion: {{ question }}"
_KNOWN = ("question", "context", "passages", "instructions")
MARK = "Answer:"
"""What comes before the answer, after thoughts."""


@register
class Template(PromptMaker):
    """A system's and a user's message, examples as turns between them, all of it data.

    `system` and `user` are jinja templates (sandboxed) over `question`, `context` (all passages, written out between
    marks), `passages` (their texts) and `instructions` (what the other knobs ask for). Passages always stand between
    marks that they cannot hold, and are called data. The parts that all queries share come first, so that a provider can
    keep them.

    `shots` chooses examples, shown as turns of question and answer; `reasoning` has the model think before it answers;
    `output: json` has it reply by a JSON schema; `citations: brackets` has it name the passages of each statement, as in
    [2]; `order` is that of the passages: by rank, the best last (`reverse`), the best first and last (`edges`), or as in
    the documents. With `may_refuse`, a question that the passages do not answer is to be answered with `refusal`.
    Source: ragtune; `edges` after Liu et al. 2024, https://arxiv.org/abs/2307.03172
    """

    shots: Annotated[Fewshot, Affects()] = Field(default="none", validate_default=True)
    order: Annotated[Literal["rank", "reverse", "edges", "document"], Affects({"frame"})] = "rank"
    citations: Annotated[Literal["none", "brackets"], Affects({"frame"})] = "none"
    may_refuse: Annotated[bool, Affects({"frame"})] = True
    refusal: Annotated[str, Affects({"frame"})] = "The passages do not answer this question."
    reasoning: Annotated[bool, Affects({"write"})] = False
    output: Annotated[Literal["text", "json"], Affects({"write"})] = "text"
    delimiters: Annotated[Literal["tags", "markdown"], Affects({"write"})] = "tags"
    system: Annotated[str, Affects({"write"})] = _SYSTEM
    user: Annotated[str, Affects({"write"})] = _USER

    @field_validator("system")
    @classmethod
    def _system_template(cls, value: str) -> str:
        return _templates.check(value, ("instructions",), ())

    @field_validator("user")
    @classmethod
    def _user_template(cls, value: str) -> str:
        return _templates.check(value, _KNOWN, ("question",))

    @field_validator("refusal")
    @classmethod
    def _said(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("is what a model says that has no answer; with may_refuse: false it always answers")
        return value.strip()

    @work(keep="no")
    def frame(self, ranking: Ranking, chunks: Chunks, contexts: Contexts, examples: Examples, shots: Shots) -> Frames:
        """The order of the passages and the examples, a frame for each query."""
        rows = _passages.in_order(self.order, ranking, chunks, contexts)
        pairs = [(each.query, each.answer) for each in examples.examples]
        return Frames(
            tuple(
                Frame(
                    rows=order,
                    shots=tuple(pairs[place] for place in shots.of(i)),
                    cites=self.citations == "brackets",
                    refusal=self.refusal if self.may_refuse else "",
                )
                for i, order in enumerate(rows)
            )
        )

    @work(keep="no")
    def write(self, queries: Queries, contexts: Contexts, corpus: Corpus, frame: Frames) -> Prompts:
        """The messages, a prompt for each query."""
        passages = passages_of(contexts, corpus, len(queries.texts))
        rows = zip(queries.texts, passages, frame.frames, strict=True)
        return Prompts(tuple(self._prompt(query, texts, each) for query, texts, each in rows))

    def _prompt(self, query: str, passages: tuple[str, ...], frame: Frame) -> Prompt:
        instructions = self._instructions(frame)
        messages = [("system", _templates.render(self.system, {"instructions": instructions}).strip())]
        for question, answer in frame.shots:
            messages += [("user", f"Question: {question}"), ("assistant", self._answered(answer, frame))]
        texts = [passages[row] for row in frame.rows]
        told = {"question": query, "passages": texts, "instructions": instructions, "context": self._context(texts)}
        messages.append(("user", _templates.render(self.user, told)))
        schema = _schema(frame, reasoning=self.reasoning) if self.output == "json" else None
        said = tuple((role, text) for role, text in messages if text)
        return Prompt(said, frame, self.output, schema, self.reasoning and self.output == "text")

    def _context(self, texts: list[str]) -> str:
        if not texts:
            return "There are no passages."
        return f"{_passages.label(texts, self.delimiters)}\n{_passages.written(texts, self.delimiters)}"

    def _instructions(self, frame: Frame) -> str:
        """What the knobs ask for, a sentence each."""
        lines = []
        if frame.cites and self.output == "text":
            lines.append(
                "After each statement, name the passages it rests on by their numbers in brackets, as in [2] or [1][3]."
            )
        if frame.refusal:
            lines.append(f"If the passages do not answer the question, reply exactly: {frame.refusal}")
        if self.output == "json":
            lines.append(
                f"Reply with one JSON object of this schema: {json.dumps(_schema(frame, reasoning=self.reasoning))}"
            )
        elif self.reasoning:
            lines.append(
                f"Think step by step first. Then write a line that begins with {MARK} and holds the answer alone."
            )
        return "\n".join(lines)

    def _answered(self, answer: str, frame: Frame) -> str:
        """An example's answer in the form that is asked for; nobody knows the thoughts or the passages behind it."""
        if self.output == "text":
            return f"{MARK} {answer}" if self.reasoning else answer
        said: dict[str, Any] = {"answer": answer}
        if frame.cites:
            said["citations"] = []
        return json.dumps({**said, "refused": False} if frame.refusal else said, ensure_ascii=False)


def _schema(frame: Frame, *, reasoning: bool) -> dict[str, Any]:
    """As strict modes want it: every property required, no others."""
    properties: dict[str, Any] = {"thoughts": {"type": "string"}} if reasoning else {}
    properties["answer"] = {"type": "string"}
    if frame.cites:
        properties["citations"] = {"type": "array", "items": {"type": "integer"}}
    if frame.refusal:
        properties["refused"] = {"type": "boolean"}
    return {
        "type": "object", "properties": properties, "required": list(properties), "additionalProperties": False,
    }  # fmt: skip
