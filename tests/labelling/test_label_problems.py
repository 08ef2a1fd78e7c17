import random
from collections.abc import Callable, Sequence

import numpy as np

from codefavor.judges.baseline import LengthJudge
from codefavor.judges.protocol import Judge
from codefavor.labelling.label import label_problems
from codefavor.labelling.labelled import LabelledPair, LabelledProblem, LabelSettings, Strategy
from codefavor.labelling.yield_report import tally
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import GENERAL_CRITERION
from codefavor.pairs.evidence import CandidateEvidence, Evidence
from codefavor.pairs.finding import Finding
from codefavor.pairs.verdict import Verdict
from codefavor.ranking.candidate_set import CandidateSet
from codefavor.ranking.ranking import RankSettings


def problem(*codes: str, name: str = "0") -> CandidateSet:
    return CandidateSet(id=name, instruction=name, criterion=GENERAL_CRITERION, candidates=codes)


def settings(confidence: float = 0.8, strategy: Strategy = "best-worst") -> LabelSettings:
    return LabelSettings(
        judge="j",
        judge_files={},
        samples="s",
        source="s",
        criterion=None,
        strategy=strategy,
        confidence=confidence,
        rank=RankSettings(),
    )


class Says:
    """A judge made of a function of the comparison."""

    name = "says"

    def __init__(self, answer: Callable[[Comparison], Verdict]) -> None:
        self._answer = answer

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        return [self._answer(comparison) for comparison in comparisons]


def noisy(shown: Comparison) -> Verdict:
    """Answer by the Bradley-Terry model, the codes being the strengths; each ordered pair once and for all."""
    chance = 1 / (1 + np.exp(float(shown.code_b) - float(shown.code_a)))
    drawn = random.Random(f"{shown.instruction} {shown.code_a} {shown.code_b}").random()
    return Verdict(comparison="", judge="says", choice="A" if drawn < chance else "B")


def label(judge: Judge, problems: Sequence[CandidateSet], given: LabelSettings) -> list[LabelledProblem]:
    labelled = label_problems(judge, enumerate(problems), given)
    return sorted(labelled, key=lambda each: each.index)


def test_labels_are_right_at_least_as_often_as_their_probabilities_say() -> None:
    rng = np.random.default_rng(3)
    problems = [problem(*(f"{x:.6f}" for x in rng.normal(0, 1.5, 6)), name=str(number)) for number in range(300)]
    kept = [
        (
            pair,
            float(problems[done.index].candidates[pair.chosen]) > float(problems[done.index].candidates[pair.rejected]),
        )
        for done in label(Says(noisy), problems, settings(strategy="every"))
        for pair in done.pairs
    ]
    assert len(kept) > 500 and all(pair.probability >= 0.8 and pair.margin > 0 for pair, _ in kept)
    stated = float(np.mean([pair.probability for pair, _ in kept]))
    assert stated <= np.mean([right for _, right in kept]) < 0.98


def test_more_confidence_keeps_fewer_pairs_and_loses_none_but_the_doubtful() -> None:
    problems = [problem("x" * 9, "x" * 4, "x", "x" * 6)]
    few, many = (label(LengthJudge("shorter"), problems, settings(each, "every"))[0] for each in (0.8, 0.6))
    assert 0 < len(few.pairs) < len(many.pairs) <= 6
    assert [pair for pair in many.pairs if pair.probability >= 0.8] == list(few.pairs)
    assert few.dropped == {"not confident": 6 - len(few.pairs)}
    assert all(len(problems[0].candidates[p.chosen]) < len(problems[0].candidates[p.rejected]) for p in many.pairs)
    (extremes,) = label(LengthJudge("shorter"), problems, settings(0.6))[0].pairs
    assert extremes.chosen == 2 and extremes.rejected in (0, 3), "the best and one of the two that were not told apart"


def test_what_gives_no_pair_is_counted_with_its_reason() -> None:
    silent = Says(lambda shown: Verdict(comparison="", judge="says", undecided="no words"))
    problems = [problem("x", "xx"), problem("x", "x"), problem("x")]
    done = label(silent, problems, settings())
    assert [each.dropped for each in done] == [{"no answer": 1}, {"one candidate": 1}, {"one candidate": 1}]
    report = tally(done)
    assert (report.problems, report.kept, report.mean_margin) == (3, 0, None)
    assert report.dropped == {"one candidate": 2, "no answer": 1}
    assert {count: own.problems for count, own in report.by_candidates.items()} == {1: 1, 2: 2}


def test_evidence_calls_the_chosen_code_a_whichever_was_shown_first() -> None:
    found = Finding(rule="eval", cwe=95, severity="high", confidence="high", line=1, message="It evaluates text.")
    bad, good = CandidateEvidence(findings=(found,)), CandidateEvidence()

    def says(shown: Comparison) -> Verdict:
        evidence = Evidence(a=bad if "eval" in shown.code_a else good, b=bad if "eval" in shown.code_b else good)
        return Verdict(comparison="", judge="says", choice="B" if "eval" in shown.code_a else "A", evidence=evidence)

    problems = [
        problem(*order, name=str(n)) for n, order in enumerate([("eval(x)", "int(x)"), ("int(x)", "eval(x)")] * 4)
    ]
    pairs = [pair for done in label(Says(says), problems, settings(0.6)) for pair in done.pairs]
    assert len(pairs) == 8
    for pair in pairs:
        assert pair.compared and pair.evidence and pair.evidence.a == good and pair.evidence.b == bad


def test_a_problem_is_labelled_the_same_alone_and_in_any_company() -> None:
    rng = np.random.default_rng(1)
    problems = [problem(*(f"{x:.6f}" for x in rng.normal(0, 3, 5)), name=str(number)) for number in range(40)]
    together = label(Says(noisy), problems, settings())
    alone = [done for each in enumerate(problems) for done in label_problems(Says(noisy), [each], settings())]
    assert alone == together


def test_a_pair_of_the_first_version_s_journal_is_read() -> None:
    row = {"chosen": 0, "rejected": 1, "margin": 1.0, "probability": 0.9}
    assert LabelledPair.model_validate({**row, "asked": True}) == LabelledPair.model_validate({**row, "compared": True})
