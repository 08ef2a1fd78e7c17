"""Attention checks: comparisons whose answer is beyond doubt for anyone who reads them. They look like other tasks."""

from pathlib import Path

import yaml

from codefavor.pairs.comparison import Comparison, LabeledComparison
from codefavor.pairs.criterion import Aspect, Criterion

_FILE = Path(__file__).with_name("checks.yaml")


def builtin_checks(criterion: Criterion) -> list[LabeledComparison]:
    """Return the checks that `criterion` decides; one in other words than an aspect's gets those of correctness."""
    rows = yaml.safe_load(_FILE.read_text(encoding="utf-8"))[criterion.aspect or Aspect.CORRECTNESS]
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
