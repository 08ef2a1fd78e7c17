"""The cascade: cheap judges first, each answering only what it is sure enough of; the rest is passed on.

What no stage is sure of stays undecided. Every comparison is asked in one orientation, whichever it is shown in, so
that exchanging the candidates exchanges the answer. Where the thresholds come from is not known here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from codefavor.judges.one_order import one_order
from codefavor.judges.protocol import Judge
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.verdict import Cost, Verdict


@dataclass(frozen=True)
class Stage:
    """A judge with the confidence that it has to have."""

    spec: str
    """Its spec."""
    judge: Judge
    """The judge."""
    threshold: float | None
    """The least confidence with which it answers; None where it never does and is not asked."""


class CascadeJudge:
    """Asks its stages one after the other."""

    order_invariant = True

    def __init__(self, name: str, stages: Sequence[Stage]) -> None:
        self.name = name
        self._stages = [stage for stage in stages if stage.threshold is not None]

    @one_order
    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """Return the first answer that a stage is sure enough of; costs add up over the stages that were asked."""
        waiting = {shown.digest(): shown for shown in comparisons}
        passed: dict[str, list[Verdict]] = {digest: [] for digest in waiting}
        settled: dict[str, Verdict] = {}
        for number, stage in enumerate(self._stages, start=1):
            if not waiting:
                break
            for (digest, _), verdict in zip(
                list(waiting.items()), stage.judge.judge(list(waiting.values())), strict=True
            ):
                passed[digest].append(verdict)
                if confidence(verdict) >= (stage.threshold or 0.0):
                    settled[digest] = self._answer(number, stage, passed[digest])
                    del waiting[digest]
        for digest in waiting:
            settled[digest] = self._silence(digest, passed[digest])
        return [settled[shown.digest()] for shown in comparisons]

    def _answer(self, number: int, stage: Stage, asked: list[Verdict]) -> Verdict:
        verdict = asked[-1]
        place = f"stage {number} of {len(self._stages)}, {stage.spec}"
        head = f"Answered by {place}, with confidence {confidence(verdict):.2f}."
        feedback = f"{head} {verdict.feedback}" if verdict.feedback else head
        return verdict.model_copy(
            update={"judge": self.name, "stage": stage.spec, "feedback": feedback, "cost": _total(asked)}
        )

    def _silence(self, digest: str, asked: list[Verdict]) -> Verdict:
        told = [
            f"{stage.spec} ({confidence(verdict):.2f} of {stage.threshold:.2f})"
            for stage, verdict in zip(self._stages, asked, strict=True)
        ]
        evidence = next((verdict.evidence for verdict in asked if verdict.evidence), None)
        reason = f"no stage is sure enough: {', '.join(told)}" if told else "no stage may answer"
        return Verdict(comparison=digest, judge=self.name, undecided=reason, evidence=evidence, cost=_total(asked))


def confidence(verdict: Verdict) -> float:
    """Return how sure a verdict is of its side: its probability, 1 without one, 0 where it names no side."""
    if verdict.choice not in ("A", "B"):
        return 0.0
    return 1.0 if verdict.prob_a is None else max(verdict.prob_a, 1 - verdict.prob_a)


def _total(asked: Sequence[Verdict]) -> Cost | None:
    costs = [verdict.cost for verdict in asked if verdict.cost]
    return reduce(Cost.plus, costs) if costs else None
