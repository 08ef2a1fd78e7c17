"""What a benchmark is: its files, its columns, how its tasks are read, where it comes from. One value in one file.

A new benchmark is a file with such a value, an entry in `bench.registry` (or an entry point of another package), and
its documentation. Nothing is read, judged or scored here.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from codefavor.pairs.comparison import LabeledComparison
from codefavor.record import Record


class Stratum(Record):
    """A part of a benchmark that has a figure of its own: a column of every table."""

    key: str
    """Its name in files, such as `human-preference`."""
    title: str
    """Its heading in tables."""
    in_average: bool = False
    """Whether the average is over this one and the others of its kind."""
    strip_comments: bool = False
    """Whether comments are stripped from both candidates, unless a run keeps them."""
    style_counts: bool = False
    """Whether comments, names and layout may make a candidate better, so that the bias audit leaves its tasks out."""


class BenchmarkName(Record):
    """What a published benchmark is called."""

    name: str
    """Its name in settings and results."""
    title: str
    """Its name in tables."""


class StratumTask(NamedTuple):
    """A task as a benchmark's reader gives it."""

    stratum: str
    """The key of its stratum."""
    task: LabeledComparison
    """The task; its id is unique in the whole benchmark."""


def _no_notes(_: Path) -> Sequence[str]:
    return ()


@dataclass(frozen=True)
class Benchmark:
    """Tasks with known answers that have been published as files."""

    name: str
    """Its name in settings, results and on the command line."""
    title: str
    """Its name in tables."""
    files: dict[str, str]
    """SHA-256 of its files, by their names within its folder."""
    strata: tuple[Stratum, ...]
    """Its parts, in the order of the columns."""
    read: Callable[[Path], Iterable[StratumTask]]
    """Yields the tasks in a folder that holds its files, in their order."""
    license: str
    """Its licence, by SPDX identifier or in words."""
    source: str
    """The paper or the page that describes it."""
    evaluation_only: bool = True
    """Whether nothing may be trained, tuned or calibrated on it."""
    url: str | None = None
    """The folder of its files on a server, for `codefavor bench fetch`; None where it cannot be fetched."""
    notes: Callable[[Path], Sequence[str]] = _no_notes
    """Returns what an audit of the labels has to say about the files as a whole, a sentence each."""

    @property
    def names(self) -> BenchmarkName:
        """What it is called."""
        return BenchmarkName(name=self.name, title=self.title)


def average_strata(strata: Iterable[Stratum], present: Iterable[str]) -> tuple[str, ...]:
    """Return the keys of the strata that the average is over, none where one of them is not among those present."""
    counted = tuple(stratum.key for stratum in strata if stratum.in_average)
    return counted if set(counted) <= set(present) else ()
