"""The one loop of the process: threads wait for it, other loops join it, an interrupt ends what it waits for."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from ragtune.loop import PerProcess, here, joined, run, together


async def doubled(x):
    await asyncio.sleep(0.001)
    return 2 * x


async def thread():
    return threading.current_thread().name


async def failing(x):
    raise ZeroDivisionError(x)


def test_many_threads_wait_for_one_loop_and_get_what_is_theirs():
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda i: run(doubled, i), range(100))) == [2 * i for i in range(100)]
        assert set(pool.map(lambda _: run(thread), range(8))) == {"ragtune-loop"}
    with pytest.raises(ZeroDivisionError, match="7"):
        run(failing, 7)
    with pytest.raises(TypeError):
        run(doubled)


def test_what_blocks_is_done_by_whoever_waits_one_thing_after_the_other():
    at_once, most = 0, 0

    def block(x):
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        time.sleep(0.001)
        at_once -= 1
        return threading.current_thread(), 1 / x

    async def work():
        found = await asyncio.gather(*(here(block, i) for i in (1, 2, 0, 4)), return_exceptions=True)
        return found, await here(lambda: run(doubled, 4))  # that thread may wait for something else meanwhile

    (one, two, none, four), eight = run(work)
    assert (one[1], two[1], four[1], eight, most) == (1, 0.5, 0.25, 8, 1)
    assert isinstance(none, ZeroDivisionError)
    assert {one[0], two[0], four[0]} == {threading.current_thread()}


def test_the_loop_does_not_wait_for_itself():
    async def waits():
        return run(doubled, 1)

    with pytest.raises(RuntimeError, match="a coroutine must await what it asks for"):
        run(waits)


def test_where_one_of_several_fails_the_others_end_and_its_own_error_comes_out():
    ended = []

    async def long(x):
        try:
            await asyncio.sleep(30)
        finally:
            ended.append(x)

    assert run(together, [doubled(1), doubled(2)]) == [2, 4]
    with pytest.raises(ZeroDivisionError):
        run(together, [long(1), failing(0), long(2)])
    assert sorted(ended) == [1, 2]


@pytest.mark.parametrize("busy", [False, True])
def test_ctrl_c_ends_the_wait_at_once_and_what_was_to_be_kept_is_kept(busy):
    """While the thread waits, or in the middle of what it does for its work."""
    said = []

    def interrupt():
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(30 * busy)

    async def work():
        try:
            if busy:
                await asyncio.gather(here(interrupt), here(said.append, "kept"))
            await here(said.append, "kept")
            await asyncio.sleep(0.05)
            interrupt()
            await asyncio.sleep(30)
        finally:
            said.append("over")

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run(work)
    assert sorted(said) == ["kept", "over"] and time.monotonic() - began < 4
    assert run(doubled, 3) == 6


def test_any_other_loop_may_await_it_and_give_it_up():
    ended = threading.Event()

    async def long():
        try:
            await asyncio.sleep(30)
        finally:
            ended.set()

    async def elsewhere():
        waiting = asyncio.create_task(joined(long))
        found = await asyncio.gather(*(joined(doubled, i) for i in range(5)), joined(thread))
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        with pytest.raises(ZeroDivisionError):
            await joined(failing, 0)
        return found, run(doubled, 21)  # as in a notebook

    assert asyncio.run(elsewhere()) == ([0, 2, 4, 6, 8, "ragtune-loop"], 42)
    assert ended.wait(5)


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_begins_anew():
    made = PerProcess(lambda x: [x, os.getpid()])
    assert made(1) is made(1) is not made(2)
    before = made(1)
    assert run(doubled, 1) == 2
    child = os.fork()
    if not child:
        try:
            sound = run(doubled, 2) == 4 and made(1) is made(1) is not before and made(1) == [1, os.getpid()]
        finally:
            os._exit(0 if sound else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert run(doubled, 3) == 6 and made(1) is before
    made.clear()
    assert made(1) == before and made(1) is not before
