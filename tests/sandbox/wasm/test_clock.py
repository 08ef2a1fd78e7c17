from __future__ import annotations

import pytest

from codefavor.sandbox.wasm.clock import START, STEP, VirtualClock
from codefavor.sandbox.wasm.errors import WasiError


def test_real_and_monotonic_time_move_together_by_one_step_a_reading() -> None:
    clock = VirtualClock()
    assert [clock.read(0), clock.read(1), clock.read(0)] == [START + STEP, 2 * STEP, START + 3 * STEP]


def test_waiting_moves_time_and_not_the_time_of_the_processor() -> None:
    clock = VirtualClock()
    clock.wait_until(clock.deadline(1, 10**12, absolute=False))
    assert clock.elapsed == 10**12
    assert clock.read(2) == clock.elapsed - 10**12 + STEP


def test_an_absolute_deadline_is_one_of_its_own_clock() -> None:
    clock = VirtualClock()
    assert clock.deadline(0, START + 5, absolute=True) == clock.deadline(1, 5, absolute=True) == 5


def test_a_deadline_that_is_over_costs_one_step() -> None:
    clock = VirtualClock()
    clock.wait_until(-(10**18))
    assert clock.elapsed == STEP


def test_time_never_leaves_what_64_bits_hold() -> None:
    clock = VirtualClock()
    for _ in range(3):
        clock.wait_until(clock.deadline(0, 2**64 - 1, absolute=False))
    assert clock.read(0) < 2**63


@pytest.mark.parametrize("number", [-1, 4, 2**31])
def test_a_clock_that_does_not_exist_is_refused(number: int) -> None:
    with pytest.raises(WasiError, match="INVAL"):
        VirtualClock().read(number)
