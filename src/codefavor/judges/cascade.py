"""The cascade: cheap judges first, each answering only what it is sure enough of; the rest is passed on.

What no stage is sure of stays undecided. Every comparison is asked in one orientation, whichever it is shown in, so
that exchanging the candidates exchanges the answer. Where the thresholds come from is not known here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

from codefavor.errors import ModelError, UserError
from codefavor.judges.both_orders import BothOrders
from codefavor.judges.cascade_card import read_cascade
from codefavor.judges.kind import Files, FilesOf, JudgeKind, Loader, RunsCode
from codefavor.judges.one_order import one_order
from codefavor.judges.protocol import Judge
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.verdict import Cost, Verdict


@dataclass(frozen=True)
class Stage:
    """A judge with the confidence that it needs to answer."""

    spec: str
    """Its spec."""
    judge: Judge
    """The judge."""
    threshold: float | None
    """The minimum confidence for an answer; None where it never answers and is not asked."""


class CascadeJudge:
    """Asks its stages one after the other."""

    order_invariant = True

    def __init__(self, name: str, stages: Sequence[Stage]) -> None:
        self.name = name
        self._stages = [stage for stage in stages if stage.threshold is not None]

    @one_order
    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """Return the first answer that a stage is sure enough of; costs add up over the stages that were asked."""
        waiting = {comparison.digest(): comparison for comparison in comparisons}
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
            settled[digest] = self._undecided(digest, passed[digest])
        return [settled[comparison.digest()] for comparison in comparisons]

    def _answer(self, number: int, stage: Stage, verdicts: list[Verdict]) -> Verdict:
        verdict = verdicts[-1]
        place = f"stage {number} of {len(self._stages)}, {stage.spec}"
        head = f"Answered by {place}, with confidence {confidence(verdict):.2f}."
        feedback = f"{head} {verdict.feedback}" if verdict.feedback else head
        return verdict.model_copy(
            update={"judge": self.name, "stage": stage.spec, "feedback": feedback, "cost": _total(verdicts)}
        )

    def _undecided(self, digest: str, verdicts: list[Verdict]) -> Verdict:
        confidences = [
            f"{stage.spec} ({confidence(verdict):.2f} of {stage.threshold:.2f})"
            for stage, verdict in zip(self._stages, verdicts, strict=True)
        ]
        evidence = next((verdict.evidence for verdict in verdicts if verdict.evidence), None)
        reason = f"no stage is sure enough: {', '.join(confidences)}" if confidences else "no stage may answer"
        return Verdict(comparison=digest, judge=self.name, undecided=reason, evidence=evidence, cost=_total(verdicts))


def confidence(verdict: Verdict) -> float:
    """Return how sure a verdict is of its side: its probability, 1 without one, 0 where it names no side."""
    if verdict.choice not in ("A", "B"):
        return 0.0
    return 1.0 if verdict.prob_a is None else max(verdict.prob_a, 1 - verdict.prob_a)


def _total(verdicts: Sequence[Verdict]) -> Cost | None:
    costs = [verdict.cost for verdict in verdicts if verdict.cost]
    return reduce(Cost.plus, costs) if costs else None


def _load(argument: str, loader: Loader) -> Judge | None:
    """Return the cascade, its stages asked in both orders, as they are calibrated."""
    if not argument:
        return None
    stages = []
    for stage in read_cascade(argument).stages:
        judge = loader.judge(stage.spec)
        stages.append(Stage(stage.spec, judge if stage.spec == "evidence" else BothOrders(judge), stage.threshold))
    return CascadeJudge(f"cascade:{argument}", stages)


def _files(argument: str, files_of: FilesOf) -> Files:
    card = () if ">" in argument else (Path(argument),)
    return (*card, *(file for stage in read_cascade(argument).stages for file in files_of(stage.spec)))


def _runs_code(argument: str, runs_code: RunsCode) -> bool:
    try:
        return any(runs_code(stage.spec) for stage in read_cascade(argument).stages)
    except (ModelError, UserError):
        return False


CASCADE = JudgeKind(
    name="cascade",
    forms=("cascade:SPEC>SPEC...", "cascade:FILE.json"),
    description="Cheap judges first; the next one gets what they are not sure of.",
    load=_load,
    files=_files,
    runs_code=_runs_code,
    order_invariant=True,
)
