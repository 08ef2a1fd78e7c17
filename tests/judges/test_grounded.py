import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codefavor.errors import ModelError
from codefavor.judges.baseline import LengthJudge
from codefavor.judges.grounded import GroundedJudge, evidence_of, inner_logit
from codefavor.judges.grounded_model import FEATURES, INNER, GroundedModel, features_of, score
from codefavor.judges.load import judge_files, load_judge
from codefavor.judges.objective import SHIPPED
from codefavor.judges.probability import verdict_from
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import VERIFIABLE_ASPECTS, Aspect, criterion_for
from codefavor.pairs.evidence import (
    CandidateEvidence,
    Evidence,
    FailedExample,
    Growth,
    Incident,
    IncidentCode,
    Observed,
    OutcomeCode,
    WorkComparison,
)
from codefavor.pairs.fact import Fact, FactCode
from codefavor.pairs.finding import Finding
from codefavor.pairs.verdict import Verdict

FAILED = FailedExample(call="f(1)", expected="1", got=Observed(code=OutcomeCode.RETURNED, text="2"))
RAISED = Observed(code=OutcomeCode.RAISED, exception="IndexError")
CRASH = Incident(code=IncidentCode.CRASH, call="f(2)", got=RAISED)
UNDEFINED = Incident(code=IncidentCode.UNDEFINED_NAME, name="g")
BROKEN = Fact(code=FactCode.SYNTAX_ERROR, message="invalid syntax", line=1)
LACKING = Fact(code=FactCode.NO_ENTRY_POINT, name="f")
SHELL = Finding(rule="B602", cwe=78, severity="high", confidence="high", line=1, message="A shell.")
FINE = CandidateEvidence(examples_passed=2)

candidates = st.builds(
    CandidateEvidence,
    facts=st.sampled_from([(), (BROKEN,), (LACKING,)]),
    load_failure=st.sampled_from([None, RAISED]),
    examples_passed=st.integers(0, 3),
    examples_failed=st.sampled_from([(), (FAILED,), (FAILED, FAILED)]),
    incidents=st.sampled_from([(), (CRASH,), (UNDEFINED, CRASH)]),
    growth=st.none() | st.builds(Growth, exponent=st.floats(-1, 4), error=st.just(0.1)),
    findings=st.sampled_from([(), (SHELL,), (SHELL, SHELL.model_copy(update={"line": 3}))]),
)
balances = st.none() | st.builds(WorkComparison, cheaper=st.sampled_from([None, "A", "B"]), log_ratio=st.floats(-9, 9))
evidences = st.builds(Evidence, a=candidates, b=candidates, work_comparison=balances)
models = st.builds(
    GroundedModel,
    weights=st.fixed_dictionaries(
        {str(aspect): st.dictionaries(st.sampled_from(sorted(FEATURES)), st.floats(0, 5)) for aspect in Aspect}
    ),
)
aspects = st.sampled_from([*Aspect, None])


class Stored:
    """Answers with evidence that was had before, for code A first; counts what it is asked."""

    name = "stored"

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.asked: list[Comparison] = []

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        self.asked += comparisons
        return [
            Verdict(
                comparison=comparison.digest(),
                judge=self.name,
                undecided="stored",
                evidence=self.evidence if comparison.code_a < comparison.code_b else self.evidence.swapped(),
            )
            for comparison in comparisons
        ]


def comparison_of(
    aspect: Aspect | None, a: str = "def f(x): return x", b: str = "def f(x): return x + 1"
) -> Comparison:
    criterion = criterion_for(aspect or Aspect.CORRECTNESS).model_copy(update={"aspect": aspect})
    return Comparison(instruction="f", criterion=criterion, code_a=a, code_b=b)


@settings(deadline=None)
@given(evidences, models, aspects, st.floats(0, 1))
def test_swapping_the_candidates_gives_one_minus_p_exactly(
    evidence: Evidence, model: GroundedModel, aspect: Aspect | None, p: float
) -> None:
    inner = inner_logit(verdict_from(p, comparison_of(aspect), "inner"))
    features = features_of(evidence, aspect, inner)
    mirrored = features_of(evidence.swapped(), aspect, -inner)
    assert {name: -value for name, value in features.items()} == mirrored
    assert score(model, aspect, mirrored) == -score(model, aspect, features)


