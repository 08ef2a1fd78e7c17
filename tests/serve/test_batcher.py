"""The queue in front of the judge: everybody gets their own verdict, nobody waits for those who left."""

import asyncio
import threading
from collections.abc import Callable, Sequence

import pytest
from serve_tools import SlowJudge, verdict

from codefavor.errors import ModelError
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import GENERAL_CRITERION
from codefavor.pairs.verdict import Verdict
from codefavor.serve.batcher import Batcher, BatchSettings, Busy, QueuedJudge
from codefavor.serve.metrics import Metrics
from waiting import DEADLINE


def comparison(code: str) -> Comparison:
    return Comparison(instruction="", criterion=GENERAL_CRITERION, code_a=code, code_b="")


class HeldJudge(SlowJudge):
    """Answers once `passed` returns."""

    def __init__(self, passed: Callable[[], object]) -> None:
        super().__init__()
        self._passed = passed

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        self.batches.append(list(comparisons))
        self._passed()
        return [verdict(comparison) for comparison in comparisons]


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(DEADLINE):
        while not condition():
            await asyncio.sleep(0.001)


async def ask(batcher: Batcher, asked: Comparison) -> Verdict:
    (answer,) = await batcher.ask(asked)
    return answer


def test_concurrent_comparisons_are_judged_together_and_each_gets_its_own() -> None:
    judge = SlowJudge(0.02)
    asked = [comparison(f"{'a' if number % 3 else 'b'}{number}") for number in range(100)]

    async def run() -> list[Verdict]:
        batcher = Batcher(judge, BatchSettings(max_batch=16), Metrics())
        async with batcher.running():
            return await asyncio.gather(*(ask(batcher, each) for each in asked))

    assert asyncio.run(run()) == [verdict(each) for each in asked]
    assert max(len(batch) for batch in judge.batches) == 16
    assert len(judge.batches) == 7


def test_workers_judge_side_by_side() -> None:
    # Passed only when four are judged at once; with fewer it would break.
    judge = HeldJudge(threading.Barrier(4, timeout=60).wait)

    async def run() -> None:
        batcher = Batcher(judge, BatchSettings(max_batch=1, max_wait=0.0, workers=4), Metrics())
        async with batcher.running():
            await asyncio.gather(*(ask(batcher, comparison(str(number))) for number in range(4)))

    asyncio.run(run())
    assert [len(batch) for batch in judge.batches] == [1, 1, 1, 1]


def test_who_leaves_takes_the_comparison_along() -> None:
    left = threading.Event()
    judge = HeldJudge(lambda: left.wait(60))

    async def run() -> None:
        batcher = Batcher(judge, BatchSettings(max_batch=1), Metrics())
        async with batcher.running():
            first = asyncio.create_task(ask(batcher, comparison("a first")))
            await until(lambda: judge.batches)
            second, third = (asyncio.create_task(ask(batcher, comparison(name))) for name in ("second", "third"))
            await asyncio.sleep(0)
            assert batcher.waiting == 2
            second.cancel()
            first.cancel()  # the judge has it already
            await asyncio.sleep(0)
            left.set()
            assert (await third).choice == "B"
            assert batcher.waiting == 0

    asyncio.run(run())
    assert [batch[0].code_a for batch in judge.batches] == ["a first", "third"]


def test_a_full_queue_refuses_and_says_when_to_come_back() -> None:
    refused_one = threading.Event()

    async def run() -> None:
        batcher = Batcher(HeldJudge(lambda: refused_one.wait(60)), BatchSettings(max_batch=1, max_waiting=2), Metrics())
        async with batcher.running():
            waiting = [asyncio.create_task(ask(batcher, comparison(str(number)))) for number in range(2)]
            await asyncio.sleep(0)
            with pytest.raises(Busy) as refused:
                await ask(batcher, comparison("late"))
            refused_one.set()
            assert 1 <= refused.value.retry_after <= 60
            await asyncio.gather(*waiting)
            assert (await ask(batcher, comparison("a"))).choice == "A"

    asyncio.run(run())


class Breaking:
    name = "breaking"

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        if any(each.code_a == "bad" for each in comparisons):
            raise RecursionError("too deep")
        if any(each.code_a == "down" for each in comparisons):
            raise ModelError("the model is down")
        return [verdict(each) for each in comparisons]


def test_a_comparison_that_breaks_the_judge_takes_no_other_along(caplog: pytest.LogCaptureFixture) -> None:
    async def run(*names: str) -> list[Verdict | BaseException]:
        batcher = Batcher(Breaking(), BatchSettings(), Metrics())
        async with batcher.running():
            return await asyncio.gather(*(ask(batcher, comparison(name)) for name in names), return_exceptions=True)

    first, bad, last = asyncio.run(run("a", "bad", "b"))
    assert isinstance(bad, RecursionError) and "broke on a comparison" in caplog.text
    assert (first, last) == (verdict(comparison("a")), verdict(comparison("b")))
    assert all(isinstance(each, ModelError) for each in asyncio.run(run("a", "down", "b")))


def test_what_is_asked_together_is_judged_in_one_call_and_fits() -> None:
    judge = SlowJudge(0.02)
    groups = [[comparison(f"{'a' if size % 2 else 'b'}{size}")] * size for size in (3, 2, 9, 1, 4)]

    async def run() -> list[list[Verdict]]:
        batcher = Batcher(judge, BatchSettings(max_batch=5), Metrics())
        async with batcher.running():
            return await asyncio.gather(*(batcher.ask(*group) for group in groups))

    assert asyncio.run(run()) == [[verdict(each) for each in group] for group in groups]
    assert [len(batch) for batch in judge.batches] == [5, 9, 5]


def test_work_in_a_thread_asks_through_the_queue_and_can_be_stopped() -> None:
    judge = SlowJudge(0.01)

    def work(queued: QueuedJudge) -> None:
        for number in range(1000):
            assert queued.judge([comparison(f"a{number}")])[0].choice == "A"

    async def run() -> None:
        batcher = Batcher(judge, BatchSettings(max_wait=0.0), Metrics())
        async with batcher.running():
            queued = QueuedJudge("slow", batcher)
            working = asyncio.create_task(asyncio.to_thread(work, queued))
            await until(lambda: len(judge.batches) > 2)
            queued.stop()
            with pytest.raises(asyncio.CancelledError):
                await working
            assert batcher.waiting == 0

    asyncio.run(run())
    assert 2 < len(judge.batches) < 1000
