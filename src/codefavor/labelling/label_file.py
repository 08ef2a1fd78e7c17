"""A labelling run over a file: resumable, and written out as JSON Lines, Parquet, a card, a report and a manifest."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

from codefavor.atomic import write_json, write_text
from codefavor.jsonl import write_rows
from codefavor.judges.protocol import Judge
from codefavor.labelling.card import label_card
from codefavor.labelling.label import label_problems
from codefavor.labelling.labelled import LabelledProblem, LabelSettings
from codefavor.labelling.preferences import columns, rows_of
from codefavor.labelling.sharded import read_shard
from codefavor.labelling.yield_report import YieldReport, tally
from codefavor.manifest import Manifest
from codefavor.pairs.parquet import write_parquet
from codefavor.ranking.candidate_set import CandidateSet
from codefavor.runs.journal import JOURNAL_FILE, NumberedJournal
from codefavor.runs.run_folder import MANIFEST_FILE, claim
from codefavor.runs.shards import take

PREFERENCES_FILE = "preferences.jsonl"
PARQUET_FILE = "data/train-00000.parquet"
REPORT_FILE = "yield.json"
CARD_FILE = "README.md"

Samples = Callable[[], Iterator[tuple[int, CandidateSet]]]
"""Reads the file of candidates from its start."""


class Labelling(Protocol):
    """What labels problems: `label_problems`, or something that spreads it over machines."""

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
    labelling: Labelling = label_problems,
) -> YieldReport:
    """Label what is not yet labelled in `out`, write the set with its card, report and manifest, and return the report.

    `progress` is called with the number of problems done.

    Raises:
        UserError: `out` holds a run with other settings or something else, or cannot be written.
        DataError: the journal in `out` is damaged, or the samples are.
        ModelError: the judge failed; what is finished is kept.
        MissingExtraError: Parquet is asked for and pyarrow is not installed.
        CodeFavorError: `labelling` was stopped.
    """
    claim(out, settings)
    with NumberedJournal(out / JOURNAL_FILE, LabelledProblem) as journal:
        for problem in take(out, read_shard):
            journal.add(problem)
        progress(len(journal))
        for problem in labelling(judge, journal.unfinished(samples()), settings):
            journal.add(problem)
            progress(len(journal))
        report = tally(journal)
        _write_set(journal, samples, settings, out, chat, parquet)
    write_json(out / REPORT_FILE, report)
    write_json(out / MANIFEST_FILE, manifest)
    write_text(out / CARD_FILE, label_card(out.name, settings, report))
    return report


def _write_set(
    journal: NumberedJournal[LabelledProblem],
    samples: Samples,
    settings: LabelSettings,
    out: Path,
    chat: bool,
    parquet: bool,
) -> None:
    def rows() -> Iterator[dict[str, Any]]:
        for problem, (_, task) in zip(journal, samples(), strict=True):
            yield from rows_of(problem, task, settings, chat)

    write_rows(out / PREFERENCES_FILE, rows())
    if parquet:
        write_parquet(out / PARQUET_FILE, rows(), columns(chat))
