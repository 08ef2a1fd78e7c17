import asyncio
import itertools
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from contextlib import aclosing
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codefavor.errors import BudgetExceeded, ModelError
from codefavor.llm import batch


async def double(number: int) -> int:
    await asyncio.sleep(0.0001 * (number * 7 % 5))
    if number % 10 == 9:
        raise ModelError(f"no {number}")
    return 2 * number


def collect(items: Any, concurrency: int, ordered: bool = False, work: Any = double) -> list[Any]:
    async def gather() -> list[Any]:
        return [outcome async for outcome in batch.run(items, work, concurrency, ordered=ordered)]

    return asyncio.run(gather())


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 120), st.integers(1, 40), st.booleans())
def test_every_item_comes_back_once_with_its_result_or_its_failure(count: int, concurrency: int, ordered: bool) -> None:
    outcomes = collect(range(count), concurrency, ordered)
    assert sorted(outcome.item for outcome in outcomes) == list(range(count))
    assert all(outcome.value == 2 * outcome.item for outcome in outcomes if isinstance(outcome, batch.Done))
    assert {outcome.item for outcome in outcomes if isinstance(outcome, batch.Failed)} == set(range(9, count, 10))
    if ordered:
        assert [outcome.item for outcome in outcomes] == list(range(count))


@pytest.mark.parametrize("ordered", [False, True])
def test_an_endless_source_is_drawn_only_as_far_as_needed(ordered: bool) -> None:
    drawn = []

    def source() -> Iterator[int]:
        for number in itertools.count():
            drawn.append(number)
            yield number

    async def take() -> int:
        taken = 0
        async with aclosing(batch.run(source(), double, 4, ordered=ordered)) as outcomes:
            async for _ in outcomes:
                taken += 1
                if taken == 50:
                    break
        return taken

    assert asyncio.run(take()) == 50
    assert len(drawn) <= 50 + 4 * 8 + 1


def test_as_many_are_worked_on_at_a_time_as_allowed_and_no_more() -> None:
    now, peak = 0, 0
    seven = asyncio.Barrier(7)

    async def work(item: int) -> None:
        nonlocal now, peak
        now += 1
        peak = max(peak, now)
        # Passed only when seven work at once; with fewer it would wait for ever.
        await asyncio.wait_for(seven.wait(), timeout=120)
        now -= 1

    collect(range(98), 7, work=work)
    assert peak == 7


def test_a_slow_source_does_not_hold_up_the_loop() -> None:
    threads = set()

    def source() -> Iterator[int]:
        for number in range(3):
            threads.add(threading.current_thread())
            time.sleep(0.01)
            yield number

    collect(source(), 2)
    assert threading.main_thread() not in threads


def test_a_bug_ends_the_run_and_cancels_the_rest() -> None:
    cancelled = []

    async def work(item: int) -> None:
        if item == 3:
            raise ZeroDivisionError
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            cancelled.append(item)
            raise

    with pytest.raises(ZeroDivisionError):
        collect(range(100), 4, work=work)
    assert sorted(cancelled) == [0, 1, 2]


def test_a_bad_item_in_the_source_ends_the_run() -> None:
    def source() -> Iterator[int]:
        yield 1
        raise KeyError("line 2")

    with pytest.raises(KeyError, match="line 2"):
        collect(source(), 4)


@pytest.mark.parametrize("ordered", [False, True])
def test_a_spent_budget_stops_drawing_and_loses_nothing(ordered: bool) -> None:
    drawn, outcomes = [], []

    def source() -> Iterator[int]:
        for number in range(1000):
            drawn.append(number)
            yield number

    async def work(item: int) -> int:
        await asyncio.sleep(0.001)
        if item >= 20:
            raise BudgetExceeded("spent")
        return item

    async def gather() -> None:
        async for outcome in batch.run(source(), work, 8, ordered=ordered):
            outcomes.append(outcome)

    with pytest.raises(BudgetExceeded):
        asyncio.run(gather())
    assert sorted(outcome.item for outcome in outcomes) == drawn
    assert {outcome.item for outcome in outcomes if isinstance(outcome, batch.Done)} == set(range(20))
    assert len(drawn) < 40


def test_ctrl_c_cancels_what_is_in_flight_and_leaves(tmp_path: Any) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        textwrap.dedent("""
            import asyncio, itertools
            from codefavor.llm import batch

            async def work(item):
                try:
                    if item == 3:
                        print("working", flush=True)
                    await asyncio.sleep(60)
                finally:
                    print("let go", flush=True)

            async def main():
                async for outcome in batch.run(itertools.count(), work, 4):
                    pass

            try:
                asyncio.run(main())
            except KeyboardInterrupt:
                print("left", flush=True)
        """),
        encoding="utf-8",
    )
    with subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE, text=True, env=os.environ) as process:
        assert process.stdout
        assert process.stdout.readline() == "working\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == "let go\n" * 4 + "left\n"
