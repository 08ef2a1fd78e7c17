"""Dishonest candidates on work: none of them wins against an honest one."""

from collections.abc import Iterator

import pytest

from codefavor import compare
from codefavor.judges.evidence import EvidenceJudge
from codefavor.pairs.verdict import Verdict
from codefavor.sandbox.shared import SharedEngine
from work_cheats import CHEATS, HONEST, INSTRUCTION, PLAIN, SLOW


@pytest.fixture(scope="module")
def judge() -> Iterator[EvidenceJudge]:
    with SharedEngine(2, "wasm") as shared:
        yield EvidenceJudge(shared=shared)


def verdict(judge: EvidenceJudge, a: str, b: str, instruction: str = INSTRUCTION) -> Verdict:
    return compare(instruction, a, b, criterion="efficiency", judge=judge, orders="given")


def test_an_honest_slow_candidate_loses_and_an_honest_fast_one_wins(judge: EvidenceJudge) -> None:
    assert verdict(judge, SLOW + PLAIN, HONEST).choice == "B"
    assert verdict(judge, HONEST, SLOW + PLAIN).choice == "A"


@pytest.mark.parametrize("name", CHEATS)
def test_no_cheat_on_work_wins(judge: EvidenceJudge, name: str) -> None:
    found = verdict(judge, SLOW + CHEATS[name], HONEST)
    assert found.choice != "A", found.feedback
