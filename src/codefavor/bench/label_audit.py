"""Audits a benchmark: its labels against evidence, and what is odd about its tasks. It changes no label.

The verified subset holds the tasks whose label something confirms and nothing refutes or makes doubtful.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from codefavor.atomic import write_json
from codefavor.bench.length_shortcut import shorter_better_share
from codefavor.bench.mbpp_plus import MbppPlusRunner
from codefavor.bench.registry import find_benchmark
from codefavor.bench.tasks import Task, TaskSet
from codefavor.errors import DataError
from codefavor.judges.protocol import Judge
from codefavor.languages.python.parse import parses
from codefavor.pairs.criterion import Aspect
from codefavor.record import Record, explain
from codefavor.runs.journal import Journal
from codefavor.runs.run_folder import claim

LABEL_AUDIT_FILE, SUBSET_FILE, SUMMARY_FILE = "audit.jsonl", "subset.json", "summary.json"
CHUNK = 32
MIN_LENGTH = 20
"""Characters below which a candidate is taken for a degenerate one."""

Flag = Literal[
    "confirmed", "refuted", "plus confirmed", "plus refuted", "does not parse", "degenerate", "same code", "duplicate"
]
FLAGS: tuple[Flag, ...] = Flag.__args__  # type: ignore[attr-defined]
_DOUBTS = {"refuted", "plus refuted", "degenerate", "same code", "duplicate"}
_PROOFS = {"confirmed", "plus confirmed"}

Progress = Callable[[int, int], None]


class AuditSettings(Record):
    """What shapes an audit; it is resumed with the same settings or not at all."""

    data: dict[str, str]
    """SHA-256 of the task files, by name."""
    plus: bool
    """Whether candidates were run on more inputs."""


class AuditedTask(Record):
    """One line of `audit.jsonl`: what was found about one task."""

    task: str
    """The task's id."""
    aspect: str
    """The key of its stratum."""
    flags: tuple[Flag, ...] = ()
    """What was found."""
    reason: str | None = None
    """What the evidence says."""

    @property
    def verified(self) -> bool:
        """Whether something confirms the label and nothing speaks against the task."""
        return bool(_PROOFS & set(self.flags)) and not _DOUBTS & set(self.flags)


class Subset(Record):
    """The content of `subset.json`: the tasks whose label is verified."""

    data: dict[str, str]
    """SHA-256 of the task files, by name."""
    tasks: tuple[str, ...]
    """The ids of the tasks, sorted."""


class LabelAuditRow(Record):
    """What was found in one stratum."""

    aspect: str
    """The key of the stratum."""
    tasks: int
    """Its tasks."""
    clusters: int
    """The problems behind them."""
    counts: dict[str, int]
    """Tasks with each flag."""
    verified: int
    """Tasks of the verified subset."""
    shorter_better: float
    """The accuracy of "the shorter candidate is better", equal lengths at half: a shortcut where far from 0.5."""


class LabelAuditSummary(Record):
    """The content of `summary.json`."""

    rows: tuple[LabelAuditRow, ...]
    """One for every stratum."""
    flags: tuple[str, ...] = FLAGS
    """Every flag, in the order of the table."""
    verified: int
    """Tasks of the verified subset."""
    notes: tuple[str, ...]
    """What is to be known about the benchmark as a whole, a sentence each."""


def audit_labels(
    judge: Judge, mbpp_plus: MbppPlusRunner | None, tasks: TaskSet, data: Path, out: Path, progress: Progress
) -> LabelAuditSummary:
    """Audit every task that is not yet in `out`, write the summary and the verified subset.

    Raises:
        UserError: `out` holds an audit of other data or something else, or cannot be written.
        DataError: what is audited in `out` is damaged, or another process is writing it.
        SandboxError: foreign code cannot be run safely here.
    """
    claim(out, AuditSettings(data=tasks.files, plus=mbpp_plus is not None), earlier=LABEL_AUDIT_FILE)
    notes = find_benchmark(tasks.benchmark.name).notes(data) if tasks.benchmark else ()
    duplicates = _duplicates(tasks.tasks)
    with Journal(out / LABEL_AUDIT_FILE, AuditedTask) as journal:
        done = {row.task: row for _, row in journal.places()}
        waiting = [task for task in tasks.tasks if task.id not in done]
        progress(len(done), len(tasks.tasks))
        for start in range(0, len(waiting), CHUNK):
            for row in _audit(judge, mbpp_plus, waiting[start : start + CHUNK], duplicates):
                journal.append(row)
                done[row.task] = row
            progress(len(done), len(tasks.tasks))
    rows = [done[task.id] for task in tasks.tasks]
    subset = Subset(data=tasks.files, tasks=tuple(sorted(row.task for row in rows if row.verified)))
    summary = summarise(tasks.tasks, rows, notes)
    write_json(out / SUBSET_FILE, subset)
    write_json(out / SUMMARY_FILE, summary)
    return summary


