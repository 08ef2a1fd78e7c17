"""What is learned from is what a judge is shown, whatever criterion it reads."""

from pathlib import Path

import pytest

from codefavor.bench.tasks import load_tasks
from codefavor.jsonl import write_records
from codefavor.pairs.criterion import EMPTY_CRITERION, GENERAL_CRITERION, Aspect, Criterion, Wording, criterion_for
from codefavor.pairs.pair import PreferencePair, Provenance
from codefavor.pairs.presentation import CommentPolicy
from codefavor.train.preprocess import preprocess

CODES = ("def f():\n    # first\n    return 1\n", "def f():\n    return 2  # second\n")


def make_pair(criterion: Criterion) -> PreferencePair:
    return PreferencePair(
        instruction="one",
        criterion=criterion,
        chosen=CODES[0],
        rejected=CODES[1],
        provenance=Provenance(method="own", source="own", source_id="1"),
    )


@pytest.mark.parametrize(("wording", "criterion"), [("general", GENERAL_CRITERION), ("empty", EMPTY_CRITERION)])
def test_the_criterion_can_be_replaced(wording: Wording, criterion: Criterion) -> None:
    (first,) = preprocess([make_pair(criterion_for(Aspect.SECURITY))], "stripped", wording)
    assert first.criterion == criterion and "#" not in first.chosen + first.rejected


@pytest.mark.parametrize("wording", ["given", "general", "empty"])
@pytest.mark.parametrize("comments", ["stripped", "kept"])
@pytest.mark.parametrize("aspect", [*Aspect, None])
def test_training_sees_what_a_benchmark_shows(
    wording: Wording, comments: CommentPolicy, aspect: Aspect | None, tmp_path: Path
) -> None:
    pair = make_pair(criterion_for(aspect) if aspect else Criterion(text="More idiomatic."))
    write_records(tmp_path / "pairs.jsonl", [pair])
    (task,) = load_tasks(tmp_path / "pairs.jsonl", comments, 0, wording).tasks
    (learned,) = preprocess([pair], comments, wording)
    assert learned.present(task.label).comparison == task.comparison
