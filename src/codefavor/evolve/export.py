"""From the journal of a run to its results: pairs and discards in the order of the seeds, compared with each other.

What is decided here depends on all pairs before (near-duplicates) or on a benchmark, so it is decided anew whenever a
run stops; nothing is asked of a model.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from codefavor.atomic import write_text
from codefavor.evolve.decontamination import Decontamination, Overlap, read_benchmark
from codefavor.evolve.overlap_plot import cdf_svg
from codefavor.evolve.protocol import Discard
from codefavor.evolve.settings import Decontaminate
from codefavor.evolve.settled import Settled
from codefavor.evolve.summary import OutcomeTally
from codefavor.jsonl import write_records
from codefavor.pairs.overlap import NearDuplicates
from codefavor.pairs.pair import PreferencePair


def export(journal: Iterable[Settled], rules: Decontaminate, folder: Path) -> tuple[OutcomeTally, dict[str, float]]:
    """Write pairs.jsonl and discarded.jsonl, with benchmarks also contamination.jsonl and overlap.svg.

    `journal` yields what is settled in the order of the seeds, and is gone through several times. Returned are the
    counts and the share of test codes above the threshold, before offending pairs are dropped.

    Raises:
        DataError: a benchmark cannot be read.
    """
    dropped = _near_duplicates(journal, rules.near_duplicate)
    shares: dict[str, float] = {}
    if rules.benchmarks:
        tasks = [task for path in rules.benchmarks for task in read_benchmark(path)]
        check = Decontamination(tasks, rules.similarity)
        write_records(folder / "contamination.jsonl", _overlaps(journal, check, dropped))
        write_text(folder / "overlap.svg", cdf_svg(check.top, rules.similarity))
        shares = check.share_above()
    tally = OutcomeTally()
    write_records(folder / "pairs.jsonl", _kept(journal, dropped, tally))
    write_records(folder / "discarded.jsonl", _discards(journal, dropped, tally))
    return tally, shares


def _near_duplicates(journal: Iterable[Settled], threshold: float) -> dict[int, Discard]:
    seen = NearDuplicates(threshold)
    ids: list[int] = []
    dropped = {}
    for settled in journal:
        if settled.pair is None:
            continue
        pair = settled.pair
        first = seen.add(f"{pair.instruction}\n{pair.chosen}\n{pair.rejected}")
        ids.append(settled.index)
        if first is not None:
            reason = f"nearly the same as an earlier pair: seed {ids[first]}"
            dropped[settled.index] = Discard(source_id=settled.source_id, stage="near-duplicate", reason=reason)
    return dropped


def _overlaps(journal: Iterable[Settled], check: Decontamination, dropped: dict[int, Discard]) -> Iterator[Overlap]:
    """Yield what is too like the benchmark and note the pairs in `dropped` on the way."""
    indices: list[int] = []

    def pairs() -> Iterator[PreferencePair]:
        for settled in journal:
            if settled.pair and settled.index not in dropped:
                indices.append(settled.index)
                yield settled.pair

    for place, (pair, overlaps) in enumerate(check.check(pairs())):
        if overlaps:
            worst = max(overlaps, key=lambda overlap: overlap.score)
            reason = f"too like a benchmark's task: {worst.task} ({worst.kind}, {worst.score:.1f})"
            discard = Discard(source_id=pair.provenance.source_id, stage="contamination", reason=reason)
            dropped[indices[place]] = discard
        yield from overlaps


def _kept(journal: Iterable[Settled], dropped: dict[int, Discard], tally: OutcomeTally) -> Iterator[PreferencePair]:
    for settled in journal:
        tally.pay(settled.calls)
        if settled.pair and settled.index not in dropped:
            tally.keep(settled.pair)
            yield settled.pair


def _discards(journal: Iterable[Settled], dropped: dict[int, Discard], tally: OutcomeTally) -> Iterator[Discard]:
    for settled in journal:
        discard = _discard_of(settled, dropped)
        if discard:
            tally.drop(discard)
            yield discard.model_copy(update={"transcript": settled.transcript})


def _discard_of(settled: Settled, dropped: dict[int, Discard]) -> Discard | None:
    return settled.discard or dropped.get(settled.index)
