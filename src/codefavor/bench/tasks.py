"""Tasks with known answers: a published benchmark, any file of preference pairs, or a benchmark of one's own.

Comments are stripped from both candidates where the benchmark says so (for CodePrefBench its three verifiable aspects,
as in the paper, section 3.1), unless they are to be kept everywhere. Nothing is judged or scored here.
"""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from codefavor.bench.benchmark import Benchmark, BenchmarkName, Stratum, StratumTask
from codefavor.bench.pair_strata import stratify
from codefavor.bench.registry import benchmark_in, known_names
from codefavor.errors import DataError
from codefavor.jsonl import read_records, read_rows
from codefavor.manifest import hash_file
from codefavor.pairs.comparison import LabeledComparison
from codefavor.pairs.criterion import Wording, worded
from codefavor.pairs.presentation import CommentPolicy, present
from codefavor.pairs.source import read_pairs
from codefavor.record import Record

TASKS_FILE = "tasks.jsonl"
"""The file of a benchmark of one's own: labeled comparisons, whose order is part of it."""


class Task(LabeledComparison):
    """A labeled comparison, ready to be judged; its id is unique in the whole task set."""

    stratum: str
    """The key of its stratum, whatever criterion the judge is shown."""
    unparsed: bool = False
    """Whether the candidates keep their comments because one of them does not parse."""


class TaskSet(Record):
    """Everything that a judge is to be benched on."""

    tasks: tuple[Task, ...]
    """The tasks, in the order of their files."""
    files: dict[str, str]
    """SHA-256 of the files, by name."""
    strata: tuple[Stratum, ...]
    """The strata of the data, in the order of the columns."""
    benchmark: BenchmarkName | None = None
    """The published benchmark that this is; None for pairs and tasks of one's own."""

    @property
    def unparsed(self) -> dict[str, int]:
        """How many tasks of each stratum kept their comments because a candidate does not parse."""
        return dict(Counter(task.stratum for task in self.tasks if task.unparsed))

    def paths(self, data: Path) -> list[Path]:
        """Return the files, where `data` is what `load_tasks` was given."""
        return [data / name for name in self.files] if data.is_dir() else [data]


class _Source(NamedTuple):
    """Tasks as they lie in their files."""

    files: dict[str, str]
    strata: tuple[Stratum, ...]
    tasks: Sequence[StratumTask]
    benchmark: BenchmarkName | None = None


def load_tasks(data: Path, comments: CommentPolicy, seed: int, wording: Wording = "given") -> TaskSet:
    """Return the tasks of a benchmark's folder, of a file of preference pairs, or of a benchmark of one's own.

    Args:
        data: a folder with the files of a benchmark, with `tasks.jsonl`, or with Parquet files of pairs in `data/`; or
            a file of pairs or tasks.
        comments: whether comments are stripped where the benchmark strips them.
        seed: draws the side on which each pair of a file shows its chosen code; tasks have an order of their own.
        wording: the criterion that the judge is shown; scores stay with the stratum of the task's own.

    Raises:
        DataError: something is missing, empty, malformed, or not the file that was released.
        PluginError: the package that adds the benchmark is broken.
    """
    source = _open(data, seed)
    strata = {stratum.key: stratum for stratum in source.strata}
    tasks = tuple(_task_as_shown(task, strata[key], comments, wording) for key, task in source.tasks)
    if not tasks:
        raise DataError(f"{data}: no tasks in it")
    repeated = [task_id for task_id, count in Counter(task.id for task in tasks).items() if count > 1]
    if repeated:
        raise DataError(f"{data}: the task {repeated[0]} is there twice")
    return TaskSet(tasks=tasks, files=source.files, strata=source.strata, benchmark=source.benchmark)


def _open(data: Path, seed: int) -> _Source:
    file = data / TASKS_FILE if (data / TASKS_FILE).is_file() else data
    if not file.is_dir():
        hashes = {file.name: hash_file(file)}
        own = (
            read_records(file, LabeledComparison) if _holds_tasks(file) else _pairs_as_tasks(file, random.Random(seed))
        )
        return _Source(hashes, *stratify(own))
    benchmark = benchmark_in(data)
    if benchmark:
        return _Source(_released_hashes(data, benchmark), benchmark.strata, [*benchmark.read(data)], benchmark.names)
    parts = sorted((data / "data").glob("*.parquet"))
    if not parts:
        raise DataError(
            f"{data}: holds no {TASKS_FILE}, no Parquet files of pairs in data/, and no file of a benchmark that is "
            f"known ({', '.join(known_names())})"
        )
    hashes = {part.relative_to(data).as_posix(): hash_file(part) for part in parts}
    return _Source(hashes, *stratify(_pairs_as_tasks(data, random.Random(seed))))


def _released_hashes(folder: Path, benchmark: Benchmark) -> dict[str, str]:
    hashes = {name: hash_file(folder / name) for name in benchmark.files}
    for name, released in benchmark.files.items():
        if hashes[name] != released:
            how = f"; `codefavor bench fetch {benchmark.name}` gets it again" if benchmark.url else ""
            raise DataError(
                f"{folder / name}: not the released file (SHA-256 {hashes[name][:12]}…, released {released[:12]}…){how}"
            )
    return hashes


def _holds_tasks(path: Path) -> bool:
    if ".jsonl" not in path.suffixes:
        return False
    first: tuple[int, Mapping[str, object]] = next(read_rows(path), (0, {}))
    return "comparison" in first[1]


def _pairs_as_tasks(path: Path, rng: random.Random) -> Iterator[LabeledComparison]:
    for number, pair in enumerate(read_pairs(path), start=1):
        labeled = pair.present(rng.choice(("A", "B")))
        # Two pairs of a file may be the same but for their provenance, so the place in the file tells tasks apart.
        yield labeled.model_copy(update={"id": f"{number}:{labeled.id}"})


def _task_as_shown(labeled: LabeledComparison, stratum: Stratum, comments: CommentPolicy, wording: Wording) -> Task:
    presented = present(labeled.comparison, comments, stratum.strip_comments)
    criterion = worded(labeled.comparison.criterion, wording)
    return Task(
        id=labeled.id,
        comparison=presented.comparison.model_copy(update={"criterion": criterion}),
        stratum=stratum.key,
        label=labeled.label,
        group=labeled.group,
        unparsed=presented.kept is not None,
    )
