"""Runs a grid cell by cell with codefavor's own commands, each in a process of its own, and goes on where it stopped.

A cell's folder holds cell.json (what it was begun with), the judge, and the bench run; a finished one is not run again.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import yaml

from codefavor.ablate.grid import Cell, Grid, training_of
from codefavor.atomic import write_text
from codefavor.bench.results import RESULT_FILE
from codefavor.bench.tasks import load_tasks
from codefavor.errors import ConfigError, UserError
from codefavor.judges.card import CARD_FILE
from codefavor.judges.load import judge_files
from codefavor.manifest import hash_file
from codefavor.record import Record
from codefavor.runs.run_folder import claim
from codefavor.train.config import TrainConfig

CELLS = "cells"
_CELL_FILE = "cell.json"
_TRAIN_FILE = "train.yaml"

Command = Callable[[Sequence[str]], None]
"""Runs one command of codefavor to its end."""


class BegunCell(Record):
    """The content of `cell.json`: what shapes a cell."""

    cell: Cell
    """The cell."""
    train: TrainConfig | None
    """Its resolved training."""
    files: dict[str, str]
    """SHA-256 of its pairs, by path."""
    data: str
    """The benchmark."""
    data_files: dict[str, str]
    """SHA-256 of its files, by name."""
    judge_files: dict[str, str]
    """SHA-256 of the files of a judge that is there already, by path."""
    order: str
    """Given, or both."""
    seed: int
    """The seed of the bench run."""


def run_command(arguments: Sequence[str]) -> None:
    """Run `codefavor` with `arguments`, its progress on our standard error.

    Raises:
        UserError: it failed; what it said is above.
    """
    done = subprocess.run([sys.executable, "-m", "codefavor", *arguments], stdout=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise UserError(f"`codefavor {' '.join(arguments)}` ended with {done.returncode}; correct it and start again")


def run_grid(grid: Grid, out: Path, command: Command, watch: Callable[[str], None]) -> None:
    """Bring every cell to its result; `watch` is told the name of each before it is begun.

    Raises:
        ConfigError: a cell's settings make no sense, or there is no benchmark.
        UserError: a cell in `out` was begun with other settings, or a command failed.
    """
    if grid.data is None:
        raise ConfigError("no benchmark: give data in the configuration, --data, or CODEFAVOR_BENCH")
    begun = {name: _begun(grid, name, grid.data) for name in grid.cells}
    for name, cell in begun.items():
        _claim_cell(out / CELLS / name, cell)
    for name, cell in begun.items():
        watch(name)
        folder = out / CELLS / name
        if (folder / "bench" / RESULT_FILE).exists():
            continue
        for arguments in commands_of(grid, name, cell, out):
            command(arguments)


def commands_of(grid: Grid, name: str, begun: BegunCell, out: Path) -> Iterator[list[str]]:
    """Yield the commands that are still to be run for a cell, one after the other."""
    folder = out / CELLS / name
    judge, cell = folder / "judge", begun.cell
    if cell.merge and not (judge / CARD_FILE).exists():
        parents = [str(out / CELLS / parent / "judge") for parent in cell.merge]
        shares = [option for share in cell.merge.values() for option in ("--weight", str(share))]
        yield ["merge", *parents, *shares, "--out", str(judge)]
    elif begun.train and not (judge / CARD_FILE).exists():
        pairs = [option for path in cell.pairs or grid.pairs for option in ("--pairs", str(path))]
        resume = ["--resume"] if judge.exists() else []
        yield ["train", "--config", str(folder / _TRAIN_FILE), *pairs, "--out", str(judge), *resume]
    options = ["--judge", cell.judge or f"model:{judge}", "--data", begun.data, "--out", str(folder / "bench")]
    kept = ["--keep-comments"] if cell.comments == "kept" else []
    yield [
        "bench",
        "run",
        *options,
        "--orders",
        grid.order,
        "--criterion",
        cell.criterion,
        "--seed",
        str(grid.seed),
        *kept,
    ]


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
    if begun.train and not (folder / _TRAIN_FILE).exists():
        settings = begun.train.model_dump(mode="json", exclude_none=True)
        write_text(folder / _TRAIN_FILE, yaml.safe_dump(settings, sort_keys=False))
