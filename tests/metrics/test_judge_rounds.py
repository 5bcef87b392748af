"""Coroutines that ask side by side: together what is asked together, and nobody waits for another's reply."""

from __future__ import annotations

import asyncio

import pytest

from ragtune.errors import WorkspaceError
from ragtune.loop import run
from ragtune.metrics._judge_asking import Form, Question
from ragtune.metrics._judge_rounds import Lost, Rounds

FORM = Form("any", {})


def question(text):
    return Question((("user", text),), FORM)


class Asked:
    """Answers a round with its texts; the replies to `slow` wait until `hurry`."""

    def __init__(self):
        self.rounds = []
        self.hurry = asyncio.Event()

    async def __call__(self, questions):
        texts = [text for ((_, text),) in (each.messages for each in questions)]
        self.rounds.append(texts)
        if "slow" in texts:
            await self.hurry.wait()
        return [{"said": text} for text in texts]


async def follow(rounds, *texts):
    """Ask one after the other."""
    for text in texts:
        reply = await rounds.reply(question(text))
        assert reply == {"said": text}
    return float(len(texts))


def test_nobody_waits_for_the_reply_to_somebody_else_and_equal_questions_are_one():
    asked = Asked()
    rounds = Rounds(asked)

    async def quick():
        found = await follow(rounds, "a", "b", "c")
        asked.hurry.set()  # until now the slow reply was awaited
        return found

    work = [lambda: follow(rounds, "slow", "a"), quick, lambda: follow(rounds, "slow", "d")]
    assert run(rounds.run, work) == [2, 3, 2]
    assert asked.rounds == [["slow"], ["a"], ["b"], ["c"], ["d"]]


def test_gathered_they_are_asked_together_once_nobody_asks_more():
    asked = Asked()
    asked.hurry.set()
    rounds = Rounds(asked, gathered=True)
    work = [lambda i=i: follow(rounds, *f"{i}ab"[: i + 1]) for i in range(3)]
    assert run(rounds.run, work) == [1, 2, 3]
    assert asked.rounds == [["0", "1", "2"], ["a"], ["b"]]


def test_what_fails_fails_alone_unless_nothing_can_be_kept():
    async def ask(questions):
        if questions[0] == question("full"):
            raise WorkspaceError("the disk is full")
        return ["no reply" for _ in questions]

    async def lost():
        raise Lost(await rounds.reply(question("a")))

    async def wrong():
        return 1 / 0

    rounds = Rounds(ask)
    found = run(rounds.run, [lost, wrong, lambda: asyncio.sleep(0, 0.5)])
    assert found == ["no reply", "ZeroDivisionError: division by zero", 0.5]
    rounds = Rounds(ask)
    with pytest.raises(WorkspaceError, match="the disk is full"):
        run(rounds.run, [lambda: follow(rounds, "full"), lambda: asyncio.sleep(30, 0.5)])
