"""Running steps: each once, in order, resumed by planning; failures stop only what rests on them."""

from __future__ import annotations

import numpy as np
import pytest

from ragtune.engine.compute import Computer, result_key
from ragtune.engine.executors import processes
from ragtune.engine.memo import Memo
from ragtune.engine.plan import make_plan
from ragtune.engine.run import run
from ragtune.engine.step import Step, closure
from ragtune.engine.workspace import Workspace
from tests.engine.toys import Add, Model, source, words


@pytest.fixture
def workspace(tmp_path):
    said: list[str] = []
    workspace = Workspace(tmp_path / "ws", said.append)
    workspace.said = said
    with workspace.writing():
        yield workspace


def go(targets, workspace, executor=None):
    return run(targets, workspace, Computer(workspace), executor)


def test_equal_work_is_one_step_and_knobs_that_change_nothing_enter_no_key():
    assert Step(Add(amount=2), "small", (source(),)) == Step(Add(amount=2, delay=9), "small", (source(),))
    assert Step(Add(amount=2), "small", (source(),)) != Step(Add(amount=3), "small", (source(),))
    assert Step(Add(), "small", (source(),)) != Step(Add(), "stored", (source(),))
    assert Step(Add(), "small", (source(1),)) != Step(Add(), "small", (source(2),))


def test_a_new_version_is_other_work(monkeypatch):
    before = Step(Add(), "small", (source(),))
    monkeypatch.setattr(Add, "version", 2)
    assert Step(Add(), "small", (source(),)) != before


def test_closure_gives_inputs_first_and_everything_once():
    middle = Step(Add(amount=1), "passing", (source(),))
    a, b = Step(Add(amount=2), "small", (middle,)), Step(Add(amount=3), "small", (middle,))
    assert list(closure([a, b])) == [source(), middle, a, b]


def test_runs_once_then_never_again(workspace):
    middle = Step(Add(amount=1), "passing", (source(3),))
    target = Step(Add(amount=10), "small", (middle,))
    assert go([target], workspace).ran == 2  # the source and the target; what passes through is not kept
    assert go([target], workspace).ran == 0
    assert Computer(workspace).value(target).n.tolist() == [11, 12, 13]


def test_only_what_is_missing_runs(workspace):
    go([Step(Add(amount=1), "small", (source(),))], workspace)
    both = [Step(Add(amount=1), "small", (source(),)), Step(Add(amount=2), "small", (source(),))]
    assert [step.component.amount for step in make_plan(both, workspace).tasks] == [2]


def test_a_failure_stops_only_what_rests_on_it_and_is_no_result(workspace):
    broken = Step(Add(amount=1, fails=True), "stored", (source(),))
    above = Step(Add(amount=2), "small", (Step(Add(amount=5), "passing", (broken,)),))
    fine = Step(Add(amount=3), "small", (source(),))
    report = go([above, fine], workspace)
    assert report.failed == {broken.key: "ZeroDivisionError: as it was told to"}
    assert report.skipped == {above.key}
    assert make_plan([above, fine], workspace).tasks == (broken, above)
    assert [failure["key"] for failure in workspace.failures()] == [broken.key]


def test_a_torn_last_line_of_the_journal_is_left_out(workspace):
    workspace.note_failure({"key": "a"})
    with workspace.journal.open("a") as file:
        file.write('{"key": "b')
    assert [failure["key"] for failure in workspace.failures()] == ["a"]


def test_memo_rows_are_shared_by_texts_and_resume_in_the_same_bits(tmp_path):
    """10 texts, then 14 of which 10 are known; killed after one batch or not, every row ends the same."""
    first, second = Step(Model(), "embed", (words(10),)), Step(Model(), "embed", (words(14),))

    def values(workspace):
        return np.concatenate([Computer(workspace).value(step).n for step in (first, second)])

    whole = Workspace(tmp_path / "whole")
    with whole.writing():
        assert go([first, second], whole).computed_rows == 14
        expected = values(whole)
    killed = Workspace(tmp_path / "killed")
    with killed.writing():
        go([first], killed)
        rows = dict(killed.memo._open().execute("SELECT key, value FROM rows").fetchall())
        kept = Step(Model(), "embed", (words(10),))
        killed.results._open().execute("DELETE FROM rows WHERE key = ?", [result_key(kept)])
        killed.results._open().commit()
        order = sorted(range(10), key=lambda i: f"text {i}")  # the first batch of four was written, the others not
        memo = Memo(killed.memo, first.memo_scope, lambda *_: None)
        lost = [memo.key(f"text {i}") for i in order[4:]]
        assert set(lost) < set(rows)
        killed.memo._open().executemany("DELETE FROM rows WHERE key = ?", [(key,) for key in lost])
        killed.memo._open().commit()
        assert go([first, second], killed).computed_rows == 10
        assert values(killed).tolist() == expected.tolist()


def test_steps_of_one_model_wait_for_each_other(workspace):
    first, second = Step(Model(), "embed", (words(3),)), Step(Model(), "embed", (words(4),))
    plan = make_plan([first, second], workspace)
    assert first.key in plan.needs[second.key]


def test_a_failed_turn_with_the_model_does_not_stop_the_next(workspace):
    broken = Step(Add(fails=True), "stored", (source(),))
    bad = Step(Model(), "embed", (broken,))
    good = Step(Model(), "embed", (words(4),))
    report = go([bad, good], workspace)
    assert report.skipped == {bad.key}
    assert good.key in make_plan([bad, good], workspace).stored


def test_processes_find_the_same_as_this_process(tmp_path):
    targets = [
        Step(Add(amount=a), "small", (Step(Add(amount=b), "stored", (source(),)),)) for a in (1, 2) for b in (3, 4, 5)
    ]
    targets.append(Step(Model(), "embed", (words(9),)))
    here, there = Workspace(tmp_path / "here"), Workspace(tmp_path / "there")
    with here.writing():
        go(targets, here)
    with there.writing(), processes(2, there) as pool:
        report = go(targets, there, pool)
    assert report.ran == 3 + 6 + 1 + 2 and not report.failed
    with here.writing(), there.writing():
        for target in targets:
            assert Computer(here).value(target).n.tolist() == Computer(there).value(target).n.tolist()


def test_the_lock_is_freed_and_a_second_writer_is_refused_clearly(tmp_path):
    from ragtune.errors import WorkspaceError

    a, b = Workspace(tmp_path), Workspace(tmp_path)
    with a.writing(), pytest.raises(WorkspaceError, match=r"process \d+ is writing in"), b.writing(wait=False):
        pass
    with b.writing(wait=False):
        assert b"process" in (tmp_path / "lock").read_bytes()
