"""Best of N for a file of problems: one ranking a line in `rankings.jsonl`, in the order of the file.

A run that was cut off is resumed where it stopped, and only with the settings that it was begun with.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from codefavor.atomic import write_json
from codefavor.jsonl import write_records
from codefavor.judges.judge_settings import JudgeSettings
from codefavor.judges.protocol import Judge
from codefavor.manifest import Manifest
from codefavor.pairs.criterion import Criterion
from codefavor.ranking.candidate_set import CandidateSet
from codefavor.ranking.ranking import Ranking, RankSettings
from codefavor.ranking.tournament import rank_many
from codefavor.record import Record
from codefavor.runs.journal import JOURNAL_FILE, NumberedJournal
from codefavor.runs.run_folder import MANIFEST_FILE, claim

RANKINGS_FILE = "rankings.jsonl"


class JudgedFile(JudgeSettings):
    """What shapes the rankings of a file; a run is resumed with the same settings or not at all."""

    samples: str
    """SHA-256 of the file of candidates."""
    criterion: Criterion | None
    """The criterion of rows that name none."""
    rank: RankSettings
    """What shapes every ranking."""


class BestOfN(Record):
    """What a run came to."""

    problems: int
    """Problems ranked."""
    certain: int
    """Those whose winner is that of the full round-robin with probability 1 - delta."""
    level: int
    """Those without a winner, since the best candidates are level."""
    with_cycles: int
    """Those whose answers go round in circles."""
    judgements: int
    """Judgements asked."""
    of: int
    """Judgements of all full round-robins."""


def best_of_n(
    judge: Judge,
    samples: Iterable[tuple[int, CandidateSet]],
    settings: JudgedFile,
    out: Path,
    manifest: Manifest,
    progress: Callable[[int], None],
) -> BestOfN:
    """Rank what is not yet ranked in `out`, write `rankings.jsonl` and return what it came to.

    `progress` is called with the number of problems done.

    Raises:
        UserError: `out` holds a run with other settings or something else, or cannot be written.
        DataError: the journal in `out` is damaged, or the samples are.
        ModelError: the judge failed; what is finished is kept.
    """
    claim(out, settings)
    with NumberedJournal(out / JOURNAL_FILE, Ranking) as journal:
        progress(len(journal))
        for outcome in rank_many(judge, journal.unfinished(samples), settings.rank):
            journal.add(outcome.ranking)
            progress(len(journal))
        write_records(out / RANKINGS_FILE, journal)
        write_json(out / MANIFEST_FILE, manifest)
        return _summary(journal)


def _summary(rankings: Iterable[Ranking]) -> BestOfN:
    counts = dict.fromkeys(BestOfN.model_fields, 0)
    for ranking in rankings:
        counts["problems"] += 1
        counts["certain"] += ranking.certain
        counts["level"] += ranking.winner is None
        counts["with_cycles"] += bool(ranking.cycles)
        counts["judgements"] += ranking.judgements
        counts["of"] += ranking.of
    return BestOfN(**counts)
