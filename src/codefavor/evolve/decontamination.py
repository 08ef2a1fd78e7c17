"""Keep what a benchmark tests out of the pairs: code that is too like, instructions that share a run of words.

Paper: section A.5 (Levenshtein similarity of code, the most similar training code of each test code, share above 80).
Only surfaces are compared. Pairs are looked at a chunk at a time; the benchmark is held in memory.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codefavor.errors import DataError
from codefavor.jsonl import read_rows
from codefavor.pairs.overlap import NGRAM, closest, code_similarities, runs_of_all, word_runs
from codefavor.pairs.pair import PreferencePair
from codefavor.record import Record

THRESHOLD = 80.0
_CHUNK = 256


class BenchmarkTask(Record):
    """What of a benchmark's task must not be in the pairs."""

    id: str
    """The task's name."""
    instruction: str
    """What it asks for."""
    good: str
    """The better code, or the only one."""
    bad: str | None = None
    """The worse code."""


class Overlap(Record):
    """A likeness of a pair and a task that is too great."""

    source_id: str
    """The pair's seed."""
    task: str
    """The task."""
    kind: str
    """`chosen~good` and its kin for code, or `instruction`."""
    score: float
    """The similarity, 0 to 100; of instructions the number of shared runs of 13 words."""


def read_benchmark(path: Path) -> list[BenchmarkTask]:
    """Return the tasks of a benchmark file.

    Rows are those of CodePrefBench (instruction, choices, gt_choice), labeled comparisons of our own, or problems with
    one solution (instruction, prompt or text; canonical_solution, code or solution).

    Raises:
        DataError: the file is unreadable or a row is of another kind.
    """
    return [_task(path, number, row) for number, row in read_rows(path)]


def _task(path: Path, number: int, row: dict[str, Any]) -> BenchmarkTask:
    name = str(row.get("task_id") or row.get("id") or number)
    try:
        if "choices" in row:
            codes, good = row["choices"], int(row["gt_choice"])
            return BenchmarkTask(id=name, instruction=row["instruction"], good=codes[good], bad=codes[1 - good])
        if "comparison" in row:
            comparison = row["comparison"]
            codes = [comparison["code_a"], comparison["code_b"]]
            good = 0 if row["label"] == "A" else 1
            return BenchmarkTask(id=name, instruction=comparison["instruction"], good=codes[good], bad=codes[1 - good])
        instruction = next(row[key] for key in ("instruction", "prompt", "text") if key in row)
        code = next(row[key] for key in ("canonical_solution", "code", "solution") if key in row)
        return BenchmarkTask(id=name, instruction=instruction, good=code)
    except (KeyError, IndexError, StopIteration, ValueError):
        raise DataError(f"{path}, line {number}: neither a comparison nor a problem with a solution") from None


class Decontamination:
    """Compares pairs with the tasks of a benchmark and remembers what was most alike."""

    def __init__(self, tasks: Sequence[BenchmarkTask], threshold: float = THRESHOLD) -> None:
        self._tasks = tasks
        self._threshold = threshold
        self._runs = runs_of_all(task.instruction for task in tasks)
        self._sides = {
            "good": [task.good for task in tasks],
            "bad": [task.bad for task in tasks if task.bad is not None],
        }
        self._owners = {"good": [t.id for t in tasks], "bad": [t.id for t in tasks if t.bad is not None]}
        self.top: dict[str, NDArray[np.float32]] = {
            f"{own}~{side}": np.zeros(len(codes), dtype=np.float32)
            for own in ("chosen", "rejected")
            for side, codes in self._sides.items()
            if codes
        }
        """For each combination the similarity of every test code to the pairs' code that is most like it."""

    def share_above(self) -> dict[str, float]:
        """Return for each combination the share of test codes whose most similar code scores above the threshold."""
        return {kind: float(np.mean(scores > self._threshold)) for kind, scores in self.top.items()}

    def check(self, pairs: Iterable[PreferencePair]) -> Iterator[tuple[PreferencePair, list[Overlap]]]:
        """Yield every pair with the tasks that it is too like, an empty list where there are none."""
        rest = iter(pairs)
        while chunk := list(islice(rest, _CHUNK)):
            overlaps: list[list[Overlap]] = [self._shared_runs(pair) for pair in chunk]
            for kind in self.top:
                for own, overlap in zip(overlaps, self._too_alike(chunk, kind), strict=True):
                    own.extend(overlap)
            yield from zip(chunk, overlaps, strict=True)

    def _too_alike(self, chunk: list[PreferencePair], kind: str) -> Iterator[list[Overlap]]:
        own, _, side = kind.partition("~")
        codes = [pair.chosen if own == "chosen" else pair.rejected for pair in chunk]
        scores = code_similarities(codes, self._sides[side])
        self.top[kind] = np.maximum(self.top[kind], scores.max(axis=0))
        for pair, likeness in zip(chunk, closest(scores), strict=True):
            task = self._owners[side][likeness.index]
            found = Overlap(source_id=pair.provenance.source_id, task=task, kind=kind, score=likeness.score)
            yield [found] if likeness.score > self._threshold else []

    def _shared_runs(self, pair: PreferencePair) -> list[Overlap]:
        shared = [self._runs[run] for run in word_runs(pair.instruction, NGRAM) if run in self._runs]
        if not shared:
            return []
        task = self._tasks[min(shared)].id
        source_id = pair.provenance.source_id
        return [Overlap(source_id=source_id, task=task, kind="instruction", score=float(len(shared)))]
