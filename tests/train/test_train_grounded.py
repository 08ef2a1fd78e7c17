from pathlib import Path

import pytest

from codefavor.errors import DataError
from codefavor.judges.baseline import ChanceJudge, LengthJudge
from codefavor.judges.card import read_card
from codefavor.judges.load import load_judge
from codefavor.manifest import make_manifest
from codefavor.pairs.criterion import Aspect
from codefavor.pairs.evidence import CandidateEvidence, Evidence, FailedExample, Observed, OutcomeCode
from codefavor.pairs.pair import PreferencePair
from codefavor.train.config import GroundedConfig
from codefavor.train.grounded import fit_grounded, fit_weights, train_grounded
from made_pairs import make_pair

FAILED = FailedExample(call="f(1)", expected="1", got=Observed(code=OutcomeCode.RETURNED, text="2"))
FINE = CandidateEvidence(examples_passed=1)
BAD = CandidateEvidence(examples_failed=(FAILED,))
CONFIG = GroundedConfig(inner="shorter")


def pairs(count: int, aspect: Aspect = Aspect.CORRECTNESS) -> list[PreferencePair]:
    """Nine of ten are right by their evidence, and in all of them the chosen code is the shorter one."""
    return [
        make_pair(
            f"def f(x): return {n}",
            f"def f(x): return {n} + 1",
            aspect,
            instruction="f",
            source_id=n,
            evidence=Evidence(a=BAD, b=FINE) if n % 10 == 0 else Evidence(a=FINE, b=BAD),
        )
        for n in range(count)
    ]


def test_evidence_and_the_inner_judge_get_weights_and_the_judge_is_loaded_again(tmp_path: Path) -> None:
    out = tmp_path / "judge"
    manifest = make_manifest("test", CONFIG.model_dump(mode="json"), [], 0)
    model = train_grounded(pairs(40), CONFIG, out, manifest, ChanceJudge(0), LengthJudge("shorter"))
    weights = model.weights["correctness"]
    assert weights["decided by running"] > 0 and weights["inner"] > 0
    assert read_card(out).grounded == model
    assert "evidence and shorter" in (out / "README.md").read_text()
    assert load_judge(f"model:{out}").name == f"model:{out}"


def test_probabilities_follow_how_often_evidence_is_right() -> None:
    half = [{"examples": 1.0}] * 100 + [{"examples": -1.0}] * 100
    most = [{"examples": 1.0}] * 1800 + [{"examples": -1.0}] * 200
    wrong = [{"examples": -1.0}] * 50
    assert fit_weights(half).get("examples", 0.0) == pytest.approx(0, abs=0.01)
    assert fit_weights(most)["examples"] == pytest.approx(2.197, abs=0.02)
    assert fit_weights(wrong) == {}, "what speaks for the worse code is not learned"


def test_an_inner_judge_that_errs_at_random_gets_no_say() -> None:
    model = fit_grounded(pairs(60), CONFIG, ChanceJudge(0), ChanceJudge(1))
    weights = model.weights["correctness"]
    assert weights.get("inner", 0.0) < weights["decided by running"] / 2


def test_pairs_that_no_program_can_decide_are_refused(tmp_path: Path) -> None:
    manifest = make_manifest("test", {}, [], 0)
    taste = pairs(3, Aspect.HUMAN_PREFERENCE)
    with pytest.raises(DataError, match="no pairs of correctness"):
        train_grounded(taste, CONFIG, tmp_path / "judge", manifest, ChanceJudge(0), None)
