"""Prompts put question, passages and examples into words for a chat model."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import Component

__all__ = ["PromptMaker"]


class PromptMaker(Component):
    """Base of the prompts: a component of this kind has two verbs, `frame` (gives `Frames`) and `write` (gives `Prompts`).

    `frame` says what holds whatever the wording: the order of passages, which examples, whether to cite, how to refuse.
    Generators without a language model take it alone, so that prompts which differ in wording are one design to them.
    `write` takes it as `frame`. The parameters may be `queries`, `contexts`, `corpus`, `ranking`, `chunks`, `examples`,
    and a knob that holds a `Fewshot`, under whose name the `Shots` that it chose are given.
    """

    kind: ClassVar[str] = "prompt"
    verb: ClassVar[str] = "write"
