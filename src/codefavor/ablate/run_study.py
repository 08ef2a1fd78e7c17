"""Runs a grid cell by cell with the library's own calls, and resumes where it stopped.

A cell's folder holds cell.json (what it was begun with), the judge, and the bench run; a finished one is not run again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import SerializeAsAny

from codefavor.ablate.grid import Cell, Grid, training_of
from codefavor.bench.bench_judge import bench_judge
from codefavor.bench.results import RESULT_FILE, Order
from codefavor.bench.tasks import load_tasks
from codefavor.errors import ConfigError
from codefavor.jsonl import read_records
from codefavor.judges.card import CARD_FILE
from codefavor.judges.load import judge_files
from codefavor.manifest import hash_file, make_manifest
from codefavor.pairs.pair import PreferencePair
from codefavor.record import Record
from codefavor.runs.run_folder import claim
from codefavor.train.config import TrainConfig
from codefavor.train.objective import torch_module
from codefavor.train.selection import select_pairs
from codefavor.train.train_judge import train_judge

CELLS = "cells"
_CELL_FILE = "cell.json"
_COMMAND = "codefavor ablate"


class BegunCell(Record):
    """The content of `cell.json`: what shapes a cell."""

    cell: Cell
    """The cell."""
    train: SerializeAsAny[TrainConfig] | None
    """Its resolved training."""
    files: dict[str, str]
    """SHA-256 of its pairs, by path."""
    data: str
    """The benchmark."""
    data_files: dict[str, str]
    """SHA-256 of its files, by name."""
    judge_files: dict[str, str]
    """SHA-256 of the files of an existing judge, by path."""
    order: Order
    """Given, or both."""
    seed: int
    """The seed of the bench run."""


@dataclass(frozen=True)
class StudyProgress:
    """The progress of a study."""

    cell: str
    """The cell that runs."""
    work: Literal["train", "merge", "bench"]
    """What is done for it."""
    done: int = 0
    """The steps, pairs or tasks that are done."""
    total: int | None = None
    """Of how many; None where that is not known."""


Watch = Callable[[StudyProgress], None]


def run_grid(grid: Grid, out: Path, watch: Watch) -> None:
    """Bring every cell to its result; `watch` is called before a cell begins and while it runs.

    Raises:
        ConfigError: a cell's settings make no sense, or there is no benchmark.
        UserError: a cell in `out` was begun with other settings.
        CodeFavorError: a cell cannot be trained, merged or benched.
        KeyboardInterrupt: Ctrl-C was pressed; finished cells are kept, and training is resumed from its checkpoint.
    """
    if grid.data is None:
        raise ConfigError("no benchmark: give data in the configuration, --data, or CODEFAVOR_BENCH")
    begun = {name: _begun(grid, name, grid.data) for name in grid.cells}
    for name, cell in begun.items():
        _claim_cell(out / CELLS / name, cell)
    for name, cell in begun.items():
        if not (out / CELLS / name / "bench" / RESULT_FILE).exists():
            _run_cell(grid, name, cell, out, watch)


def _run_cell(grid: Grid, name: str, begun: BegunCell, out: Path, watch: Watch) -> None:
    folder = out / CELLS / name
    judge, cell = folder / "judge", begun.cell
    if not (judge / CARD_FILE).exists():
        if cell.merge:
            watch(StudyProgress(name, "merge"))
            _merge(cell, judge, out)
        elif begun.train:
            watch(StudyProgress(name, "train"))
            _train(grid, name, begun.train, judge, watch)
    watch(StudyProgress(name, "bench"))
    bench_judge(
        cell.judge or f"model:{judge}",
        Path(begun.data),
        folder / "bench",
        orders=grid.order,
        comments=cell.comments,
        criterion=cell.criterion,
        seed=grid.seed,
        progress=lambda done, total: watch(StudyProgress(name, "bench", done, total)),
        command=_COMMAND,
    )


def _train(grid: Grid, name: str, config: TrainConfig, judge: Path, watch: Watch) -> None:
    paths = grid.cells[name].pairs or grid.pairs
    pairs = select_pairs([list(read_records(path, PreferencePair)) for path in paths], config)
    train_judge(
        pairs,
        config,
        judge,
        resume=judge.exists(),
        on_step=lambda metrics: watch(StudyProgress(name, "train", metrics.step, metrics.steps)),
        on_pairs=lambda done: watch(StudyProgress(name, "train", done, len(pairs))),
        command=_COMMAND,
        inputs=paths,
    )


def _merge(cell: Cell, judge: Path, out: Path) -> None:
    parents = [out / CELLS / parent / "judge" for parent in cell.merge]
    shares = list(cell.merge.values())
    settings = {"judges": [str(parent) for parent in parents], "weights": shares}
    files = [file for parent in parents for file in sorted(parent.glob("*.safetensors"))]
    torch_module("merge").merge_judges(parents, shares, judge, make_manifest(_COMMAND, settings, files, 0))


def _begun(grid: Grid, name: str, data: Path) -> BegunCell:
    cell, training = grid.cells[name], training_of(grid, name)
    files = [] if training is None else cell.pairs or grid.pairs
    try:
        hashes = {str(path): hash_file(path) for path in files}
    except OSError as error:
        raise ConfigError(f"cell {name}: {error.filename}: {error.strerror}") from None
    return BegunCell(
        cell=cell,
        train=training,
        files=hashes,
        data=str(data),
        data_files=load_tasks(data, cell.comments, grid.seed).files,
        judge_files={str(path): hash_file(path) for path in judge_files(cell.judge)} if cell.judge else {},
        order=grid.order,
        seed=grid.seed,
    )


def _claim_cell(folder: Path, begun: BegunCell) -> None:
    claim(folder, begun, file=_CELL_FILE)