@settings(deadline=None)
@given(evidences, aspects)
def test_whole_verdicts_are_antisymmetric_too(evidence: Evidence, aspect: Aspect | None) -> None:
    model = GroundedModel(weights={str(aspect): dict.fromkeys(FEATURES, 0.7) for aspect in Aspect})
    judge = GroundedJudge("grounded", model, Stored(evidence), LengthJudge("shorter"))
    straight, swapped = judge.judge([comparison_of(aspect), comparison_of(aspect).swapped()])
    assert straight.prob_a is not None and swapped.prob_a is not None
    assert swapped.prob_a == 1 - straight.prob_a
    assert (straight.choice, swapped.choice) in {("A", "B"), ("B", "A"), (None, None)}


@settings(deadline=None)
@given(evidences, models, st.sampled_from(VERIFIABLE_ASPECTS), st.floats(-9, 9))
def test_an_inner_judge_cannot_turn_what_evidence_decides(
    evidence: Evidence, model: GroundedModel, aspect: Aspect, inner: float
) -> None:
    features = features_of(evidence, aspect, inner)
    decided = [value for name, value in features.items() if name.startswith("decided by ")]
    if decided:
        assert score(model, aspect, features) * decided[0] > 0


def test_both_orders_of_a_comparison_are_run_once() -> None:
    stored = Stored(Evidence(a=FINE, b=FINE))
    first = comparison_of(Aspect.CORRECTNESS)
    straight, swapped, again = evidence_of(stored, [first, first.swapped(), first])
    assert len(stored.asked) == 1
    assert straight.evidence is not None and swapped.evidence == straight.evidence.swapped()
    assert (straight.comparison, swapped.comparison) == (first.digest(), first.swapped().digest())
    assert again == straight


def test_the_verdict_says_what_spoke_and_what_was_seen() -> None:
    bad = CandidateEvidence(examples_passed=1, examples_failed=(FAILED,))
    judge = load_judge("grounded:longer")
    assert isinstance(judge, GroundedJudge)
    judge._evidence = Stored(Evidence(a=bad, b=FINE))
    [verdict] = judge.judge([comparison_of(Aspect.CORRECTNESS)])
    assert verdict.choice == "B" and verdict.prob_a is not None and verdict.prob_a < 0.1
    assert verdict.feedback is not None
    assert "f(1) should give 1, and gives 2" in verdict.feedback
    assert "worked examples (for B" in verdict.feedback and "the inner judge (for B" in verdict.feedback


def test_silence_is_undecided_with_the_reason_and_the_inner_judge_speaks_where_there_is_one() -> None:
    alone, joined = load_judge("grounded"), load_judge("grounded:longer")
    assert isinstance(alone, GroundedJudge) and isinstance(joined, GroundedJudge)
    alone._evidence = joined._evidence = Stored(Evidence(a=FINE, b=FINE))
    for aspect in (Aspect.CORRECTNESS, Aspect.HUMAN_PREFERENCE):
        [silent] = alone.judge([comparison_of(aspect)])
        assert silent.choice is None and silent.undecided
        [answered] = joined.judge([comparison_of(aspect)])
        assert answered.choice == "B"


def test_the_shipped_weights_have_words_and_are_not_below_zero() -> None:
    model = GroundedModel.model_validate(json.loads((SHIPPED / "judge.json").read_text())["grounded"])
    assert set(model.weights) == {str(aspect) for aspect in VERIFIABLE_ASPECTS}
    for weights in model.weights.values():
        assert set(weights) <= set(FEATURES) and INNER not in weights
        assert all(weight > 0 for weight in weights.values())


def test_a_grounded_judge_of_other_features_is_refused(tmp_path: Path) -> None:
    card = json.loads((SHIPPED / "judge.json").read_text())
    (tmp_path / "judge.json").write_text(json.dumps(card | {"format": "0" * 16}))
    with pytest.raises(ModelError, match="train it again"):
        load_judge(f"model:{tmp_path}")
    (tmp_path / "judge.json").write_text(json.dumps({key: card[key] for key in card if key != "grounded"}))
    with pytest.raises(ModelError, match="without weights"):
        load_judge(f"model:{tmp_path}")


def test_its_files_are_those_of_its_inner_judge_too(tmp_path: Path) -> None:
    (tmp_path / "judge.json").write_text((SHIPPED / "judge.json").read_text())
    assert judge_files("grounded") == (SHIPPED / "judge.json",)
    assert judge_files(f"grounded:model:{tmp_path}") == (SHIPPED / "judge.json", tmp_path / "judge.json")
