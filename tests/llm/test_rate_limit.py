import asyncio

from hypothesis import given
from hypothesis import strategies as st

from codefavor.llm.rate_limit import Bucket, Window


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@given(st.lists(st.floats(0.0, 3.0), min_size=1, max_size=60), st.floats(12.0, 600.0))
def test_a_bucket_never_lets_more_through_than_its_rate(pauses: list[float], per_minute: float) -> None:
    clock = Clock()
    bucket = Bucket(per_minute, clock)
    passed = []
    for pause in pauses:
        clock.now += pause
        passed.append(clock.now + bucket.take(1.0))
    for index, moment in enumerate(passed):
        most = per_minute / 12 + (moment + 1e-6) * per_minute / 60
        assert index + 1 <= most + 1e-6
    assert passed == sorted(passed)


def test_a_bucket_without_a_rate_is_always_open() -> None:
    bucket = Bucket(None, Clock())
    assert [bucket.take(1e9) for _ in range(3)] == [0.0, 0.0, 0.0]


def test_what_is_given_back_can_be_taken_again() -> None:
    bucket = Bucket(60.0, Clock())
    assert bucket.take(5.0) == 0.0
    bucket.give_back(5.0)
    assert bucket.take(5.0) == 0.0
    assert bucket.take(1.0) == 1.0


def test_stray_refusals_leave_the_window_wide_open() -> None:
    window = Window(256)
    for number in range(5000):
        window.refused() if number % 100 == 0 else window.answered()
    assert window.size > 250


def test_a_storm_of_refusals_shrinks_the_window_and_answers_open_it_again() -> None:
    window = Window(256)
    for _ in range(1500):
        window.refused()
    assert window.size == 1.0
    for _ in range(60_000):
        window.answered()
    assert window.size == 256.0


def test_a_shrunken_window_settles_near_what_the_provider_takes() -> None:
    capacity, window, sizes = 40, Window(256), []
    for _ in range(400):
        in_flight = int(window.size)
        for place in range(in_flight):
            window.refused() if place >= capacity else window.answered()
        sizes.append(in_flight)
    assert 0.7 * capacity < sum(sizes[200:]) / 200 < 1.3 * capacity


def test_a_waiter_that_is_cancelled_passes_its_turn_on() -> None:
    async def scenario() -> str:
        window = Window(1)
        entered = []

        async def enter(name: str) -> None:
            async with window:
                entered.append(name)

        async with window:
            first, second = asyncio.create_task(enter("first")), asyncio.create_task(enter("second"))
            await asyncio.sleep(0)
        first.cancel()
        await asyncio.wait_for(second, 60)
        return entered[-1]

    assert asyncio.run(scenario()) == "second"
