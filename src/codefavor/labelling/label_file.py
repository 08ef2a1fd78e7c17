"""A labelling run over a file: resumable, and written out as JSON Lines, Parquet, a card, a report and a manifest."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from codefavor.jsonl import write_rows
from codefavor.judges.protocol import Judge
from codefavor.judges.sharded import leftovers
from codefavor.labelling.card import label_card
from codefavor.labelling.label import label_shard
from codefavor.labelling.labelled import LabelledProblem, LabelSettings
from codefavor.labelling.preferences import columns, rows_of
from codefavor.labelling.sharded import taken
from codefavor.labelling.yield_report import YieldReport, tally
from codefavor.manifest import Manifest
from codefavor.pairs.parquet import write_parquet
from codefavor.ranking.candidate_set import CandidateSet
from codefavor.ranking.journal import Journal, write_json

PREFERENCES_FILE = "preferences.jsonl"
PARQUET_FILE = "data/train-00000.parquet"
REPORT_FILE = "yield.json"
CARD_FILE = "README.md"
MANIFEST_FILE = "manifest.json"

Samples = Callable[[], Iterator[tuple[int, CandidateSet]]]
"""Reads the file of candidates from its start."""


class Shard(Protocol):
    """What labels problems: `label_shard`, or something that spreads it over machines."""

    def __call__(
        self, judge: Judge, tasks: Iterable[tuple[int, CandidateSet]], settings: LabelSettings, /
    ) -> Iterator[LabelledProblem]:
        """Yield every problem, labelled, in any order."""


def label_file(
    judge: Judge,
    samples: Samples,
    settings: LabelSettings,
    out: Path,
    manifest: Manifest,
    progress: Callable[[int], None],
    *,
    chat: bool = False,
    parquet: bool = True,
    shard: Shard = label_shard,
) -> YieldReport:
    """Label what is not yet labelled in `out`, write the set and its papers, and return the yield.

    `progress` is called with the number of problems done.

    Raises:
        UserError: `out` holds a run under other settings, or something that is no run.
        DataError: the journal in `out` is damaged, or the samples are.
        ModelError: the judge failed; what is finished is kept.
        MissingExtraError: Parquet is asked for and pyarrow is not installed.
        CodeFavorError: `shard` was stopped.
    """
    with Journal(out, settings, LabelledProblem) as journal:
        for problem in leftovers(out, partial(taken, settings=settings)):
            journal.add(problem)
        progress(len(journal))
        waiting = ((index, task) for index, task in samples() if not journal.finished(index, task.digest()))
        for problem in shard(judge, waiting, settings):
            journal.add(problem)
            progress(len(journal))
        report = tally(journal)
        _write_set(journal, samples, settings, out, chat, parquet)
    write_json(out / REPORT_FILE, report)
    write_json(out / MANIFEST_FILE, manifest)
    (out / CARD_FILE).write_text(label_card(out.name, settings, report), encoding="utf-8")
    return report


def _write_set(
    journal: Journal[LabelledProblem], samples: Samples, settings: LabelSettings, out: Path, chat: bool, parquet: bool
) -> None:
    def rows() -> Iterator[dict[str, Any]]:
        for problem, (_, task) in zip(journal, samples(), strict=True):
            yield from rows_of(problem, task, settings, chat)

    write_rows(out / PREFERENCES_FILE, rows())
    if parquet:
        write_parquet(out / PARQUET_FILE, rows(), columns(chat))
