"""How much at a time, and how often."""

from __future__ import annotations

import asyncio
import time

import pytest

from ragtune.serving._rate import MOST_CLIENTS, Rates
from ragtune.serving._workers import BusyError, SlowError, Workers


def test_rates_are_of_a_client_and_bounded_in_memory():
    rates = Rates(1)
    assert [rates.wait_s("10.0.0.1", 0) for _ in range(3)] == [0, 0, 1]
    assert rates.wait_s("10.0.0.2", 0) == 0
    assert rates.wait_s("10.0.0.1", 1) == 0
    assert [rates.wait_s(f"2001:db8::{i}", 0) for i in range(3)] == [0, 0, 1]  # one /64
    for i in range(MOST_CLIENTS + 50):
        rates.wait_s(f"c{i}", 2)
    assert len(rates._left) == MOST_CLIENTS


def test_workers_are_bounded():
    async def run():
        workers = Workers(1, patience=1, timeout_s=0.2)
        await workers.run(lambda: time.sleep(0.1))
        first, second, third = (asyncio.create_task(workers.run(lambda: time.sleep(0.02))) for _ in range(3))
        found = await asyncio.gather(first, second, third, return_exceptions=True)
        with pytest.raises(SlowError):
            await workers.run(lambda: time.sleep(0.5))
        assert workers.busy == 1  # the thread goes on
        with pytest.raises(ZeroDivisionError):
            await Workers(1, patience=1, timeout_s=1).run(lambda: 1 // 0)
        return found

    assert [type(one) for one in asyncio.run(run())] == [type(None), type(None), BusyError]
