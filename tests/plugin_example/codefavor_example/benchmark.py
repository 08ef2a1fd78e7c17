"""The benchmark `styles`: eight tasks on whether code is readable and idiomatic, in one file."""

import json
from collections.abc import Iterator
from pathlib import Path

from codefavor import Comparison, Criterion
from codefavor.bench.benchmark import Benchmark, Stratum, StratumTask
from codefavor.pairs.comparison import LabeledComparison

FILE = "styles.jsonl"
CRITERIA = {
    "readable": Criterion(text="The better code is easier to read for a newcomer."),
    "idiomatic": Criterion(text="The better code uses the language as its community does."),
}


def read(folder: Path) -> Iterator[StratumTask]:
    """Yield the tasks in a folder with the benchmark's file, each with the key of its stratum."""
    for line in (folder / FILE).read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        comparison = Comparison(
            instruction=f"Write {row['function']}.",
            criterion=CRITERIA[row["criterion"]],
            code_a=row["a"],
            code_b=row["b"],
        )
        yield StratumTask(
            row["criterion"],
            LabeledComparison(
                id=f"{row['criterion']}/{row['function']}",
                comparison=comparison,
                label=row["better"],
                group=row["function"],
            ),
        )


STYLES = Benchmark(
    name="styles",
    title="Styles",
    files={FILE: "ba2c3940aaf5d89547571dbbf22f8d0180e955191c6975aee4d63b7384f2e234"},
    strata=(
        Stratum(key="readable", title="Readable", style_counts=True),
        Stratum(key="idiomatic", title="Idiomatic", in_average=True, strip_comments=True),
    ),
    read=read,
    license="MIT",
    source="this page",
)
"""The benchmark."""
