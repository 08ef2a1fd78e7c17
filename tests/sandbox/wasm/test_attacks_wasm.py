"""Dishonest candidates on work: none of them wins against an honest one."""

from collections.abc import Iterator

import pytest
from work_cheats import (
    CHEATS,
    HONEST,
    HONEST_SUM,
    HONEST_SUMS,
    HONEST_WIDEST,
    INSTRUCTION,
    PLAIN,
    SLOW,
    SUM,
    SUM_WITH_LESS_AROUND_IT,
    SUMS,
    SUMS_FORESEEN,
    WIDEST,
    WIDEST_UNDER_ANOTHER_NAME,
)

from codefavor import compare
from codefavor.judges.evidence import EvidenceJudge
from codefavor.pairs.verdict import Verdict
from codefavor.sandbox.shared import SharedEngine


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


def test_work_saved_around_a_call_is_in_doubt(judge: EvidenceJudge) -> None:
    found = verdict(judge, SUM_WITH_LESS_AROUND_IT, HONEST_SUM, SUM)
    assert found.choice is None
    assert found.evidence and found.evidence.work_comparison and found.evidence.work_comparison.doubt == "hidden"


def test_work_done_while_loading_is_in_doubt(judge: EvidenceJudge) -> None:
    found = verdict(judge, SUMS_FORESEEN, HONEST_SUMS, SUMS)
    assert found.choice is None
    assert found.evidence and found.evidence.work_comparison and found.evidence.work_comparison.doubt == "hidden"


def test_a_function_of_another_name_does_not_stand_in(judge: EvidenceJudge) -> None:
    assert verdict(judge, WIDEST_UNDER_ANOTHER_NAME, HONEST_WIDEST, WIDEST).choice != "A"
