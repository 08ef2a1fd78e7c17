from datetime import UTC, datetime
from pathlib import Path

import pytest

from codefavor.errors import DataError
from codefavor.jsonl import write_records
from codefavor.judges.human_votes import HumanVotesJudge
from codefavor.judges.load import judge_files, load_judge
from codefavor.pairs.comparison import Choice, Comparison
from codefavor.pairs.criterion import GENERAL_CRITERION
from codefavor.pairs.vote import Vote

SHOWN = Comparison(instruction="Add.", criterion=GENERAL_CRITERION, code_a="a + b", code_b="a - b")


def vote(choice: Choice, comparison: Comparison = SHOWN, note: str | None = None) -> Vote:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Vote(
        comparison=comparison.digest(), annotator="ada", choice=choice, confidence="high", seconds=600, at=at, note=note
    )


def test_votes_count_in_either_order() -> None:
    judge = HumanVotesJudge([vote("A"), vote("B", SHOWN.swapped()), vote("B", note="because")])
    given, swapped = judge.judge([SHOWN, SHOWN.swapped()])
    assert (given.choice, swapped.choice) == ("A", "B")
    assert given.feedback == "ada: because"


def test_time_is_charged_once_for_both_orders() -> None:
    given, swapped = HumanVotesJudge([vote("A"), vote("A", SHOWN.swapped())], wage=15).judge([SHOWN, SHOWN.swapped()])
    assert given.cost and swapped.cost
    assert given.cost.seconds == 1200 and given.cost.dollars == pytest.approx(5.0)
    assert swapped.cost.seconds == 0 and swapped.choice == "tie"


def test_what_nobody_voted_on_is_undecided_and_free() -> None:
    (verdict,) = HumanVotesJudge([vote("A")]).judge([SHOWN.model_copy(update={"instruction": "Subtract."})])
    assert verdict.undecided == "no votes" and verdict.choice is None and verdict.cost and not verdict.cost.dollars


def test_a_file_of_votes_is_a_judge(tmp_path: Path) -> None:
    path = tmp_path / "votes.jsonl"
    write_records(path, [vote("B"), vote("tie")])
    assert load_judge(f"votes:{path}").judge([SHOWN])[0].choice == "B"
    assert judge_files(f"votes:{path}") == (path,)
    path.write_text("")
    with pytest.raises(DataError, match="no votes"):
        load_judge(f"votes:{path}")
