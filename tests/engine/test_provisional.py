"""What rests on rows that a model could not get is good for the run that made it, and done again by the next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, ClassVar

import numpy as np
import pytest

from ragtune.component import Affects, Component, work
from ragtune.engine.compute import Computer, read_rows
from ragtune.engine.executors import processes
from ragtune.engine.plan import make_plan
from ragtune.engine.run import run
from ragtune.engine.step import Step
from ragtune.engine.workspace import Workspace
from tests.engine.toys import Add, Numbers, Words, words

ASKED: list[str] = []


class Asking(Component):
    """The length of each text; -1 for those in `lost`."""

    kind: ClassVar[str] = "toy"
    name: ClassVar[str] = "asking"
    lost: Annotated[tuple[str, ...], Affects()] = ()

    @work(keep="file")
    def ask(self, words: Words, *, memo) -> Numbers:
        rows = memo.rows_or_none(words.texts, lambda: Rows(self.lost))
        return Numbers(np.array([-1 if row is None else int(row) for row in rows], dtype=np.int64))


@dataclass
class Rows:
    lost: tuple[str, ...]
    workers: int = field(default=2)

    def batches(self, texts):
        return [[i] for i in range(len(texts))]

    def rows(self, texts):
        ASKED.extend(texts)
        return [None if text in self.lost else str(len(text)).encode() for text in texts]


def target(*lost):
    """A row that rests on a passing step on a file on the model."""
    asked = Step(Asking(lost=lost), "ask", (words(3),))
    return Step(Add(), "small", (Step(Add(), "passing", (asked,)),))


def done(workspace, step, executor=None):
    ASKED.clear()
    report = run([step], workspace, Computer(workspace), executor)
    return report.ran, read_rows(workspace, [step])[step.key].n.tolist(), sorted(ASKED)


@pytest.fixture
def workspace(tmp_path):
    workspace = Workspace(tmp_path)
    with workspace.writing():
        yield workspace


def test_it_is_read_in_this_run_and_done_again_in_the_next(workspace):
    assert done(workspace, target("text 1")) == (3, [8, 1, 8], ["text 0", "text 1", "text 2"])
    assert target().key not in make_plan([target()], workspace).stored
    assert Computer(workspace).value(target("text 1")).n.tolist() == [8, 1, 8]  # a report asks nothing
    assert len(ASKED) == 3
    assert done(workspace, target("text 1"))[1:] == ([8, 1, 8], ["text 1"])
    assert done(workspace, target())[1:] == ([8, 8, 8], ["text 1"])
    assert done(workspace, target()) == (0, [8, 8, 8], [])


def test_it_is_the_same_in_other_processes(workspace):
    with processes(2, workspace) as executor:
        assert done(workspace, target("text 1"), executor)[1] == [8, 1, 8]
        assert done(workspace, target(), executor)[1] == [8, 8, 8]
