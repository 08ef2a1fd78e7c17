"""Attaches evidence to every pair of a stream, in order, in parallel, so that a run that was cut off can go on.

What the evidence says of a label is `codefavor.evidence.verification`'s business.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

from pydantic import Field

from codefavor.atomic import write_json
from codefavor.evidence.collect import collect
from codefavor.evidence.verification import MARKS, Mark, verify
from codefavor.evidence.wanted import wanted_for
from codefavor.jsonl import read_records, write_records
from codefavor.pairs.pair import PreferencePair
from codefavor.record import Record
from codefavor.runs.journal import Journal
from codefavor.runs.run_folder import claim, other_settings
from codefavor.sandbox.engine import Engine

PAIRS_FILE, MARKS_FILE, SUMMARY_FILE = "pairs.jsonl", "marks.jsonl", "summary.json"
_CHUNK = 32


class VerifySettings(Record):
    """What shapes evidence; a run is resumed with the same settings or not at all."""

    seed: int
    """Draws the inputs."""


class MarkedPair(Record):
    """One line of `marks.jsonl`: what the evidence says of one pair, for reading; the pair's evidence says the same."""

    id: str
    """The pair's id."""
    method: str
    """What made it."""
    aspect: str
    """What it is judged by."""
    mark: Mark
    """Confirmed, refuted or untestable."""
    rule: str
    """What decided."""
    reason: str
    """Why."""


class MarkCounts(Record):
    """How many pairs of one method and aspect got each mark."""

    method: str
    """What made them, with the operator."""
    aspect: str
    """What they are judged by."""
    confirmed: Annotated[int, Field(ge=0)] = 0
    """Evidence shows the label right."""
    refuted: Annotated[int, Field(ge=0)] = 0
    """Evidence shows it wrong."""
    untestable: Annotated[int, Field(ge=0)] = 0
    """Evidence shows neither."""


class MarkSummary(Record):
    """The content of `summary.json`."""

    rows: tuple[MarkCounts, ...]
    """One for every method and aspect."""

    def total(self, mark: Mark) -> int:
        """Return how many pairs got `mark`."""
        return sum(int(getattr(row, mark)) for row in self.rows)


def with_evidence(engine: Engine, pair: PreferencePair, seed: int) -> PreferencePair:
    """Return the pair with fresh evidence for its aspect; one that no program can decide comes back as it is."""
    aspect = pair.criterion.aspect
    if aspect is None or not aspect.verifiable:
        return pair
    evidence = collect(engine, pair.present("A").comparison, wanted_for(aspect, seed))
    return pair.model_copy(update={"evidence": evidence})


def verify_pairs(
    engine: Engine,
    workers: int,
    pairs: Sequence[PreferencePair],
    folder: Path,
    seed: int,
    progress: Callable[[int], None],
) -> MarkSummary:
    """Write every pair with its evidence to `pairs.jsonl` in `folder`, and the marks beside it; return the counts.

    Raises:
        UserError: `folder` holds something else, or was begun with other pairs or another seed.
        DataError: what is verified in `folder` is damaged, or another process is writing it.
        SandboxError: the sandbox cannot be started.
    """
    claim(folder, VerifySettings(seed=seed), earlier=PAIRS_FILE)
    with Journal(folder / PAIRS_FILE, PreferencePair) as journal, ThreadPoolExecutor(workers) as threads:
        done = _done_before(journal, folder, pairs)
        progress(done)
        for start in range(done, len(pairs), _CHUNK):
            chunk = pairs[start : start + _CHUNK]
            for pair in threads.map(lambda pair: with_evidence(engine, pair, seed), chunk):
                journal.append(pair)
                done += 1
                progress(done)
    return _write_marks(folder)


def _done_before(journal: Journal[PreferencePair], folder: Path, pairs: Sequence[PreferencePair]) -> int:
    before = [pair.id for _, pair in journal.places()]
    if before != [pair.id for pair in pairs[: len(before)]]:
        raise other_settings(folder, ["pairs"], f"those in {PAIRS_FILE}")
    return len(before)


def _write_marks(folder: Path) -> MarkSummary:
    counts: Counter[tuple[str, str, Mark]] = Counter()

    def counted() -> Iterator[MarkedPair]:
        for marked in marked_pairs(read_records(folder / PAIRS_FILE, PreferencePair)):
            counts[marked.method, marked.aspect, marked.mark] += 1
            yield marked

    write_records(folder / MARKS_FILE, counted())
    summary = summarise_marks(counts)
    write_json(folder / SUMMARY_FILE, summary)
    return summary


def marked_pairs(pairs: Iterator[PreferencePair]) -> Iterator[MarkedPair]:
    """Yield the mark of every pair."""
    for pair in pairs:
        mark, rule, reason = verify(pair)
        yield MarkedPair(
            id=pair.id,
            method=pair.provenance.method,
            aspect=str(pair.criterion.aspect or "other"),
            mark=mark,
            rule=rule,
            reason=reason,
        )


def summarise_marks(counts: Counter[tuple[str, str, Mark]]) -> MarkSummary:
    """Return the counts as a table, one row for every method and aspect."""
    rows = sorted({(method, aspect) for method, aspect, _ in counts})
    return MarkSummary(
        rows=tuple(
            MarkCounts(method=method, aspect=aspect, **{str(mark): counts[method, aspect, mark] for mark in MARKS})
            for method, aspect in rows
        )
    )
