"""Tasks with known answers: the four files of CodePrefBench, any file of preference pairs, or a benchmark of one's own.

Comments are stripped from both candidates of the three verifiable aspects and kept for human preference (paper,
section 3.1), unless asked to be kept everywhere. Nothing is judged or scored here.
"""

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from codefavor.errors import DataError
from codefavor.jsonl import read_records, read_rows
from codefavor.manifest import hash_file
from codefavor.pairs.comparison import LabeledComparison
from codefavor.pairs.criterion import Aspect, Wording, worded
from codefavor.pairs.formats.benchmark import read_benchmark
from codefavor.pairs.presentation import CommentPolicy, present
from codefavor.pairs.source import read_pairs
from codefavor.record import Record

RELEASED = {
    Aspect.CORRECTNESS: "0e3cca58bcccd42b3d89ee1f822f4b404a9ae1dd7bb3151b3519fa82240aacfb",
    Aspect.EFFICIENCY: "8260b95f426d20d784ef983846bf5ff00efd62f065ad7026a2ed7ec228b0aa7e",
    Aspect.SECURITY: "9235e6d4b827f9941a6cbf399e3582f98a459fbc0358c4cd97bf938fe6698d98",
    Aspect.HUMAN_PREFERENCE: "8f64809630931ba79e093da73223857bda7ec970c8fa255c90ee2e5db482bbae",
}
"""SHA-256 of the released files."""

TASKS_FILE = "tasks.jsonl"
"""The file of a benchmark of one's own: labeled comparisons, whose order is part of it."""


class Task(LabeledComparison):
    """A labeled comparison, ready to be judged; its id is unique in the whole task set."""

    unparsed: bool = False
    """Whether the candidates keep their comments because one of them does not parse."""

    own_aspect: Aspect | None = None
    """The aspect of the task's own criterion, where the judge is shown another one."""

    @property
    def aspect_name(self) -> str:
        """The aspect, or "other" for a criterion that belongs to none."""
        return str(self.own_aspect or self.comparison.criterion.aspect or "other")


class TaskSet(Record):
    """Everything that a judge is to be benched on."""

    tasks: tuple[Task, ...]
    """The tasks, in the order of their files."""
    files: dict[str, str]
    """SHA-256 of the files, by name."""

    @property
    def unparsed(self) -> dict[str, int]:
        """How many tasks of each aspect kept their comments because a candidate does not parse."""
        return dict(Counter(task.aspect_name for task in self.tasks if task.unparsed))


def file_name(aspect: Aspect) -> str:
    """Return the name of the released file of an aspect."""
    return f"{aspect}-alignment.jsonl.gz"


def load_tasks(data: Path, comments: CommentPolicy, seed: int, wording: Wording = "given") -> TaskSet:
    """Return the tasks of the benchmark's folder, of a file of preference pairs, or of a benchmark of one's own.

    Args:
        data: a folder with the four released files or with `tasks.jsonl`, or a JSON Lines file of pairs or tasks.
        comments: whether comments are stripped from the candidates of verifiable aspects.
        seed: draws the side on which each pair of a file shows its chosen code; tasks have an order of their own.
        wording: the criterion that the judge is shown; scores stay with the aspect of the task's own.

    Raises:
        DataError: something is missing, empty, malformed, or not the file that was released.
    """
    own = data / TASKS_FILE if (data / TASKS_FILE).is_file() else data
    files = [data / file_name(aspect) for aspect in Aspect] if own.is_dir() else [own]
    hashes = {file.name: hash_file(file) for file in files}
    if own.is_dir():
        labeled = _benchmark(data, hashes)
    else:
        labeled = _own(own) if _holds_tasks(own) else _pairs(own, random.Random(seed))
    tasks = tuple(_shown(task, comments, wording) for task in labeled)
    if not tasks:
        raise DataError(f"{data}: no tasks in it")
    return TaskSet(tasks=tasks, files=hashes)


def _benchmark(folder: Path, hashes: dict[str, str]) -> Iterator[LabeledComparison]:
    for aspect, released in RELEASED.items():
        name = file_name(aspect)
        if hashes[name] != released:
            raise DataError(
                f"{folder / name}: not the released file (SHA-256 {hashes[name][:12]}…, released {released[:12]}…); "
                "`codefavor bench fetch` gets it again"
            )
    for aspect in RELEASED:
        for labeled in read_benchmark(folder / file_name(aspect), aspect):
            # A problem may have tasks of several aspects.
            yield labeled.model_copy(update={"id": f"{aspect}/{labeled.id}"})


def _holds_tasks(path: Path) -> bool:
    if ".jsonl" not in path.suffixes:
        return False
    _, first = next(read_rows(path), (0, {}))
    return "comparison" in first


def _own(path: Path) -> Iterator[LabeledComparison]:
    seen: set[str] = set()
    for labeled in read_records(path, LabeledComparison):
        if labeled.id in seen:
            raise DataError(f"{path}: the task {labeled.id} is there twice")
        seen.add(labeled.id)
        yield labeled


def _pairs(path: Path, rng: random.Random) -> Iterator[LabeledComparison]:
    for number, pair in enumerate(read_pairs(path), start=1):
        labeled = pair.present(rng.choice(("A", "B")))
        # Two pairs of a file may be the same but for their provenance, so the place in the file tells tasks apart.
        yield labeled.model_copy(update={"id": f"{number}:{labeled.id}"})


def _shown(labeled: LabeledComparison, comments: CommentPolicy, wording: Wording) -> Task:
    shown = present(labeled.comparison, comments)
    own = shown.comparison.criterion
    return Task(
        id=labeled.id,
        comparison=shown.comparison.model_copy(update={"criterion": worded(own, wording)}),
        own_aspect=None if wording == "given" else own.aspect,
        label=labeled.label,
        group=labeled.group,
        unparsed=shown.kept is not None,
    )