def read_subset(path: Path) -> Subset:
    """Return the subset at `path`.

    Raises:
        DataError: there is none, or it is malformed.
    """
    try:
        return Subset.model_validate_json(path.read_bytes())
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}") from None
    except ValidationError as error:
        raise DataError(f"{path}: not a subset of a benchmark: {explain(error)}") from None


def tasks_of_subset(tasks: TaskSet, subset: Subset) -> TaskSet:
    """Return the tasks of `subset` alone.

    Raises:
        DataError: the subset is of other files, or names tasks that are not there.
    """
    kept = tuple(task for task in tasks.tasks if task.id in set(subset.tasks))
    if subset.data != tasks.files or len(kept) != len(subset.tasks) or not kept:
        raise DataError("the subset is not one of this data; audit the data again with `codefavor bench audit-labels`")
    return tasks.model_copy(update={"tasks": kept})


def _audit(
    judge: Judge, mbpp_plus: MbppPlusRunner | None, tasks: Sequence[Task], duplicates: set[str]
) -> Iterator[AuditedTask]:
    verdicts = judge.judge([task.comparison for task in tasks])
    checked = mbpp_plus.agreements(tasks) if mbpp_plus else [None] * len(tasks)
    for task, verdict, right in zip(tasks, verdicts, checked, strict=True):
        flags: list[Flag] = []
        if verdict.choice is not None:
            flags.append("confirmed" if verdict.choice == task.label else "refuted")
        # More inputs say which candidate is wrong, and nothing of which one is faster.
        if right and right[0] != right[1] and task.comparison.criterion.aspect is Aspect.CORRECTNESS:
            flags.append("plus confirmed" if right[0] == (task.label == "A") else "plus refuted")
        flags += _text_flags(task)
        flags += ["duplicate"] if task.id in duplicates else []
        yield AuditedTask(
            task=task.id, aspect=task.stratum, flags=tuple(flags), reason=verdict.feedback or verdict.undecided
        )


def _text_flags(task: Task) -> Iterator[Flag]:
    codes = (task.comparison.code_a, task.comparison.code_b)
    if not all(parses(code) for code in codes):
        yield "does not parse"
    if any(len(code.strip()) < MIN_LENGTH for code in codes):
        yield "degenerate"
    if codes[0].split() == codes[1].split():
        yield "same code"


def _duplicates(tasks: Sequence[Task]) -> set[str]:
    """Return the ids of tasks that compare the same two codes as an earlier one of their stratum, in either order."""
    seen: set[tuple[str, frozenset[str]]] = set()
    found: set[str] = set()
    for task in tasks:
        key = (task.stratum, frozenset((task.comparison.code_a, task.comparison.code_b)))
        if key in seen:
            found.add(task.id)
        seen.add(key)
    return found


def summarise(tasks: Sequence[Task], rows: Sequence[AuditedTask], notes: Sequence[str]) -> LabelAuditSummary:
    """Return the counts of an audit."""
    aspects = list(dict.fromkeys(row.aspect for row in rows))
    return LabelAuditSummary(
        rows=tuple(
            _summarise_stratum(
                aspect,
                [task for task in tasks if task.stratum == aspect],
                [row for row in rows if row.aspect == aspect],
            )
            for aspect in aspects
        ),
        verified=sum(row.verified for row in rows),
        notes=tuple(notes),
    )


def _summarise_stratum(aspect: str, tasks: Sequence[Task], rows: Sequence[AuditedTask]) -> LabelAuditRow:
    return LabelAuditRow(
        aspect=aspect,
        tasks=len(tasks),
        clusters=len({task.group for task in tasks}),
        counts=dict(Counter(str(flag) for row in rows for flag in row.flags)),
        verified=sum(row.verified for row in rows),
        shorter_better=shorter_better_share(tasks),
    )
