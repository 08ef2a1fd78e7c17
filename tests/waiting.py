"""Waiting for what will happen, however long a busy machine takes for it."""

import time
from collections.abc import Callable

DEADLINE = 120.0
"""Seconds after which what has not happened is taken for a failure."""


def wait_until(condition: Callable[[], object], missing: str, seconds: float = DEADLINE) -> None:
    """Return once `condition` holds; fail with what is missing when it never does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, missing
        time.sleep(0.01)


def wait_until_still(count: Callable[[], int], seconds: float = 3.0) -> None:
    """Return once `count` has stayed the same for so many seconds."""
    last, since, deadline = count(), time.monotonic(), time.monotonic() + DEADLINE
    while time.monotonic() - since < seconds:
        assert time.monotonic() < deadline, "it never came to rest"
        time.sleep(0.05)
        if (now := count()) != last:
            last, since = now, time.monotonic()
