"""The benchmark's rows: `task_id`, `instruction`, two `choices`, `gt_choice`, and `annotations` of people for some.

A file is about one aspect, which its rows do not name. Rows become labeled comparisons to judge, grouped by `task_id`;
rows of one's own tasks become pairs as well. The annotation letters are not in the order of the choices: they tell how
much people agreed, not what they chose. Criterion, feedback, language and the rest of the provenance have no place in
the format, nor have annotations in a pair.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

from codefavor.jsonl import read_records
from codefavor.pairs.comparison import Comparison, LabeledComparison
from codefavor.pairs.criterion import Aspect, criterion_for
from codefavor.pairs.formats.protocol import ColumnType, Row, RowDefaults, provenance_fields, side_of_chosen
from codefavor.pairs.pair import PreferencePair
from codefavor.record import Record


class BenchmarkRow(Record):
    """One row as released."""

    task_id: str
    """The problem, such as `HumanEval/1`; several rows may share it."""
    instruction: str
    """What the code was to do."""
    choices: tuple[str, str]
    """Both candidates in the order shown."""
    gt_choice: Literal[0, 1]
    """The index of the better candidate."""
    annotations: tuple[str, ...] | None = None
    """What each annotator chose, in an order of candidates that is not that of `choices`."""

    def labeled(self, aspect: Aspect, occurrence: int) -> LabeledComparison:
        """Return the row as a task; `occurrence` counts the rows of its problem from 1."""
        code_a, code_b = self.choices
        comparison = Comparison(
            instruction=self.instruction, criterion=criterion_for(aspect), code_a=code_a, code_b=code_b
        )
        return LabeledComparison(
            id=f"{self.task_id}#{occurrence}",
            comparison=comparison,
            label="A" if self.gt_choice == 0 else "B",
            group=self.task_id,
        )


def read_benchmark(path: Path, aspect: Aspect) -> Iterator[LabeledComparison]:
    """Yield the tasks of one file of the benchmark in the order of the file, with ids such as `HumanEval/1#2`.

    Raises:
        DataError: the file is missing or unreadable.
        RecordError: a line is not such a row.
    """
    occurrences: Counter[str] = Counter()
    for row in read_records(path, BenchmarkRow):
        occurrences[row.task_id] += 1
        yield row.labeled(aspect, occurrences[row.task_id])


def benchmark_rows(tasks: Iterable[LabeledComparison]) -> Iterator[BenchmarkRow]:
    """Yield the row of every task, the inverse of `read_benchmark`."""
    for task in tasks:
        comparison = task.comparison
        yield BenchmarkRow(
            task_id=task.group,
            instruction=comparison.instruction,
            choices=(comparison.code_a, comparison.code_b),
            gt_choice=0 if task.label == "A" else 1,
        )


class BenchmarkFormat:
    """Rows of one aspect as pairs; the better code stands on the side that a content-based coin gives."""

    name = "benchmark"
    complete = False
    columns: dict[str, ColumnType] = {
        "task_id": "text",
        "instruction": "text",
        "choices": "texts",
        "gt_choice": "number",
    }

    def fields(self, row: Row, defaults: RowDefaults) -> Row:
        """Return the fields, judged by the criterion in `defaults`."""
        known: dict[str, Any] = {name: row[name] for name in BenchmarkRow.model_fields if name in row}
        task = BenchmarkRow.model_validate(known)
        return {
            "instruction": task.instruction,
            "criterion": defaults.criterion.model_dump(mode="json"),
            "chosen": task.choices[task.gt_choice],
            "rejected": task.choices[1 - task.gt_choice],
            "language": defaults.language,
            "provenance": provenance_fields(self.name, defaults, task.task_id),
        }

    def row(self, pair: PreferencePair) -> Row:
        """Return the row."""
        (row,) = benchmark_rows([pair.present(side_of_chosen(pair))])
        return row.model_dump(mode="json", exclude_none=True)
