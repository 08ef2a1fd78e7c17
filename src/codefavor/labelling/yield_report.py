"""What became of the problems: pairs kept and dropped by reason, by number of candidates. Written to `yield.json`."""

from collections import Counter
from collections.abc import Iterable

from codefavor.labelling.labelled import LabelledProblem
from codefavor.record import Record


class YieldOfN(Record):
    """The problems with so many candidates."""

    problems: int
    """Problems."""
    with_pairs: int
    """Problems that gave a pair."""
    kept: int
    """Pairs kept."""
    dropped: int
    """Pairs dropped."""


class YieldReport(Record):
    """What became of a file."""

    problems: int
    """Problems labelled."""
    kept: int
    """Pairs kept."""
    dropped: dict[str, int]
    """Pairs dropped, by reason; a problem with one different candidate counts once."""
    by_candidates: dict[int, YieldOfN]
    """The same by the number of candidates."""
    judgements: int
    """Judgements asked."""
    mean_margin: float | None
    """The mean difference of strengths of the pairs kept, in logits."""
    mean_probability: float | None
    """The mean probability of the pairs kept: the share of right labels to expect if the judge is to be believed."""
    compared: int
    """Pairs kept whose two candidates were compared with each other."""
    seconds: float | None
    """Seconds of work of the judge, where it was measured."""
    dollars: float | None
    """US dollars paid, where it was measured."""


class YieldTally:
    """Counts problems one at a time."""

    def __init__(self) -> None:
        self._by_candidates: dict[int, Counter[str]] = {}
        self._dropped: Counter[str] = Counter()
        self._sums: Counter[str] = Counter()
        self._costs = [0.0, 0.0]
        self._margin, self._probability = 0.0, 0.0
        self._measured = False

    def add(self, problem: LabelledProblem) -> None:
        """Count one problem."""
        own = self._by_candidates.setdefault(problem.candidates, Counter())
        dropped = sum(problem.dropped.values())
        own.update(problems=1, with_pairs=bool(problem.pairs), kept=len(problem.pairs), dropped=dropped)
        compared = sum(pair.compared for pair in problem.pairs)
        self._sums.update(problems=1, kept=len(problem.pairs), judgements=problem.judgements, compared=compared)
        self._dropped.update(problem.dropped)
        self._margin += sum(pair.margin for pair in problem.pairs)
        self._probability += sum(pair.probability for pair in problem.pairs)
        if problem.cost:
            self._measured = True
            self._costs = [self._costs[0] + problem.cost.seconds, self._costs[1] + problem.cost.dollars]

    def report(self) -> YieldReport:
        """Return what was counted."""
        kept = self._sums["kept"]
        return YieldReport(
            problems=self._sums["problems"],
            kept=kept,
            dropped=dict(self._dropped.most_common()),
            by_candidates={
                count: YieldOfN(**{name: own[name] for name in YieldOfN.model_fields})
                for count, own in sorted(self._by_candidates.items())
            },
            judgements=self._sums["judgements"],
            mean_margin=self._margin / kept if kept else None,
            mean_probability=self._probability / kept if kept else None,
            compared=self._sums["compared"],
            seconds=self._costs[0] if self._measured else None,
            dollars=self._costs[1] if self._measured else None,
        )


def tally(problems: Iterable[LabelledProblem]) -> YieldReport:
    """Return the report on problems."""
    counted = YieldTally()
    for problem in problems:
        counted.add(problem)
    return counted.report()
