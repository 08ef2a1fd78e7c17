"""Attention checks: comparisons whose answer is beyond doubt for anyone who reads them. They look like other tasks."""

from pathlib import Path

import yaml

from codefavor.pairs.comparison import Comparison, LabeledComparison
from codefavor.pairs.criterion import Criterion

_FILE = Path(__file__).with_name("checks.yaml")


NO_CHECKS = "no attention checks: none come with codefavor for a criterion in words; give some with --checks"
"""What is said of a study that has none although it wants some."""


def builtin_checks(criterion: Criterion) -> list[LabeledComparison]:
    """Return the checks that `criterion` decides: those of its aspect, and none where it is in other words.

    What is better by any words cannot be known beforehand, so such a study needs checks of its own.
    """
    if criterion.aspect is None:
        return []
    rows = yaml.safe_load(_FILE.read_text(encoding="utf-8"))[criterion.aspect]
    return [
        LabeledComparison(
            id=f"check/{number}",
            comparison=Comparison(
                instruction=row["instruction"].strip(),
                criterion=criterion,
                code_a=row["better"],
                code_b=row["worse"],
            ),
            label="A",
            group=f"check/{row['instruction']}",
        )
        for number, row in enumerate(rows, start=1)
    ]
