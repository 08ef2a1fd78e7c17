"""The configuration of an ablation: its cells, with the settings of `codefavor train`, `merge` and `bench run`.

The whole grid is checked before anything is run.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, JsonValue, ValidationError, model_validator

from codefavor.bench.results import Order
from codefavor.errors import ConfigError
from codefavor.pairs.criterion import Wording
from codefavor.pairs.presentation import CommentPolicy
from codefavor.record import Record, explain
from codefavor.train.config import TrainConfig

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Cell(Record):
    """One judge, and how it is benched."""

    train: dict[str, JsonValue] = {}
    """Settings of training laid over those that all cells share."""
    pairs: tuple[Path, ...] = ()
    """What it is trained on; empty for the pairs of the grid."""
    merge: dict[str, Annotated[float, Field(ge=0)]] = {}
    """Earlier cells whose judges are averaged, with their shares, instead of training."""
    judge: str | None = None
    """The spec of an existing judge, instead of training."""
    comments: CommentPolicy = "stripped"
    """Whether candidates keep their comments in the test."""
    criterion: Wording = "given"
    """What the judge is to judge by in the test."""

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if bool(self.merge) + bool(self.judge) + bool(self.train or self.pairs) > 1:
            raise ValueError("a cell is trained, or merged, or an existing judge: give one of train, merge, judge")
        return self


class Grid(Record):
    """A study; the first cell is what the others are tested against."""

    title: str
    """The title of the table, in one line."""
    pairs: tuple[Path, ...] = ()
    """The pairs of cells that name none."""
    data: Path | None = None
    """The benchmark's folder or a file of pairs or tasks."""
    order: Order = "both"
    """Whether each comparison is judged as given or in both orders."""
    seed: int = 0
    """Draws the order in which pairs are shown, and the tests."""
    train: dict[str, JsonValue] = {}
    """Settings of training that all cells share."""
    cells: dict[str, Cell]
    """The judges by name, in the order of the table."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if len(self.cells) < 2:
            raise ValueError("cells: a study compares at least two")
        earlier: set[str] = set()
        for name, cell in self.cells.items():
            if not _NAME.fullmatch(name):
                raise ValueError(f"cells: {name!r} is to name a folder: small letters, digits, single hyphens")
            if unknown := sorted(cell.merge.keys() - earlier):
                raise ValueError(f"cells: {name} merges {unknown[0]}, which is no earlier cell")
            if not cell.merge:
                earlier.add(name)
        return self


def training_of(grid: Grid, name: str) -> TrainConfig | None:
    """Return how a cell is trained; None for one that is not.

    Raises:
        ConfigError: its settings contradict each other, or there is nothing to train it on.
    """
    cell = grid.cells[name]
    if cell.merge or cell.judge:
        return None
    if not (cell.pairs or grid.pairs):
        raise ConfigError(f"cell {name}: no pairs to train on; give pairs in the configuration, or --pairs")
    values: Mapping[str, Any] = {**grid.train, **cell.train}
    try:
        return TrainConfig.model_validate(values)
    except ValidationError as error:
        raise ConfigError(f"cell {name}: {explain(error)}") from None
