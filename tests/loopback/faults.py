"""What goes wrong and when: a seeded schedule that depends on a request's content, never on timing or order."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

Fault = Literal["rate-limit", "server-error", "broken-json", "wrong-format", "cut", "slow", "hang"]
FAULTS: tuple[Fault, ...] = get_args(Fault)
USUAL: Mapping[Fault, float] = {
    "rate-limit": 0.01,
    "server-error": 0.01,
    "broken-json": 0.005,
    "wrong-format": 0.005,
    "cut": 0.005,
    "slow": 0.005,
}
"""Shares of faults for the benchmarks."""


@dataclass(frozen=True)
class Schedule:
    """Which share of requests meets which fault.

    The draw for a request depends on the seed, its body and how often that body came before. After `in_a_row` faults
    the same request is answered, so that every conversation can end, and a run repeated meets the same faults.
    """

    shares: Mapping[Fault, float] = field(default_factory=dict)
    seed: int = 0
    in_a_row: int = 2
    retry_after: float = 1.0
    slow_seconds: float = 1.0

    def draw(self, digest: str, attempt: int) -> Fault | None:
        if attempt >= self.in_a_row or not self.shares:
            return None
        point = random.Random(f"{self.seed}:{digest}:{attempt}").random()
        for fault, share in self.shares.items():
            point -= share
            if point < 0:
                return fault
        return None
